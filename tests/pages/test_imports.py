"""What a page imports is there, and lies in its own folder or in one for all: no page takes from its neighbour."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk_ui import ROOT

IMPORT = re.compile(r'^(?:import|export\b[^;"]* from)\b[^;"]*"([^"]+)";', re.MULTILINE)
FOR_ALL = {"shared", "vendor"}
PAGES = sorted(page.parent.name for page in ROOT.glob("*/index.html"))
# The booth is worked by the kiosk's keys, keypad and voice.
NEIGHBOURS = {"booth": {"kiosk"}}


def imported(folder: str) -> Iterator[tuple[Path, Path]]:
    """Each script there, and each file that it wants."""
    for path in (ROOT / folder).rglob("*.js"):
        for name in IMPORT.findall(path.read_text(encoding="utf-8")):
            yield path, ROOT / name.removeprefix("/ui/") if name.startswith("/ui/") else (path.parent / name).resolve()


@pytest.mark.parametrize("folder", [*PAGES, "shared"])
def test_a_page_imports_what_is_its_own_and_what_is_for_all(folder: str) -> None:
    allowed = FOR_ALL | NEIGHBOURS.get(folder, set()) | {folder}
    found = list(imported(folder))
    assert found, "the test looks where nothing is"
    for path, wanted in found:
        assert wanted.is_relative_to(ROOT) and wanted.is_file(), f"{path} imports {wanted}, which is not there"
        assert wanted.relative_to(ROOT).parts[0] in allowed, f"{path} imports {wanted}"


def test_the_pages_are_all_looked_at() -> None:
    assert {"booth", "counter", "kiosk", "technician", "ticket", "tv", "wall"} <= set(PAGES)
