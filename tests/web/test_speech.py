"""`POST /speech`: for kiosks alone, changes nothing, the newest words win, and nothing of them is written anywhere."""

import asyncio
from pathlib import Path

import aiohttp

from controller.ports.speaker import Reader
from tests.web.rig import Point, point, until

WAV = b"RIFF....WAVE"


class Slow:
    """A voice that speaks when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.asked: list[tuple[str, str]] = []

    async def read(self, text: str, language: str) -> bytes | None:
        self.asked.append((text, language))
        if text == "first":
            await self.let.wait()
        return None if language == "se" else WAV


async def say(here: Point, text: object, language: str = "fi", role: str = "kiosk") -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {here.token(role, 'main' if role == 'kiosk' else '')}"}
    async with here.http.post(
        f"{here.url}/api/v1/speech", json={"text": text, "language": language}, headers=headers
    ) as answer:
        return answer.status, await answer.read()


async def test_a_kiosk_gets_sound_in_its_language_or_nothing_where_nobody_speaks_it(tmp_path: Path) -> None:
    async with point(tmp_path) as here:
        assert await say(here, "Tervetuloa") == (204, b""), "a point without voices"
        voice: Reader = Slow()
        here.rooms.aloud.reader = voice
        assert await say(here, "Tervetuloa") == (200, WAV)
        assert await say(here, "Bures boahtin", "se") == (204, b"")
        before = here.ledger.state.seq
        for text in ("", "x" * 601, 5):
            assert (await say(here, text))[0] == 400
        for role in ("staff", "technician", "tv"):
            assert (await say(here, "Tervetuloa", role=role))[0] == 403
        assert here.ledger.state.seq == before


async def test_of_two_texts_of_one_kiosk_the_newer_is_read_and_the_older_given_up(tmp_path: Path) -> None:
    async with point(tmp_path) as here:
        voice = Slow()
        here.rooms.aloud.reader = voice
        first = asyncio.create_task(say(here, "first"))
        await until(lambda: bool(voice.asked))
        assert await say(here, "second") == (200, WAV)
        status, told = await first
        assert status == 429 and b"something newer" in told
        assert not here.rooms.aloud._reading


async def test_a_kiosk_that_goes_away_meanwhile_leaves_nothing_behind(tmp_path: Path) -> None:
    async with point(tmp_path) as here:
        voice = Slow()
        here.rooms.aloud.reader = voice
        async with aiohttp.ClientSession() as alone:
            headers = {"Authorization": f"Bearer {here.token('kiosk', 'main')}"}
            body = {"text": "first", "language": "fi"}
            gone = asyncio.create_task(alone.post(f"{here.url}/api/v1/speech", json=body, headers=headers))
            await until(lambda: bool(voice.asked))
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
        assert await say(here, "second") == (200, WAV)
        await until(lambda: not here.rooms.aloud._reading)
