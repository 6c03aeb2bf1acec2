"""The figures once more, slowly: plain Python over the events' bytes, tick by tick, knowing nothing of the SQL.

Every event of a day must fall on a whole tick, so that between two ticks nothing changes.
"""

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

SECOND = 10**9
QUARTER = 900
RANK = {"unsynced": 0, "holdover": 1, "synced": 2}
COUNTER_EVENTS = {"counter.opened", "counter.closed", "advisor.state_changed"}


class Told:
    """One event. `s`: when it was, in seconds since 1970."""

    def __init__(self, body: bytes) -> None:
        event = json.loads(body)
        self.seq, self.name = int(event["sequence"]), event["type"][len("luukku.") : -len(".v1")]
        self.date, self.boot, self.mono = event.get("businessdate", ""), event["boot"], int(event["mono"])
        self.wall = round(datetime.fromisoformat(event["time"]).timestamp() * 1000) * 10**6
        self.clock, self.data = event["clock"], event["data"]
        self.id: str = self.data.get("service_event", "")
        self.run, self.s, self.trusted = 0, 0.0, False


def told(bodies: list[bytes]) -> list[Told]:
    """The events with a business date, each in its run and at its moment."""
    events = [event for event in map(Told, bodies) if event.date]
    starts = {(e.boot, e.mono) for e in events if e.name == "point.state_changed" and e.data["cause"] == "boot"}
    run, boot, begun = 0, "", set()
    for event in events:
        here = event.boot, event.mono
        if event.boot != boot or (here in starts and here not in begun):
            run, boot = run + 1, event.boot
            if here in starts:
                begun.add(here)
        event.run = run
    together: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for event in events:
        together[event.boot, event.date].append(event)
    trusted_most = {key: max(every, key=lambda e: (RANK[e.clock], e.data.get("at") != "inferred", e.seq))
                    for key, every in together.items()}  # fmt: skip
    for event in events:
        best = trusted_most[event.boot, event.date]
        event.s = (event.mono + best.wall - best.mono) / SECOND
        event.trusted = RANK[best.clock] > 0
    return events


def lasted(a: Told, b: Told) -> float | None:
    if a.boot == b.boot:
        return max(0.0, b.s - a.s)
    return b.s - a.s if a.trusted and b.trusted and b.s >= a.s else None


class Service:
    """A service event and what came to it."""

    def __init__(self, queued: Told) -> None:
        self.queued, self.events = queued, [queued]
        self.provider, self.service = queued.data["provider"], queued.data["service"]

    def of(self, name: str) -> list[Told]:
        return [event for event in self.events if event.name == f"service.{name}"]

    def one(self, name: str, at: int = 0) -> Told | None:
        found = self.of(name)
        return found[at] if found else None

    @property
    def outcome(self) -> str:
        ended = self.one("ended")
        return ended.data["outcome"] if ended else ""

    @property
    def inferred(self) -> bool:
        started = self.one("started")
        return started is not None and started.data["at"] == "inferred"

    @property
    def unsure(self) -> bool:
        ended = self.one("ended")
        return self.inferred or (ended is not None and not ended.data["accurate"])


def services(events: list[Told]) -> dict[str, Service]:
    found: dict[str, Service] = {}
    for event in events:
        if event.name == "service.queued":
            found[event.id] = Service(event)
        elif event.id in found and event.name.startswith("service."):
            found[event.id].events.append(event)
    return found


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def quantile(values: list[float], q: float) -> float | None:
    """Between the two nearest ranks, linearly."""
    if not values:
        return None
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def groups(every: list[Service]) -> dict[tuple[str | None, str | None], list[Service]]:
    grouped: dict[tuple[str | None, str | None], list[Service]] = defaultdict(list)
    for one in every:
        grouped[one.provider, one.service].append(one)
    if every:
        grouped[None, None] = every
    return grouped


def waiting(bodies: list[bytes]) -> list[dict[str, Any]]:
    rows = []
    for (provider, service), every in groups(list(services(told(bodies)).values())).items():
        waits, targets, clocked, unknown = [], [], 0, 0
        for one in every:
            called = one.one("called")
            if called is None:
                continue
            wait = lasted(one.queued, called)
            clocked += one.queued.boot != called.boot
            if wait is None:
                unknown += 1
                continue
            waits.append(wait)
            if "target_s" in one.queued.data:
                targets.append(wait <= one.queued.data["target_s"])
        gone = sum(one.outcome in {"removed_customer", "no_show"} for one in every)
        rows.append({
            "provider": provider, "service": service, "queued": len(every),
            "called": sum(one.one("called") is not None for one in every), "p50_s": quantile(waits, 0.5),
            "p90_s": quantile(waits, 0.9), "mean_s": mean(waits),
            "within_target_share": share(sum(targets), len(targets)), "abandoned": gone,
            "abandoned_share": share(gone, len(every)), "by_clock": clocked, "unknown": unknown,
        })  # fmt: skip
    return rows


