-- A day in slices: it is cut at every event that changes a counter or a queue, and at each quarter of an hour, so that
-- within a slice nothing changes. Between two runs nobody saw anything: there is no slice.
create view ends as  -- what a run saw of a day: a start that was inferred for an earlier moment was not seen then
select stream, point, date, run, min(t.ns) as first, max(t.ns) as last, bool_or(t.trusted) as trusted
from timeline
where d."at" is distinct from 'inferred' or coalesce(d."to", 'serving') <> 'serving'
group by all;

create view cuts as
select e.*, t.t.ns as ns
from ends e join timeline t using (stream, date, run)
where t.t.ns between e.first and e.last
  and t.name in ('counter.opened', 'counter.closed', 'advisor.state_changed', 'service.queued', 'service.called',
                 'service.started', 'service.held', 'service.resumed', 'service.ended', 'remote.requested', 'remote.ended')
union select *, first from ends
union select *, last from ends
union select *, unnest(range(first // 900_000_000_000 + 1, last // 900_000_000_000 + 1)) * 900_000_000_000 from ends;

create table slices as
select stream, point, date, trusted, (run::hugeint << 64) + ns as pos, next - ns as length, ns // 900_000_000_000 as quarter
from (select *, lead(ns) over (partition by stream, date, run order by ns) as next from cuts)
where next > ns;

-- Who was open when, and for what; what the advisor did; which customer was there; who waited for what.
create macro until(pos) as coalesce(pos, (1::hugeint << 120));

create view sessions as
select stream, date, d.counter as counter, d.services as services, d.languages as languages, pos, until(next_pos) as next_pos
from (select *, lead(pos) over (partition by stream, date, d.counter order by seq) as next_pos
      from timeline where name in ('counter.opened', 'counter.closed'))
where name = 'counter.opened';

create view doings as
select stream, date, d.counter as counter, d."to" as state, pos,
       until(min(pos) over (partition by stream, date, d.counter order by seq  -- what was inferred later counts from its time on
                            rows between 1 following and unbounded following)) as next_pos
from timeline where name in ('counter.opened', 'counter.closed', 'advisor.state_changed');

create view customers as
select stream, date, counter, name <> 'service.called' as served, pos, until(next_pos) as next_pos
from (select e.stream, e.date, e.name, e.pos, s.counter,
             lead(e.pos) over (partition by e.stream, e.d.service_event order by e.seq) as next_pos
      from timeline e join service_events s on s.stream = e.stream and s.id = e.d.service_event
      where e.name in ('service.called', 'service.started', 'service.held', 'service.resumed', 'service.ended'))
where name in ('service.called', 'service.started', 'service.resumed') and counter is not null;

create view waits as
select s.stream, s.date, s.visit, s.service, s.only_counter, v.d.language as language, s.queued_pos as pos,
       until(coalesce(s.called_pos, s.ended_pos)) as next_pos
from service_events s join timeline v on v.stream = s.stream and v.d.visit = s.visit and v.name = 'visit.created';

-- While a session of theirs lives, a customer waits for an expert: no counter's "next" has them.
create view for_experts as
select r.stream, s.visit, r.pos, until(min(e.pos)) as next_pos
from timeline r join service_events s on s.stream = r.stream and s.id = r.d.service_event
left join timeline e on e.stream = r.stream and e.name = 'remote.ended' and e.d.session = r.d.session
where r.name = 'remote.requested'
group by r.stream, s.visit, r.pos, r.d.session;

-- One row a slice and open counter.
create table at_work as
select s.*, c.counter, c.services, c.languages, d.state,
       coalesce(bool_or(k.served), false) as serves, coalesce(bool_or(not k.served), false) as walks
from slices s
join sessions c on c.stream = s.stream and c.date = s.date and c.pos <= s.pos and s.pos < c.next_pos
left join doings d on d.stream = s.stream and d.date = s.date and d.counter = c.counter
     and d.pos <= s.pos and s.pos < d.next_pos
left join customers k on k.stream = s.stream and k.date = s.date and k.counter = c.counter
     and k.pos <= s.pos and s.pos < k.next_pos
group by all;

-- What each open counter did in each slice. Free is nobody's customer and no other work; whether that is idle depends on
-- whether it could have called somebody, by the rule of its "next" button: a customer sent to one counter is that
-- counter's while it is open; else the service must be the counter's, and the language too while another counter at
-- work could speak it.
create table spent as
with free as (
    select * from at_work where not serves and not walks and coalesce(state, 'available') = 'available'),
wanted as (
    select distinct f.stream, f.date, f.pos, w.service, w.language, w.only_counter
    from (select distinct stream, date, pos from free) f
    join waits w on w.stream = f.stream and w.date = f.date and w.pos <= f.pos and f.pos < w.next_pos
    left join for_experts x on x.stream = w.stream and x.visit = w.visit and x.pos <= f.pos and f.pos < x.next_pos
    where x.visit is null),
heard as (
    select w.*, bool_or(c.counter is not distinct from w.only_counter) as only_is_open,
           bool_or(coalesce(c.state, 'available') not in ('break', 'other_work')
                   and among(c.services, w.service) and among(c.languages, w.language)) as spoken
    from wanted w join at_work c using (stream, date, pos)
    group by all),
callable as (
    select distinct f.stream, f.date, f.pos, f.counter
    from free f join heard w using (stream, date, pos)
    where case when w.only_counter is not distinct from f.counter then true
               when w.only_is_open then false
               else among(f.services, w.service) and (among(f.languages, w.language) or not w.spoken) end)
select a.*,
       case when a.serves or a.state in ('serving', 'remote_serving') then 'serving'
            when a.state = 'wrap_up' then 'wrap_up'
            when a.walks then 'walk'
            when a.state in ('other_work', 'break') then a.state
            when c.counter is null then 'idle'
            else 'between' end as doing
from at_work a left join callable c using (stream, date, pos, counter);
