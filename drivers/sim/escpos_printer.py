"""Simulated ESC/POS printers as a program and as a context manager.

    python -m drivers.sim.escpos_printer --tcp 9100 --http 9180 --out ./paper

prints each ticket that any software sends to port 9100 as a PNG, answers like an Epson TM, and takes faults at
http://127.0.0.1:9180/. Beside or instead of the network: `--pty PATH` is a serial line at PATH; `--gadget`
(root, with Debian's own kernel) a printer that is plugged into this machine's USB, found by usblp as /dev/usb/lp0;
`--device /dev/g_printer0` the far end of a gadget that somebody else made.
"""

import argparse
import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from drivers.sim.control import AddRoutes, control_app
from drivers.sim.escpos_core import RX_BYTES, SPEED_MM_S
from drivers.sim.mechanism import CUT_S
from drivers.sim.printer_server import PrinterConfig, PrinterServer


@dataclass(frozen=True, slots=True)
class Serving:
    """Printers that are up: their real ports by id, and the control API's address (None without one)."""

    printers: dict[str, PrinterServer]
    http_port: int | None
    url: str | None

    @property
    def ports(self) -> dict[str, int]:
        """The TCP ports of those that have one."""
        return {name: printer.port for name, printer in self.printers.items() if printer.port}


@asynccontextmanager
async def serve_printers(
    configs: Sequence[PrinterConfig],
    http_host: str,
    http_port: int | None,
    out_dir: Path,
    frame_ancestors: Sequence[str] = (),
    more: Sequence[AddRoutes] = (),
) -> AsyncIterator[Serving]:
    """Several printers and one control API, with `more` on it. Port 0 takes a free one; http_port None: no control
    API. Paper goes to `out_dir/<printer>/`. Raises OSError for a port that is taken."""
    async with AsyncExitStack() as stack:
        printers = {c.id: await stack.enter_async_context(PrinterServer(c, out_dir)) for c in configs}
        if http_port is None:
            yield Serving(printers, None, None)
            return
        app = control_app(printers, frame_ancestors, more)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, auto_decompress=False)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, http_host, http_port).start()
        actual: int = runner.addresses[0][1]
        shown = f"[{http_host}]" if ":" in http_host else http_host
        yield Serving(printers, actual, f"http://{shown}:{actual}")


@asynccontextmanager
async def SimulatedPrinter(out_dir: Path, config: PrinterConfig | None = None) -> AsyncIterator[PrinterServer]:
    """One printer without a control API, for tests in process."""
    config = config or PrinterConfig()
    async with serve_printers([config], "127.0.0.1", None, out_dir) as serving:
        yield serving.printers[config.id]


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 stopped by a signal, 1 it failed, 2 misuse."""
    args = _arguments(argv)
    try:
        asyncio.run(_serve(args))
    except OSError as e:
        sys.stderr.write(f"escpos_printer: {e}\n")
        return 1
    return 0


async def _serve(args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    host, port = args.tcp or ("127.0.0.1", None)
    http_host, http_port = args.http or ("127.0.0.1", None)
    config = PrinterConfig(
        args.id, host, port, args.speed, args.buffer, cut_s=args.cut, pty=args.pty, baud=args.baud, device=args.device,
        gadget=args.gadget,
    )  # fmt: skip
    async with serve_printers([config], http_host, http_port, args.out, args.frame_ancestor) as serving:
        page = f", page {serving.url}/" if serving.url else ""
        doors = ", ".join(serving.printers[args.id].doors)
        sys.stdout.write(f"SIMULATED PRINTER {args.id} ready: {doors}{page}\n")
        sys.stdout.flush()
        await stop.wait()


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m drivers.sim.escpos_printer", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--tcp", type=_address, metavar="[HOST:]PORT", help="printing; 0: any port")
    parser.add_argument("--pty", type=_path, metavar="PATH", help="printing: a serial line under this name")
    parser.add_argument("--baud", type=_baud, metavar="N", help="its speed, bits/s (else as fast as it goes)")
    parser.add_argument("--device", type=_path, metavar="NODE", help="printing: a USB printer gadget, /dev/g_printer0")
    parser.add_argument(
        "--gadget", nargs="?", const="", metavar="PORT", help="printing: plugged into USB (any port, or dummy_udc.1)"
    )
    parser.add_argument("--http", type=_address, metavar="[HOST:]PORT", help="control API and paper roll page")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="paper goes to DIR/<id>/<n>.png, .bin")
    parser.add_argument("--id", type=_printer_id, default="lobby", help="the printer's name (default lobby)")
    parser.add_argument("--speed", type=_positive, default=SPEED_MM_S, metavar="MM_S", help="paper speed, mm/s")
    parser.add_argument("--cut", type=_seconds, default=CUT_S, metavar="S", help=f"how long a cut takes ({CUT_S} s)")
    parser.add_argument("--buffer", type=_bytes, default=RX_BYTES, metavar="BYTES", help="receive buffer (4096)")
    parser.add_argument("--frame-ancestor", action="append", default=[], metavar="ORIGIN", help="may frame the page")
    args = parser.parse_args(argv)
    if not (args.tcp or args.pty or args.device or args.gadget is not None):
        parser.error("give one of --tcp, --pty, --gadget, --device at least: a printer without a line prints nothing")
    return args


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: give PORT or HOST:PORT, port 0 to 65535")
    return host.strip("[]") or "127.0.0.1", int(port)


def _printer_id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: letters, digits, - and _, at most 40")
    return text


def _path(text: str) -> Path:
    return Path(text).absolute()


def _baud(text: str) -> int:
    value = int(text)
    if not 300 <= value <= 4_000_000:
        raise argparse.ArgumentTypeError(f"{text}: 300 to 4000000")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 10_000:
        raise argparse.ArgumentTypeError(f"{text}: 1 to 10000")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 10:
        raise argparse.ArgumentTypeError(f"{text}: 0 to 10")
    return value


def _bytes(text: str) -> int:
    value = int(text)
    if not 16 <= value <= 1 << 24:
        raise argparse.ArgumentTypeError(f"{text}: 16 to 16777216")
    return value


if __name__ == "__main__":
    sys.exit(main())
