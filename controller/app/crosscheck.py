"""Tables that must agree: ids, references, series letters, links, and who may speak."""

from collections.abc import Callable, Iterator

from controller.app import addresses, meanings
from controller.app.draft import Draft, repeated
from controller.app.faults import Finding, did_you_mean, listed, show
from controller.app.toml_lines import Path
from controller.domain.point import Panel, Printer, Queue, Scanner, Screen

REFERENCES = (
    ("services", "provider", "providers"),
    ("services", "queue", "queues"),
    ("counters", "services", "services"),
    ("kiosks", "printer", "printers"),
    ("kiosks", "services", "services"),
    ("kiosks", "general", "services"),
    ("screens", "queues", "queues"),
    ("booths", "room", "rooms"),
    ("booths", "services", "services"),
    ("panels", "counter", "counters"),
    ("panels", "kiosk", "kiosks"),
    ("panels", "booth", "booths"),
    ("scanners", "kiosk", "kiosks"),
)


def findings(draft: Draft) -> Iterator[Finding]:
    """Every disagreement between tables."""
    for check in _CHECKS:
        yield from check(draft)


def _ids(draft: Draft) -> Iterator[Finding]:
    for section, ids in draft.ids.items():
        for path, first, name in repeated([((*path, "id"), name) for path, name in ids]):
            yield Finding(path, show(name), f"an id that no other [[{section}]] has", "it stands twice", first)


def _references(draft: Draft) -> Iterator[Finding]:
    for section, key, target in REFERENCES:
        for path, table in draft.tables.items():
            if path[0] == section:
                yield from _reference(draft, (*path, key), getattr(table, key), target)


def _reference(draft: Draft, path: Path, found: str | tuple[str, ...], target: str) -> Iterator[Finding]:
    names = draft.names(target)
    wanted = [((*path, n), one) for n, one in enumerate(found)] if isinstance(found, tuple) else [(path, found)]
    for place, one in wanted:
        if one and one not in names:
            words = f"an id out of [[{target}]]: {listed(names)}"
            yield Finding(place, show(one), words, did_you_mean(one, names))


def _series(draft: Draft) -> Iterator[Finding]:
    for path, first, series in repeated([((*path, "series"), queue.series) for path, queue in draft.each(Queue)]):
        words = "a series that no other queue has: two customers would hold the same number"
        yield Finding(path, show(series), words, "", first)


def _sound(draft: Draft) -> Iterator[Finding]:
    loud = [(*path, "sound") for path, screen in draft.each(Screen) if screen.sound]
    for path in loud[1:]:
        yield Finding(path, "true", "false: one screen speaks, two would talk over each other", "", loud[0])


def _links(draft: Draft) -> Iterator[Finding]:
    devices = [(path, table) for path, table in draft.tables.items() if isinstance(table, Printer | Panel | Scanner)]
    real = [((*path, "link"), device.link) for path, device in devices if device.link != "sim"]
    for path, first, link in repeated(real):
        yield Finding(path, show(link), "a link that no other device is on", "", first)


def _panels(draft: Draft) -> Iterator[Finding]:
    """Each panel knows whose it is."""
    for path, panel in draft.each(Panel):
        if any(draft.told((*path, key)) for key in ("kind", "counter", "kiosk", "booth")):
            continue
        if panel.kind == "call_button" and not panel.counter:
            yield Finding((*path, "counter"), "none", "the id of the counter that this button calls for")
        owners = [one for one in (panel.counter, panel.kiosk, panel.booth) if one]
        if panel.kind == "keypad" and len(owners) != 1:
            words = "either the kiosk or the counter or the booth that this keypad belongs to"
            yield Finding((*path, "kiosk"), " and ".join(map(show, owners)) or "none", words)
        if panel.kind == "leave" and not panel.booth:
            yield Finding((*path, "booth"), "none", "the booth whose session this button ends")
        if panel.kind not in {"leave", "keypad"} and panel.booth:
            yield Finding((*path, "booth"), show(panel.booth), "no booth")
        if panel.kind != "keypad" and panel.kiosk:
            yield Finding((*path, "kiosk"), show(panel.kiosk), "no kiosk: only a keypad steers a kiosk's page")


def _scanners(draft: Draft) -> Iterator[Finding]:
    """Each reader has a page that gets its codes, and speaks as its link does."""
    kiosks = draft.names("kiosks")
    for path, scanner in draft.each(Scanner):
        if not scanner.kiosk and len(kiosks) != 1 and not draft.told((*path, "kiosk")):
            words = f"the kiosk that this reader stands at: {listed(kiosks)}"
            yield Finding((*path, "kiosk"), "none", words)
        if scanner.kind == "keyboard" and scanner.link.startswith("serial:"):
            words = '"usb:SERIAL", "port:PATH" or "sim": a reader of kind keyboard is no serial line'
            yield Finding((*path, "link"), show(scanner.link), words)


_CHECKS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    _ids,
    _references,
    _series,
    _sound,
    _links,
    _panels,
    _scanners,
    addresses.findings,
    meanings.findings,
)
