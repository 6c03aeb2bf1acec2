"""What a config means beyond its shape: tables that must agree, names that attack, secrets that are not repeated."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from controller.app.meanings import LANGUAGES
from controller.app.settings import ConfigError, config_hash, load
from kiosk_ui.messages import languages

CONFIG = Path(__file__).parents[2] / "config"

Change = Callable[[dict[str, Any]], object]


def example() -> dict[str, Any]:
    return tomllib.loads((CONFIG / "point.example.toml").read_text("utf-8"))


def loaded(tmp_path: Path, raw: dict[str, Any]) -> Any:
    file = tmp_path / "point.toml"
    file.write_text(tomlkit.dumps(raw), "utf-8")
    return load(file)


def refused(tmp_path: Path, change: Change) -> str:
    raw = example()
    change(raw)
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, raw)
    return str(caught.value)


@pytest.mark.parametrize("name", ["demo.toml", "point.example.toml"])
def test_shipped_config_is_right(name: str) -> None:
    config = load(CONFIG / name)
    assert all(config.point.house in service.name for service in config.services)


def test_demo_speaks_all_our_languages_everywhere() -> None:
    demo = load(CONFIG / "demo.toml")
    named: tuple[Any, ...] = (*demo.providers, *demo.services, *demo.queues, *demo.counters, *demo.rooms)
    assert [thing.id for thing in named if set(thing.name) != set(LANGUAGES)] == []
    assert [one.id for one in demo.services if one.hint and set(one.hint) != set(LANGUAGES)] == []
    assert [one.id for one in demo.services if one.card and set(one.card.bring) != set(LANGUAGES)] == []


def test_somebody_in_the_demo_serves_every_service_in_every_language() -> None:
    demo = load(CONFIG / "demo.toml")
    assert any(not counter.services and set(counter.languages) == set(LANGUAGES) for counter in demo.counters)


def test_our_languages_are_those_of_the_message_tree() -> None:
    assert set(LANGUAGES) == set(languages())


def put(table: str, n: int, key: str, value: object) -> Change:
    return lambda raw: raw[table][n].__setitem__(key, value)


def section(table: str, key: str, value: object) -> Change:
    return lambda raw: raw[table].__setitem__(key, value)


def again(table: str, **changed: object) -> Change:
    return lambda raw: raw[table].append(raw[table][0] | changed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("services", 0, "provider", "kunto"), ['"neuvonta": provider: found "kunto"', 'mean "kunta"?']),
        (put("services", 0, "queue", "nowhere"), ['queue: found "nowhere"', "[[queues]]: kunta, kela"]),
        (put("counters", 1, "services", ["kela", "kelo"]), ['"2": services[2]: found "kelo"', 'mean "kela"?']),
        (put("kiosks", 0, "printer", "loby"), ['[[kiosks]] "main": printer', 'mean "lobby"?']),
        (put("kiosks", 0, "services", ["x"]), ["services[1]", "[[services]]"]),
        (put("kiosks", 0, "general", "neuvota"), ["general", 'mean "neuvonta"?']),
        (put("screens", 1, "queues", ["kelaa"]), ['[[screens]] "entrance": queues[1]', 'mean "kela"?']),
        (put("booths", 0, "room", "hall"), ['[[booths]] "booth-1": room', "etapalvelu"]),
        (put("panels", 0, "kiosk", "main"), ['[[panels]] "alarm-2": kiosk', "only a keypad steers"]),
        (put("panels", 1, "counter", ""), ['[[panels]] "call-1": counter', "that this button calls for"]),
        (put("panels", 2, "kiosk", "mian"), ['[[panels]] "keys-main": kiosk', 'mean "main"?']),
        (
            put("panels", 2, "kiosk", ""),
            ['[[panels]] "keys-main": kiosk: found none', "either the kiosk or the counter or the booth"],
        ),
        (put("panels", 2, "counter", "1"), ['[[panels]] "keys-main": kiosk: found "1" and "main"']),
        (put("panels", 2, "booth", "booth-1"), ['[[panels]] "keys-main": kiosk: found "main" and "booth-1"']),
        (put("panels", 1, "booth", "booth-1"), ['[[panels]] "call-1": booth: found "booth-1"', "no booth"]),
        (put("scanners", 0, "layout", "fin"), ['[[scanners]] "kiosk": layout', 'mean "fi"?']),
        (put("scanners", 0, "link", "serial:/dev/ttyACM0,9600"), ['"kiosk": link', "is no serial line"]),
        (put("panels", 0, "counter", "9"), ['[[panels]] "alarm-2": counter', "1, 2, 3"]),
        (put("scanners", 0, "kiosk", "mian"), ['[[scanners]] "kiosk": kiosk', 'mean "main"?']),
        (again("queues", series="X"), ["[[queues]]", "id", "stands twice; see line"]),
        (put("queues", 1, "series", "S"), ['[[queues]] "kela": series: found "S"', "see line"]),
        (put("screens", 1, "sound", True), ['[[screens]] "entrance": sound: found true', "see line"]),
        (put("scanners", 0, "link", "usb:PB-0042"), ['[[scanners]] "kiosk": link', "see line"]),
        (put("printers", 0, "link", "tcp:192.0.2.20:99100"), ['[[printers]] "lobby": link: found port 99100', "65535"]),
        (put("printers", 0, "link", "tcp:192.0.2.20:0"), ["found port 0", "1 to 65535"]),
        (put("printers", 0, "link", "tcp:192.0.2.256:9100"), ['host "192.0.2.256"']),
        (put("printers", 0, "link", "tpc:192.0.2.20:9100"), ['did you mean "tcp:192.0.2.20:9100"?']),
        (put("printers", 0, "link", "serial:/dev/ttyUSB0,9601"), ["a speed out of", "9600"]),
        (put("printers", 0, "profile", "generik"), ["profile", 'mean "generic"?']),
        (put("providers", 0, "icon", "building"), ["icon", 'mean "buildings"?']),
        (section("listen", "device", "127.0.0.1:99999"), ["[listen]: device: found port 99999"]),
        (section("listen", "staff", "300.0.0.1:8443"), ["[listen]: staff", '"300.0.0.1"']),
        (section("listen", "staff", "127.0.0.1:8080"), ["[listen]: staff", "two doors"]),
        (section("listen", "staff", "0.0.0.0:8080"), ["[listen]: staff", "two doors"]),
        (section("point", "timezone", "Europe/Helsinky"), ["[point]: timezone", 'mean "Europe/Helsinki"?']),
        (section("point", "timezone", "../../etc/passwd"), ["[point]: timezone", "IANA"]),
        (section("point", "timezone", "Europe"), ["[point]: timezone", "IANA"]),
        (section("point", "timezone", ""), ["[point]: timezone", "IANA"]),
        (section("point", "languages", ["fi", "sw"]), ['[point]: languages[2]: found "sw"', "fi, sv, en, se"]),
        (section("point", "languages", ["fi", "fi"]), ["[point]: languages[2]", "each language once"]),
        (section("point", "name", {"sv": "x"}), ["[point]: name", "house language, fi"]),
        (section("point", "name", {}), ["[point]: name", "house language, fi"]),
        (section("point", "public_url", "jono.example.fi"), ["[point]: public_url", "https://"]),
        (put("services", 0, "name", {"fi": "x", "ee": "y"}), ["name.ee", "fi, sv, en, se"]),
        (put("counters", 0, "languages", ["fi", "xx"]), ['[[counters]] "1": languages[2]', "fi, sv, en, se"]),
        (section("opening_hours", "mon", "16:00-08:00"), ["[opening_hours]: mon", "end after they start"]),
        (section("opening_hours", "mon", "08:00-24:30"), ["[opening_hours]: mon", "24:00"]),
        (section("opening_hours", "mon", "08:00-12:00,11:00-16:00"), ["[opening_hours]: mon", "overlap"]),
        (section("opening_hours", "exceptions", {"2026-02-30": "closed"}), ["exceptions.2026-02-30", "calendar"]),
        (section("opening_hours", "exceptions", {"2026-02-03": "9-12"}), ["exceptions.2026-02-03", '"closed"']),
        (put("services", 1, "hours", {"thu": "18:00-13:00"}), ['"rakennusvalvonta": hours.thu', "after they start"]),
        (lambda raw: raw["services"][2]["card"].update(valid_to="2025-01-01"), ["card.valid_to", "2026-01-01"]),
        (lambda raw: raw["services"][2]["card"].update(valid_from="2026-13-01"), ["card.valid_from", "calendar"]),
        (lambda raw: raw["services"][2]["card"].update(bring={"sv": ["x"]}), ["card.bring", "house language"]),
    ],
)
def test_disagreement_is_told_with_place_and_way_out(tmp_path: Path, change: Change, said: list[str]) -> None:
    text = refused(tmp_path, change)
    assert len(text.split("\n")) == 1, text
    assert [part for part in said if part not in text] == [], text


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["point"]["timezone"] = "Mars"
        raw["printers"][0]["link"] = "lpt:1"
        raw["queues"][1]["series"] = "S"
        raw["services"][0]["median_s"] = "long"
        raw["colour"] = "blue"

    assert len(refused(tmp_path, change).split("\n")) == 5


def test_wrong_key_does_not_hide_another_fault_of_its_table(tmp_path: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["point"] |= {"id": "Not A Name", "timezone": "Mars", "colour": "blue", "languages": ["fi", "sv", "xx"]}
        raw["services"][0] |= {"queue": "nowhere", "median_s": 1, "hours": {"mon": "16:00-08:00"}}

    keys = ["id", "timezone", "colour", "languages[3]", "queue", "median_s", "hours.mon"]
    text = refused(tmp_path, change)
    assert [key for key in keys if f": {key}: found" not in text] == []
    assert len(text.split("\n")) == len(keys), text


def test_wrong_house_language_is_told_once_and_not_at_every_text(tmp_path: Path) -> None:
    assert refused(tmp_path, section("point", "languages", ["fii", "sv"])).count("\n") == 0


def test_fault_in_a_table_does_not_make_its_references_wrong(tmp_path: Path) -> None:
    text = refused(tmp_path, put("printers", 0, "kind", "star"))
    assert len(text.split("\n")) == 1
    assert 'kind: found "star"; allowed: "escpos"' in text


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b", "\x1d", "\x7f", "\x85", "\x9b", "\u202e", "\u2066", "\u2028"])
def test_control_characters_in_a_name_are_named_by_code_point(tmp_path: Path, bad: str) -> None:
    text = refused(tmp_path, put("services", 0, "name", {"fi": f"Neu{bad}vonta"}))
    assert f"U+{ord(bad):04X}" in text
    assert "at character 4" in text
    assert bad not in text


@pytest.mark.parametrize(
    "name",
    ["Neuvonta 👩🏽‍🦽 ℹ️", "خدمة الاستقبال", "Ǩääzzkõs", "ráđđi šŋŧžč", "ขอ", "a\u200fb", "<b>&amp;</b>"],
)
def test_emoji_and_every_script_may_stand_in_a_name(tmp_path: Path, name: str) -> None:
    raw = example()
    put("services", 0, "name", {"fi": name})(raw)
    assert loaded(tmp_path, raw).services[0].name["fi"] == name


@pytest.mark.parametrize(
    "change",
    [
        section("central", "token", "hunter2"),
        section("central", "token_file", ["hunter2"]),
        section("central", "url", "https://box:hunter2@central.example.fi/"),
        section("central", "url", "htps://box:hunter2@central.example.fi/"),
        section("point", "public_url", "https://box:hunter2@central.example.fi/"),
        section("central", "password", {"hunter2": "hunter2"}),
    ],
)
def test_secret_is_never_repeated(tmp_path: Path, change: Change) -> None:
    assert "hunter2" not in refused(tmp_path, change)


def test_toml_date_needs_no_quotes(tmp_path: Path) -> None:
    text = (CONFIG / "point.example.toml").read_text("utf-8").replace('"2026-01-01"', "2026-01-01")
    file = tmp_path / "point.toml"
    file.write_text(text, "utf-8")
    card = load(file).services[2].card
    assert card is not None
    assert card.valid_from == "2026-01-01"


def test_config_hash_is_of_the_values_alone(tmp_path: Path) -> None:
    first = load(CONFIG / "point.example.toml")
    raw = example()
    raw["point"] = dict(reversed(raw["point"].items()))
    assert config_hash(loaded(tmp_path, raw)) == config_hash(first)
    raw["point"]["walk_s"] = 46
    assert config_hash(loaded(tmp_path, raw)) != config_hash(first)
