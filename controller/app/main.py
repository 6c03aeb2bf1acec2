"""`luukku`: the command line (contract, section 1). Exit codes: 0 done, 1 it failed, 2 misuse."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from controller.app import booth_test, commands, diagnostics, print_test, report, suggest
from controller.app.bench import verb as bench
from controller.app.doctor import verb as doctor
from controller.app.faults import ConfigError, Failed, Misuse
from controller.app.observe import set_up_log
from controller.app.simulate import verb as simulate

OK, FAILED, MISUSE = 0, 1, 2
LATER = frozenset({"enrol"})


class Words(argparse.ArgumentParser):
    """Says what is wrong in one line, as every error of this program (contract, section 1)."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISUSE, f"{self.prog}: {' '.join(message.split())}; see {self.prog} --help\n")


def main(argv: list[str] | None = None) -> int:
    """Run one command; never a traceback unless --debug."""
    words = sys.argv[1:] if argv is None else argv
    if (wanted := next((word for word in words if not word.startswith("-")), "")) in LATER:
        print(f"luukku {wanted}: comes with a later release; luukku --help lists what is here", file=sys.stderr)
        return MISUSE
    arguments = parser().parse_args(words)
    set_up_log(arguments.debug)
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()  # a reader that left early is noticed here, not at the interpreter's end
        return code
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except ConfigError as wrong:
        for fault in wrong.faults:
            print(fault, file=sys.stderr)
        return MISUSE
    except Misuse as wrong:
        print(f"luukku: {wrong}", file=sys.stderr)
        return MISUSE
    except Exception as failed:  # why: the program's outermost border; whoever typed gets one line, or asks for more
        if arguments.debug:
            raise
        print(f"luukku {arguments.command}: {_one_line(failed)}", file=sys.stderr)
        return FAILED


def parser() -> argparse.ArgumentParser:
    top = Words(prog="luukku", description="The box in the lobby of a joint public service point.")
    top.add_argument("--version", action="version", version=f"luukku {version('luukku')}")
    top.add_argument("--debug", action="store_true", help="show tracebacks and more of the log")
    verbs = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _run(verbs)
    _central(verbs)
    _demo(verbs)
    _check(verbs)
    _events(verbs)
    _schema(verbs)
    _tokens(verbs)
    for room in (report, simulate, bench, doctor, suggest, print_test, booth_test, diagnostics):
        room.add(verbs)
    return top


def until_told(work: Coroutine[Any, Any, None]) -> int:
    """Run a daemon until SIGTERM or SIGINT."""

    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        await work

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        return OK
    except ExceptionGroup as group:
        raise Failed(_one_line(_leaf(group))) from group
    return OK


def _run(verbs: Any) -> None:
    verb = verbs.add_parser("run", help="the daemon of one point")
    verb.add_argument("--config", type=Path, required=True, metavar="FILE")
    verb.add_argument("--data", type=Path, default=Path("/var/lib/luukku"), metavar="DIR")
    verb.set_defaults(run=lambda a: until_told(commands.run(a.config, a.data)))


def _central(verbs: Any) -> None:
    verb = verbs.add_parser("central", help="the reference central system")
    verb.add_argument("--listen", type=_address, required=True, metavar="HOST:PORT")
    verb.add_argument("--data", type=Path, required=True, metavar="DIR")
    verb.set_defaults(run=lambda a: until_told(commands.central(a.listen[0], a.listen[1], a.data)))


def _demo(verbs: Any) -> None:
    verb = verbs.add_parser("demo", help="a whole point with simulated hardware, on this machine")
    verb.add_argument("--port", type=_port, default=8080, metavar="N", help="point on N, central on N+10 (8080)")
    verb.add_argument("--data", type=Path, metavar="DIR", help="keep everything here (a temporary folder)")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="which plausible day is played (1)")
    verb.add_argument("--day", type=_speed, metavar="SPEED", help="begin the day at once, SPEED times faster")
    verb.add_argument("--no-browser", action="store_true", help="do not open the wall in a browser")
    verb.set_defaults(run=commands.demo)


def _check(verbs: Any) -> None:
    verb = verbs.add_parser("check", help="is this config right, and does every device answer?")
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--devices", action="store_true", help="ask every device too")
    verb.set_defaults(run=lambda a: commands.check(a.file, a.devices))


def _events(verbs: Any) -> None:
    verb = verbs.add_parser("events", help="the journal")
    source = verb.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, metavar="DIR")
    source.add_argument("--url", metavar="URL", help="a point; its technician token in LUUKKU_TOKEN")
    verb.add_argument("--from", dest="first", type=int, default=1, metavar="SEQ")
    verb.add_argument("--follow", action="store_true")
    verb.add_argument("--json", action="store_true", help="one CloudEvent a line, the exact bytes")
    verb.set_defaults(run=lambda a: commands.events(a.data, a.url, a.first, follow=a.follow, exact=a.json))


def _schema(verbs: Any) -> None:
    verb = verbs.add_parser("schema", help="the published schemas")
    verb.add_argument("what", choices=("config", "events", "openapi"))
    verb.set_defaults(run=lambda a: commands.schema(a.what))


def _tokens(verbs: Any) -> None:
    verb = verbs.add_parser("tokens", help="sign-in tokens of a running point's surfaces and people")
    verb.add_argument("--data", type=Path, required=True, metavar="DIR")
    verb.set_defaults(run=lambda a: commands.tokens(a.data))


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]") or "127.0.0.1", _port(port)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; a port is a whole number up to 65535")
    return int(text)


def _speed(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 600:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed; a speed is a whole number from 1 to 600")
    return int(text)


def _leaf(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


if __name__ == "__main__":
    sys.exit(main())
