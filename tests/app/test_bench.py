"""`luukku bench`: real processes, measured little; what is told has the contract's names, and nothing is claimed of a
machine that others use."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from controller.app.bench import history
from controller.app.bench.figures import Judged, Measured, Result, Target, judge, overall, percentile
from controller.app.bench.machine import SPREAD_MOST, Watch
from controller.app.bench.page import page, write
from controller.app.bench.stage import point_toml
from controller.app.bench.verb import NAMES
from controller.domain.point import Config
from controller.domain.state import State
from controller.journal import replay
from controller.journal.file import JournalFile
from controller.journal.store import Journal
from controller.ledger import SNAPSHOT_EVERY
from tests.app.cli import LUUKKU, here, one_line

Captured = pytest.CaptureFixture[str]
# Names that others rely on: the contract's for `ticket`, and each target's.
PROMISED = {
    "paper": {"ours": {"p50_ms", "p99_ms", "lag_p99_ms"}, "floor": {"p50_ms", "p99_ms"}, "ratio": {"p50", "p99"}},
    "stalled": {side: {f"{what}_{share}{unit}" for what in ("first_byte", "tv", "counter") for share in ("p50", "p95")}
                for side, unit in (("ours", "_ms"), ("floor", "_ms"), ("ratio", ""))},
    "session": {"ours": {"p50_ms", "p99_ms"}, "floor": {"p50_ms", "p99_ms"}, "ratio": {"p50", "p99"}},
    "ticket": {"ours": {"p50_ms", "p99_ms", "p99_50_ms", "cpu_ms", "compose_text_ms", "compose_raster_ms"},
               "floor": {"p50_ms", "p99_ms", "p99_50_ms", "cpu_ms"}, "ratio": {"p50", "p99", "p99_50", "cpu"}},
    "board": {"ours": {"p50_ms", "p99_ms"}, "floor": {"p50_ms", "p99_ms"}, "ratio": {"p50", "p99"}},
    "start": {"ours": {"cpu_s", "ended_cpu_s", "no_snapshot_cpu_s"}, "floor": {"cpu_s"}, "ratio": {"cpu"}},
    "memory": {"ours": {"pss_mib", "start_pss_mib", "growth_mib"}, "floor": {"pss_mib"}, "ratio": {"pss"}},
    "journal": {"ours": {"p50_ms", "p99_ms", "per_s", "per_s_100", "syncs_per_decision"}, "floor": {"p50_ms", "per_s"},
                "ratio": {"p50", "p99"}},
    "drain": {"ours": {"per_s", "box_us", "central_us"}, "floor": {"per_s", "box_us", "central_us"},
              "ratio": {"per_s", "box_us", "central_us"}},
    "media": {"ours": {"first_picture_ms", "clear_p50_ms", "clear_p95_ms", "small_p95_ms", "clear_offset_p95_ms",
                       "outage10_back_ms", "outage40_back_ms", "moved_back_ms", "booth_cores", "media_cores",
                       "document_p95_ms"},
              "floor": {"first_picture_ms", "clear_p50_ms", "clear_p95_ms", "outage10_back_ms", "browser_cores"},
              "ratio": {"clear_p50_ms", "clear_p95_ms", "small_p50_ms", "small_p95_ms", "loss5_concealed"}},
}  # fmt: skip
LONG = frozenset({"board", "drain", "media", "memory", "paper", "session", "stalled"})  # the slow ones
BROWSERS = {"board", "media"}
MAY_BE_NONE = ("concealed", "frozen", "unreadable", "offset_p95_ms")  # on a good line
MAY_SHRINK = {"growth_mib", "first_to_last_mib"}
SMALL = "0.02"
PATIENCE_S = 280
SPIN_S, WATCHED_S = 120.0, 0.6
WATCHING = "import sys, time; from controller.app.bench.machine import Watch\nwith Watch() as watch: time.sleep({})\n"


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A socket's path has 107 bytes at most, and pytest's folders with a worker's name in them are long."""
    with tempfile.TemporaryDirectory(prefix="luukku-") as folder:
        yield Path(folder)


def bench(folder: Path, name: str, *more: str) -> Any:
    words = [*LUUKKU, "bench", name, "--json", "--data", str(folder), "--size", SMALL, *more]
    told = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert told.returncode == 0, told.stderr
    assert f"bench {name}: 0%" in told.stderr and f"bench {name}: 100%" in told.stderr
    return json.loads(told.stdout)


