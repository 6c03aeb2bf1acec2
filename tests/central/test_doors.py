"""Who may open which door at central, and how it says no: always a problem document, never a traceback."""

import json
import stat
from pathlib import Path

import aiohttp
import pytest

from controller.central.auth import load_tokens
from tests.central.rig import BOX, CENTRAL, TOKENS, client

DOORS = {
    ("GET", "/api/v1/points"): "central",
    ("GET", "/api/v1/points/p/events"): "central",
    ("POST", "/api/v1/points/p/commands"): "central",
    ("GET", "/api/v1/points/p/head?journal=j"): "box",
    ("POST", "/api/v1/points/p/events"): "box",
    ("GET", "/api/v1/points/p/commands?wait=0"): "box",
}


async def asked(session: aiohttp.ClientSession, method: str, url: str, **more: object) -> tuple[int, dict[str, object]]:
    async with session.request(method, url, **more) as answer:  # type: ignore[arg-type]  # why: passed on
        if answer.status >= 400:
            assert answer.content_type == "application/problem+json"
            said = json.loads(await answer.text())
            assert {"type", "title", "status", "detail"} <= said.keys() and said["status"] == answer.status
            return answer.status, said
        return answer.status, {}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door[0]} {door[1]}")
async def test_a_door_opens_to_its_role_alone(tmp_path: Path, door: tuple[str, str]) -> None:
    method, path = door
    role = DOORS[door]
    async with client(tmp_path) as central:
        url = central.url.removesuffix("/api/v1") + path
        for headers, status in [
            ({}, 401),
            ({"Authorization": "Bearer wrong"}, 401),
            ({"Authorization": "Bearer"}, 401),
            ({"Authorization": f"Basic {TOKENS[role]}"}, 401),
            ({"Authorization": "Bearer \u00e4\u00e4"}, 401),
            (BOX if role == "central" else CENTRAL, 403),
        ]:
            got, said = await asked(central.session, method, url, headers=headers)
            assert got == status
            assert said["type"] == ("/problems/unauthorized" if status == 401 else "/problems/forbidden")
        got, _ = await asked(central.session, method, url, headers=CENTRAL if role == "central" else BOX)
        assert got not in {401, 403}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/points/p/nothing", 404),
        ("GET", "/page/../main.py", 404),
        ("GET", "/page/main.py", 404),
        ("DELETE", "/api/v1/points", 405),
        ("PUT", "/api/v1/points/p/events", 405),
        ("GET", "/api/v1/points/%20/events", 400),
        ("GET", "/api/v1/points/p/events?after=-1", 400),
        ("GET", "/api/v1/points/p/events?after=x", 400),
        ("GET", "/api/v1/points/p/events?limit=99999999", 400),
        ("GET", "/api/v1/points/p/events?journal=%27%20or%201", 400),
    ],
)
async def test_a_wrong_address_is_a_problem_document(tmp_path: Path, method: str, path: str, status: int) -> None:
    async with client(tmp_path) as central:
        url = central.url.removesuffix("/api/v1") + path
        assert (await asked(central.session, method, url, headers=CENTRAL))[0] == status


async def test_a_mistake_inside_is_a_500_without_a_traceback(tmp_path: Path) -> None:
    def broken_clock() -> int:
        raise RuntimeError("the clock fell off the wall")

    async with client(tmp_path, now_ms=broken_clock) as central:
        status, said = await asked(central.session, "GET", f"{central.url}/points", headers=CENTRAL)
        assert (status, said["type"]) == (500, "/problems/internal")
        assert "wall" not in json.dumps(said) and "Traceback" not in json.dumps(said)


def test_tokens_are_made_once_private_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    made = load_tokens(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made.keys() == {"box", "central"} and made["box"] != made["central"]
    assert min(map(len, made.values())) >= 40
    assert load_tokens(path) == made


@pytest.mark.parametrize("text", ["[]", '{"box": "x"}', '{"box": "x", "central": ""}', "{"])
def test_a_token_file_without_both_tokens_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokens.json").write_text(text)
    with pytest.raises(ValueError):
        load_tokens(tmp_path / "tokens.json")


async def test_the_live_stream_is_open_to_this_machine_and_shut_to_others(tmp_path: Path) -> None:
    async with client(tmp_path) as central:
        live = central.url.removesuffix("/api/v1") + "/live"
        assert (await asked(central.session, "GET", live))[0] == 200
        for headers in ({"X-Forwarded-For": "203.0.113.7"}, {"Host": "evil.example"}, {**BOX, "Host": "evil.example"}):
            assert (await asked(central.session, "GET", live, headers=headers))[0] in {401, 403}
        assert (await asked(central.session, "GET", live, headers={**CENTRAL, "Host": "evil.example"}))[0] == 200


async def test_the_page_may_be_framed_by_the_named_origins_only(tmp_path: Path) -> None:
    async with client(tmp_path / "a") as central:
        async with central.session.get(central.url.removesuffix("/api/v1") + "/") as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
    async with (
        client(tmp_path / "b", frame_ancestors=("http://127.0.0.1:8080",)) as central,
        central.session.get(central.url.removesuffix("/api/v1") + "/") as answer,
    ):
        assert "frame-ancestors http://127.0.0.1:8080;" in answer.headers["Content-Security-Policy"]
