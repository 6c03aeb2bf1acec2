"""The list of planted bugs holds: each stands in the code as it is now, and each law of the architecture has one."""

import pytest

from tests.planted import bugs
from tests.planted.bugs import BUGS, Bug
from tests.planted.plant import ROOT


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.what)
def test_what_is_to_be_replaced_stands_once_in_its_file_and_its_finders_are_there(bug: Bug) -> None:
    for file, old, new in bug.edits:
        assert (ROOT / file).read_text().count(old) == 1, f"{file} has changed: write this bug anew in bugs.py"
        assert old != new
    for finder in bug.finders:
        file, _, name = finder.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text() or not name, f"{finder} is no more"


def test_each_law_has_a_bug() -> None:
    laws = {value for name, value in vars(bugs).items() if name.isupper() and isinstance(value, str)}
    assert {bug.law for bug in BUGS} == laws