def test_every_benchmark_has_promised_names() -> None:
    assert set(PROMISED) == set(NAMES)


@pytest.mark.system
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            n, marks=[*([pytest.mark.browser] if n in BROWSERS else []), *([pytest.mark.long] if n in LONG else [])]
        )
        for n in NAMES
    ],
)
def test_a_benchmark_tells_its_figures_beside_the_floors(short_path: Path, name: str) -> None:
    written = short_path / "page.md"
    told = bench(short_path, name, "--write", str(written))
    assert told["name"] == name and told["how"] and told["machine"]["processors"] == str(os.cpu_count())
    assert datetime.fromisoformat(told["date"]).tzinfo is not None
    for side, names in PROMISED[name].items():
        assert names <= set(told[side]), side
        assert all(
            value > 0
            for figure, value in told[side].items()
            if figure not in MAY_SHRINK and not figure.endswith(MAY_BE_NONE)
        ), told[side]
    for one in told["targets"]:
        side, _, figure = one["figure"].partition(".")
        assert one["found"] == told[side][figure]
        assert one["verdict"] in {"met", "missed", "inconclusive"}
    if name == "ticket":
        assert told["about"]["printed"] >= 3
        assert told["about"]["hall_printed"] == told["about"]["hall_tickets"], "every paper was confirmed"
        assert told["about"]["lobby_cpu_ms"] > 0
        assert told["ours"]["cpu_ms"] < told["about"]["hall_cpu_ms"], "composing is told apart"
    if name == "paper":
        assert told["about"]["drawn_is_confirmed"] == 1
    assert f"## {name}\n" in written.read_text() and told["machine"]["kernel"] in written.read_text()
    assert [left.name for left in short_path.iterdir() if left.name.startswith("bench-")] == [], (
        "nothing is left behind"
    )


def test_a_name_that_is_none_is_misuse_and_says_which_was_meant(capsys: Captured) -> None:
    told = here(("bench", "tickets"), capsys)
    assert told.returncode == 2
    assert 'did you mean "ticket"?' in one_line(told)


@pytest.fixture
def strangers() -> Iterator[None]:
    """As many busy programs as there are processors, none of them started by who measures."""
    spin = f"import time\nuntil = time.monotonic() + {SPIN_S}\nwhile time.monotonic() < until: pass"
    spinning = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(os.cpu_count() or 1)]
    yield
    for process in spinning:
        process.kill()
        process.wait()


@pytest.mark.system
def test_a_machine_that_others_use_is_found_out(strangers: None) -> None:
    script = WATCHING.format(WATCHED_S) + "print(watch.why(1.0))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert "other programs took" in told.stdout


def test_ones_own_work_is_not_taken_for_others() -> None:
    """What this process and those that it started use is its own, however busy the rest of the machine is."""
    spin = "import time\nwhile time.process_time() < 0.5: pass"
    with Watch() as watch:
        subprocess.run([sys.executable, "-c", spin], check=True, timeout=60)
    assert watch.own_s >= 0.5