def service_time(one: Service) -> float | None:
    started, ended = one.one("started"), one.one("ended")
    assert started is not None and ended is not None
    total, since = lasted(started, ended), None
    for event in one.events:
        if event.name == "service.held":
            since = event
        elif since is not None and event.name in {"service.resumed", "service.ended"}:
            held, since = lasted(since, event), None
            if held is None or total is None:
                return None
            total -= held
    return None if total is None else max(0.0, total)


def wrap_ups(events: list[Told], found: dict[str, Service]) -> dict[str, float]:
    """Per service event, the seconds of wrap-up after it: it was the last that had ended at that counter that day."""
    last: dict[str, tuple[str, str]] = {}
    since: dict[str, tuple[str, Told]] = {}
    spent: dict[str, float] = defaultdict(float)
    for event in events:
        if event.name == "service.ended" and event.id in found:
            called = found[event.id].one("called", -1)
            if called is not None:
                last[called.data["counter"]] = event.id, event.date
        if event.name not in COUNTER_EVENTS:
            continue
        counter = event.data["counter"]
        if counter in since:
            id_, begun = since.pop(counter)
            took = lasted(begun, event)
            if took is not None:
                spent[id_] += took
        if event.data.get("to") == "wrap_up" and counter in last and last[counter][1] == event.date:
            since[counter] = last[counter][0], event
    return spent


def durations(bodies: list[bytes]) -> list[dict[str, Any]]:
    events = told(bodies)
    found = services(events)
    wrapped = wrap_ups(events, found)
    served = [one for one in found.values() if one.outcome == "served"]
    rows = []
    for (provider, service), every in groups(served).items():
        times = {one.queued.id: service_time(one) for one in every}
        walks, clocked = [], 0
        for one in every:
            called, started, ended = one.one("called", -1), one.one("started"), one.one("ended")
            assert called is not None and started is not None and ended is not None
            walks.append(lasted(called, started))
            clocked += started.boot != ended.boot or called.boot != started.boot
        row: dict[str, Any] = {"provider": provider, "service": service, "served": len(every)}
        for name, values in (
            ("service", list(times.values())), ("walk", walks),
            ("wrap_up", [wrapped[one.queued.id] for one in every if one.queued.id in wrapped]),
        ):  # fmt: skip
            known = [value for value in values if value is not None]
            row |= {f"{name}_p50_s": quantile(known, 0.5), f"{name}_p90_s": quantile(known, 0.9)}
            row[f"{name}_mean_s"] = mean(known)
        unknown = sum(value is None for value in times.values())
        row |= {"unsure_share": share(sum(one.unsure for one in every), len(every)), "by_clock": clocked}
        rows.append(row | {"unknown": unknown})
    return rows


def volumes(bodies: list[bytes]) -> list[dict[str, Any]]:
    events = told(bodies)
    rows: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in services(events).values():
        if one.outcome != "served":
            continue
        ended = one.one("ended")
        assert ended is not None
        items = [(item["service"], item["qty"], whose) for item, whose in
                 zip(ended.data["delivered"], ended.data.get("providers", []), strict=True)]  # fmt: skip
        for service, qty, provider in items or [(one.service, 1, one.provider)]:
            row = rows[ended.date, provider, service, ended.data["channel"]]
            row["service_events"] += 1
            row["quantity"] += qty
            row["unsure"] += qty * one.unsure
            row["inferred"] += qty * one.inferred
    for event in events:
        if event.name == "work.recorded":
            row = rows[event.date, event.data["provider"], event.data["service"], event.data["channel"]]
            row["work_records"] += 1
            row["work_minutes"] += event.data["minutes"]
    return [
        {"date": key[0], "provider": key[1], "service": key[2], "channel": key[3],
         "service_events": row["service_events"], "quantity": row["quantity"],
         "unsure_share": share(row["unsure"], row["quantity"]),
         "inferred_start_share": share(row["inferred"], row["quantity"]),
         "work_records": row["work_records"], "work_minutes": row["work_minutes"]}
        for key, row in rows.items()
    ]  # fmt: skip


