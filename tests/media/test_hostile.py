"""Words that are forged, replayed, reordered, misshapen or too many: refused or let be, and the process stands."""

import json
import re

import pytest

from controller.ports.media import Leg
from controller.ports.signalling import MESSAGE_MOST, Ice, Sdp, Signal
from tests.media.daemon import Daemon, MediaProcess
from tests.media.expert import SEAT, Expert

pytestmark = pytest.mark.system


async def test_junk_on_the_points_line_is_refused_with_a_word_and_ends_nothing(
    daemon: Daemon, media: MediaProcess
) -> None:
    for junk in (
        b"\n\n", b"{}\n", b"[]\n", b'{"t":"reboot"}\n', b"\xff\xfe\n", b'{"t":"open"}\n',
        b'{"t":"open","session":"../x","booth":"koppi"}\n',
        b"[" * 50_000 + b"\n", b'{"t":"config","booths":[' + b",".join([b'{"id":"a"}'] * 40) + b"]}\n",
        b"x" * (MESSAGE_MOST + 1) + b"\n", b'{"t":"talk","session":"r-1","up":"yes"}\n',
    ):  # fmt: skip
        daemon.raw(junk)
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect("vd")
        await expert.pictures_come(3)
    assert {entry["what"] for entry in media.logged("media_refused")} == {"malformed", "oversized"}
    assert daemon.lines == 1


async def test_signals_of_others_or_for_others_are_let_be(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect("vd")
        await expert.pictures_come(3)
        answers = expert.answers
        bye = {"k": "bye"}
        good = {"t": "signal", "session": "r-1", "leg": "booth", "epoch": SEAT * 1000 + 1, "from": "expert", "seq": 2}
        for change in (
            {"session": "r-2"}, {"leg": "talk"}, {"from": "booth"}, {"from": "media"}, {"epoch": 5}, {"seq": 0},
            {"seq": 999_999},
        ):  # fmt: skip
            daemon.say({**good, "body": bye, **change})
        await expert.pictures_come(20)
        assert expert.answers == answers and expert.k == 1
        assert all(leg.up for leg in daemon.said if isinstance(leg, Leg) and leg.stats)


async def test_a_replayed_epoch_and_a_replayed_offer_do_nothing(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        sent: list[dict] = []
        say = daemon.say
        daemon.say = lambda message: (sent.append(message), say(message))  # type: ignore[assignment, func-returns-value]  # why: the line between is ours
        await expert.connect("vd")
        await expert.connect("vd")
        await expert.pictures_come(3)
        daemon.say = say  # type: ignore[method-assign]  # why: the line between is ours
        for message in [*sent, *reversed(sent)]:
            daemon.say(message)
        await expert.pictures_come(20)
        answers = {(m.epoch, m.seq) for m in daemon.said if isinstance(m, Signal) and isinstance(m.body, Sdp)}
        assert len(answers) == 2, "one answer an epoch"


async def test_signals_out_of_order_are_taken_in_order(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        held: list[object] = []
        expert.daemon.say = held.append  # type: ignore[method-assign]  # why: the line between is ours
        await expert.offer("vd")
        expert.say(Ice(candidate=None))
        del expert.daemon.say
        for message in reversed(held):
            daemon.say(message)
        await expert.until(lambda: expert.peer is not None and expert.peer.connectionState == "connected")
        await expert.pictures_come(3)


async def test_another_fingerprint_than_the_experts_never_gets_a_picture(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        expert.tamper = lambda sdp: re.sub(r"(a=fingerprint:sha-\d+ )\S+", lambda m: m[1] + ":".join(["AB"] * 32), sdp)
        await expert.offer("vd")
        await daemon.wait(Leg, lambda leg: not leg.up and leg.why in {"failed", "closed"})
        await expert.until(lambda: "failed" in expert.renewals)
        assert not expert.pictures
        expert.tamper = lambda sdp: sdp
        await expert.connect("vd")
        await expert.pictures_come(3)


@pytest.mark.parametrize("sdp", ["", "v=0", "junk" * 1000, "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n" * 40])
async def test_an_offer_that_is_none_is_refused_and_the_next_epoch_works(
    daemon: Daemon, media: MediaProcess, sdp: str
) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        expert.tamper = lambda _: sdp
        await expert.offer("vd")
        await daemon.wait(Leg, lambda leg: leg.why in {"malformed", "layout"})
        expert.tamper = lambda sdp: sdp
        await expert.connect("vd")
        await expert.pictures_come(3)


async def test_an_oversized_sdp_is_refused(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    signal = {"t": "signal", "session": "r-1", "leg": "booth", "epoch": SEAT * 1000 + 1, "from": "expert", "seq": 1,
              "body": {"k": "sdp", "type": "offer", "sdp": "x" * 65_537}}  # fmt: skip
    assert len(json.dumps(signal)) < MESSAGE_MOST
    daemon.say(signal)
    async with Expert(daemon) as expert:
        await expert.connect("vd")
        await expert.pictures_come(3)
    assert media.logged("media_refused")
