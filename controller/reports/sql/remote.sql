-- Remote sessions, by provider and service; a row without them is the whole point. Answered: an expert took it; waits
-- are theirs.
-- Interrupted: of those that were connected, with a time without a way to each other. Quality as the booth measured it.
create view remote as
with asked as (select stream, point, d.session as id, d.provider as provider, d.service as service
               from timeline where name = 'remote.requested'),
taken as (select distinct stream, d.session as id from timeline where name = 'remote.state_changed' and d.cause = 'answered'),
over as (select stream, d.session as id, d.outcome as outcome, d.wait_ms as wait_ms, d.setup_ms as setup_ms,
                d.connected_ms as connected_ms, d.interrupted_ms as interrupted_ms, d.quality as quality
         from timeline where name = 'remote.ended'),
each as (select a.point, a.provider, a.service, t.id is not null as answered,
                case when t.id is not null then wait_ms * 1e6 end as waited, o.*
         from asked a left join taken t using (stream, id) left join over o using (stream, id))
select point, provider, service, count(*) as requested,
       count(*) filter (answered) as answered, share(count(*) filter (answered), count(*)) as answered_share,
       count(*) filter (outcome = 'completed') as completed, count(*) filter (outcome = 'transferred') as transferred,
       count(*) filter (outcome = 'no_answer') as no_answer, count(*) filter (outcome = 'customer_left') as customer_left,
       count(*) filter (outcome = 'technical_failure') as technical_failures,
       share(technical_failures, count(*)) as technical_failure_share,
       seconds(quantile_cont(waited, 0.5)) as wait_p50_s, seconds(quantile_cont(waited, 0.9)) as wait_p90_s,
       seconds(avg(waited)) as wait_mean_s,
       seconds(quantile_cont(case when connected_ms > 0 then setup_ms * 1e6 end, 0.5)) as setup_p50_s,
       seconds(quantile_cont(case when connected_ms > 0 then setup_ms * 1e6 end, 0.9)) as setup_p90_s,
       seconds(avg(case when connected_ms > 0 then connected_ms * 1e6 end)) as connected_mean_s,
       share(count(*) filter (interrupted_ms > 0), count(*) filter (connected_ms > 0)) as interrupted_share,
       count(quality) as judged, round(avg(quality.loss), 4) as loss_mean,
       round(quantile_cont(quality.rtt_p95_ms, 0.9), 1) as rtt_p95_ms_p90,
       share(sum(quality.freeze_ms), sum(connected_ms) filter (quality is not null)) as frozen_share,
       share(count(*) filter (quality.audio_ok), count(quality)) as audio_ok_share,
       share(count(*) filter (quality.video_ok), count(quality)) as video_ok_share,
       share(count(*) filter (quality.relay), count(quality)) as relay_share
from each
group by grouping sets ((point, provider, service), (point))
order by point, provider nulls last, service nulls last;
