"""One service point as configured: what its TOML file says (contract, section 7), as plain values.

Every text for people is a map from language to text; a missing language falls back to the house language
(the first of `[point].languages`). Durations carry their unit in the name.
"""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from controller.domain.event_words import Channel

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="lower-case letters, digits, hyphens")]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Texts = dict[Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")], Text]
Lists = dict[Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")], tuple[Text, ...]]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]
Hours = Annotated[str, Meta(pattern=r"^(closed|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d"
                                    r"(,([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d)*)$",
                            description='"08:00-16:00", "08:00-11:30,12:30-18:00" or "closed"')]  # fmt: skip
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EndOfDay = Literal["serve_out", "remove_at_close"]


class Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base: a key that nobody knows is an error for the technician, never ignored."""


class Point(Struct, frozen=True, kw_only=True):
    """`end_of_day`: what becomes of those who still wait at closing. `late_s`: how long a no-show may still be
    called. `auto_no_show_s`: a call nobody answered becomes a no-show after this long; 0: only when pressed. `logo`: a
    picture file for the head of tickets."""

    id: Name
    name: Texts
    languages: Annotated[tuple[Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")], ...], Meta(min_length=1)] = (
        "fi",
        "sv",
        "en",
    )
    timezone: str = "Europe/Helsinki"
    municipality: str = ""
    public_url: str = ""
    end_of_day: EndOfDay = "serve_out"
    walk_s: Seconds = 45
    wrap_up_s: Seconds = 0
    late_s: Seconds = 600
    auto_no_show_s: Seconds = 0
    priority_boost_s: Seconds = 600
    paper_roll: bool = False
    logo: str = ""
    message: Texts = {}

    @property
    def house(self) -> str:
        return self.languages[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Listen(Struct, frozen=True, kw_only=True):
    device: Annotated[str, Meta(pattern=r"^[^:\s]*:\d{1,5}$")] = "127.0.0.1:8080"
    staff: Annotated[str, Meta(pattern=r"^([^:\s]*:\d{1,5})?$")] = ""


class Central(Struct, frozen=True, kw_only=True):
    """`url` empty: a point on its own. The box's token stands in `token_file` (beside the config, or absolute)."""

    url: Annotated[str, Meta(pattern=r"^(https?://[^\s/]+(/\S*)?)?$")] = ""
    token_file: str = ""


class Provider(Struct, frozen=True, kw_only=True):
    id: Name
    name: Texts
    hint: Texts = {}
    icon: Name = "service"


class Card(Struct, frozen=True, kw_only=True):
    """A service card: what the customer brings, how the advisor does it, where support is, when it holds."""

    bring: Lists = {}
    instructions: Texts = {}
    support: Texts = {}
    valid_from: Day | None = None
    valid_to: Day | None = None


class Service(Struct, frozen=True, kw_only=True):
    """`hours`: None as the point. `median_s` is the assumed service time until our own figures say otherwise."""

    id: Name
    provider: Name
    name: Texts
    queue: Name
    hint: Texts = {}
    channels: tuple[Channel, ...] = ("counter",)
    target_wait_s: Seconds = 900
    median_s: Annotated[int, Meta(ge=30, le=14_400)] = 480
    priority: Annotated[int, Meta(ge=0, le=9)] = 0
    kiosk: bool = True
    hours: dict[Weekday, Hours] | None = None
    card: Card | None = None


class Queue(Struct, frozen=True, kw_only=True):
    """`series` is the letter before the number; `cap` the most that may wait, 0: no limit."""

    id: Name
    name: Texts
    series: Annotated[str, Meta(pattern=r"^[A-Z]{0,3}$")]
    cap: Annotated[int, Meta(ge=0, le=9999)] = 0


class Counter(Struct, frozen=True, kw_only=True):
    """`services`: () all. `languages`: what whoever sits here speaks unless they say otherwise at opening."""

    id: Name
    label: Annotated[str, Meta(min_length=1, max_length=8)]
    name: Texts = {}
    services: tuple[Name, ...] = ()
    languages: tuple[Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")], ...] = ()


class Room(Struct, frozen=True, kw_only=True):
    id: Name
    name: Texts


class Rate(Struct, frozen=True, kw_only=True):
    """At most `burst` tickets at once from one kiosk, then one each `every_s` seconds."""

    every_s: Annotated[float, Meta(ge=0, le=60)] = 2.0
    burst: Annotated[int, Meta(ge=1, le=100)] = 5


class Kiosk(Struct, frozen=True, kw_only=True):
    """`printer` empty: numbers are shown on the screen. `services`: () all that have `kiosk = true`."""

    id: Name
    printer: str = ""
    services: tuple[Name, ...] = ()
    general: str = ""
    rate: Rate = Rate()
    idle_s: Annotated[int, Meta(ge=20, le=600)] = 45


class Screen(Struct, frozen=True, kw_only=True):
    """`sound`: this page speaks the calls (one screen a point). `queues`: () all."""

    id: Name
    sound: bool = False
    queues: tuple[Name, ...] = ()


class Booth(Struct, frozen=True, kw_only=True):
    """A remote-service booth. `document_camera`: a V4L2 node by its cable (`usb:`, `port:`), `sim`, or "" for none;
    `camera` and `microphone`: what shows the customer while the booth's browser is down, `speaker`: what they hear the
    expert by meanwhile (ALSA names for the sound; no speaker: ALSA's default). `printer`: the CUPS queue for forms,
    `sim`, or "" for none. `no_answer_s`: nobody answers for so long: the customer is served at a counter. `consent`:
    the version of the consent text, which changes when its words do; `consent_text`: words of the point's own, in place
    of ours."""

    id: Name
    name: Texts = {}
    room: str = ""
    services: tuple[Name, ...] = ()
    document_camera: Annotated[str, Meta(pattern=r"^(sim|usb:\S+|port:\S+|/dev/\S+)?$")] = ""
    camera: Annotated[str, Meta(pattern=r"^(sim|usb:\S+|port:\S+|/dev/\S+)?$")] = ""
    microphone: Annotated[str, Meta(max_length=80)] = ""
    speaker: Annotated[str, Meta(max_length=80)] = ""
    printer: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{0,80}$")] = ""
    no_answer_s: Annotated[int, Meta(ge=60, le=7200)] = 1800
    consent: Annotated[str, Meta(pattern=r"^[0-9A-Za-z.-]{1,20}$")] = "1"
    consent_text: dict[Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")], Annotated[str, Meta(max_length=2000)]] = {}
    idle_s: Annotated[int, Meta(ge=20, le=600)] = 90

    @property
    def is_simulated(self) -> bool:
        return self.document_camera == "sim"


class Printer(Struct, frozen=True, kw_only=True):
    """`blind`: it can tell nothing, and what it prints shall be believed all the same (tier T5). `roll_m`: how long a
    new roll of its paper is, metres; it stands on the roll's wrapping."""

    id: Name
    kind: Literal["escpos"] = "escpos"
    link: Annotated[str, Meta(pattern=r"^(sim|tcp:[^:\s]+:\d{1,5}|usb:\S+|port:\S+|serial:/dev/\S+,\d+)$")]
    profile: Name = "generic"
    blind: bool = False
    roll_m: Annotated[int, Meta(ge=10, le=1000)] = 80


class Panel(Struct, frozen=True, kw_only=True):
    """A call button belongs to a `counter`, a keypad to a `counter`, a `kiosk` or a `booth`, a leave button to the
    `booth` whose session it ends; a panic button may name the counter that it is at."""

    id: Name
    kind: Literal["call_button", "keypad", "panic", "leave"]
    link: Annotated[str, Meta(pattern=r"^(sim|usb:\S+|port:\S+)$")]
    counter: str = ""
    kiosk: str = ""
    booth: str = ""


class Scanner(Struct, frozen=True, kw_only=True):
    """`kiosk`: whose page gets the codes; empty: the point's only kiosk. `layout`: the keyboard that a reader of kind
    `keyboard` was set to be."""

    id: Name
    kind: Literal["keyboard", "serial"]
    link: Annotated[str, Meta(pattern=r"^(sim|usb:\S+|port:\S+|serial:/dev/\S+,\d+)$")]
    kiosk: str = ""
    layout: Literal["us", "fi"] = "us"


class OpeningHours(Struct, frozen=True, kw_only=True):
    """`exceptions`: a date to hours or "closed". `holidays`: Finnish public holidays are closed."""

    mon: Hours = "08:00-16:00"
    tue: Hours = "08:00-16:00"
    wed: Hours = "08:00-16:00"
    thu: Hours = "08:00-16:00"
    fri: Hours = "08:00-16:00"
    sat: Hours = "closed"
    sun: Hours = "closed"
    holidays: bool = True
    exceptions: dict[Day, Hours] = {}


class Config(Struct, frozen=True, kw_only=True):
    """The whole file."""

    point: Point
    listen: Listen = Listen()
    central: Central = Central()
    providers: tuple[Provider, ...]
    services: tuple[Service, ...]
    queues: tuple[Queue, ...]
    counters: tuple[Counter, ...]
    rooms: tuple[Room, ...] = ()
    kiosks: tuple[Kiosk, ...] = ()
    screens: tuple[Screen, ...] = ()
    booths: tuple[Booth, ...] = ()
    printers: tuple[Printer, ...] = ()
    panels: tuple[Panel, ...] = ()
    scanners: tuple[Scanner, ...] = ()
    opening_hours: OpeningHours = OpeningHours()

    def service(self, id_: str) -> Service | None:
        return next((s for s in self.services if s.id == id_), None)

    def queue(self, id_: str) -> Queue | None:
        return next((q for q in self.queues if q.id == id_), None)

    def counter(self, id_: str) -> Counter | None:
        return next((c for c in self.counters if c.id == id_), None)

    def kiosk(self, id_: str) -> Kiosk | None:
        return next((k for k in self.kiosks if k.id == id_), None)

    def booth(self, id_: str) -> Booth | None:
        return next((b for b in self.booths if b.id == id_), None)

    def provider(self, id_: str) -> Provider | None:
        return next((p for p in self.providers if p.id == id_), None)
