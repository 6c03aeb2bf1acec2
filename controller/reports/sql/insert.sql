-- $1: events as JSON texts; $2, $3: first and last business date.
insert into events
select e.source, split_part(e.source, '/', 3), e.sequence, e.type[8:-4], e.businessdate,
       epoch_ns(e."time"), e.mono, e.boot, e.clock, e.data
from (select json_transform(body, '{
        "source": "VARCHAR", "sequence": "BIGINT", "type": "VARCHAR", "time": "TIMESTAMP", "businessdate": "VARCHAR",
        "mono": "BIGINT", "boot": "VARCHAR", "clock": "VARCHAR",
        "data": {
            "visit": "VARCHAR", "service_event": "VARCHAR", "service_events": "BIGINT", "n": "BIGINT",
            "entry": "VARCHAR", "language": "VARCHAR", "provider": "VARCHAR", "service": "VARCHAR",
            "services": ["VARCHAR"], "languages": ["VARCHAR"], "providers": ["VARCHAR"], "queue": "VARCHAR",
            "counter": "VARCHAR", "cause": "VARCHAR", "outcome": "VARCHAR", "call": "BIGINT", "at": "VARCHAR",
            "target_s": "BIGINT", "resolution": "VARCHAR", "guidance": "VARCHAR", "channel": "VARCHAR",
            "accurate": "BOOLEAN", "delivered": [{"service": "VARCHAR", "qty": "BIGINT"}], "minutes": "BIGINT",
            "to": "VARCHAR", "state": "VARCHAR", "ticket": "VARCHAR", "result": "VARCHAR", "device": "VARCHAR",
            "kind": "VARCHAR", "causes": ["VARCHAR"], "latency_ms": "BIGINT", "medium": "VARCHAR",
            "estimate": {"p50_s": "BIGINT", "p80_s": "BIGINT"}, "score": "BIGINT", "scale": "BIGINT"
        }}') as e
      from (select unnest($1::varchar[]) as body))
where e.businessdate between $2 and $3;
