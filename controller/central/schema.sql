-- The reference central store. `body` is an event byte for byte as the box sent it; its chain is in its tail.
create table if not exists journals (
    id            integer primary key,          -- rises: the newest journal of a point has the greatest
    point         text    not null,
    journal       text    not null,
    seq           integer not null default 0,   -- head: stored without a gap up to here
    chain         text    not null,
    last_event_at text,
    contact_ms    integer not null,             -- when the newest event came, UTC since 1970
    fork          integer,                      -- sequence at which another history was refused
    unique (point, journal)
);
create table if not exists events (
    journal     integer not null references journals (id),
    seq         integer not null check (seq > 0),
    body        blob    not null,
    quarantined text,                           -- why this version does not understand it
    primary key (journal, seq)
);
create index if not exists quarantine on events (journal) where quarantined is not null;
create table if not exists orders (
    point           text    not null,
    n               integer not null,
    id              text    not null unique,
    type            text    not null,
    data            blob    not null,
    expires         text    not null,
    made_ms         integer not null,
    idempotency_key text,
    request         blob    not null,           -- SHA-256 of the request, to know a repeat from another one
    primary key (point, n),
    unique (point, idempotency_key)
);
create table if not exists cursors (
    point text    primary key,
    sent  integer not null                      -- greatest n ever handed to the box
);
