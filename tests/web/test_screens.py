"""What a screen really showed or played becomes an event; what it did not, never (contract, `service.announced`)."""

import array
import asyncio
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from controller.domain import commands as c
from controller.ports.speaker import Announcement, Clip
from controller.readers.speech import Speech
from controller.web import screens
from tests.web.rig import PATIENCE_S, Point, raw, until
from tests.web.watcher import Watcher, watching


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page has its time to answer that a clip was heard."""
    monkeypatch.setattr(screens, "SPARE_S", PATIENCE_S)


class Tone:
    """A voice that can only hum: a real WAV of 60 ms for each call."""

    def __init__(self) -> None:
        self.asked: list[Announcement] = []

    async def speak(self, announcement: Announcement) -> Clip:
        self.asked.append(announcement)
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(array.array("h", [0] * 960).tobytes())
        return Clip(out.getvalue(), announcement.languages, 60)


async def announced(here: Point) -> list[dict[str, Any]]:
    """The data of every `service.announced` in the journal."""
    events = [msgspec.json.decode(event.body) for event in await here.ledger.journal.read(0, 1000)]
    return [event["data"] | {"actor": event["actor"]} for event in events if "announced" in event["type"]]


async def called(here: Point) -> dict[str, Any]:
    await here.take()
    await here.do("/counters/1/open", {"advisor": "a7"})
    return await here.do("/counters/1/call-next")


async def settled(here: Point) -> None:
    """Everything that was said has been heard: another request has come through since. And is in the journal."""
    await asyncio.sleep(0.05)
    await here.get("/state")
    await here.ledger.settled()


async def noted(here: Point, count: int) -> list[dict[str, Any]]:
    """What is announced, once there is so much of it, and whatever else was said has been heard."""
    async with asyncio.timeout(PATIENCE_S):
        while len(await announced(here)) < count:
            await asyncio.sleep(0.01)
    await settled(here)
    return await announced(here)


async def test_a_call_that_is_on_the_glass_is_one_event_with_its_latency(here: Point) -> None:
    async with watching(here, "tv") as page:
        turn = await called(here)
        await page.until(here.site.state.seq)
        here.clock.ms += 350
        for _ in range(3):
            await page.say(t="shown", seq=page.seq)
        (told,) = await noted(here, 1)
        assert told == {"service_event": turn["service_event"], "device": "lobby", "medium": "tv", "language": "fi",
                        "latency_ms": 350, "actor": "device:lobby"}  # fmt: skip


async def test_each_screen_and_each_call_is_an_event_of_its_own_and_each_only_once(here: Point) -> None:
    async with watching(here, "tv") as one, watching(here, "tv") as twin, watching(here, "tv", "hall") as hall:
        await called(here)
        for shown in (2, 4):
            for page in (one, twin, hall):
                await page.until(here.site.state.seq)
                await page.say(t="shown", seq=page.seq)
            await noted(here, shown)
            await here.do("/counters/1/recall")
        devices = [told["device"] for told in await announced(here)]
        assert sorted(devices) == ["hall", "hall", "lobby", "lobby"]
    async with watching(here, "tv") as again:
        await again.say(t="shown", seq=again.seq)
        await noted(here, 5)
        await again.say(t="shown", seq=again.seq)
        await settled(here)
        assert len(await announced(here)) == 5, "the third call, once, by the page that came back"


@pytest.mark.parametrize("seq", [-1, 0, 10**30, 999_999, True, 1.0, "3", None, [3], {}])
async def test_a_forged_seq_is_no_event(here: Point, seq: object) -> None:
    async with watching(here, "tv") as page:
        await called(here)
        await page.until(here.site.state.seq)
        await page.say(t="shown", seq=seq)
        await settled(here)
        assert await announced(here) == []


async def test_what_was_shown_before_the_call_and_what_other_pages_say_is_no_event(here: Point) -> None:
    async with watching(here, "tv") as page, watching(here, "kiosk") as kiosk, watching(here, "counter") as counter:
        before = page.seq
        await called(here)
        for one in (page, kiosk, counter):
            await one.until(here.site.state.seq)
        await page.say(t="shown", seq=before)
        await kiosk.say(t="shown", seq=kiosk.seq)
        await counter.say(t="shown", seq=counter.seq)
        await settled(here)
        assert await announced(here) == []


async def test_a_call_that_was_over_before_it_was_painted_is_no_event(here: Point) -> None:
    async with watching(here, "tv") as page:
        await called(here)
        await page.until(here.site.state.seq)
        shown = page.seq
        await here.do("/counters/1/no-show")
        await page.say(t="shown", seq=shown)
        await settled(here)
        assert await announced(here) == []


async def test_a_full_disk_drops_no_screen(here: Point) -> None:
    async with watching(here, "tv") as page:
        await called(here)
        await page.until(here.site.state.seq)
        file = here.ledger.journal._file
        file._db.pragma("max_page_count", file._db.pragma("page_count"))
        while not here.ledger.full:
            await here.post("/tickets", {"service": "elake", "language": "fi"}, role="kiosk")
        here.site.touch()
        await page.say(t="shown", seq=page.seq)
        while page.state["issuing"] != "journal_full":  # beats may have come before it
            await page.hear()
        for _ in range(3):
            await page.hear()
        assert page.state["issuing"] == "journal_full"


@asynccontextmanager
async def speaking(here: Point) -> AsyncIterator[Tone]:
    voice = Tone()
    task = asyncio.create_task(Speech(here.ledger, voice, here.rooms.screens).run())
    try:
        yield voice
    finally:
        task.cancel()
        await asyncio.wait({task})


async def told_to_play(page: Watcher) -> dict[str, Any]:
    while not page.said:
        await page.hear()
    return page.said.pop()


async def test_a_clip_is_played_by_the_screen_that_speaks_and_is_an_event_once_it_was_heard(here: Point) -> None:
    async with speaking(here) as voice, watching(here, "tv", "hall") as silent, watching(here, "tv") as page:
        turn = await called(here)
        order = await told_to_play(page)
        assert set(order) == {"t", "id", "url", "languages", "ms"}
        assert (order["languages"], order["ms"]) == (["fi"], 60)
        assert (voice.asked[0].series, voice.asked[0].n) == ("K", 1)
        clip = await here.get(order["url"].removeprefix("/api/v1"), role="tv")
        assert (clip.status, clip.headers["Content-Type"]) == (200, "audio/wav")
        with wave.open(io.BytesIO(clip.body)) as sound:
            assert (sound.getnframes(), sound.getframerate()) == (960, 16_000)
        assert await announced(here) == []
        await page.say(t="said", id=order["id"], ok=True)
        await until(lambda: here.site.state.service_events[turn["service_event"]].shown_on != [])
        (told,) = await announced(here)
        assert (told["device"], told["medium"], told["language"]) == ("lobby-voice", "voice", "fi")
        assert silent.said == []


async def test_a_clip_that_was_not_heard_is_no_event(here: Point) -> None:
    async with speaking(here), watching(here, "tv") as page:
        await called(here)
        order = await told_to_play(page)
        await page.say(t="said", id=order["id"], ok=False, reason="autoplay")
        await settled(here)
        await page.say(t="said", id=order["id"], ok=True)
        await settled(here)
        assert await announced(here) == []


async def test_nobody_but_the_page_that_plays_says_that_it_was_heard(here: Point) -> None:
    async with speaking(here), watching(here, "tv", "hall") as hall, watching(here, "tv") as page:
        await called(here)
        order = await told_to_play(page)
        await hall.say(t="said", id=order["id"], ok=True)
        for forged in ("", "nothing", order["id"] + "x"):
            await page.say(t="said", id=forged, ok=True)
        await page.say(t="said", id=order["id"], ok="yes")
        await settled(here)
        assert await announced(here) == []


async def test_a_screen_that_goes_while_it_plays_has_not_spoken_and_the_next_call_waits_for_nobody(here: Point) -> None:
    async with speaking(here) as voice:
        async with watching(here, "tv") as page:
            await called(here)
            await told_to_play(page)
        async with watching(here, "tv") as again:
            await here.do("/counters/1/recall")
            await told_to_play(again)
        assert len(voice.asked) == 2
        assert await announced(here) == []


async def test_clips_are_for_screens_alone_and_only_while_they_are_wanted(here: Point) -> None:
    async with speaking(here), watching(here, "tv") as page:
        await called(here)
        order = await told_to_play(page)
        path = order["url"].removeprefix("/api/v1")
        for role in ("kiosk", "staff", "technician", None):
            assert (await here.get(path, role=role)).status == 403, role
        for other in ("nothing", "..%2f..%2fetc%2fpasswd", "%00"):
            assert (await here.get(f"/clips/{other}.wav", role="tv")).problem == "not-found"
        told = await raw(
            here.port, f"GET {order['url']} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        assert b"403 Forbidden" in told


async def test_a_person_may_watch_the_tv_but_is_no_screen(here: Point) -> None:
    """Staff see what hangs in the lobby; what they say was shown or heard is nobody's word."""
    for role in ("staff", "technician"):
        headers = {"Authorization": f"Bearer {here.token(role)}"}
        async with here.http.ws_connect(f"{here.url}/api/v1/stream?view=tv", headers=headers) as socket:
            snap = msgspec.json.decode(await socket.receive_str())
            assert (snap["t"], snap["state"]["id"]) == ("snap", here.site.config.screens[0].id)
            assert here.rooms.screens.device is None
            if role == "staff":
                await called(here)
            await socket.send_json({"t": "shown", "seq": here.site.state.seq})
            await settled(here)
    assert await announced(here) == []


async def test_a_customer_in_the_lobby_is_called_to_the_booth_on_the_glass_and_aloud(here: Point) -> None:
    async with speaking(here) as voice, watching(here, "tv") as page:
        ticket = await here.take()
        here.clock.ms += 60_000
        wished = await here.do(
            "/booths/b1/sessions", {"service": "asumistuki", "language": "fi", "ticket": ticket["id"]}
        )
        await here.ledger.submit(c.AnswerSession(session=wished["id"], expert="x1"))
        await page.until(here.site.state.seq)
        (row,) = page.state["called"]
        assert (row["number"], row["counter"], row["booth"]) == (ticket["number"], "", "b1")
        assert row["counter_label"] == row["counter_name"]["fi"]
        await told_to_play(page)
        assert voice.asked[0].counter == row["counter_name"]
        mine = await here.get(f"/t/{ticket['code']}", role=None)
        assert mine.json["booth_name"] == row["counter_name"] and "counter_label" not in mine.json
