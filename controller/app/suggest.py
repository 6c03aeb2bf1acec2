"""`luukku suggest`: what is plugged in and in no config, as lines to paste into one."""

import argparse
import asyncio
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from controller.app import plugged
from controller.app.doctor.finding import CONFIG
from controller.app.faults import ConfigError, Failed, plain
from controller.app.settings import load
from controller.domain.point import Config
from drivers.escpos.profiles import profiles
from drivers.udev.attached import Attached, Kind
from drivers.udev.hotplug import Hotplug
from drivers.udev.library import NoUdev
from drivers.udev.roster import link_of

OK = 0
SETTLE_S = 0.5  # a scanner comes as two or three keyboards, one after the other
BAUD = 9600  # what most readers and their cables leave the factory with
_SAFE = re.compile(r"[!#-&(-\[\]-~]+")  # what may stand between TOML's quotes as it is
Key = tuple[str, Kind, str]


def add(verbs: Any) -> None:
    """Add the verb `suggest` to the command line."""
    verb = verbs.add_parser(
        "suggest", help="the lines of a config for what is plugged in",
        description="Prints a stanza for each device that is plugged in and that no config names, then waits for more. "
        "Plug one device in after the other, and paste what is printed into the config. Ctrl-C ends it.",
    )  # fmt: skip
    verb.add_argument("--config", type=Path, metavar="FILE", help=f"the config that may name some already ({CONFIG})")
    verb.add_argument("--once", action="store_true", help="print what is there now, and end")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; ends by itself only with --once. Raises ConfigError, Failed."""
    teller = Teller(_config(arguments.config))
    try:
        teller.tell(plugged.look())
        if arguments.once:
            if not teller.told:
                _aside("nothing is plugged in that a config could name" + teller.but)
            return OK
        asyncio.run(_watch(teller))
    except (NoUdev, OSError) as no:
        if isinstance(no, BrokenPipeError):
            raise
        raise Failed(f"cannot tell what is plugged in: {no}") from no
    return OK


class Teller:
    """Says each device once, until it goes; knows which ids are used."""

    def __init__(self, config: Config | None) -> None:
        self._config = config
        self.kiosks = [kiosk.id for kiosk in config.kiosks] if config else []
        self._known: set[Key] = set()
        self._ids = {device.id for device in plugged.devices(config)} if config else set()
        self.told = 0
        self.but = ""

    def tell(self, attached: Iterable[Attached]) -> None:
        """Print a stanza for what is new and nobody's; one line aside for what the config names."""
        there = {_key(one): one for one in sorted(heads(tuple(attached)), key=lambda one: one.path)}
        self._known &= there.keys()
        for key, one in there.items():
            if key in self._known:
                continue
            self._known.add(key)
            owner = plugged.named_by(one, self._config) if self._config else None
            if owner is not None:
                self.but = " and that is not named already"
                _aside(f'{plugged.words(one)} at {one.node} is "{owner.id}" in the config already')
            else:
                print(
                    "\n".join(stanza(one, link_of(one, tuple(attached)), self.name(one), self.kiosks)),
                    end="\n\n",
                    flush=True,
                )
                self.told += 1

    def name(self, one: Attached) -> str:
        """A name that no other device has, out of the device's own words."""
        slug = re.sub(r"[^a-z0-9]+", "-", (one.words.split(" ", 1)[-1] or one.kind.value).lower()).strip("-")[:34]
        base = slug.strip("-") or one.kind.value
        id_ = next(name for n in range(1, 1000) if (name := base if n == 1 else f"{base}-{n}") not in self._ids)
        self._ids.add(id_)
        return id_


