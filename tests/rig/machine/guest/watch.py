"""What became of a node after a plug, seen closely: when it came, was given its group, was opened by the daemon."""

import grp
import os
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

LOOK_S = 0.005

_listening: dict[str, int] = {}


def owner(node: str) -> dict[str, Any]:
    """Whose a node is: {"group", "mode" (octal), "user"}; {} where it is not there."""
    try:
        found = os.stat(node)
    except FileNotFoundError:
        return {}
    try:
        group = grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        group = str(found.st_gid)
    return {"group": group, "mode": f"{stat.S_IMODE(found.st_mode):o}", "user": found.st_uid}


def daemon() -> int:
    """The daemon's process id; 0 where it does not run."""
    words = ["systemctl", "show", "luukku", "-p", "MainPID", "--value"]
    return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() or 0)


def holds(pid: int, node: str) -> bool:
    """Whether the process has the node open."""
    wanted = os.path.realpath(node)
    for one in Path(f"/proc/{pid}/fd").iterdir():
        try:
            if os.readlink(one) == wanted:
                return True
        except FileNotFoundError:  # it was closed meanwhile
            continue
    return False


def plug_and_watch(name: str, node: str, group: str, within: float = 30.0) -> dict[str, float]:
    """Plug the gadget in and look until the daemon has its node open. Gives seconds since the plug: "node" (it is
    there), "group" (it is the group's), "open" (the daemon has it). Raises TimeoutError, with what was seen."""
    import gadgets

    pid, seen = daemon(), dict[str, float]()
    since = gadgets.plug(name)
    while "open" not in seen:
        now = time.monotonic() - since
        whose = owner(node)
        if whose:
            seen.setdefault("node", now)
        if whose.get("group") == group:
            seen.setdefault("group", now)
        if whose and holds(pid, node):
            seen["open"] = now
        if now > within:
            raise TimeoutError(f"{node} of {name}: {seen}, {whose}")
        time.sleep(LOOK_S)
    return seen


def until_open(node: str, within: float = 30.0) -> float:
    """Wait until the daemon that runs has the node open; gives how long that took. Raises TimeoutError."""
    since = time.monotonic()
    while True:
        pid = daemon()
        if pid and Path(node).exists() and holds(pid, node):
            return time.monotonic() - since
        if time.monotonic() - since > within:
            raise TimeoutError(f"{node}: process {pid} has not opened it in {within:g} s; {owner(node)}")
        time.sleep(0.2)


def listen(node: str) -> None:
    """Open an input node as another program would, to hear what is left for it."""
    _listening[node] = os.open(node, os.O_RDONLY | os.O_NONBLOCK)


def overheard(node: str) -> int:
    """Bytes of events that came there since `listen`."""
    try:
        return len(os.read(_listening[node], 1 << 16))
    except BlockingIOError:
        return 0


DEEDS = (owner, daemon, holds, plug_and_watch, until_open, listen, overheard)
