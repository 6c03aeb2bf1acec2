"""The desk's words: each language says the same things with the same variables, and the page asks for no others."""

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from controller.central.desk_pages import DESK, LANGUAGES, SHARED, read_desk

DESK_FOLDER = Path(__file__).parents[2] / "controller" / "central" / "desk"
# Families of ids that are put together from a value; the values are read where they are written.
FAMILIES = {
    "desk-lost-", "desk-refusal-", "desk-do-", "desk-device-", "desk-over-", "desk-line-", "desk-tab-", "desk-file-",
    "desk-why-", "desk-print-", "desk-still-", "desk-sign-in-", "desk-outcome-", "desk-resolution-", "desk-guidance-",
    "desk-method-", "desk-result-", "desk-position-", "desk-support-",
}  # fmt: skip


class Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.names.add(node.id.name)


def messages(language: str) -> dict[str, set[str]]:
    """The ids with the variables of each; anything unreadable, or twice there, is a fault."""
    found: dict[str, set[str]] = {}
    for entry in FluentParser().parse((DESK_FOLDER / "i18n" / language / "desk.ftl").read_text()).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            variables = Variables()
            variables.visit(entry)
            assert entry.id.name not in found, f"{language}: {entry.id.name} twice"
            found[entry.id.name] = variables.names
    return found


def sources() -> str:
    return "".join((DESK_FOLDER / name).read_text() for name in DESK if name.endswith(".js"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_messages_with_the_same_variables(language: str) -> None:
    assert messages(language) == messages("fi")


def test_every_word_for_an_advisor_stands_in_the_place_of_one_for_a_customer() -> None:
    known = messages("fi")
    for own in [one for one in known if one.startswith("desk-support-")]:
        usual = own.replace("desk-support-", "desk-")
        assert known.get(usual) == known[own], f"{own}: nobody asks for {usual}"


def test_every_message_that_the_page_names_is_there_and_none_is_left_over() -> None:
    named = set(re.findall(r'"(desk-[a-z_-]+[a-z])"', sources()))
    made = {prefix for prefix in re.findall(r"`(desk-[a-z_-]*?)\$\{", sources()) if prefix != "desk-"}
    assert named <= messages("fi").keys()
    assert made <= FAMILIES | {"desk-"}, made - FAMILIES
    panels = {f"desk-{name}{more}" for name in ("end", "identity", "hand_over", "move") for more in ("", "-confirm")}
    values = {"desk-camera", "desk-microphone", "desk-speaker", "desk-counter", "desk-queue", "desk-service"}
    unused = {
        one for one in messages("fi").keys() - named - panels - values if not any(one.startswith(f) for f in FAMILIES)
    }
    assert unused == {"desk-outcome", "desk-resolution", "desk-guidance", "desk-method", "desk-result", "desk-position"}


def listed(file: str, table: str) -> set[str]:
    found = re.search(rf"{table} = [\[{{](.*?)[\]}}];", (DESK_FOLDER / file).read_text(), re.DOTALL)
    assert found, (file, table)
    return set(re.findall(r'"([\w-]+)"', found[1]))


@pytest.mark.parametrize(
    ("file", "table", "prefix"),
    [
        ("forms.js", "OUTCOMES", "desk-outcome-"), ("forms.js", "RESOLUTIONS", "desk-resolution-"),
        ("forms.js", "GUIDANCE", "desk-guidance-"), ("forms.js", "METHODS", "desk-method-"),
        ("forms.js", "RESULTS", "desk-result-"), ("forms.js", "POSITIONS", "desk-position-"),
        ("notices.js", "KNOWN_LOST", "desk-lost-"), ("notices.js", "KNOWN_REFUSALS", "desk-refusal-"),
        ("view-side.js", "WHYS", "desk-why-"), ("view-side.js", "TABS", "desk-tab-"),
        ("main.js", "FAREWELLS", "desk-over-"), ("main.js", "VANISHED", "desk-over-"),
        ("view-side.js", "PRINT_WHYS", "desk-why-"),
    ],
)  # fmt: skip
def test_every_value_that_the_page_shows_has_its_words(file: str, table: str, prefix: str) -> None:
    assert {prefix + value for value in listed(file, table)} <= messages("fi").keys()


def test_every_word_in_which_the_booth_refuses_a_file_is_known_to_the_desk() -> None:
    docs = (DESK_FOLDER.parents[2] / "docs" / "remote-service.md").read_text()
    told = re.search(r"Words of `refused`:(.*?)\. After a", docs, re.DOTALL)
    table = re.search(r"WHYS = {(.*?)};", (DESK_FOLDER / "view-side.js").read_text(), re.DOTALL)
    assert told and table
    ours = {"chunk_too_large", "bad_header", "unknown_kind", "id_in_use"}  # faults of a page, not a person's matter
    words = set(re.findall(r"`([a-z_]+)`", told[1]))
    assert "held" in set(re.findall(r"(\w+):", table[1])), "on hold the booth gives no picture of a document"
    assert words - ours - set(re.findall(r"(\w+):", table[1])) == set()
    assert "busy" not in re.findall(r"(\w+):", table[1]), "nobody's word"


def test_whatever_a_module_imports_is_served_and_nothing_else_of_the_tree() -> None:
    contents = read_desk()
    scripts = {name: body.decode() for name, body in contents.items() if name.endswith(".js")}
    for name, source in scripts.items():
        for wanted in re.findall(r'(?:import|from) "([^"]+)"', source):
            path = wanted.removeprefix("/") if wanted.startswith("/") else str(Path(name).parent / wanted)
            assert str(Path(path)) in contents, f"{name} imports {wanted}"
    assert {name for name in contents if name.startswith("ui/")} == {f"ui/{name}" for name in SHARED} | {
        f"ui/i18n/{one}/desk.ftl" for one in LANGUAGES
    }
