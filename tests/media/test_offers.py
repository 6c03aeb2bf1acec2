"""Offers and candidates that nobody of ours wrote."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.media import offers
from drivers.media.offers import OfferRefused

HEAD = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]


def section(kind: str, mid: str, *more: str) -> list[str]:
    line = (
        f"m={kind} 9 UDP/DTLS/SCTP webrtc-datachannel" if kind == "application" else f"m={kind} 9 UDP/TLS/RTP/SAVPF 96"
    )
    return [line, "c=IN IP4 0.0.0.0", f"a=mid:{mid}", "a=ice-ufrag:abcd", "a=ice-pwd:" + "x" * 24,
            "a=fingerprint:sha-256 " + ":".join(["AA"] * 32), "a=setup:actpass", "a=rtcp-mux", *more]  # fmt: skip


def offer(*kinds: str, bundle: str | None = None, more: tuple[str, ...] = ()) -> str:
    mids = [str(place) for place in range(len(kinds))]
    codecs = {"video": "a=rtpmap:96 VP8/90000", "audio": "a=rtpmap:96 opus/48000/2", "application": "a=sctp-port:5000"}
    lines = [*HEAD, f"a=group:BUNDLE {' '.join(mids) if bundle is None else bundle}"]
    for kind, mid in zip(kinds, mids, strict=True):
        lines += section(kind, mid, codecs.get(kind, ""), *more)
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize("kinds", [
    ("video", "audio", "video", "application"), ("application",), ("video", "application"), ("audio", "application"),
])  # fmt: skip
def test_the_layout_of_the_docs_and_less_of_it_is_answered(kinds: tuple[str, ...]) -> None:
    assert offers.read(offer(*kinds)).kinds == kinds


@pytest.mark.parametrize("kinds", [
    ("video", "audio", "video"), ("audio", "video", "audio", "application"), ("application", "video"),
    ("video", "video", "video", "application"), ("video",) * 60, ("application", "application"), (),
])  # fmt: skip
def test_another_layout_is_refused(kinds: tuple[str, ...]) -> None:
    with pytest.raises(OfferRefused) as refused:
        offers.read(offer(*kinds))
    assert refused.value.why in {"layout", "malformed"}


def test_parts_that_are_not_bundled_are_refused() -> None:
    with pytest.raises(OfferRefused) as refused:
        offers.read(offer("video", "application", bundle="0"))
    assert refused.value.why == "no_bundle"


def test_a_thousand_candidates_are_refused() -> None:
    many = ("a=candidate:1 1 udp 1 10.0.0.1 9 typ host",) * 1000
    with pytest.raises(OfferRefused) as refused:
        offers.read(offer("application", more=many))
    assert refused.value.why == "too_many_candidates"


def test_h264_counts_only_as_it_is_packed_here() -> None:
    lines = "a=rtpmap:97 H264/90000", "a=fmtp:97 packetization-mode={};profile-level-id={}"
    for mode, profile, takes in (("1", "42e01f", True), ("1", "42001f", True), ("0", "42e01f", False),
                                 ("1", "640c1f", False)):  # fmt: skip
        more = (lines[0], lines[1].format(mode, profile))
        sdp = offer("video", "application", more=more).replace("SAVPF 96", "SAVPF 96 97")
        assert offers.read(sdp).takes_h264 is takes


@given(st.text(max_size=400))
def test_any_text_is_refused_or_read_and_never_raises_anything_else(text: str) -> None:
    with contextlib.suppress(OfferRefused):
        offers.read(text)


@given(st.data())
def test_an_offer_with_lines_torn_out_doubled_and_bent_raises_nothing_else(data: st.DataObject) -> None:
    lines = offer("video", "audio", "video", "application").split("\r\n")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.integers(0, 3)):
            case 0:
                lines.pop(at)
            case 1:
                lines.insert(at, data.draw(st.sampled_from(lines)))
            case 2:
                lines[at] = lines[at][: data.draw(st.integers(0, max(0, len(lines[at]) - 1)))]
            case _:
                lines[at] += data.draw(st.text(max_size=10))
        lines = lines or [""]
    with contextlib.suppress(OfferRefused):
        offers.read("\r\n".join(lines))


@pytest.mark.parametrize("text", [
    "candidate:1 1 udp 2113937151 10.1.2.3 50000 typ host generation 0 ufrag abcd network-cost 999",
    "candidate:842163049 1 udp 1677729535 1.2.3.4 46154 typ srflx raddr 10.0.0.1 rport 46154",
    "candidate:1 1 udp 2113937151 5d5e3d1a-0a3c-4b27-8f1a-1f6a2d1d8a11.local 50000 typ host",
])  # fmt: skip
def test_the_candidates_of_browsers_are_taken(text: str) -> None:
    assert offers.candidate(text, "0", 0) is not None


@pytest.mark.parametrize("text", [
    "", "candidate:", "candidate:1 1 udp 1 10.0.0.1 99999 typ host", "candidate:1 1 udp 1 ../../etc 9 typ host",
    "candidate:1 1 tcp 1518280447 10.0.0.1 9 typ host tcptype active", "candidate:1 1 udp 1 10.0.0.1 0 typ host",
    "candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=evil", "candidate:1 9 udp 1 10.0.0.1 9 typ host",
])  # fmt: skip
def test_what_is_no_candidate_is_let_be(text: str) -> None:
    assert offers.candidate(text, "0", 0) is None


@given(st.text(max_size=200))
def test_any_candidate_text_raises_nothing(text: str) -> None:
    offers.candidate(text, "0", None)
    offers.candidate("candidate:" + text, None, 3)
