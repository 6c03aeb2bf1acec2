"""`python -m drivers.sim.network [--seed S] END...`: a network of these ends until stdin closes (orders.py)."""

import argparse
import asyncio
import sys

import msgspec

from drivers.sim.network.hub import Hub, places, refused
from drivers.sim.network.orders import Answer, line, read_order

BASE = "198.18.0"  # RFC 2544: for tests of networks, never on the internet
LINE_MOST = 65_536


async def run(names: list[str], seed: str) -> None:
    hub = Hub({name: f"{BASE}.{n}" for n, name in enumerate(names, 1)}, seed)
    _say(places(hub))
    reader = asyncio.StreamReader(limit=LINE_MOST)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while told := await reader.readline():
        order = read_order(told)
        try:
            answer = hub.do(order)
        except (KeyError, OSError) as problem:
            answer = refused(order, problem)
        _say(answer)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m drivers.sim.network")
    parser.add_argument("--seed", default="0")
    parser.add_argument("ends", nargs="+", metavar="END")
    arguments = parser.parse_args()
    try:
        asyncio.run(run(arguments.ends, arguments.seed))
    except OSError as problem:
        need = "a simulated network needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN) and /dev/net/tun"
        _say(Answer(problem=f"{need}: {problem}"))
        return 1
    except msgspec.DecodeError as problem:
        _say(Answer(problem=f"this is no order: {problem}"))
        return 2
    return 0


def _say(answer: Answer) -> None:
    sys.stdout.buffer.write(line(answer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
