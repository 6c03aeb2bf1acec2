"""Every cause that a printer or a paper may have: asked of the code that gives them."""

import re
from pathlib import Path

from drivers.escpos.health import ASB_ERRORS, ASB_PAPER, ASB_STATE, REALTIME_ERRORS, REALTIME_WHY
from drivers.links.link import SAID

CORE = Path(__file__).parents[2] / "controller"
SAYING = (
    (CORE / "readers" / "paper.py", r'"(?:failed|void)", None, "(\w+)"'),
    (CORE / "domain" / "printing.py", r'Finish\("(?:failed|void)", (?:paper\.cause or )?"(\w+)"\)'),
)
TABLES = (ASB_STATE, ASB_ERRORS, ASB_PAPER, REALTIME_WHY, REALTIME_ERRORS)
# What the printer's port says in its docstrings (controller/ports/printer.py), and the attendance on it.
OF_THE_PORT = frozenset({
    "no_answer", "no_link", "babbling", "offline", "recovering", "timeout", "link_lost", "interrupted", "gave_up",
    "stuck", "blind", "another_printer",
})  # fmt: skip


def of_papers() -> frozenset[str]:
    """Why a paper failed or was dropped, as the reader of papers writes it."""
    said = frozenset(word for file, form in SAYING for word in re.findall(form, file.read_text("utf-8")))
    assert said >= {"over", "expired", "journal"}, "the search finds what the reader of papers says"
    return said


def given() -> frozenset[str]:
    """All of them."""
    health = frozenset(cause for table in TABLES for _, cause in table)
    return health | of_papers() | OF_THE_PORT | frozenset(SAID.values())
