"""What hangs on this machine by a cable: can its coming be heard, are our rule and drivers in place, does it open?"""

from pathlib import Path

from controller.app import nodes, plugged
from controller.app.doctor.finding import Box, Finding, fail, ok, unknown, warn
from controller.domain.point import Booth
from drivers.udev.attached import Attached
from drivers.udev.library import Libudev, NoUdev
from drivers.udev.roster import is_hotplugged, link_of

MODULES = "modules-load.d/luukku.conf"
CUPS = Path("/usr/lib/cups/backend/usb")  # Debian's is 0744: CUPS runs it as root, and no udev rule keeps it off
INSTALL = "as root in the source folder: make install"


def udev(box: Box) -> Finding:
    """libudev and its daemon, our rule and the list of drivers that are loaded before the point starts."""
    wanted = box.config is not None and any(plugged.is_hotplugged_device(one) for one in plugged.devices(box.config))
    bad = fail if wanted else warn
    try:
        Libudev().look()
    except NoUdev as no:
        return bad(f"{no.why}{'' if wanted else '; this config has nothing on USB'}", no.mend)
    missing = [name for name, found in (("60-luukku.rules", nodes.rule()), (MODULES, _modules())) if not found]
    if missing:
        return bad(f"not installed: {', '.join(missing)}", INSTALL)
    return ok(f"{nodes.rule()}, {_modules()}")


def devices(box: Box) -> Finding:
    """What the config names and is plugged in must open; what it does not name is counted."""
    try:
        attached = plugged.look()
    except (NoUdev, OSError) as no:
        return unknown(f"cannot tell what is plugged in: {no}", "see the check udev")
    owned = {one.path: owner for one in attached if box.config and (owner := plugged.named_by(one, box.config))}
    shut = [(owned[one.path].id, why) for one in attached if one.path in owned and (why := nodes.shut(one.node))]
    bad = [f"{id_}: {why.seen}" for id_, why in shut if why.cause != "busy"]  # the daemon holds it: see its printer
    seen = _seen(attached, owned)
    if bad:
        return fail(f"{seen}; {'; '.join(bad)}", next(why.mend for _, why in shut if why.cause != "busy"))
    if CUPS.exists() and box.config and any(is_hotplugged(one.link) for one in box.config.printers):
        mend = "sudo systemctl disable --now cups.service cups.socket cups.path; or: sudo apt purge cups"
        return warn(f"{seen}; CUPS is here and takes printers on USB from the point", mend)
    return ok(seen)


def _seen(attached: tuple[Attached, ...], owned: dict[str, plugged.Device | Booth]) -> str:
    strangers = [link for one in attached if one.path not in owned and (link := link_of(one, attached))]
    named = f"{len({one.id for one in owned.values()})} of the config plugged in"
    return f"{named}, and {len(strangers)} that it does not name (luukku suggest)" if strangers else named


def _modules() -> object:
    return next((root / MODULES for root in nodes.ROOTS if (root / MODULES).is_file()), None)
