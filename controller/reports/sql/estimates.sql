-- The wait that the ticket promised against the wait that came: pinball loss of both quantiles (the mean over waits of
-- q x too short or (1 - q) x too long), and how often the p80 held.
create macro pinball(q, promised_s, waited_ns) as
    greatest(q * (waited_ns / 1e9 - promised_s), (q - 1) * (waited_ns / 1e9 - promised_s));

create view estimates as
with promised as (
    select s.point, s.provider, s.service, t.d.estimate as estimate, lasted(s.queued, s.called) as wait
    from service_events s
    join timeline t on t.stream = s.stream and t.d.service_event = s.id and t.name = 'ticket.issued'
    where t.d.estimate is not null)
select point, provider, service, count(*) as promised, count(wait) as called,
       round(avg(pinball(0.5, estimate.p50_s, wait)), 3) as p50_pinball_s,
       round(avg(pinball(0.8, estimate.p80_s, wait)), 3) as p80_pinball_s,
       share(count(*) filter (wait <= estimate.p50_s * 1_000_000_000), count(wait)) as p50_coverage_share,
       share(count(*) filter (wait <= estimate.p80_s * 1_000_000_000), count(wait)) as p80_coverage_share
from promised
group by grouping sets ((point, provider, service), (point))
order by point, provider nulls last, service nulls last;