class Desk:
    """An open counter at one moment."""

    def __init__(self, opened: Told) -> None:
        self.id, self.services = opened.data["counter"], opened.data["services"]
        self.languages, self.state = opened.data["languages"], "available"
        self.serves = self.walks = False

    def serves_(self, service: str) -> bool:
        return not self.services or service in self.services

    def speaks(self, language: str) -> bool:
        return not self.languages or language in self.languages

    def may_call(self, one: Service, language: str, desks: dict[str, "Desk"]) -> bool:
        """The rule of the "next" button."""
        only = one.queued.data.get("counter")
        if only == self.id:
            return True
        if only in desks or not self.serves_(one.service):
            return False
        others = [d for d in desks.values() if d.state not in {"break", "other_work"} and d.serves_(one.service)]
        return self.speaks(language) or not any(d.speaks(language) for d in others)


def capacity(bodies: list[bytes], tick: int, zone: str = "Europe/Helsinki") -> list[dict[str, Any]]:
    """Tick by tick: what was every open counter doing?"""
    events = told(bodies)
    found = services(events)
    languages = {e.data["visit"]: e.data["language"] for e in events if e.name == "visit.created"}
    rows: dict[tuple[str, str | None], dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    for date, run in sorted({(e.date, e.run) for e in events}):
        here = [e for e in events if (e.date, e.run) == (date, run)]
        day = [e for e in events if e.date == date]
        seen = [e.s for e in here if not (e.data.get("at") == "inferred" and e.data.get("to", "serving") == "serving")]
        first, last = min(seen), max(seen)
        assert all(e.s % tick == 0 for e in here), "an event between two ticks"
        for now in range(int(first), int(last), tick):
            past = [e for e in day if e.run < run or (e.run == run and e.s <= now)]
            desks = desks_of(past, found)
            line = waiting_of(past, found)
            local = datetime.fromtimestamp(now // QUARTER * QUARTER, UTC).astimezone(ZoneInfo(zone))
            quarter = local.isoformat(timespec="minutes") if here[0].trusted else None
            row = rows[date, quarter] if desks else {}
            for desk in desks.values():
                calls = any(desk.may_call(one, languages[one.queued.data["visit"]], desks) for one in line)
                row[doing(desk, calls)] += tick
                row.setdefault("desks", set()).add(desk.id)
    return [capacity_row(date, quarter, row) for (date, quarter), row in rows.items()]


def desks_of(past: list[Told], found: dict[str, Service]) -> dict[str, Desk]:
    """The open counters, what their advisors do, and whether a customer is on the way or there."""
    desks: dict[str, Desk] = {}
    for event in past:
        if event.name == "counter.opened":
            desks[event.data["counter"]] = Desk(event)
        elif event.name == "counter.closed":
            desks.pop(event.data["counter"], None)
    for desk in desks.values():
        latest = [e for e in past if e.name in COUNTER_EVENTS and e.data["counter"] == desk.id][-1]
        desk.state = latest.data.get("to", "available")
    moves = {"service.called", "service.started", "service.held", "service.resumed", "service.ended"}
    latest_of = {e.id: e for e in past if e.name in moves}
    for id_, event in latest_of.items():
        called = found[id_].one("called", -1)
        if called is None or called.data["counter"] not in desks:
            continue
        desks[called.data["counter"]].walks |= event.name == "service.called"
        desks[called.data["counter"]].serves |= event.name in {"service.started", "service.resumed"}
    return desks


def waiting_of(past: list[Told], found: dict[str, Service]) -> list[Service]:
    gone = {e.id for e in past if e.name in {"service.called", "service.ended"}}
    over = {e.data["session"] for e in past if e.name == "remote.ended"}
    asked = [e for e in past if e.name == "remote.requested" and e.id in found and e.data["session"] not in over]
    for_experts = {found[e.id].queued.data["visit"] for e in asked}
    line = [found[e.id] for e in past if e.name == "service.queued" and e.id not in gone]
    return [one for one in line if one.queued.data["visit"] not in for_experts]


def doing(desk: Desk, calls: bool) -> str:
    if desk.serves or desk.state in {"serving", "remote_serving"}:
        return "serving"
    if desk.state == "wrap_up":
        return "wrap_up"
    if desk.walks:
        return "walk"
    if desk.state != "available":
        return desk.state
    return "between" if calls else "idle"


def capacity_row(date: str, quarter: str | None, row: dict[str, Any]) -> dict[str, Any]:
    busy = row["serving"] + row["wrap_up"]
    names = ("serving", "wrap_up", "walk", "other_work", "break", "between", "idle")
    open_ = sum(row[name] for name in names)
    return {
        "date": date, "quarter": quarter, "counters": len(row["desks"]), "open_s": open_, "idle_s": row["idle"],
        "busy_s": busy, "walk_s": row["walk"], "between_s": row["between"], "other_work_s": row["other_work"],
        "break_s": row["break"], "idle_share": share(row["idle"], row["idle"] + busy),
        "session_minus_serving_s": open_ - row["serving"],
    }  # fmt: skip
