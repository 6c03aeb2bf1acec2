-- Served at first contact: resolved by whoever served first, in a visit that nobody had to be sent on in. Guided: shown
-- or helped to the e-service meanwhile.
create view resolution as
with sent_on as (select distinct stream, visit from service_events where done.outcome = 'transferred')
select point, provider, service, count(*) as served,
       count(*) filter (done.resolution = 'first_contact' and o.visit is null) as first_contact,
       share(first_contact, count(*)) as first_contact_share,
       count(*) filter (done.guidance <> 'none') as guided, share(guided, count(*)) as guided_share
from service_events s left join sent_on o using (stream, visit)
where done.outcome = 'served'
group by grouping sets ((point, provider, service), (point))
order by point, provider nulls last, service nulls last;
