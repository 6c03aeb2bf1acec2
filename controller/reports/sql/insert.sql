-- $1: events as JSON texts; $2, $3: first and last business date. A start of the program is kept whatever its date: the
-- one that ends a day late stands in the next.
insert into events
select e.source, split_part(e.source, '/', 3), e.sequence, e.type[8:-4], e.businessdate,
       epoch_ns(e."time"), e.mono, e.boot, e.clock, e.data
from (select json_transform(body, '{
        "source": "VARCHAR", "sequence": "BIGINT", "type": "VARCHAR", "time": "TIMESTAMP", "businessdate": "VARCHAR",
        "mono": "BIGINT", "boot": "VARCHAR", "clock": "VARCHAR",
        "data": {
            "visit": "VARCHAR", "service_event": "VARCHAR", "language": "VARCHAR", "provider": "VARCHAR",
            "service": "VARCHAR", "services": ["VARCHAR"], "languages": ["VARCHAR"], "providers": ["VARCHAR"],
            "counter": "VARCHAR", "cause": "VARCHAR", "outcome": "VARCHAR", "at": "VARCHAR", "target_s": "BIGINT",
            "channel": "VARCHAR", "accurate": "BOOLEAN", "delivered": [{"service": "VARCHAR", "qty": "BIGINT"}],
            "minutes": "BIGINT", "to": "VARCHAR", "resolution": "VARCHAR", "guidance": "VARCHAR",
            "question": "VARCHAR", "score": "BIGINT", "estimate": {"p50_s": "BIGINT", "p80_s": "BIGINT"},
            "session": "VARCHAR", "wait_ms": "BIGINT", "setup_ms": "BIGINT", "connected_ms": "BIGINT",
            "interrupted_ms": "BIGINT", "quality": {
                "rtt_p95_ms": "BIGINT", "loss": "DOUBLE", "freeze_ms": "BIGINT", "audio_ok": "BOOLEAN",
                "video_ok": "BOOLEAN", "relay": "BOOLEAN"}
        }}') as e
      from (select unnest($1::varchar[]) as body))
where e.businessdate between $2 and $3 or e."data".cause = 'boot';