def stanza(one: Attached, link: str, id_: str, kiosks: Sequence[str]) -> Iterator[str]:
    """The lines for a config with these `kiosks`. `link` "" for what no link can name: then a comment alone."""
    yield f"# {plugged.words(one)}, {_names(one)}, now {plain(one.node)}"
    if not _SAFE.fullmatch(link):
        yield "# It has no serial and no port that could be told from others: no config can name it."
        return
    if link.startswith("port:"):
        yield "# By its port, for its serial is missing or not its own: it must stay plugged in where it is."
    match one.kind:
        case Kind.PRINTER:
            yield from ("[[printers]]", f'id = "{id_}"', 'kind = "escpos"', f'link = "{link}"')
            yield f'profile = "{_profile(one)}"'
        case Kind.KEYBOARD if one.full:
            yield "# A code reader, or a keypad or button that speaks like a keyboard: then"
            yield '# [[panels]] kind = "call_button", "keypad" or "panic", with the same link. No plain keyboard.'
            yield from ("[[scanners]]", f'id = "{id_}"', 'kind = "keyboard"', f'link = "{link}"', *_stands_at(kiosks))
        case Kind.KEYBOARD:
            yield '# A keypad or button, by its keys; kind may be "call_button" or "panic" too. Were it a code reader:'
            yield '# [[scanners]] kind = "keyboard", with the same link.'
            yield "# A keypad may be a counter's instead: then counter, not kiosk."
            yield from ("[[panels]]", f'id = "{id_}"', 'kind = "keypad"', f'link = "{link}"', *_stands_at(kiosks))
        case Kind.SERIAL:
            line = f"serial:{_line(one, link)},{BAUD}"
            yield '# A code reader on a serial line. Were it a ticket printer: [[printers]] kind = "escpos",'
            yield f'# link = "{line}". The speed after the comma is what its switches or its manual say.'
            own = link if one.node.startswith("/dev/ttyACM") else line  # speaks USB itself: any speed will do
            yield from ("[[scanners]]", f'id = "{id_}"', 'kind = "serial"', f'link = "{own}"', *_stands_at(kiosks))
        case Kind.CAMERA:
            yield "# A camera of a booth: over the desk as here, or, where it shows the customer, camera = this link."
            yield "# A booth that is there already takes the one line. It also wants a room, and services with remote."
            yield from ("[[booths]]", f'id = "{id_}"', f'document_camera = "{link}"')


def _stands_at(kiosks: Sequence[str]) -> Iterator[str]:
    """Whose it is. Which kiosk it stands at, nobody here can see."""
    if len(kiosks) > 1:
        yield f"# The kiosk that it stands at: {', '.join(kiosks)}"
    yield f'kiosk = "{kiosks[0] if kiosks else "main"}"'


async def _watch(teller: Teller) -> None:
    """Until interrupted."""
    _aside("waiting for something to be plugged in; Ctrl-C ends")
    hotplug, changed = Hotplug(), asyncio.Event()
    hotplug.watch(changed.set)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hotplug.run())
        while True:
            await changed.wait()
            await asyncio.sleep(SETTLE_S)
            changed.clear()
            if hotplug.trouble is not None:
                raise Failed(f"cannot tell what is plugged in: {hotplug.trouble}")
            teller.tell(hotplug.attached)


def _config(file: Path | None) -> Config | None:
    """The one that is asked for must be right; the installed one may still be in the making."""
    if file is not None:
        return load(file)
    try:
        return load(CONFIG) if CONFIG.exists() else None
    except (ConfigError, OSError):
        _aside(f"{CONFIG} cannot be read or is wrong (luukku check {CONFIG}): everything plugged in is shown")
        return None


def heads(attached: tuple[Attached, ...]) -> Iterator[Attached]:
    """One for each device and use: a reader's media keys are no second keyboard. Each serial line is its own."""
    for one in attached:
        same = [other for other in attached if (other.device, other.kind) == (one.device, one.kind)]
        if one.kind is Kind.SERIAL or one == min(same, key=lambda other: (not other.full, other.path)):
            yield one


def _key(one: Attached) -> Key:
    return one.path if one.kind is Kind.SERIAL else one.device, one.kind, one.serial


def _names(one: Attached) -> str:
    return f"serial {plain(one.serial)}" if one.serial else "without a serial"


def _line(one: Attached, link: str) -> str:
    """The steadiest name of a serial line's node: by what is printed on it, else by its port."""
    wanted = "/by-id/" if link.startswith("usb:") else "/by-path/"
    return next((name for name in one.aliases if wanted in name and _SAFE.fullmatch(name)), one.node)


def _profile(one: Attached) -> str:
    """The profile that its words name."""
    named = [name for name in profiles() if name in one.words.lower()]
    return max(named, key=len, default="generic")


def _aside(text: str) -> None:
    """For whoever looks; a pipe gets the stanzas alone."""
    print(f"# {text}", file=sys.stderr, flush=True)
