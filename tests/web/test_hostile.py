"""Strange paths, bodies, methods and bytes: a plain problem document, never a traceback, never a file of ours."""

import asyncio
import sqlite3
import zlib
from pathlib import Path

import msgspec
import pytest

from controller.app.observe import set_up_log
from controller.web import pages, requests, server
from controller.web.routes import ROUTES
from tests.web.rig import Answer, Point, point, raw

ESCAPES = ("/ui/../config/demo.toml", "/ui/%2e%2e/%2e%2e/config/schema.json", "/ui/..%2f..%2fconfig%2fschema.json",
           "/ui//etc/mtab.json", "/ui/%2fetc%2fpasswd.json", "/ui/..%5c..%5cconfig%5cschema.json", "/ui/%00.js",
           "/ui/shared/page.js%00", "/ui/shared/page.js%00.html", "/ui/%ff.js", "/ui/" + "a" * 4000 + ".js",
           "/ui/" + "a/" * 2000 + "b.js", "/ui/messages.py", "/ui/__init__.py", "/ui/i18n", "/ui/.", "/ui/", "/ui",
           "/ui/shared/./../../../config/schema.json", "/ui/%252e%252e/x.json")  # fmt: skip


@pytest.mark.parametrize("path", ESCAPES, ids=lambda path: path[:40])
async def test_no_address_leads_out_of_the_pages_own_files(here: Point, path: str) -> None:
    told = await raw(here.port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert told.startswith(b"HTTP/1.1 404 "), told[:200]
    assert b"application/problem+json" in told


async def test_every_file_that_a_page_uses_is_served_as_what_it_is(here: Point) -> None:
    files = [path for path in pages.ROOT.rglob("*") if path.suffix in pages.TYPES]
    assert files
    for path in files:
        async with here.http.get(f"{here.url}/ui/{path.relative_to(pages.ROOT).as_posix()}") as answer:
            assert answer.status == 200, path
            assert answer.headers["Content-Type"].startswith(pages.TYPES[path.suffix])
            assert await answer.read() == await asyncio.to_thread(path.read_bytes)


async def test_every_method_that_an_address_does_not_have_is_405_with_those_it_has(here: Point) -> None:
    for route in ROUTES:
        if not route.demo:
            path = route.path.replace("{id}", "1").replace("{code}", "x")
            answer = await here.ask("PATCH", path)
            assert (answer.status, answer.problem) == (405, "invalid"), path
            assert route.method in answer.headers["Allow"].split(",")


async def test_what_is_not_there_is_404_as_a_problem(here: Point) -> None:
    for path in ("/nothing", "/tickets/", "/state/", "/tickets/a/b", "/../etc", "/%", "/tickets/%2F"):
        assert (await here.get(path)).problem in {"not-found", "unknown-ticket"}, path
    for path in ("/kiosk", "/kiosk/a/b", "/technician/x", "/api", "/api/v2/state", "//evil.example/", "/tokens"):
        told = await raw(here.port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert told.startswith(b"HTTP/1.1 404 "), path
        assert b"/problems/not-found" in told


STRANGE = ("/tickets/%0d%0aSet-Cookie:%20a=b", "/t/%0d%0aX:%20y", "/tickets/%00", "/t/%F0%9F%98%80",
           "/tickets/<script>", "/tickets/%E2%80%AE", "/tickets/" + "a" * 5000)  # fmt: skip


@pytest.mark.parametrize("path", STRANGE, ids=lambda path: path[:40])
async def test_what_stands_in_the_address_comes_back_as_json_text_or_not_at_all(here: Point, path: str) -> None:
    answer = await here.get(path)
    assert answer.problem == "unknown-ticket"
    assert len(answer.body) < 400
    assert "Set-Cookie" not in answer.headers
    assert "X" not in answer.headers


BODIES = {
    b"": "service", b"{": "not JSON", b"[]": "object", b"null": "object", b'"x"': "object", b"\xff\xfe": "not JSON",
    b"{}": "service", b'{"service":1,"language":"fi"}': "$.service", b'{"service":"elake"}': "language",
    b'{"service":"elake","language":"fi","colour":"red"}': "colour",
    b'{"service":"elake","language":"fi","priority":1.5}': "$.priority",
    b'{"service":"elake","language":"fi","priority":10}': "$.priority",
    b'{"service":"elake","language":"fi","also":["a b"]}': "$.also[0]",
    b'{"service":"\\ud800","language":"fi"}': "not JSON", b'{"service":"el\x00","language":"fi"}': "not JSON",
    b'{"service":"' + b"a" * 81 + b'","language":"fi"}': "$.service",
    b'{"service":' + b"[" * 30_000: "$.service", b'{"x":' + b"[" * 30_000: "x", b"[" * 60_000: "object",
    b'{"service":"elake","language":"fi"}{}': "not JSON", b'{"service":"elake","language":"klingon"}': "$.language",
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:50]))
async def test_a_body_that_is_not_right_is_named_with_its_member(here: Point, body: bytes) -> None:
    seq = here.site.state.seq
    answer = await here.post("/tickets", raw=body)
    assert (answer.status, answer.problem) == (400, "invalid"), answer.body
    assert BODIES[body] in answer.json["detail"]
    assert here.site.state.seq == seq


