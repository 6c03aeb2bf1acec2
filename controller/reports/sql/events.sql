-- The events as they came: one row an event, its data as one struct with every member that a
-- figure needs.
create table events (
    stream varchar, point varchar, seq bigint, name varchar, date varchar,
    wall_ns bigint, mono_ns bigint, boot varchar, clock varchar,
    d struct(
        visit varchar, service_event varchar, language varchar, provider varchar, service varchar, services varchar[],
        languages varchar[], providers varchar[], counter varchar, cause varchar, outcome varchar, "at" varchar,
        target_s bigint, channel varchar, accurate boolean, delivered struct(service varchar, qty bigint)[],
        minutes bigint, "to" varchar, resolution varchar, guidance varchar, question varchar, score bigint,
        estimate struct(p50_s bigint, p80_s bigint), "session" varchar, wait_ms bigint, setup_ms bigint,
        connected_ms bigint, interrupted_ms bigint,
        quality struct(rtt_p95_ms bigint, loss double, freeze_ms bigint, audio_ok boolean, video_ok boolean, relay boolean)
    )
);

-- How long from a to b, in nanoseconds. Within a boot by the time since boot; across boots by the wall clock, if it
-- could be trusted at both ends and does not run backwards; else null: nobody knows.
create macro lasted(a, b) as
    case when a.boot = b.boot then greatest(b.ns - a.ns, 0)
         when a.trusted and b.trusted and b.ns >= a.ns then b.ns - a.ns end;

-- Did this duration have to be taken from the wall clock?
create macro by_clock(a, b) as a.boot <> b.boot;

create macro seconds(ns) as round(ns / 1e9, 3);
create macro share(part, whole) as round(part / nullif(whole, 0), 4);
create macro among(list, one) as len(list) = 0 or list_contains(list, one);
