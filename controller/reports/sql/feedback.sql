-- What customers answered, by provider and question; the response rate is answers by visits that ended at the point.
create view feedback as
with visits as (select point, count(*) as ended from timeline where name = 'visit.ended' group by point)
select f.point, f.d.provider as provider, f.d.question as question, count(*) as answers,
       round(avg(f.d.score), 4) as mean_score,
       count(*) filter (f.d.score = 1) as score_1, count(*) filter (f.d.score = 2) as score_2,
       count(*) filter (f.d.score = 3) as score_3, count(*) filter (f.d.score = 4) as score_4,
       count(*) filter (f.d.score = 5) as score_5, share(count(*), any_value(v.ended)) as response_share
from timeline f left join visits v using (point)
where f.name = 'feedback.given'
group by grouping sets ((f.point, f.d.provider, f.d.question), (f.point, f.d.question))
order by point, provider nulls last, question;
