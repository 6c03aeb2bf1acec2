-- How long service took, served service events only; a row without provider and service is the whole point.
create view durations as
with held as (
    select stream, id, sum(lasted(held, back)) as held, bool_or(lasted(held, back) is null) as lost
    from holds group by all),
wrapped as (
    select stream, id, sum(lasted(wrapped, over)) as wrap_up from wrap_ups group by all),
each as (
    select s.*, lasted(s.called_last, s.started) as walk, w.wrap_up,
           lasted(s.started, s.ended) as total,
           case when not coalesce(h.lost, false) and total is not null
                then greatest(total - coalesce(h.held, 0), 0) end as service_time,
           by_clock(s.started, s.ended) or by_clock(s.called_last, s.started) as clocked
    from service_events s left join held h using (stream, id) left join wrapped w using (stream, id)
    where s.done.outcome = 'served')
select point, provider, service, count(*) as served,
       seconds(quantile_cont(service_time, 0.5)) as service_p50_s, seconds(quantile_cont(service_time, 0.9)) as service_p90_s,
       seconds(avg(service_time)) as service_mean_s,
       seconds(quantile_cont(walk, 0.5)) as walk_p50_s, seconds(quantile_cont(walk, 0.9)) as walk_p90_s,
       seconds(avg(walk)) as walk_mean_s,
       seconds(quantile_cont(wrap_up, 0.5)) as wrap_up_p50_s, seconds(quantile_cont(wrap_up, 0.9)) as wrap_up_p90_s,
       seconds(avg(wrap_up)) as wrap_up_mean_s,
       share(count(*) filter (inferred or not done.accurate), count(*)) as unsure_share,
       count(*) filter (clocked) as by_clock, count(*) filter (service_time is null) as unknown
from each
group by grouping sets ((point, provider, service), (point))
order by point, provider nulls last, service nulls last;