async def test_every_route_with_a_body_names_a_member_that_nobody_knows(here: Point) -> None:
    for route in ROUTES:
        if route.body is not None and not route.demo:
            role = next(iter(sorted(route.roles - {"ticket"})), None)
            path = route.path.replace("{id}", "1").replace("{code}", "x")
            answer = await here.ask(route.method, path, {"nobody_knows": 1}, role=role)
            assert (answer.status, answer.problem) == (400, "invalid"), path
            assert "nobody_knows" in answer.json["detail"], answer.json


async def test_a_deep_body_where_none_is_asked_for_is_no_defect(here: Point) -> None:
    answer = await here.ask("DELETE", "/appointments/a1", raw=b"[" * 60_000)
    assert answer.problem == "unknown-ticket"


async def test_more_than_64_kib_is_413_and_the_next_request_is_served(here: Point) -> None:
    for size in (65_537, 1_000_000):
        answer = await here.post("/tickets", raw=b" " * size)
        assert (answer.status, answer.problem) == (413, "invalid")
    fits = b'{"service":"elake","language":"fi"' + b" " * 65_000 + b"}"
    assert (await here.post("/tickets", raw=fits)).status == 201


@pytest.mark.parametrize("packed", [zlib.compress(b" " * 50_000_000), b"junk"], ids=["bomb", "junk"])
@pytest.mark.parametrize("coding", ["deflate", "gzip", "br"])
async def test_a_packed_body_is_not_unpacked(here: Point, coding: str, packed: bytes) -> None:
    answer = await here.post("/tickets", raw=packed, headers={"Content-Encoding": coding})
    assert (answer.status, answer.problem) == (400, "invalid")
    assert "not JSON" in answer.json["detail"]


async def test_a_code_that_is_no_text_opens_nothing(here: Point) -> None:
    head = "POST /api/v1/feedback HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n"
    told = await raw(here.port, head.encode() + b"Authorization: Ticket \xff\xfe\r\n\r\n{}")
    assert told.startswith(b"HTTP/1.1 403 ")


async def test_a_body_that_never_comes_and_half_a_head_are_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_S", 0.3)
    monkeypatch.setattr(server, "IDLE_S", 0.5)
    async with point(tmp_path) as here:
        head = b"POST /api/v1/logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
        late, half = await asyncio.gather(raw(here.port, head), raw(here.port, head[:50]))
        assert late.startswith(b"HTTP/1.1 408 ") and b"/problems/invalid" in late
        assert half == b""