@pytest.mark.system
def test_what_a_child_left_behind_is_still_ones_own() -> None:
    """As a browser does: its parts outlive who started them."""
    spin = "import time\nwhile time.process_time() < 0.5: pass"
    leave = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {spin!r}], stdout=-3).pid)"
    script = f"""
import subprocess, sys, time
from pathlib import Path
from controller.app.bench.machine import Watch, keep_orphans
keep_orphans()
with Watch() as watch:
    told = subprocess.run([sys.executable, "-c", {leave!r}], capture_output=True, text=True, check=True)
    while ") Z " not in Path(f"/proc/{{told.stdout.strip()}}/stat").read_text():
        time.sleep(0.05)
print(watch.own_s)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert float(told.stdout) >= 0.5


def test_a_floor_that_does_not_stand_still_is_no_floor() -> None:
    with Watch() as watch:
        pass
    watch.strangers = watch.stolen = 0.0
    assert watch.why(SPREAD_MOST) == []
    assert "differ" in watch.why(SPREAD_MOST + 0.1)[0]


WHY = ["others took 80 %"]
RATIO, ABSOLUTE, STEADY = (
    Target("ratio", "p50", 2.0, "ratio"), Target("ours", "p99_ms", 150.0, "absolute"),
    Target("ours", "pss_mib", 60.0, "steady"),
)  # fmt: skip


def found(p50: float, p99_ms: float, pss_mib: float) -> Measured:
    return Measured({"p99_ms": p99_ms, "pss_mib": pss_mib}, {}, {"p50": p50}, 1.0, "so")


def verdicts(measured: Measured, why: list[str]) -> list[str]:
    return [one.verdict for one in judge((RATIO, ABSOLUTE, STEADY), measured, why)]


def test_on_a_quiet_machine_a_target_is_met_or_missed() -> None:
    assert verdicts(found(2.0, 150.0, 60.0), []) == ["met", "met", "met"]
    assert verdicts(found(2.1, 151.0, 61.0), []) == ["missed", "missed", "missed"]


def test_a_starved_machine_is_inconclusive_not_failed() -> None:
    assert verdicts(found(2.1, 151.0, 50.0), WHY) == ["inconclusive", "inconclusive", "met"]
    assert overall(judge((RATIO, ABSOLUTE), found(2.1, 151.0, 50.0), WHY)) == "inconclusive"


def test_a_starved_floor_flatters_so_a_good_ratio_is_not_believed_but_a_good_time_is() -> None:
    assert verdicts(found(1.0, 100.0, 50.0), WHY) == ["inconclusive", "met", "met"]


def test_what_was_measured_while_nothing_waited_is_judged_though_the_rest_stood_in_line() -> None:
    stood = msgspec.structs.replace(found(2.1, 100.0, 50.0), starved=["stood in line"])
    assert verdicts(stood, [])[0] == "inconclusive"
    assert verdicts(msgspec.structs.replace(stood, fit=frozenset({"p50"})), [])[0] == "missed"
    assert verdicts(msgspec.structs.replace(stood, fit=frozenset({"p50"})), WHY)[0] == "inconclusive"


def test_memory_is_missed_however_busy_the_machine_is() -> None:
    assert verdicts(found(1.0, 100.0, 61.0), WHY)[2] == "missed"


def test_without_a_target_nothing_is_said_to_be_met() -> None:
    assert overall([]) == "no target"


def test_what_is_measured_again_takes_its_old_place_on_the_page(tmp_path: Path) -> None:
    shown = tmp_path / "benchmarks.md"
    for name, p50 in (("drain", 1.0), ("ticket", 2.0), ("drain", 3.0)):
        write(
            shown, Result(name, {"p50_ms": p50}, {}, {}, {}, "no target", [], [], "so", {}, "2026-11-22T00:00:00+00:00")
        )
    text = shown.read_text()
    assert text.index("## ticket") < text.index("## drain") and text.count("## drain") == 1
    assert "| p50_ms | 3 |" in text and "| p50_ms | 1 |" not in text


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile(range(1, 101), 0.5) == 50
    assert percentile([7.0], 0.99) == 7.0


def test_the_page_shows_each_figure_and_an_unquiet_machine() -> None:
    judged = [Judged("ratio.p50", 2.0, 1.5, "inconclusive")]
    result = Result("ticket", {"p50_ms": 1234.5}, {"p50_ms": 823.0}, {"p50": 1.5}, {}, "inconclusive", judged, WHY,
                    "so it went", {"kernel": "6.1"}, "2026-11-22T00:00:00+00:00")  # fmt: skip
    shown = page([result])
    assert "| p50_ms | 1 234.5 | 823 |" in shown
    assert "| ratio.p50 | 2 | 1.5 | inconclusive |" in shown
    assert "others took 80 %" in shown and "kernel 6.1" in shown


def test_the_long_journal_is_one_that_the_daemon_would_have_written(tmp_path: Path) -> None:
    config, made = msgspec.convert(point_toml(9), Config), []
    for _ in range(2):
        made.append(history.cached(tmp_path, config, 7000, 1_795_420_800_000, lambda done: None))
    assert made[0] == made[1] and history.length(made[0]) > 6000
    file = JournalFile(made[0])
    file.check(suspect=True)
    kept = file.snapshot("latest")
    file.close()
    assert kept is not None
    quick, whole = asyncio.run(loaded_and_replayed(made[0]))
    assert 0 < quick.seq - kept.seq <= SNAPSHOT_EVERY, "as old as a daemon that is killed leaves it"
    assert replay.encode(quick) == replay.encode(whole)


async def loaded_and_replayed(path: Path) -> tuple[State, State]:
    """The state as the daemon's start has it, and from the first event on."""
    async with Journal("sodankyla", path) as journal:
        whole = State(journal.journal)
        async for batch in replay.batches(journal, 0):
            replay.replay(whole, batch)
        return await replay.load(journal), whole
