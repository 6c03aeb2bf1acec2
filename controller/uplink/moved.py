"""Whether this machine still has the address that a connection was made from.

A cable that is pulled while a telephone network takes over, or another lease, leaves a connection that is dead and does
not know it: nobody tells it, and its heartbeat needs seconds. The address is gone at once.
"""

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import Any

LOOK_S = 0.5


def is_ours(address: tuple[Any, ...]) -> bool:
    """`address`: as of `getsockname`. What cannot be told is believed to be ours."""
    family = socket.AF_INET6 if ":" in str(address[0]) else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.bind((address[0], 0, *address[2:]))
    except OSError as no:
        return no.errno != errno.EADDRNOTAVAIL  # ip(7): no interface has it
    return True


async def until_moved(address: tuple[Any, ...], is_ours: Callable[[tuple[Any, ...]], bool] = is_ours) -> None:
    """Waits until this machine has lost that address."""
    while is_ours(address):  # noqa: ASYNC110  why: of the kernel's tables, which say nothing of themselves
        await asyncio.sleep(LOOK_S)
