"""Which offers of an expert's page are answered: the layout of docs/remote-service.md, and no more of anything than
such a page sends. Whatever else comes is refused before aiortc sees it.
"""

import re
from dataclasses import dataclass
from typing import Literal

from aiortc import RTCIceCandidate
from aiortc.sdp import MediaDescription, SessionDescription, candidate_from_sdp

LINES_MOST = 2_000  # of one offer; Chromium's with every codec has 300
CANDIDATES_MOST = 32  # in an offer, and one by one: what a machine with many networks has
KINDS = ("video", "audio", "video", "application")  # document, emergency's sound and picture, channels
FIT = "42"  # constrained baseline by its first byte (RFC 6184, 8.1): what every decoder reads
CANDIDATE = re.compile(
    r"(?:candidate:)?[A-Za-z0-9+/]{1,32} [12] (?:udp|tcp) \d{1,10} [0-9A-Za-z.:-]{1,255} \d{1,5} "
    r"typ (?:host|srflx|prflx|relay)\b[ -~]{0,200}",
    re.IGNORECASE,
)

Refusal = Literal["malformed", "layout", "too_many_candidates", "no_codec", "no_bundle"]


class OfferRefused(Exception):
    def __init__(self, why: Refusal, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Offer:
    """`kinds` of its m-lines, in order; `takes_h264`: of the document picture, as a camera's own."""

    sdp: str
    kinds: tuple[str, ...]
    takes_h264: bool


def read(sdp: str) -> Offer:
    """Raises `OfferRefused`."""
    if sdp.count("\n") > LINES_MOST or "\0" in sdp:
        raise OfferRefused("malformed", "too many lines")
    if sdp.count("a=candidate:") > CANDIDATES_MOST:
        raise OfferRefused("too_many_candidates")
    try:
        description = SessionDescription.parse(sdp)
        kinds = tuple(media.kind for media in description.media)
        bundled = {mid for group in description.group if group.semantic == "BUNDLE" for mid in group.items}
        mids = [media.rtp.muxId for media in description.media]
        h264 = [takes_h264(media) for media in description.media if media.kind == "video"]
    except Exception as error:  # noqa: BLE001  why: a parser of text that anybody may have written; all it raises is a no
        raise OfferRefused("malformed", type(error).__name__) from None
    if not is_layout(kinds) or len(set(mids)) != len(mids):
        raise OfferRefused("layout", " ".join(kinds)[:80])
    if set(mids) != bundled:
        raise OfferRefused("no_bundle")
    return Offer(sdp, kinds, bool(h264) and h264[0])


def is_layout(kinds: tuple[str, ...]) -> bool:
    """The m-lines of KINDS, in order; any may be left out but the channels."""
    rest = iter(KINDS)
    return bool(kinds) and kinds[-1] == "application" and all(kind in rest for kind in kinds)


def takes_h264(media: MediaDescription) -> bool:
    """Whether a video m-line takes H.264 as aiortc packs it."""
    return any(
        codec.mimeType.lower() == "video/h264"
        and str(codec.parameters.get("packetization-mode", "0")) == "1"
        and str(codec.parameters.get("profile-level-id", "")).lower().startswith(FIT)
        for codec in media.rtp.codecs
    )


def candidate(text: str, mid: str | None, index: int | None) -> RTCIceCandidate | None:
    """One that came by itself; None when it is not one, or not one that aiortc can use."""
    if not CANDIDATE.fullmatch(text):
        return None
    try:
        found = candidate_from_sdp(text.removeprefix("candidate:"))
    except (ValueError, AssertionError, IndexError):
        return None
    if found.protocol.lower() != "udp" or not 0 < found.port < 65_536:
        return None
    found.sdpMid, found.sdpMLineIndex = mid, index
    return found if mid is not None or index is not None else None
