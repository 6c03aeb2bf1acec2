-- When each event was. A wall clock that is set while the program runs moves no event: within a boot (of one business
-- date) all of them stand where the time since boot puts them, beside the last of its most trusted wall clock readings.
create view boots as
select stream, date, boot,
       arg_max(wall_ns - mono_ns, {trust: trust, told: told, seq: seq}) as offset_ns,
       max(trust) > 0 as trusted
from (select *, case clock when 'synced' then 2 when 'holdover' then 1 else 0 end as trust,
             case when d."at" is distinct from 'inferred' then 1 else 0 end as told  -- inferred: at no reading of a clock
      from events)
group by all;

-- A run is what one start of the program saw. It begins with the first event of another boot, or with what was written
-- in the same moment as the program's own "starting" (the end of a day that it slept through comes before that).
create view begins as
select stream, seq, row_number() over (partition by stream order by seq) as run
from (select stream, min(seq) as seq
      from events
      where (stream, boot, mono_ns) in (
          select (stream, boot, mono_ns) from events where name = 'point.state_changed' and d.cause = 'boot')
      group by stream, boot, mono_ns
      union
      select stream, seq
      from (select stream, seq, boot, lag(boot) over (partition by stream order by seq) as was from events)
      where boot is distinct from was);

-- Every event with its moment `t`. `pos` orders all moments of a stream: by run, then by time.
create table timeline as
select e.stream, e.point, e.seq, e.name, e.date, r.run, e.d,
       {ns: e.mono_ns + b.offset_ns, boot: e.boot, trusted: b.trusted} as t,
       (r.run::hugeint << 64) + (e.mono_ns + b.offset_ns) as pos
from events e
join boots b using (stream, date, boot)
asof join begins r on r.stream = e.stream and e.seq >= r.seq;

drop table events cascade;
