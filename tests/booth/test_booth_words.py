"""The booth says nothing that is not in the catalogue, and the catalogue nothing that the booth never says."""

import re

from kiosk_ui import ROOT
from kiosk_ui.messages import TREE
from tests.pages.test_messages import messages


def test_every_word_that_the_booth_says_is_in_the_catalogue() -> None:
    said = {
        one
        for path in (ROOT / "booth").glob("*.js")
        for one in re.findall(r'"(booth-[a-z0-9-]+|kiosk-[a-z0-9-]+)"', path.read_text())
    }
    made = {f"booth-{step}-{part}" for step in ("connecting", "held", "interrupted") for part in ("title", "text")}
    made |= {f"booth-rate-{score}" for score in range(1, 6)}
    made.add("booth-consent-text")  # said by the point (controller/web/booth_board.py)
    known = {one for file in ("booth", "kiosk", "common") for one in messages(TREE / "fi" / f"{file}.ftl")}
    assert said - known == set() and made - known == set()
    assert {one for one in known if one.startswith("booth-")} - said - made == set(), "no word that nobody says"
