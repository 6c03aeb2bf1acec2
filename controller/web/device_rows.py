"""Every device of the config as it is now: `GET /devices`, and the technician's page. Unknown is said, never shown as
fine: a device of which nothing was heard is a row all the same.
"""

from datetime import datetime
from typing import Any

import msgspec

from controller.domain import rolls
from controller.domain.point import Config
from controller.domain.state import Device, Roll
from controller.domain.text import moment
from controller.web import dates
from controller.web.site import Site

Row = dict[str, Any]
VIEWS = {"screen": "tv", "kiosk": "kiosk", "booth": "booth"}  # devices that are pages: kind -> view


class Configured(msgspec.Struct, frozen=True):
    """One device entry of the config. `type` is its `kind` there (escpos, call_button, ...), `link` as written."""

    kind: str
    id: str
    type: str | None = None
    link: str | None = None


def configured(config: Config) -> list[Configured]:
    """In the order in which an id is looked up: an id may name a printer and a screen, the wired device comes first."""
    found = [Configured("printer", one.id, one.kind, one.link) for one in config.printers]
    found += [Configured("panel", one.id, one.kind, one.link) for one in config.panels]
    found += [Configured("scanner", one.id, one.kind, one.link) for one in config.scanners]
    found += [Configured("screen", one.id) for one in config.screens]
    found += [Configured("kiosk", one.id) for one in config.kiosks]
    return found + [Configured("booth", one.id) for one in config.booths]


def find(config: Config, id_: str, kind: str | None) -> Configured | None:
    return next((one for one in configured(config) if one.id == id_ and kind in {None, one.kind}), None)


def rows(site: Site) -> list[Row]:
    """id, kind, type, link, desired, actual, causes, since, tier, simulated, last_test (`shapes.DeviceOut`)."""
    return [_row(site, one) for one in configured(site.config)]


def unknown(site: Site) -> list[Row]:
    """What is plugged in and nobody owns, with the stanza that would change that (`shapes.UnownedOut`)."""
    return [msgspec.structs.asdict(one) for one in site.unowned()]


def board(site: Site) -> Row:
    """What the technician's page shows: each device with its newest events, and the box itself."""
    link = site.link
    central: Row = {"configured": bool(site.config.central.url), "up": link.up, "seq": link.seq, "fork": link.fork}
    if central["configured"]:
        central["behind"] = site.state.seq - (link.seq or 0)
    return {
        "devices": [row | {"events": _events(site, row), "roll": _roll(site, row)} for row in rows(site)],
        "unknown": unknown(site),
        "central": central,
        "clock": site.now().clock,
        "version": site.build,
        "config_hash": site.config_hash,
        "started": moment(site.started),
        "ready_causes": site.ready_causes(),
        "disk": None if site.disk is None else msgspec.structs.asdict(site.disk),
    }


def actual(site: Site, one: Configured) -> tuple[str, list[str], int]:
    """State (contract, `device.state_changed`), causes, since when in UTC ms: of a device of which nothing was heard,
    the start of this daemon."""
    if one.kind in VIEWS:
        view = VIEWS[one.kind]
        here = site.presence.here(view, one.id)
        lacks = _booth_lacks(site, one.id) if one.kind == "booth" else []
        state = ("degraded" if lacks else "ready") if here else "detached"
        if here and "out_of_service" in {known.state for known in _tested(site, one.id)}:
            state = "out_of_service"
        return state, [*([] if here else ["no_page"]), *lacks], site.presence.since(view, one.id)
    known = site.state.devices.get(one.id)
    if known is None or known.kind not in {one.kind, one.type}:
        return "unknown", ["no_report"], site.started
    return known.state, list(known.causes), known.since


def _booth_lacks(site: Site, id_: str) -> list[str]:
    """What a booth must do without while its page is there: the media process, or central's experts."""
    if site.exchange is None:
        return ["no_central"]
    seen = site.exchange.seen(id_, "")
    lacks = [*([] if seen.media else ["no_media"]), *([] if seen.central else ["no_central"])]
    return [*lacks, *(cause for known in _tested(site, id_) for cause in known.causes if cause not in lacks)]


def _tested(site: Site, id_: str) -> list[Device]:
    """How its last self-test was, if it had one."""
    known = site.state.devices.get(id_)
    return [known] if known is not None and known.kind == "booth" else []


def _row(site: Site, one: Configured) -> Row:
    state, causes, since = actual(site, one)
    known = site.state.devices.get(one.id)
    return {
        "id": one.id, "kind": one.kind, "type": one.type, "link": one.link, "desired": "ready", "actual": state,
        "causes": causes, "since": moment(since),
        "tier": site.tiers(one.id) if one.kind == "printer" else None,
        "simulated": one.link == "sim" or bool(one.link and known and known.simulated),
        "last_test": site.trials.get((one.kind, one.id)),
    }  # fmt: skip


def _roll(site: Site, row: Row) -> Row | None:
    """A printer's paper: what its roll still holds, None when nobody can know, and what it has printed."""
    if row["kind"] != "printer":
        return None
    roll = site.state.rolls.get(row["id"]) or Roll()
    return {
        "tickets_left": rolls.forecast(site.state, site.config, row["id"]),
        "prints": roll.prints, "cuts": roll.cuts, "paper_mm": roll.paper_mm,
    }  # fmt: skip


def _events(site: Site, row: Row) -> list[Row]:
    found = site.device_log.rows(row["kind"], row["id"])
    if row["type"]:
        found = found or site.device_log.rows(row["type"], row["id"])
    return [event | {"local": _local(site, event["time"])} for event in found]


def _local(site: Site, time: str) -> str:
    ms = round(datetime.fromisoformat(time).timestamp() * 1000)
    return dates.event_time(ms, site.now().ms, site.config.point.zone)
