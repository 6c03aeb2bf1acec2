-- What was served, by delivered service: a served service event counts as itself once if it delivered nothing else.
-- Unsure is what nobody pressed: the end (accurate false) or the start (inferred). Work outside the queue stands apart.
create view volumes as
with items as (
    select s.*, unnest(if(len(s.done.delivered) > 0, s.done.delivered, [{service: s.service, qty: 1}])) as item,
           generate_subscripts(if(len(s.done.delivered) > 0, s.done.delivered, [{service: s.service, qty: 1}]), 1) as i
    from service_events s where s.done.outcome = 'served'),
known as (  -- for journals that did not say yet whose a delivered service was
    select stream, d.service as service, arg_max(d.provider, seq) as provider from timeline
    where name in ('service.queued', 'work.recorded') group by stream, d.service),
counted as (
    select i.point, i.date, coalesce(i.done.providers[i.i], k.provider) as provider, i.item.service as service,
           i.done.channel as channel, count(*) as service_events, sum(i.item.qty) as quantity,
           sum(if(i.inferred or not i.done.accurate, i.item.qty, 0)) as unsure,
           sum(if(i.inferred, i.item.qty, 0)) as inferred
    from items i left join known k on k.stream = i.stream and k.service = i.item.service
    group by all),
recorded as (
    select point, date, d.provider as provider, d.service as service, d.channel as channel,
           count(*) as work_records, sum(d.minutes) as work_minutes
    from timeline where name = 'work.recorded' group by all)
select point, date, provider, service, channel,
       coalesce(service_events, 0)::bigint as service_events, coalesce(quantity, 0)::bigint as quantity,
       share(unsure, quantity) as unsure_share, share(inferred, quantity) as inferred_start_share,
       coalesce(work_records, 0)::bigint as work_records, coalesce(work_minutes, 0)::bigint as work_minutes
from counted full join recorded using (point, date, provider, service, channel)
order by all;
