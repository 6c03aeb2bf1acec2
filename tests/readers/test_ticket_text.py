"""The words on paper: what the screen said is what the paper says."""

import re

import kiosk_ui
from controller.domain.events import Estimate
from controller.readers.ticket_text import said_minutes


def test_the_paper_says_the_wait_that_the_kiosk_said() -> None:
    """The same rule stands in two languages; this holds the Python one to what the page's says of itself."""
    script = (kiosk_ui.ROOT / "shared" / "i18n.js").read_text(encoding="utf-8")
    rule = script[script.index("export function minutes") :]
    assert re.search(r"p80_s.*/ 60", rule) and "<= 10" in rule and "/ 5) * 5" in rule
    said = [said_minutes(Estimate(0, seconds)) for seconds in (0, 30, 60, 61, 600, 601, 900, 901, 7500)]
    assert said == [0, 1, 1, 2, 10, 15, 15, 20, 125]
    assert said_minutes(None) == 0
