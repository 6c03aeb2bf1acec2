"""What a simulation tells in the end: what was done and checked, counted; or the law that broke, and how to see it."""

import msgspec

from controller.app.simulate.laws import Broken
from controller.app.simulate.tally import Tally

DONE = (
    "days", "nights", "schedules", "events", "tickets", "answers", "presses given up", "pieces of paper",
    "pictures on the TV", "batches at central", "orders", "starts",
)  # fmt: skip
GROUPS = {
    "papers ended": "paper: ", "crashes at an append": "crash: ", "printer faults": "printer: ",
    "of the line": "line: ", "central": "central: ",
}  # fmt: skip


class Told(msgspec.Struct):
    """The outcome of one command. `virtual_s` is time that a box was switched on; `command` plays it again."""

    tally: Tally
    virtual_s: float
    hash: str
    command: str
    broken: Broken | None = None
    at: str = ""  # local time in the world when it broke


def written(told: Told, real_s: float, cpu_s: float) -> str:
    lines = _broken(told) if told.broken is not None else []
    tally = told.tally
    lines += [f"  {name:<24}{tally[name]:>12,}" for name in DONE if tally[name]]
    for title, prefix in GROUPS.items():
        lines += _group(title, tally.starting(prefix))
    lines += [
        f"  {name:<24}{tally[name]:>12,}" for name in ("clock steps", "boots in 1970", "full disks") if tally[name]
    ]
    lines += [
        f"  {'steps checked':<24}{tally.step:>12,}",
        f"  {'single checks of laws':<24}{tally['checks']:>12,}",
        *_replays(tally),
        f"  {'journal':<24}{told.hash[:24]}  (the same for the same command)",
        f"  {told.virtual_s / 3600:.1f} h of virtual time in {real_s:.1f} s ({cpu_s:.1f} s CPU): "
        f"{told.virtual_s / max(real_s, 1e-9):,.0f} x real time",
    ]
    lines.append("a law is broken" if told.broken is not None else "every law held")
    return "\n".join(lines) + "\n"


def _broken(told: Told) -> list[str]:
    assert told.broken is not None
    return [
        f"BROKEN: {told.broken.law}",
        f"  seen     {told.broken.seen}",
        f"  step     {told.tally.step}",
        f"  at       {told.at}",
        f"  again    {told.command}",
    ]


def _replays(tally: Tally) -> list[str]:
    if not tally["whole replays"]:
        return []
    return [f"  {'replays of it all':<24}{tally['whole replays']:>12,}  and {tally['replays of a day']:,} of a day"]


def _group(title: str, counts: dict[str, int]) -> list[str]:
    if not counts:
        return []
    parts = ", ".join(f"{name} {n:,}" for name, n in counts.items())
    return [f"  {title:<24}{sum(counts.values()):>12,}  {parts}"]
