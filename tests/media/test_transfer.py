"""Files between expert and booth, over a real connection to the real process."""

import json

import pytest

from controller.ports.media import FileNews
from drivers.media.files import PDF_MOST, TEXT_MOST
from tests.media.daemon import Daemon, MediaProcess
from tests.media.expert import Expert

pytestmark = pytest.mark.system

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 4000 + b"\n%%EOF\n"


async def test_a_pdf_comes_whole_is_printed_after_one_press_and_the_expert_sees_it(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        expert.send_file("f-1", PDF, name="../../etc/hakemus.pdf")
        news = await daemon.wait(FileNews, lambda news: news.file.state == "ready")
        assert news.file.name == "hakemus.pdf" and news.file.got == len(PDF)
        await expert.until(lambda: {"t": "got", "id": "f-1", "bytes": len(PDF)} in expert.said)
        daemon.say({"t": "print", "session": "r-1", "file": "f-1"})
        daemon.say({"t": "print", "session": "r-1", "file": "f-1"})
        await expert.told("printed", "f-1")
        await daemon.wait(FileNews, lambda news: news.file.state == "printed")
        states = [n.file.state for n in daemon.said if isinstance(n, FileNews)]
        assert states.count("printing") == 1, "a second press prints nothing"


async def test_what_is_no_pdf_or_too_large_or_misshapen_is_refused_with_a_reason(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect("d")
        expert.send_file("exe", b"MZ" + bytes(40_000))
        assert (await expert.told("refused", "exe"))["why"] == "not_pdf"
        expert.send_file("huge", PDF[:20_000], size=PDF_MOST + 1)
        assert (await expert.told("refused", "huge"))["why"] == "too_large"
        expert.send_file("lie", PDF, sha256="0" * 64)
        assert (await expert.told("refused", "lie"))["why"] == "wrong_hash"
        expert.file.send(json.dumps({"t": "file", "id": "odd", "name": 7}))
        assert (await expert.told("refused", "odd"))["why"] == "bad_header"
        for junk in ("", "[]", "{", '{"t":"file"}', '{"t":"printed","id":"exe"}', "\ud7ff" * 100):
            expert.file.send(junk)
        expert.ctl.send(json.dumps({"t": "reboot"}))
        expert.send_file("good", PDF)
        await daemon.wait(FileNews, lambda news: news.file.state == "ready" and news.file.id == "good")
        assert media.exit is None


async def test_the_end_of_a_session_forgets_its_files(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect("d")
        expert.send_file("f-1", PDF)
        await daemon.wait(FileNews, lambda news: news.file.state == "ready")
        daemon.close_session("r-1")
        news = await daemon.wait(FileNews, lambda news: news.file.state == "dropped")
        assert news.file.cause == "session_ended"


async def test_a_text_without_end_closes_its_channel_and_nothing_else(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect("vd")
        expert.ctl.send("x" * (TEXT_MOST + 1))
        await expert.until(lambda: expert.ctl.readyState == "closed")
        await expert.pictures_come(5)
