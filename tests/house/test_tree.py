"""The tree keeps its own rules: what the README names exists, what must not be in a commit is not in one."""

import ast
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("controller", "drivers", "kiosk_ui")
# In halves, so that this file does not hold what it looks for.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb" + ".debian.org"]


def committed() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in names.decode().split("\0") if name and (path := ROOT / name).is_file()]


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "vendor" not in path.parts)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;]+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_each_make_target_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert {"demo", "test"} <= named
    assert named <= make_targets()


@pytest.mark.parametrize("target", ["demo", "test", "long", "rig", "install"])
def test_each_command_of_the_contract_is_a_make_target(target: str) -> None:
    assert target in make_targets()


def test_each_path_in_the_readmes_map_exists() -> None:
    rows = re.findall(r"^\| `([^`]+)`", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert rows
    assert [row for row in rows if "/" in row and not (ROOT / row).exists()] == []


def test_each_relative_link_in_the_documents_leads_somewhere() -> None:
    broken = []
    for page in [path for path in committed() if path.suffix == ".md"]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert broken == []


def test_what_ci_runs_is_executable() -> None:
    for script in [ROOT / ".ci" / "run", *(ROOT / "tools").glob("*.sh")]:
        assert os.access(script, os.X_OK) or script.name == "say.sh", script


def test_no_committed_file_names_a_package_registry() -> None:
    hosts = re.compile("|".join(map(re.escape, REGISTRIES)).encode())
    assert [str(path) for path in committed() if hosts.search(path.read_bytes())] == []


def test_both_locks_pin_the_same_versions_and_every_pin_has_a_hash() -> None:
    run, everything = pins("requirements.lock"), pins("requirements-dev.lock")
    assert run.items() <= everything.items()
    for lock in ("requirements.lock", "requirements-dev.lock"):
        blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
        assert all("--hash=sha256:" in block for block in blocks)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    def names(wanted: list[str]) -> set[str]:
        return {re.split(r"[<>=;\[ ]", one)[0].lower().replace(".", "-").replace("_", "-") for one in wanted}

    assert names(project["dependencies"]) <= pins("requirements.lock").keys()
    assert names(project["optional-dependencies"]["dev"]) <= pins("requirements-dev.lock").keys()


@pytest.mark.parametrize("path", modules(*PACKAGES, "tests", "tools"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_says_its_one_idea_first_and_gives_reasons_for_what_it_silences(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    silenced = [line for line in text.splitlines() if re.search(r"#\s*(type: ignore|noqa)", line)]
    assert [line for line in silenced if "why:" not in line] == []


@pytest.mark.parametrize("path", modules(*PACKAGES, "tests"), ids=lambda path: str(path.relative_to(ROOT)))
def test_printers_are_never_reached_through_python_escpos_and_peers_are_real(path: Path) -> None:
    imported = set(imports(path))
    transports = {name for name in imported if name.startswith("escpos.printer")} - {"escpos.printer.Dummy"}
    assert transports == set(), "python-escpos composes only: its transports hang and read silence as OK"
    assert not {name for name in imported if name.startswith("unittest.mock")}


def test_a_new_room_of_the_controller_is_closed_to_drivers_and_central_until_said_otherwise() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    forbidden = {contract["id"]: set(contract.get("forbidden_modules", ())) for contract in contracts}
    found = {path.stem for path in (ROOT / "controller").iterdir() if path.is_dir() or path.suffix == ".py"}
    rooms = {f"controller.{name}" for name in found - {"__init__", "__pycache__"}}
    assert rooms - {"controller.ports"} <= forbidden["drivers"], "name it in pyproject.toml, contract `drivers`"
    shared = {f"controller.{name}" for name in ("central", "domain", "journal", "ports", "reports")}
    assert rooms - shared <= forbidden["central"], "name it in pyproject.toml, contract `central`"


def imports(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [f"{node.module}.{name.name}" for name in node.names]
    return found
