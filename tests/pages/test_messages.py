"""The catalogue: every language says the same things with the same variables, on paper within its width."""

import json
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from kiosk_ui import ROOT
from kiosk_ui.messages import TREE, MessageFault, Messages, languages
from tests.pages.causes import given

HOUSE = "fi"
PAPER_COLUMNS = 42  # 80 mm paper, font A
ARGUMENTS = {"date": "21.11.2026", "time": "12.03", "minutes": 95, "n": 99}


class Variables(Visitor):
    """Collects the names of the variables that a pattern uses."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.names.add(node.id.name)


def messages(path: Path) -> dict[str, set[str]]:
    """The ids of one file with the variables of each; anything unreadable is a fault."""
    found = {}
    for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
        assert not isinstance(entry, ast.Junk), f"{path}: {entry.content}"
        if isinstance(entry, ast.Message):
            variables = Variables()
            variables.visit(entry)
            assert entry.id.name not in found, f"{path}: {entry.id.name} twice"
            found[entry.id.name] = variables.names
    return found


FILES = sorted(path.name for path in (TREE / HOUSE).glob("*.ftl"))


def test_the_four_languages_of_the_point_are_there() -> None:
    assert set(languages()) == {"fi", "sv", "en", "se"}


@pytest.mark.parametrize("language", ["sv", "en", "se"])
@pytest.mark.parametrize("file", FILES)
def test_each_language_has_the_same_messages_with_the_same_variables(language: str, file: str) -> None:
    assert messages(TREE / language / file) == messages(TREE / HOUSE / file)


@pytest.mark.parametrize("language", languages())
def test_no_language_has_a_file_that_the_house_language_lacks(language: str) -> None:
    assert sorted(path.name for path in (TREE / language).glob("*.ftl")) == FILES


@pytest.mark.parametrize("language", languages())
def test_no_id_stands_in_two_files(language: str) -> None:
    ids = [one for file in FILES for one in messages(TREE / language / file)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", languages())
def test_every_line_of_the_paper_fits_its_width(language: str) -> None:
    spoken = Messages(language)
    for name, variables in messages(TREE / language / "paper.ftl").items():
        line = spoken.text(name, **{one: ARGUMENTS[one] for one in variables})
        assert len(line) <= PAPER_COLUMNS, line


@pytest.mark.parametrize("language", languages())
def test_nothing_falls_back_silently(language: str) -> None:
    alone = Messages(language, house=language)
    for name, variables in messages(TREE / language / "paper.ftl").items():
        assert alone.text(name, **{one: ARGUMENTS[one] for one in variables})


def test_northern_sami_counts_one_two_many() -> None:
    said = [Messages("se").text("number-ahead", n=n) for n in (0, 1, 2, 3)]
    assert len(set(said)) == 4
    assert "leaba 2" in said[2]


def test_an_unknown_language_is_answered_in_the_house_language() -> None:
    assert Messages("xx").text("paper-copy") == Messages("fi").text("paper-copy")


def test_an_unknown_message_and_a_missing_variable_are_faults() -> None:
    with pytest.raises(MessageFault, match="no message"):
        Messages("fi").text("nothing-like-it")
    with pytest.raises(MessageFault, match="paper-ahead"):
        Messages("fi").text("paper-ahead")


def test_paper_words_carry_no_invisible_marks() -> None:
    for language in languages():
        line = Messages(language).text("paper-appointment", time="12.03")
        assert line.isprintable(), ascii(line)


def test_each_language_says_whether_a_native_reader_has_reviewed_it() -> None:
    review = json.loads((TREE / "review.json").read_text())
    assert set(review) == set(languages())
    assert all(isinstance(one["reviewed"], bool) for one in review.values())


def named(file: str, table: str) -> set[str]:
    """The words in a list of one of the pages' modules."""
    listed = re.search(rf"{table} = \[(.*?)\]", (ROOT / file).read_text(), re.DOTALL)
    assert listed, (file, table)
    return set(re.findall(r'"(\w+)"', listed[1]))


@pytest.mark.parametrize("language", languages())
def test_whatever_a_driver_says_of_a_printer_has_words_for_technician_and_staff(language: str) -> None:
    assert named("technician/words.js", "CAUSES") >= given()
    alone = Messages(language, house=language)
    for cause in named("technician/words.js", "CAUSES"):
        assert alone.text(f"technician-cause-{cause}") and alone.text(f"technician-mend-{cause}", link="tcp")
    for cause in given():
        assert alone.text(f"counter-cause-{cause}")
