"""What point and media process write, the other reads as it was meant, also of a version that knows more."""

import msgspec
import pytest

from controller.ports import media as shapes
from controller.ports.signalling import Ack, Ice, Signal

KOPPI = shapes.BoothHealth(id="koppi", document_camera="ready", camera="none", microphone="absent")
STATS = shapes.LegStats(rtt_ms=12.5, loss=0.01, kbps=700, codec="h264", video=True, relay=True)
COMING = shapes.File(id="f-1", name="a.pdf", kind="print", size=9, got=3, state="coming")
FAILED = shapes.File(id="s-1", name="s.jpg", kind="still", size=0, got=0, state="failed", cause="busy_elsewhere")
SAID: list[shapes.FromMedia] = [
    shapes.Hello(version="1.2", pid=7),
    shapes.Health(booths=(KOPPI,)),
    shapes.Leg(session="r-1", up=False, emergency=True, why="no_relay"),
    shapes.Leg(session="r-1", up=True, emergency=False, why="connected", stats=shapes.LegStats()),
    shapes.Leg(session="r-1", up=True, emergency=False, why="connected", stats=STATS),
    shapes.FileNews(session="r-1", file=COMING),
    shapes.FileNews(session="r-1", file=FAILED),
    shapes.TriedOut(id="t-1", result={"state": "green"}),
    Signal(session="r-1", leg="booth", epoch=5, from_="media", seq=1, body=Ice(candidate=None)),
    Ack(session="r-1", leg="booth", epoch=5, from_="media", seq=1),
]


@pytest.mark.parametrize("said", SAID, ids=lambda said: type(said).__name__)
def test_the_point_reads_what_the_media_process_says(said: shapes.FromMedia) -> None:
    assert shapes.read_from_media(shapes.write(said)) == said


def test_the_media_process_reads_what_the_point_says() -> None:
    booth = {"id": "koppi", "document_camera": "", "camera": None, "microphone": "default", "speaker": None,
             "printer": "koppi", "of_next_year": 1}  # fmt: skip
    ice = {"servers": [{"urls": ["turn:198.18.0.3:3478?transport=udp"], "username": "a", "credential": "b"}],
           "relay_only": True}  # fmt: skip
    for said in (
        {"t": "config", "booths": [booth], "simulated": False},
        {"t": "open", "session": "r-1", "booth": "koppi", "ice": ice},
        {"t": "close", "session": "r-1"},
        {"t": "talk", "session": "r-1", "up": True},
        {"t": "hold", "session": "r-1", "on": True},
        {"t": "print", "session": "r-1", "file": "f-1"},
        {"t": "test", "id": "t-1", "booth": "koppi", "ice": ice},
    ):
        shapes.read_to_media(msgspec.json.encode(said))
