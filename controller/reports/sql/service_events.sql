-- One row a service event: who, what, when. Null where it did not come to that.
create table service_events as
select stream, point, d.service_event as id,
       any_value(date) filter (name = 'service.queued') as date,
       any_value(d.visit) filter (name = 'service.queued') as visit,
       any_value(d.provider) filter (name = 'service.queued') as provider,
       any_value(d.service) filter (name = 'service.queued') as service,
       any_value(d.counter) filter (name = 'service.queued') as only_counter,
       any_value(d.target_s) filter (name = 'service.queued') as target_s,
       any_value(t) filter (name = 'service.queued') as queued,
       any_value(pos) filter (name = 'service.queued') as queued_pos,
       arg_min(t, seq) filter (name = 'service.called') as called,
       arg_min(pos, seq) filter (name = 'service.called') as called_pos,
       arg_max(t, seq) filter (name = 'service.called') as called_last,
       arg_max(d.counter, seq) filter (name = 'service.called') as counter,
       any_value(t) filter (name = 'service.started') as started,
       coalesce(any_value(d."at") filter (name = 'service.started') = 'inferred', false) as inferred,
       any_value(t) filter (name = 'service.ended') as ended,
       any_value(pos) filter (name = 'service.ended') as ended_pos,
       any_value(seq) filter (name = 'service.ended') as ended_seq,
       any_value(d) filter (name = 'service.ended') as done
from timeline
where name in ('service.queued', 'service.called', 'service.started', 'service.ended')
group by stream, point, d.service_event
having queued is not null;

-- One row a time on hold: until it goes on, or ends.
create view holds as
select stream, id, t as held, next_t as back
from (select stream, d.service_event as id, name, t,
             lead(t) over (partition by stream, d.service_event order by seq) as next_t
      from timeline where name in ('service.held', 'service.resumed', 'service.ended'))
where name = 'service.held' and next_t is not null;

-- One row a time in wrap-up, with the service event that ended last at that counter that day.
create view wrap_ups as
select w.stream, s.id, w.t as wrapped, w.next_t as over
from (select stream, date, seq, d.counter as counter, d."to" as state, t,
             lead(t) over (partition by stream, date, d.counter order by seq) as next_t
      from timeline where name in ('counter.opened', 'counter.closed', 'advisor.state_changed')) w
asof join service_events s on s.stream = w.stream and s.date = w.date and s.counter = w.counter and w.seq > s.ended_seq
where w.state = 'wrap_up' and w.next_t is not null;
