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
Role = Literal["document", "sound", "picture", "channels"]
LAYOUT: tuple[tuple[Role, str], ...] = (  # what each m-line is for, and its kind; sound and picture: the emergency's
    ("document", "video"), ("sound", "audio"), ("picture", "video"), ("channels", "application"),
)  # fmt: skip
FIT = "42"  # constrained baseline by its first byte (RFC 6184, 8.1): what every decoder reads
CANDIDATE = re.compile(
    r"(?:candidate:)?[A-Za-z0-9+/]{1,32} [12] (?:udp|tcp) \d{1,10} [0-9A-Za-z.:-]{1,255} \d{1,5} "
    r"typ (?:host|srflx|prflx|relay)\b[ -~]{0,200}",
    re.IGNORECASE,
)

Refusal = Literal["malformed", "layout", "too_many_candidates", "no_bundle"]


class OfferRefused(Exception):
    def __init__(self, why: Refusal, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Offer:
    """`kinds` of its m-lines, in order, and what each is for; `takes_h264`: of the document picture, as a camera's
    own."""

    kinds: tuple[str, ...]
    roles: tuple[Role, ...]
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
        h264 = [media.kind == "video" and takes_h264(media) for media in description.media]
    except Exception as error:  # noqa: BLE001  why: a parser of text that anybody may have written; all it raises is a no
        raise OfferRefused("malformed", type(error).__name__) from None
    roles = roles_of(kinds)
    if roles is None or len(set(mids)) != len(mids):
        raise OfferRefused("layout", " ".join(kinds)[:80])
    if set(mids) != bundled:
        raise OfferRefused("no_bundle")
    return Offer(kinds, roles, ("document", True) in zip(roles, h264, strict=True))


def roles_of(kinds: tuple[str, ...]) -> tuple[Role, ...] | None:
    """The m-lines of LAYOUT, in order; any may be left out but the channels (a video behind no sound is the document).
    None: it is another layout."""
    rest, roles = iter(LAYOUT), list[Role]()
    for kind in kinds:
        role = next((role for role, known in rest if known == kind), None)
        if role is None:
            return None
        roles.append(role)
    return tuple(roles) if roles and roles[-1] == "channels" else None


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
