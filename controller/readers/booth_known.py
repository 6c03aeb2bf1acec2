"""What the hub of the booths knows of a session that no event says."""

import msgspec

from controller.domain.remote_events import Quality
from controller.domain.state import Session
from controller.ports import booth as b
from controller.ports.media import File
from controller.ports.signalling import IceConfig


class Known(msgspec.Struct):
    """What no event says of a session. Times are the loop's."""

    since: float
    booth: str = ""  # none for an advisor who is supported
    place: str = ""  # of the page at its end
    expert: str = ""  # whose name
    name: str = ""
    consent: str = ""
    off: b.Off = b.Off()
    order: str = ""
    ice: IceConfig = IceConfig()
    outlook: b.Outlook | None = None
    talk_up: bool = False
    talk_why: str = ""
    apart_since: float | None = None  # they have had no way to each other
    emergency: bool = False
    opened: bool = False  # the media process was told
    told_talk: bool | None = None
    told_held: bool = False
    told_ice: bool = False  # the counter's page, since somebody has answered
    files: dict[str, File] = {}
    page: b.TalkStats | None = None
    rtts: list[float] = []

    def has_agreed(self, session: Session) -> bool:
        """To be seen and heard. Who was in conversation has, also when this daemon was restarted since; an advisor who
        asks for support agrees by asking."""
        return bool(self.consent or session.connected or not session.booth)

    def heard(self, told: b.Talk) -> None:
        """What the booth's own page says of the talk."""
        self.talk_up, self.talk_why = told.up, told.why
        self.off = told.off or self.off
        if told.stats is not None:
            self.page = told.stats
            if told.stats.rtt_ms is not None:
                self.rtts = [*self.rtts[-599:], told.stats.rtt_ms]

    def apart(self, up: bool, now: float) -> float:
        """Seconds that they have had no way to each other."""
        self.apart_since = None if up else now if self.apart_since is None else self.apart_since
        return 0.0 if self.apart_since is None else now - self.apart_since

    def quality(self) -> Quality | None:
        """As the page measured it; None when it never said, or never knew how far the other end is."""
        if self.page is None or not self.rtts:
            return None
        rtts = sorted(self.rtts)
        return Quality(
            rtt_p95_ms=round(rtts[int(0.95 * (len(rtts) - 1))]), loss=self.page.loss,
            freeze_ms=round(self.page.freeze_ms), audio_ok=self.page.audio, video_ok=self.page.video,
            relay=self.page.relay,
        )  # fmt: skip

    def media_is_new(self) -> None:
        """The media process knows nothing of this session: it is to be told all of it."""
        self.opened, self.emergency, self.told_talk, self.told_held = False, False, None, False
