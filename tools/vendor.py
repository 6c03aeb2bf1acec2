"""What the pages borrow, kept in the tree: `--check` proves each file by its sha256 without a network,
`--derive` makes them all again from the npm packages of the lock (`--upgrade` takes the versions below instead).

The pages then install without Node, and a reader sees exactly which bytes of whose work we ship.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "kiosk_ui" / "vendor"
TESTS = ROOT / "tests" / "vendor"

UI_ICONS = (
    "Alert ArrowDown ArrowLeft CalendarChecked Check CheckCircle ChevronRight Clock Close Error GroupOfPeople "
    "Help History Hourglass Info Internet Lock Login MapLocationFilled Minus Person Phone Plus Print Refresh Search "
    "Star StarFilled SwapVertical TransportWalk Warning"
)
PICTURES = (
    "Book Briefcase BuildingAdministrative Buildings ChatBubbles Child Contract Conversation Court Display Doctor "
    "Family Finance HandCoins HandPlate Helpdesk Home House IdBadge MigrationFinland Mobile Money Presentation "
    "Register Scale SocialSecurity Success Support Team UserBadge UserProfile WomanButtons"
)

Unpacked = Callable[[str], bytes]


@dataclass(frozen=True)
class Package:
    """One npm package: its version, its licence, and how our files come out of it."""

    name: str
    version: str
    licence: str
    shelf: Path
    copies: dict[str, str] = field(default_factory=dict)
    makes: dict[str, Callable[[Unpacked], bytes]] = field(default_factory=dict)


def tokens_css(read: Unpacked) -> bytes:
    """The design tokens' SCSS values, word for word, as CSS custom properties."""
    scss = read("dist/tokens.scss").decode()
    values = re.findall(r"\$(fi-(?:color|spacing|radius|shadow|transition)-[\w-]+):\s*([^;]+);", scss)
    lines = [f"  --{name}: {value.strip()};" for name, value in values]
    return (
        "/* Suomi.fi design tokens (MIT), made by tools/vendor.py. */\n:root {\n" + "\n".join(lines) + "\n}\n"
    ).encode()


TOKEN = re.compile(
    r'React\.createElement\("(?P<tag>\w+)", (?:Object\.assign\()?\{(?P<properties>[^}]*)\}(?:, props\))?'
    r'|"(?:[^"\\]|\\.)*"|(?P<open>\()|(?P<close>\))'
)
PROPERTY = re.compile(r'"?([\w-]+)"?: "([^"]*)"')
KEPT = {"fillRule": "fill-rule", "clipRule": "clip-rule", "strokeWidth": "stroke-width"}


def symbol(name: str, source: str) -> str:
    """An icon's React code as an SVG symbol: base lines take `color`, highlights take `fill`."""
    out: list[str] = []
    ends: list[str | None] = []  # what each open parenthesis closes
    inside = False  # a coloured group: its plain shapes are lines too
    for token in TOKEN.finditer(source[source.index("React.createElement") :]):
        if token["tag"]:
            values = dict(PROPERTY.findall(token["properties"]))
            inside = inside or (token["tag"] == "g" and "className" in values)
            start, end = element(name, token["tag"], values, inside)
            out.append(start)
            ends.append(end)
        elif token["open"]:
            ends.append(None)
        elif token["close"] and ends:
            out.append(ends.pop() or "")
    return "".join(out)


def element(name: str, tag: str, values: dict[str, str], inside: bool) -> tuple[str, str]:
    if tag == "svg":
        return f'<symbol id="{name}" viewBox="{values["viewBox"]}">', "</symbol>"
    if tag == "g":
        values.pop("fill", None)
        values.pop("className", None)
        return f"<g{attributes(values)}>", "</g>"
    named, fill = values.pop("className", ""), values.pop("fill", None)
    if not named and not inside and fill in {None, "none"}:
        return "", ""  # the empty square that only gives the icon its box
    if "highlight" not in named:
        values["fill"] = "currentColor"
    return f"<{tag}{attributes(values)}/>", ""


def attributes(values: dict[str, str]) -> str:
    return "".join(f' {KEPT.get(key, key)}="{value}"' for key, value in values.items())


def kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def icons_svg(read: Unpacked) -> bytes:
    def symbols() -> Iterator[str]:
        for folder, names in (("baseIcons", UI_ICONS), ("illustrativeIcons", PICTURES)):
            for name in names.split():
                try:
                    source = read(f"esm/svgrComponents/{folder}/Icon{name}.js").decode()
                except KeyError:
                    sys.exit(f"vendor: no icon {name} in {folder}")
                yield symbol(kebab(name), source)

    head = "<!-- Suomi.fi icons (MIT), made by tools/vendor.py -->\n"
    return (head + '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols()) + "\n</svg>\n").encode()


DIRECTIVES = ("class-map", "if-defined", "keyed", "live", "repeat")
FLUENT = "builtins bundle index memoizer resolver resource scope types"
FONT = "source-sans-3-{}-wght-normal.woff2"

PACKAGES = (
    Package(
        "lit-html", "3.3.3", "BSD-3-Clause", PAGES,
        {f"lit/{name}.js": f"{name}.js" for name in ("lit-html", "directive", "directive-helpers")}
        | {f"lit/directives/{name}.js": f"directives/{name}.js" for name in DIRECTIVES}
        | {"lit/LICENSE": "LICENSE"},
    ),
    Package("@fluent/bundle", "0.19.1", "Apache-2.0", PAGES,
            {f"fluent/{name}.js": f"esm/{name}.js" for name in FLUENT.split()}),
    Package(
        "@fontsource-variable/source-sans-3", "5.3.0", "OFL-1.1", PAGES,
        {f"fonts/source-sans-3-{part}.woff2": f"files/{FONT.format(part)}" for part in ("latin", "latin-ext")}
        | {"fonts/LICENSE": "LICENSE"},
    ),
    Package("suomifi-icons", "8.0.0", "MIT", PAGES, {"suomifi-icons.LICENSE": "LICENSE"}, {"icons.svg": icons_svg}),
    Package("suomifi-design-tokens", "7.0.0", "MIT", PAGES,
            {"suomifi-design-tokens.LICENSE": "LICENSE"}, {"tokens.css": tokens_css}),
    Package("axe-core", "4.14.1", "MPL-2.0", TESTS, {"axe.min.js": "axe.min.js", "axe.LICENSE": "LICENSE"}),
    Package("@point-of-sale/receipt-printer-encoder", "4.0.1", "MIT", TESTS,
            {"receipt-printer-encoder.js": "dist/receipt-printer-encoder.umd.js",
             "receipt-printer-encoder.LICENSE": "LICENSE"}),
    Package("receiptline", "4.0.4", "Apache-2.0", TESTS,
            {"receiptline.js": "lib/receiptline.js", "receiptline.LICENSE": "LICENSE"}),
)  # fmt: skip


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def fetch(package: Package, version: str, into: Path) -> tuple[str, Unpacked]:
    """The package's tarball through the npm client: its integrity and a way to read its files."""
    run = ["npm", "pack", "--json", "--pack-destination", str(into), f"{package.name}@{version}"]
    answer = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    tarball = into / answer[0]["filename"].replace("@", "").replace("/", "-")
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    files = contents(tarball)
    return integrity, files.__getitem__


def contents(tarball: Path) -> dict[str, bytes]:
    with tarfile.open(tarball) as tar:
        members = [(m.name.split("/", 1)[1], tar.extractfile(m)) for m in tar.getmembers() if m.isfile()]
        return {name: handle.read() for name, handle in members if handle is not None}


def lock_of(shelf: Path) -> dict[str, dict[str, object]]:
    path = shelf / "vendor.lock"
    if not path.exists():
        return {}
    return {entry["name"]: entry for entry in tomllib.loads(path.read_text())["package"]}


def derive(upgrade: bool) -> int:
    """Every file again from its package; a locked package whose tarball has changed stops it."""
    for shelf in (PAGES, TESTS):
        entries, locked = [], lock_of(shelf)
        for package in (p for p in PACKAGES if p.shelf == shelf):
            entries.append(derive_one(package, {} if upgrade else locked.get(package.name, {})))
        head = "# What lies in this folder and where it came from; written and checked by tools/vendor.py.\n"
        (shelf / "vendor.lock").write_text(head + "\n".join(entries))
    return 0


def derive_one(package: Package, locked: dict[str, object]) -> str:
    with tempfile.TemporaryDirectory() as into:
        version = str(locked.get("version", package.version))
        integrity, read = fetch(package, version, Path(into))
        if locked and integrity != locked["integrity"]:
            sys.exit(f"vendor: {package.name} {version} is not what the lock says: {integrity}")
        made = {to: read(source) for to, source in package.copies.items()}
        made |= {to: make(read) for to, make in package.makes.items()}
    for to, data in made.items():
        path = package.shelf / to
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return entry(package, version, integrity, made)


def entry(package: Package, version: str, integrity: str, made: dict[str, bytes]) -> str:
    lines = ["[[package]]", f'name = "{package.name}"', f'version = "{version}"', f'licence = "{package.licence}"']
    lines += [f'integrity = "{integrity}"', "[package.files]"]
    return "\n".join(lines + [f'"{to}" = "{sha256(data)}"' for to, data in sorted(made.items())]) + "\n"


def check() -> int:
    """Each locked file is there with its bytes, and nothing else lies on the shelf."""
    wrong = [line for shelf in (PAGES, TESTS) for line in faults(shelf)]
    for line in wrong:
        print(f"vendor: {line}", file=sys.stderr)
    return 1 if wrong else 0


def faults(shelf: Path) -> Iterator[str]:
    files: dict[str, str] = {}
    for package in lock_of(shelf).values():
        listed = package["files"]
        assert isinstance(listed, dict)
        files |= listed
    for name, expected in files.items():
        path = shelf / name
        if not path.is_file():
            yield f"{path.relative_to(ROOT)} is missing"
        elif sha256(path.read_bytes()) != expected:
            yield f"{path.relative_to(ROOT)} is not the file of the lock"
    for path in (p for p in shelf.rglob("*") if p.is_file()):
        if str(path.relative_to(shelf)) not in files and path.name not in {"vendor.lock", "APACHE-2.0.txt"}:
            yield f"{path.relative_to(ROOT)} is in no lock"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="verify every file offline")
    action.add_argument("--derive", action="store_true", help="make every file again from its npm package")
    action.add_argument("--upgrade", action="store_true", help="like --derive, with the versions in this file")
    given = parser.parse_args()
    return check() if given.check else derive(given.upgrade)


if __name__ == "__main__":
    sys.exit(main())
