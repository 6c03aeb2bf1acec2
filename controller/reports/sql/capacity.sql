-- What the open counters' time went to, in each quarter of an hour. Time under a clock that nobody trusts has no quarter.
create view capacity as
select point, date, if(trusted, quarter * 900_000, null) as quarter_ms,
       count(distinct counter) as counters,
       seconds(sum(length)) as open_s,
       seconds(sum(if(doing = 'idle', length, 0))) as idle_s,
       seconds(sum(if(doing in ('serving', 'wrap_up'), length, 0))) as busy_s,
       seconds(sum(if(doing = 'walk', length, 0))) as walk_s,
       seconds(sum(if(doing = 'between', length, 0))) as between_s,
       seconds(sum(if(doing = 'other_work', length, 0))) as other_work_s,
       seconds(sum(if(doing = 'break', length, 0))) as break_s,
       share(sum(if(doing = 'idle', length, 0)),
             sum(if(doing in ('idle', 'serving', 'wrap_up'), length, 0))) as idle_share,
       seconds(sum(if(doing <> 'serving', length, 0))) as session_minus_serving_s
from spent
group by all
order by point, date, quarter_ms nulls last;
