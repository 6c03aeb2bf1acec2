"""What point and media process say to each other over DIR/media.sock, a JSON document a line (docs/remote-service.md,
"Media process and point"). Shapes and limits only.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from controller.ports.signalling import Ack, IceConfig, SessionId, Signal, Why

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$(?!\n)")]
FileId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}$(?!\n)")]
Device = Annotated[str, Meta(max_length=256)]
BOOTHS_MOST = 32


class _Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="t"):
    """Base of every message. Members that this version does not know are let be: point and media process are
    installed together, but one may be restarted before the other."""


class BoothConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One booth's devices, None or "" for one that it has not, "sim" for one that is made. A camera is "usb:SERIAL",
    "port:PATH" or a node ("/dev/video0"), microphone and speaker an ALSA name ("default", "hw:1"), a printer a CUPS
    queue. A booth without a `speaker` plays on ALSA's "default", unless everything is simulated."""

    id: Id
    document_camera: Device | None = None
    camera: Device | None = None
    microphone: Device | None = None
    speaker: Device | None = None
    printer: Device | None = None


class Config(_Said, frozen=True, kw_only=True, tag="config"):
    """The whole picture of what there is; comes first on every line. `simulated`: no device is opened, pictures and
    sound are made, and say so."""

    booths: Annotated[tuple[BoothConfig, ...], Meta(max_length=BOOTHS_MOST)]
    simulated: bool = False


class Open(_Said, frozen=True, kw_only=True, tag="open"):
    """The session is to have a booth leg from now on. Said again: the session goes on (`ice` holds for new epochs)."""

    session: SessionId
    booth: Id
    ice: IceConfig = IceConfig()


class Close(_Said, frozen=True, kw_only=True, tag="close"):
    """The session is over: every device is let go, every file forgotten."""

    session: SessionId


class Talk(_Said, frozen=True, kw_only=True, tag="talk", omit_defaults=True):
    """Whether the browser's own leg is up. While it is not, the emergency shows picture and sound: of what the customer
    has not turned off."""

    session: SessionId
    up: bool
    camera: bool = True
    microphone: bool = True


class Hold(_Said, frozen=True, kw_only=True, tag="hold"):
    """Whether the customer is on hold: while they are, the expert sees nothing of the document camera. Said again
    after each `open` of a session that is."""

    session: SessionId
    on: bool


class Moved(_Said, frozen=True, kw_only=True, tag="moved"):
    """The box has another address than before: whatever was connected from that one is not any more."""


class Print(_Said, frozen=True, kw_only=True, tag="print"):
    """The customer pressed "print"."""

    session: SessionId
    file: FileId


class TryOut(_Said, frozen=True, kw_only=True, tag="test"):
    """Try the booth's cameras and the paths to TURN. Answered by `TriedOut` with the same id."""

    id: Id
    booth: Id
    ice: IceConfig = IceConfig()


class Hello(_Said, frozen=True, kw_only=True, tag="hello"):
    """First on every line."""

    version: str
    pid: int


class BoothHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How the devices are, without opening them: "ready", "absent", "ambiguous" (two of that name), "no_access",
    "simulated", "none" (not configured)."""

    id: Id
    document_camera: Why
    camera: Why
    microphone: Why


class Health(_Said, frozen=True, kw_only=True, tag="health"):
    booths: tuple[BoothHealth, ...]


class LegStats(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of the last two seconds. `rtt_ms` and `loss` (share of 1) are the expert's reports of the document picture;
    `kbps` what left; `codec` of the document picture; `video`: pictures of the document camera leave; `thinned`:
    only key pictures do, because the path takes no more; `relay`: over TURN; `heard`: sound of the expert came."""

    rtt_ms: Annotated[float, Meta(ge=0)] | None = None
    loss: Annotated[float, Meta(ge=0, le=1)] | None = None
    kbps: Annotated[int, Meta(ge=0)] = 0
    codec: Literal["h264", "vp8"] | None = None
    video: bool = False
    thinned: bool = False
    relay: bool = False
    heard: bool = False


class Leg(_Said, frozen=True, kw_only=True, tag="leg", omit_defaults=True):
    """How the booth leg is; at each change and every 2 s. `why`: "new", "connected", "failed", "closed", "layout",
    "hostile", "no_relay", "silent", ..."""

    session: SessionId
    up: bool
    emergency: bool = False
    why: Why = ""
    stats: LegStats | UnsetType = UNSET


FileState = Literal["coming", "ready", "printing", "printed", "failed", "dropped"]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A form for the customer, or a picture of a document for the expert, kept in memory only: `got` of `size` bytes;
    `cause` why it failed or was dropped, else ""; `printable`: a press makes a paper of it, also another one."""

    id: FileId
    name: Annotated[str, Meta(max_length=80)] = ""
    kind: Literal["print", "still"]
    size: Annotated[int, Meta(ge=0, le=1 << 30)] = 0
    got: Annotated[int, Meta(ge=0, le=1 << 30)] = 0
    state: FileState = "coming"
    cause: Annotated[str, Meta(max_length=80)] = ""
    printable: bool = False


class FileNews(_Said, frozen=True, kw_only=True, tag="file"):
    session: SessionId
    file: File


class TriedOut(_Said, frozen=True, kw_only=True, tag="tested"):
    """`result`: {"state": "green"|"yellow"|"red", "cameras": {NAME: {...}}, "paths": [{...}], "chosen": URL|null}."""

    id: Id
    result: dict[str, Any]


ToMedia = Config | Open | Close | Talk | Hold | Moved | Print | TryOut | Signal | Ack
FromMedia = Hello | Health | Leg | FileNews | TriedOut | Signal | Ack

read_to_media = msgspec.json.Decoder(ToMedia).decode
read_from_media = msgspec.json.Decoder(FromMedia).decode
write = msgspec.json.encode
