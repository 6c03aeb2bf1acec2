"""The daemon as `luukku run` runs it, but each SIGUSR1 makes it the next day: a week passes while memory is watched.

python -m controller.app.bench.nights CONFIG DATA
"""

import signal
import sys
from pathlib import Path

from controller.app.bench import as_installed  # noqa: F401  why: what it hides must be hidden before the rest is imported
from controller.app.clock import ThisMachine
from controller.app.main import until_told
from controller.app.observe import set_up_log
from controller.app.settings import load

DAY_MS = 86_400_000


class Nights(ThisMachine):
    """This machine's clocks, with the wall clock put on by whole days. The time since boot goes on as it was: what the
    point sees is a clock that somebody put right."""

    nights = 0

    def pass_one(self, *_: object) -> None:
        self.nights += 1

    def ms(self) -> int:
        return super().ms() + self.nights * DAY_MS

    def synced(self) -> bool:
        return True


async def run(config: Path, data: Path) -> None:
    from controller.app.compose import Options, run_point  # here, as `luukku run` has it

    machine, read = Nights(), load(config)
    signal.signal(signal.SIGUSR1, machine.pass_one)

    def ready(url: str) -> None:
        print(f"luukku: point {read.point.id} at {url}", flush=True)

    await run_point(Options(read, data, config.parent, machine=machine), ready)


if __name__ == "__main__":
    set_up_log(debug=False)
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    sys.exit(until_told(run(Path(sys.argv[1]), Path(sys.argv[2]))))
