"""A kiosk's own keypad and readers: what reaches its page, and what is left of everything else: nothing."""

import asyncio
import gc
from pathlib import Path

import pytest
import structlog

from controller.app.observe import set_up_log
from controller.domain.point import Panel
from controller.ports.inputs import KeyName
from drivers.scanners.assembler import Assembler
from tests.app.input_room import config, room, told_next
from tests.web.rig import until
from tests.web.watcher import watching

PERSON = "131052-308T"


async def test_keys_reach_the_page_of_their_own_kiosk_and_no_other(tmp_path: Path) -> None:
    async with (
        room(tmp_path) as lobby,
        watching(lobby.here, "kiosk", "main") as main,
        watching(lobby.here, "kiosk", "side") as side,
        watching(lobby.here, "tv") as tv,
    ):
        names: list[KeyName] = ["1", "enter", "back", "help", "volume_up", "volume_down", "star"]
        for name in names:
            await lobby.press("keys", name)
        got = [await told_next(main) for _ in names[:-1]]
        assert got == [{"t": "key", "key": name} for name in names[:-1]], "a key that means nothing is not sent"
        for page in (side, tv):
            await page.hear(seconds=60)
            assert page.said == []


async def test_keys_in_a_booth_reach_the_page_of_that_booth_and_no_kiosk_of_its_name(tmp_path: Path) -> None:
    keys = Panel(id="booth-keys", kind="keypad", link="sim", booth="b1")
    known = await asyncio.to_thread(config, (keys,))
    async with (
        room(tmp_path, known) as lobby,
        watching(lobby.here, "booth", "b1") as booth,
        watching(lobby.here, "kiosk", "main") as kiosk,
    ):
        await lobby.press("booth-keys", "3")
        assert await told_next(booth) == {"t": "key", "key": "3"}
        await kiosk.hear(seconds=60)
        assert kiosk.said == []


async def test_of_two_pages_of_one_kiosk_the_newest_gets_the_key_so_that_one_press_is_one_number(
    tmp_path: Path,
) -> None:
    async with room(tmp_path) as lobby, watching(lobby.here, "kiosk", "main") as old:
        async with watching(lobby.here, "kiosk", "main") as new:
            await lobby.press("keys", "1")
            assert (await told_next(new))["key"] == "1"
            assert old.said == []
        await until(lambda: len(lobby.here.rooms.kiosks._pages) == 1)
        await lobby.press("keys", "2")
        assert (await told_next(old))["key"] == "2"


async def test_a_key_without_a_page_is_forgotten(tmp_path: Path) -> None:
    async with room(tmp_path) as lobby:
        await lobby.press("keys", "1")
        await asyncio.sleep(0.05)
        async with watching(lobby.here, "kiosk", "main") as page:
            await lobby.press("keys", "2")
            assert await told_next(page) == {"t": "key", "key": "2"}


@pytest.mark.parametrize("reader", ["reader", "line"])
async def test_a_scanned_ticket_and_appointment_reach_the_kiosk_as_what_they_are(tmp_path: Path, reader: str) -> None:
    async with room(tmp_path) as lobby, watching(lobby.here, "kiosk", "main") as page:
        taken = await lobby.here.take()
        for text in (taken["code"], taken["url"]):
            await lobby.scan(reader, text)
            assert await told_next(page) == {
                "t": "scan", "kind": "ticket", "code": taken["code"], "ticket": taken["id"],
            }  # fmt: skip
        booked = {"rev": 1, "provider": "kela", "service": "asumistuki", "start": "2026-11-23T08:10:00Z",
                  "end": "2026-11-23T08:40:00Z", "channel": "counter"}  # fmt: skip
        for id_, code in (("a1", "KELA-42"), ("a2", "ABCDEFGHIJ234567")):
            said = await lobby.here.ask("PUT", f"/appointments/{id_}", booked | {"code": code})
            assert said.status == 200, said.body
            await lobby.scan(reader, code)
            assert await told_next(page) == {"t": "scan", "kind": "appointment", "code": code}


@pytest.mark.parametrize("text", ["A" * 16, "NOBODYS-CODE", "javascript:alert(1)", f"x{PERSON}", "https://a.fi/t/x"])
async def test_anything_else_is_unknown_and_the_page_learns_nothing_of_it(tmp_path: Path, text: str) -> None:
    async with room(tmp_path) as lobby, watching(lobby.here, "kiosk", "main") as page:
        await lobby.scan("reader", text)
        assert await told_next(page) == {"t": "scan", "kind": "unknown"}


async def test_a_personal_identity_code_is_in_no_journal_no_log_no_message_and_not_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is held before both readers, whole, broken off, dressed up; then everything that was written is searched."""
    monkeypatch.setattr("drivers.scanners.scanner.REFUSED_S", 0.0)
    set_up_log(debug=True)
    made = "".join(["1310", "52", "-", "308", "T"])  # so that this very test keeps it in no constant
    async with room(tmp_path) as lobby, watching(lobby.here, "kiosk", "main") as page:
        for text in (made, made.replace("-", ""), f"{made}X", f"https://a.fi/{made}"):
            for reader in ("reader", "line"):
                await lobby.scan(reader, text)
                assert await told_next(page) == {"t": "scan", "kind": "unknown"}
                await asyncio.sleep(0.25)
        events = (await lobby.here.get("/events?after=0&limit=10000", role="technician")).body
        state = (await lobby.here.get("/state")).body
        devices = repr(lobby.inputs) + repr(vars(lobby.inputs)) + repr(page.said)
        hands = [one for one in gc.get_objects() if isinstance(one, Assembler)]
        assert hands and all(one._text == "" for one in hands), "what was read is not kept"
    out, err = capsys.readouterr()
    kept = b"".join(file.read_bytes() for file in await asyncio.to_thread(files, tmp_path)) + events + state
    words = out + err + devices + kept.decode("latin-1")
    assert err.count("a code was not recognised") == 8
    for secret in (made, made.replace("-", ""), made.lower(), made[:6] + "A", made[-4:]):
        assert secret not in words
    structlog.reset_defaults()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
