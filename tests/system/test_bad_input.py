"""Names that attack paper and pages, and configs that are wrong, through the real programs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from pyzbar.pyzbar import decode

from tests.system.stage import LUUKKU, PATIENCE_S, Point
from tests.system.stranger import Stranger, papers, spoken, stranger, until

SHIPPED = (Path(__file__).parents[2] / "config" / "demo.toml").read_text()
LANGUAGES = ("fi", "sv", "en", "se")
ODD = {
    "emoji": "Juna 🚂👩‍👩‍👧‍👦🏳️‍🌈 palvelu",
    "arabic": "خدمة العملاء والمواعيد",
    "mixed": "Passi – جواز سفر – паспорт – 旅券",
    "long": "Ä" * 200,
    "one-word": "Maankäyttöjärjestelmällisyydettömyydellänsäkäänköhän" * 3,
    "markup": '<img src=x onerror="alert(1)">&amp;\'"`{{x}}${y}',
    "escpos-in-letters": "\\x1dV\\x00 GS V 0 \\x1b@ %00",
    "accents": "Z̷̛͖a̴̡l̵g̶̈́ò̵ Áŋđŧžšč",
}
REFUSED = {
    "cut": "Leikkaa\\u001dV\\u0000",
    "escape": "Nollaa\\u001b@",
    "newline": "Kaksi\\nriviä",
    "override": "Tuki \u202eputous\u202c",
    "delete": "Pois\\u007f",
    "c1": "Ohjaus\\u009b31m",
}
pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def config_with(names: dict[str, str]) -> str:
    """The shipped demo with a service for each name; a name is written as TOML text."""
    text = SHIPPED
    for id_, name in names.items():
        written = ", ".join(f"{language} = {name}" for language in LANGUAGES)
        text += f'\n[[services]]\nid = "odd-{id_}"\nprovider = "kunta"\nqueue = "kunta"\nname = {{ {written} }}\n'
    return text


@pytest.fixture
async def odd(tmp_path: Path) -> AsyncIterator[Stranger]:
    """A stranger at a point whose services have odd names."""
    point = Point(tmp_path, config_with({id_: json.dumps(name, ensure_ascii=False) for id_, name in ODD.items()}))
    try:
        await asyncio.to_thread(point.start)
        async with stranger(point) as client:

            async def printer() -> bool:
                return bool((await client.get("staff", "/state"))["printers"][0]["state"] == "ready")

            await until(printer, PATIENCE_S, "its own virtual printer is there")
            yield client
    finally:
        await asyncio.to_thread(point.stop)


async def test_odd_names_go_the_whole_way_and_paper_is_cut_once_for_each(odd: Stranger) -> None:
    offer = await odd.get("kiosk", "/services?lang=fi")
    names = {s["id"].removeprefix("odd-"): s["name"] for p in offer["providers"] for s in p["services"]}
    assert {id_: names[id_] for id_ in ODD} == ODD
    await odd.at("4", "open", advisor="a-4")
    for count, id_ in enumerate(ODD, 1):
        ticket = await odd.take(f"odd-{id_}", LANGUAGES[count % 4], by="staff", kiosk="main")
        ended = await odd.printed(ticket["id"])
        assert ended["print"]["state"] == "confirmed", (id_, ended["print"])

        async def out(count: int = count) -> list[Path]:  # a piece is filed just after its cut
            filed = await asyncio.to_thread(papers, odd.at_home)
            return filed if len(filed) >= count else []

        pieces = await until(out, PATIENCE_S, f"{id_}: a piece for each of {count} tickets")
        assert len(pieces) == count, f"{id_}: {len(pieces)} pieces for {count} tickets"
        assert await asyncio.to_thread(qr_of, pieces[-1]) == [ticket["url"]], id_
        own = await odd.get("", f"/t/{ticket['code']}")
        assert own["service"]["fi"] == ODD[id_] and own["number"] == ticket["number"]
        turn = await odd.at("4", "call", ticket=ticket["id"])
        assert turn["service"] == f"odd-{id_}"
        await odd.at("4", "end", resolution="referred", guidance="none")
    assert all("<img" not in event.decode() for event in await odd.journal())


def qr_of(picture: Path) -> list[str]:
    with Image.open(picture) as image:
        return [code.data.decode() for code in decode(image) if code.type == "QRCODE"]


@pytest.mark.parametrize("id_", REFUSED)
async def test_a_name_that_could_command_paper_or_turn_text_round_is_refused(tmp_path: Path, id_: str) -> None:
    config = tmp_path / "odd.toml"
    await asyncio.to_thread(config.write_text, config_with({id_: f'"{REFUSED[id_]}"'}), encoding="utf-8")
    out, err = await spoken(LUUKKU, "check", str(config), code=2)
    lines = err.decode().splitlines()
    assert len(lines) == 4 and not out, err
    assert all(line.startswith(f"{config}:") and f'"odd-{id_}"' in line and "allowed" in line for line in lines)
    assert err.decode().replace("\n", "").isprintable()


BROKEN = {
    "unknown-key": ('title = "Sodankylä"\n[[queues]]', "[[queues]]", "title"),
    "wrong-value": ('timezone = "Europe/Helsingfors"', 'timezone = "Europe/Helsinki"', "Europe/Helsingfors"),
    "no-such-queue": ('queue = "nevonta"', 'queue = "neuvonta"', "neuvonta"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("command", ["check", "run"])
async def test_a_wrong_config_names_file_line_and_what_is_allowed(tmp_path: Path, case: str, command: str) -> None:
    new, old, said = BROKEN[case]
    config = tmp_path / "point.toml"
    await asyncio.to_thread(config.write_text, SHIPPED.replace(old, new, 1), encoding="utf-8")
    words = [str(config)] if command == "check" else ["--config", str(config), "--data", str(tmp_path / "data")]
    _, err = await spoken(LUUKKU, command, *words, code=2)
    first = err.decode().splitlines()[0]
    assert first.startswith(f"{config}:") and first.split(":")[1].isdecimal() and said in first and "allowed" in first
    assert b"Traceback" not in err and not (tmp_path / "data" / "journal.db").exists()
