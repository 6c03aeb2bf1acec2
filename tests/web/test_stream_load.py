"""Many pages, and one that does not read: nobody else waits, nothing is piled up, nothing is left behind."""

import asyncio
import base64
import gc
import socket
import time
import tracemalloc

import pytest

from controller.web import stream
from controller.web.site import Notice
from tests.web.rig import Point, until
from tests.web.watcher import watching

PAGES = 200
UNHURRIED_S = 60.0  # what only a machine that stands still takes
BIG = 50_000  # characters in a notice: a change of the TV's state that costs no event


def change(here: Point, n: int) -> None:
    """Show another long notice on the info-TV."""
    here.site.notice = Notice({"fi": f"{n:06d}" + "x" * BIG}, here.clock.ms + 60_000)
    here.site.touch()


async def stuck(here: Point) -> socket.socket:
    """A page whose machine hangs: it opens the line and never reads a byte of it."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, ("127.0.0.1", here.port))
    key = base64.b64encode(b"0123456789abcdef").decode()
    head = ["GET /api/v1/stream?view=tv&id=lobby HTTP/1.1", "Host: localhost", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}",
            f"Authorization: Bearer {here.token('tv')}"]  # fmt: skip
    text = "\r\n".join(head) + "\r\n\r\n"
    await loop.sock_sendall(line, text.encode())
    await until(lambda: here.rooms.streams.open > 0)
    return line


async def test_a_page_that_never_reads_costs_no_memory_holds_nobody_up_and_is_dropped(
    here: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SEND_S", 5.0)  # of the page that reads too, on a busy machine
    line = await stuck(here)
    try:
        async with watching(here, "tv") as page:
            assert here.rooms.streams.open == 2
            gc.collect()
            tracemalloc.start()
            before, _ = tracemalloc.get_traced_memory()
            for n in range(300):  # 15 MB, far more than both kernels' buffers take
                change(here, n)
                while not page.state.get("message", {"fi": ""})["fi"].startswith(f"{n:06d}"):
                    await page.hear(UNHURRIED_S)
            gc.collect()
            now, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert now - before < 3_000_000, f"{now - before} bytes more than before"
            async with asyncio.timeout(UNHURRIED_S):
                while here.rooms.streams.open == 2:
                    await page.hear(UNHURRIED_S)
            assert here.rooms.streams.open == 1, "the page that reads goes on"
    finally:
        line.close()


async def test_a_page_that_reads_again_gets_the_newest_and_not_all_that_was(
    here: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SEND_S", UNHURRIED_S)  # on a busy machine it does not read for longer than it may
    line = await stuck(here)
    loop = asyncio.get_running_loop()
    try:
        for n in range(300):
            change(here, n)
            await asyncio.sleep(0.002)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)  # by 4 kB at a time it would take many switches
        heard = bytearray()
        async with asyncio.timeout(UNHURRIED_S):
            while b"000299" not in heard:
                read = await loop.sock_recv(line, 1 << 20)
                assert read, "the line is open"
                heard += read
        assert heard.count(b'"t":"delta"') < 200, "what was in between was never sent"
    finally:
        line.close()


async def test_two_hundred_pages_come_and_go_and_leave_nothing_behind(here: Point) -> None:
    before = len(asyncio.all_tasks())
    views = ("kiosk", "tv", "counter")
    gone = asyncio.Event()
    here_now = 0

    async def visit(n: int) -> None:
        nonlocal here_now
        async with watching(here, views[n % 3]) as page:
            here_now += 1
            await gone.wait()
            assert page.kinds[0] == "snap"

    async with asyncio.TaskGroup() as tasks:
        for n in range(PAGES):
            tasks.create_task(visit(n))
        await until(lambda: here_now == PAGES, UNHURRIED_S)
        assert here.rooms.streams.open == PAGES
        loop = asyncio.get_running_loop()
        started, worked = loop.time(), time.process_time()
        await here.take()
        assert time.process_time() - worked < 2.0, "a number does not wait for the work of two hundred pages"
        assert loop.time() - started < stream.SEND_S, "nor for what they do not read"
        gone.set()
    await until(lambda: here.rooms.streams.open == 0)
    assert here.rooms.screens._pages == {}
    assert len(here.rooms.streams._channels) == 3
    await until(lambda: len(asyncio.all_tasks()) <= before + 1)


async def test_pages_that_drop_the_line_in_the_middle_leave_nothing_behind(here: Point) -> None:
    lines = [await stuck(here) for _ in range(30)]
    await until(lambda: here.rooms.streams.open == 30)
    for line in lines:
        line.close()
    change(here, 1)
    await until(lambda: here.rooms.streams.open == 0)
    assert here.rooms.screens._pages == {}
