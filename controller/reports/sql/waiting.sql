-- From the queue to the first call, a service event each; a row without provider and service is the whole point.
create view waiting as
with waits_ as (
    select *, lasted(queued, called) as wait, by_clock(queued, called) as clocked from service_events)
select point, provider, service, count(*) as queued, count(called) as called,
       seconds(quantile_cont(wait, 0.5)) as p50_s, seconds(quantile_cont(wait, 0.9)) as p90_s, seconds(avg(wait)) as mean_s,
       share(count(*) filter (wait <= target_s * 1_000_000_000),
             count(*) filter (wait is not null and target_s is not null)) as within_target_share,
       count(*) filter (done.outcome in ('removed_customer', 'no_show')) as abandoned,
       share(abandoned, count(*)) as abandoned_share,
       count(*) filter (clocked) as by_clock, count(*) filter (called is not null and wait is null) as unknown
from waits_
group by grouping sets ((point, provider, service), (point))
order by point, provider nulls last, service nulls last;
