"""The program itself: its Python, its packages against the lock, its SQLite."""

import os
import platform
import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import apsw

from controller.app.doctor.finding import Box, Finding, fail, ok, unknown, warn

NEWEST_KNOWN_BUG = (3, 51, 2)  # sqlite.org: the write-ahead log's reset bug is mended in 3.51.3
AGAIN = "as root in the source folder: make install"


def python(box: Box) -> Finding:
    """Its own environment, and one that the daemon's user can read."""
    found = f"{'.'.join(map(str, sys.version_info[:3]))} at {sys.prefix}"
    if sys.prefix == sys.base_prefix:
        return warn(f"{found}: no virtual environment", AGAIN)
    return ok(found)


def packages(box: Box) -> Finding:
    """Is what is installed what the lock says? The lock lies beside the virtual environment."""
    return compare(Path(sys.prefix).parent / "requirements.lock")


def compare(lock: Path) -> Finding:
    try:
        pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)([^\\\n]*)", lock.read_text("utf-8"), re.MULTILINE)
    except OSError as no:
        return unknown(f"{lock}: {no.strerror}", AGAIN)
    wrong = [said for name, wanted, marker in pins if _wanted(marker) and (said := _differs(name, wanted))]
    if wrong:
        return fail(f"not as {lock.name} says: {', '.join(wrong)}", AGAIN)
    return ok(f"{len(pins)} as in {lock}") if pins else unknown(f"{lock}: names no package", AGAIN)


def sqlite(box: Box) -> Finding:
    found = apsw.sqlite_lib_version()
    if tuple(int(part) for part in found.split(".")) <= NEWEST_KNOWN_BUG:
        return fail(f"{found} can lose commits of its write-ahead log", AGAIN)
    return ok(f"{found}, apsw {apsw.apsw_version()}")


def tools(box: Box) -> Finding:
    """Programs that the daemon calls."""
    missing = [name for name in ("openssl", "prlimit") if shutil.which(name) is None]
    if missing:
        return fail(f"missing: {', '.join(missing)}", "sudo apt install openssl util-linux")
    return ok("openssl, prlimit")


def browser(box: Box) -> Finding:
    """The screens that hang on this box."""
    found = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    if found is None:
        return warn("no Chromium: this box can drive no screen of its own", "sudo apt install chromium")
    package = Path("/var/lib/dpkg/info/chromium.list")
    return ok(f"{found}{'' if package.exists() else ', not from a Debian package'}")


def encoding(box: Box) -> Finding:
    name = sys.getfilesystemencoding()
    if name != "utf-8":
        return warn(f"files are named in {name}", "sudo localectl set-locale LANG=C.UTF-8")
    return ok(f"{name}, LANG={os.environ.get('LANG', '')}")


def _wanted(marker: str) -> bool:
    """Is this pin for this machine? The lock is for every platform: markers stand behind a semicolon."""
    if ";" not in marker:
        return True
    machine = re.search(r"platform_machine (==|!=) '([^']+)'", marker)
    if machine and (machine[1] == "==") != (machine[2] == platform.machine()):
        return False
    python = re.search(r"python_(?:full_)?version (<|>=) '(\d+)\.(\d+)'", marker)
    if python and (python[1] == "<") != (sys.version_info[:2] < (int(python[2]), int(python[3]))):
        return False
    return not re.search(r"sys_platform == '(win32|darwin)'|platform_system == 'Windows'|version < '3\.11'", marker)


def _differs(name: str, wanted: str) -> str:
    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} {wanted} is missing"
    return "" if found == wanted else f"{name} is {found}, not {wanted}"
