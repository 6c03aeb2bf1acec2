"""What a receiver says of a document picture, from its reports to a turn of the pace: a real sender, no network."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast

import pytest
import pytest_asyncio
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket, RtpPacket

from drivers.media import governor
from drivers.media.governor import Governor
from drivers.media.pace import TRY_AGAIN_S, Pace
from drivers.media.tracks import DocumentTrack


class Document:
    """A track's part in it."""

    def __init__(self) -> None:
        self.pace = Pace(0.0)
        self.bits = 0


class Far:
    """The receiver of one sender: reports every 50 ms, as Chromium does, of `each` packets, and time goes on."""

    def __init__(self, sender: object, clock: SimpleNamespace) -> None:
        self.sender, self.clock = sender, clock
        self.lost, self.highest = 0, 65_000

    async def reports(self, count: int, each: int, lost_of: int) -> None:
        """So many reports; of `lost_of` packets one is lost."""
        for _ in range(count):
            self.clock.now += 0.05
            before = self.highest
            self.highest += each
            self.lost += self.highest // lost_of - before // lost_of
            info = RtcpReceiverInfo(
                ssrc=self.sender._ssrc, fraction_lost=0, packets_lost=self.lost, highest_sequence=self.highest,
                jitter=0, lsr=0, dlsr=0,
            )  # fmt: skip
            await self.sender._handle_rtcp_packet(RtcpRrPacket(ssrc=1, reports=[info]))


@pytest_asyncio.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Document, Governor, Far]]:
    clock = SimpleNamespace(now=10.0)
    monkeypatch.setattr(governor, "time", SimpleNamespace(monotonic=lambda: clock.now))
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    sender, track = peer.addTransceiver("video", "sendonly").sender, Document()
    yield track, Governor(cast(DocumentTrack, track), sender), Far(sender, clock)
    await peer.close()


async def test_one_lost_packet_of_the_four_of_a_report_is_no_quarter_of_the_path(
    scene: tuple[Document, Governor, Far],
) -> None:
    track, _, far = scene
    await far.reports(200, each=4, lost_of=20)
    assert not track.pace.thins, "five in a hundred are lost"


async def test_a_path_that_is_full_is_known_within_a_second_and_what_was_missed_is_not_sent_again(
    scene: tuple[Document, Governor, Far],
) -> None:
    track, _, far = scene
    history = far.sender.__dict__["_RTCRtpSender__rtp_history"]
    history[5] = RtpPacket(payload_type=96, sequence_number=5, payload=b"x")
    await far.reports(4, each=4, lost_of=1000)
    began = far.clock.now
    while not track.pace.thins:
        await far.reports(1, each=4, lost_of=2)
        assert far.clock.now - began < 1.1
    assert not history


async def test_the_few_packets_of_a_thinned_picture_are_counted_until_they_are_enough(
    scene: tuple[Document, Governor, Far],
) -> None:
    track, _, far = scene
    await far.reports(40, each=4, lost_of=2)
    assert track.pace.thins
    await far.reports(40, each=4, lost_of=1000)
    far.clock.now += TRY_AGAIN_S
    assert track.pace.passes(far.clock.now, is_key=True) and not track.pace.thins
    await far.reports(10, each=1, lost_of=2)
    assert not track.pace.thins, "five of ten may be chance"


async def test_a_round_trip_that_grows_is_told_with_each_look(scene: tuple[Document, Governor, Far]) -> None:
    track, rules, _ = scene
    for rtt_ms in (None, 40.0, 60.0, 400.0, 420.0):
        assert not track.pace.thins
        rules.look(2.0, rtt_ms)
    assert track.pace.thins


async def test_what_was_lost_while_the_path_was_away_thins_nothing_when_it_is_back(
    scene: tuple[Document, Governor, Far],
) -> None:
    track, _, far = scene
    await far.reports(40, each=4, lost_of=1000)
    far.clock.now += 10.0
    far.lost, far.highest = far.lost + 900, far.highest + 900
    await far.reports(40, each=4, lost_of=1000)
    assert not track.pace.thins