async def test_a_line_that_breaks_in_a_body_leaves_no_word_in_the_log(
    here: Point, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_log(debug=False)
    for sent in (b"", b"{"):
        _, writer = await asyncio.open_connection("127.0.0.1", here.port)
        writer.write(b"POST /api/v1/logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n" + sent)
        await writer.drain()
        await here.get("/openapi.json")  # by now it is being read
        writer.transport.abort()
    await here.get("/openapi.json")
    assert await raw(here.port, b"GET / HTTP/1.1\r\nX: \x00\r\n\r\n") != b""
    assert capsys.readouterr().err == ""


async def test_a_defect_of_ours_is_a_plain_500_whole_in_the_log(
    here: Point, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(printer: str) -> str | None:
        raise LookupError(f"secret detail of {printer}")

    set_up_log(debug=False)
    here.site.tiers = broken
    answer = await here.get("/state")
    assert (answer.status, answer.problem) == (500, "internal")
    assert b"secret detail" not in answer.body
    logged = capsys.readouterr().err
    assert "secret detail of lobby" in logged
    assert here.token("staff") not in logged


async def test_head_answers_as_get_without_a_body_and_the_line_goes_on(here: Point) -> None:
    for path in ("/api/v1/openapi.json", "/login", "/ui/shared/page.js", "/healthz", "/nothing"):
        head = f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        told = await raw(here.port, (head + head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).encode())
        first, second, rest = told.split(b"\r\n\r\n")
        assert rest == b""
        assert first.split(b"\r\n")[0] == second.split(b"\r\n")[0] == (b"HTTP/1.1 404 Not Found" if path == "/nothing"
                                                                     else b"HTTP/1.1 200 OK")  # fmt: skip


POST = b"POST /api/v1/tickets HTTP/1.1\r\nHost: a\r\n"
NO_HTTP = (b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x02\x00",
           b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", POST + b"Content-Length: -1\r\n\r\n",
           POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
           b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n")  # fmt: skip


@pytest.mark.parametrize("request_", NO_HTTP, ids=lambda sent: repr(sent[:30]))
async def test_what_is_no_http_is_a_400_and_costs_the_next_customer_nothing(here: Point, request_: bytes) -> None:
    told = await raw(here.port, request_)
    assert told.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 ", b"HTTP/1.1 403 ")) or told == b""
    assert b"Traceback" not in told
    assert (await here.take())["n"] == 1


async def test_no_get_changes_anything(tmp_path: Path) -> None:
    """Every GET and HEAD, as everybody, in a point where everything is going on: no event, no state, no stored byte."""
    async with point(tmp_path, demo=True) as here:
        ticket, _ = await here.take(), await here.take()
        await here.open()
        await here.do("/counters/1/call-next")
        await here.post("/incidents", {"place": "counter-1"})
        before, seq = msgspec.json.encode(here.site.state), here.site.state.seq
        queries = (
            "",
            "?lang=fi",
            "?after=0&limit=3",
            f"?ticket={ticket['id']}",
            "?view=kiosk&id=main",
            "?_method=POST",
        )
        for route in ROUTES:
            if route.method == "GET":
                for id_ in (ticket["id"], "1", "lobby"):
                    path = route.path.replace("{id}", id_).replace("{code}", ticket["code"])
                    for role in (*sorted(route.roles), None):
                        for query in queries:
                            await here.get(path + query, role=role)
                        if route.path != "/stream":
                            await _head(here, path, role)
        others = ("/", "/kiosk/main", "/tv/lobby", "/counter/1", "/wall", "/login?next=/wall", f"/t/{ticket['code']}")
        for path in (*others, "/healthz", "/readyz", "/metrics"):
            async with here.http.get(here.url + path) as answer:
                await answer.read()
        assert (msgspec.json.encode(here.site.state), here.site.state.seq) == (before, seq)
        keys = await here.ledger.journal.answer_keys()
        assert len(keys) == 5
    assert await asyncio.to_thread(_events, tmp_path / "journal.db") == seq


async def _head(here: Point, path: str, role: str | None) -> Answer:
    answer = await here.ask("HEAD", path, role=role)
    assert answer.body == b""
    return answer


def _events(path: Path) -> int:
    database = sqlite3.connect(path)
    (count,) = database.execute("SELECT count(*) FROM event").fetchone()
    database.close()
    return int(count)
