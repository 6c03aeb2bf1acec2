"""Who may do what: every route with every sign-in, every door, every name and origin (contract, section 3, "Doors")."""

from pathlib import Path

import pytest

from controller.app.doors import PEOPLE
from controller.web.auth import DEVICE_ROLES, ROLES, Door
from controller.web.routes import ROUTES, Route
from tests.web.rig import Answer, Point, point

EVERY = [route for route in ROUTES if not route.demo]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def address(route: Route) -> str:
    return route.path.replace("{id}", "1").replace("{code}", "nothing")


async def tried(here: Point, route: Route, role: str | None, **how: str) -> Answer:
    return await here.ask(route.method, address(route), role=role, headers=how)


async def test_each_route_is_open_to_its_roles_and_shut_to_all_others(here: Point) -> None:
    for route in EVERY:
        for role in ROLES:
            answer = await tried(here, route, role)
            allowed = not route.roles or role in route.roles
            assert (answer.status != 403) == allowed, f"{named(route)} as {role}: {answer.body!r}"
            if not allowed:
                assert answer.problem == "forbidden"


async def test_nobody_without_a_sign_in_comes_past_a_route_that_names_roles(here: Point) -> None:
    for route in EVERY:
        answer = await tried(here, route, None)
        assert (answer.status == 403) == bool(route.roles), named(route)


async def test_a_wrong_or_torn_credential_is_nobody(here: Point) -> None:
    good = here.token("staff")
    wrong = ["Bearer", "Bearer ", f"Bearer {good}x", f"Bearer {good[:-1]}", "Bearer åä", f"Bearer {good.upper()}"]
    for credential in (*wrong, f"Basic {good}", "Ticket", "Ticket AAAAAAAAAAAAAAAA"):
        answer = await here.get("/state", role=None, headers={"Authorization": credential})
        assert answer.status == 403, credential


async def test_a_foreign_origin_gets_nothing_from_any_route_whatever_it_carries(here: Point) -> None:
    cookies = "; ".join(f"luukku_{role}={here.token(role)}" for role in ROLES)
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{here.port}", "http://127.0.0.1:1", "file://"):
        for route in EVERY:
            answer = await tried(here, route, None, Cookie=cookies, Origin=origin)
            assert answer.status == 403, f"{named(route)} from {origin}"
    for route in EVERY:
        answer = await tried(here, route, "staff", Origin="http://evil.example")
        assert answer.status == 403, named(route)


async def test_a_cookie_changes_nothing_without_its_origin(here: Point) -> None:
    cookies = "; ".join(f"luukku_{role}={here.token(role)}" for role in ROLES)
    for route in EVERY:
        if route.method != "GET":
            assert (await tried(here, route, None, Cookie=cookies)).status == 403, named(route)


async def test_a_cookie_with_our_own_origin_opens(here: Point) -> None:
    cookie = f"luukku_staff={here.token('staff')}"
    sent = {"Cookie": cookie, "Origin": here.url, "Sec-Fetch-Site": "same-origin"}
    answer = await here.post("/counters/1/open", {"advisor": "a7"}, role=None, headers=sent)
    assert answer.status == 200
    assert (await here.get("/state", role=None, headers={"Cookie": cookie})).status == 200
    crossed = sent | {"Sec-Fetch-Site": "cross-site"}
    assert (await here.post("/counters/1/close", role=None, headers=crossed)).status == 403


FOREIGN = ("evil.example", "127.0.0.1.evil.example", "evil@127.0.0.1", "[::1", "", "10.0.0.1", "127.0.0.1 x",
           "localhost:x", "localhost.evil.example:80", "[localhost]")  # fmt: skip


@pytest.mark.parametrize("host", FOREIGN)
async def test_a_name_that_is_not_ours_gets_nothing_at_all(here: Point, host: str) -> None:
    for route in EVERY:
        answer = await tried(here, route, "staff", Host=host)
        assert (answer.status, answer.problem) == (403, "forbidden"), named(route)
    for path in ("/", "/login", "/kiosk/main", "/ui/shared/page.js", "/healthz", "/metrics", "/no/such/page"):
        async with here.http.get(here.url + path, headers={"Host": host}) as page:
            assert page.status == 403, path


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]:8080", "LOCALHOST:1", "127.9.9.9"])
async def test_our_own_names_are_ours(here: Point, host: str) -> None:
    assert (await here.get("/state", headers={"Host": host})).status == 200


async def test_a_kiosk_acts_for_itself_alone(here: Point) -> None:
    wish = {"service": "elake", "language": "fi", "kiosk": "main"}
    assert (await here.post("/tickets", wish, role="kiosk", id_="side")).problem == "forbidden"
    own = await here.post("/tickets", wish | {"kiosk": "side"}, role="kiosk", id_="side")
    assert own.status == 201
    await here.do("/tickets/" + own.json["id"] + "/cancel")
    checked = await here.post("/appointments/CODE/check-in", {"kiosk": "main"}, role="kiosk", id_="side")
    assert checked.problem == "forbidden"
    for view in ("kiosk", "tv"):
        other = {"kiosk": "side", "tv": "hall"}[view]
        assert (await here.get(f"/stream?view={view}&id={other}", role=view)).problem == "forbidden"


async def test_a_kiosk_gives_nobody_priority(here: Point) -> None:
    await here.take()
    urgent = await here.take(priority=9)
    assert urgent["ahead"] == 1


async def test_a_staff_sign_in_opens_nothing_at_the_device_door_of_a_point_with_a_staff_door(tmp_path: Path) -> None:
    async with point(tmp_path, door=Door("device", DEVICE_ROLES, local=True)) as real:
        for role in PEOPLE:
            assert (await real.get("/state", role=role)).status == 403
            answer = await real.post("/login", {"token": real.token(role)}, role=None)
            assert (answer.status, answer.headers.get("Set-Cookie")) == (403, None)
            cookie = {"Cookie": f"luukku_{role}={real.token(role)}"}
            assert (await real.get("/state", role=None, headers=cookie)).status == 403
        assert (await real.get("/services", role="kiosk")).status == 200
        for path, status in {"/kiosk/main": 200, "/tv/lobby": 200, "/counter/1": 403, "/t/AAAA": 200}.items():
            async with real.http.get(real.url + path) as page:
                assert page.status == status, path


async def test_a_device_sign_in_opens_nothing_at_the_staff_door(tmp_path: Path) -> None:
    async with point(tmp_path, door=Door("staff", PEOPLE, local=False)) as real:
        for role in DEVICE_ROLES:
            for route in EVERY:
                if route.roles:
                    assert (await tried(real, route, role)).status == 403, f"{named(route)} as {role}"
        for path, status in {"/counter/1": 200, "/kiosk/main": 403, "/tv/lobby": 403, "/login": 200}.items():
            async with real.http.get(real.url + path) as page:
                assert page.status == status, path
        for path in ("/healthz", "/readyz", "/metrics", "/tokens"):  # the machine's own business
            async with real.http.get(real.url + path) as page:
                assert page.status == 404, path
        assert (await real.get("/state", headers={"Host": "10.0.0.9:8443"})).status == 200
        assert (await real.get("/state", headers={"Host": "evil.example"})).status == 403


async def test_sign_in_gives_a_cookie_that_scripts_and_other_sites_never_see(here: Point) -> None:
    answer = await here.post("/login", {"token": here.token("tv")}, role=None, key=None)
    assert answer.json == {"role": "tv", "id": "lobby"}
    name, *flags = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
    assert name == f"luukku_tv={here.token('tv')}"
    assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=Strict"]
    cookie = {"Cookie": name, "Origin": here.url}
    out = await here.post("/logout", role=None, headers=cookie, key=None)
    assert "Max-Age=0" in out.headers["Set-Cookie"]


async def test_the_staff_doors_cookie_is_for_tls_alone(tmp_path: Path) -> None:
    async with point(tmp_path, door=Door("staff", PEOPLE, local=False, tls=True)) as real:
        answer = await real.post("/login", {"token": real.token("staff")}, role=None)
        assert "; Secure" in answer.headers["Set-Cookie"]


async def test_wrong_guesses_are_slowed_and_lock_nobody_out_who_has_a_right_token(here: Point) -> None:
    """Kiosk, TV and whoever types nonsense into the sign-in page of this box all come from 127.0.0.1."""
    told = [await here.post("/login", {"token": "x" * 32}, role=None) for _ in range(8)]
    assert [answer.status for answer in told] == [403] * 5 + [429] * 3
    assert told[-1].problem == "too-many"
    assert told[-1].headers["Retry-After"] == "900"
    for role in ROLES:
        assert (await here.post("/login", {"token": here.token(role)}, role=None)).status == 200


async def test_tokens_differ_by_role_surface_and_journal(tmp_path: Path) -> None:
    async with point(tmp_path / "a") as one, point(tmp_path / "b") as two:
        tokens = [p.token(role, id_) for p in (one, two) for role in ROLES for id_ in ("", "main", "side")]
        assert len(set(tokens)) == len(tokens)
        assert (
            await one.get("/state", role=None, headers={"Authorization": f"Bearer {two.token('staff')}"})
        ).status == 403


async def test_a_ticket_code_opens_feedback_about_its_own_visit_and_nothing_else(here: Point) -> None:
    mine, other = await here.take(), await here.take()
    await here.open()
    await here.do("/counters/1/call", {"ticket": other["id"]})
    await here.do("/counters/1/end", {"resolution": "first_contact", "guidance": "none"})
    code = {"Authorization": f"Ticket {mine['code']}"}
    for route in EVERY:
        if route.roles and "ticket" not in route.roles:
            assert (await tried(here, route, None, **code)).status == 403, named(route)
    wish = {"score": 5, "question": "satisfaction", "language": "fi", "service_event": other["service_event"]}
    assert (await here.post("/feedback", wish, role=None, headers=code)).problem == "forbidden"
    own = {"Authorization": f"Ticket {other['code']}"}
    assert (await here.post("/feedback", wish, role=None, headers=own)).status == 200
    assert (await here.post("/feedback", wish, role=None, headers=own)).problem == "wrong-state"


async def test_demo_addresses_are_absent_where_there_is_no_demo(here: Point) -> None:
    for method, path in (("POST", "/demo/day"), ("DELETE", "/demo/day")):
        assert (await here.ask(method, path)).problem == "not-found"
    async with here.http.get(here.url + "/wall") as page:
        assert page.status == 404
    assert (await here.get("/stream?view=wall")).problem == "invalid"


async def test_no_page_of_a_real_point_signs_anybody_in(here: Point) -> None:
    for path in ("/kiosk/main", "/tv/lobby", "/counter/1", "/login", "/t/AAAA"):
        async with here.http.get(here.url + path) as page:
            assert "Set-Cookie" not in page.headers, path


async def test_the_demos_pages_bring_their_sign_in_with_them(shown: Point) -> None:
    every = {"luukku_kiosk", "luukku_tv", "luukku_booth", "luukku_staff", "luukku_technician"}
    for path, names in {"/kiosk/side": {"luukku_kiosk"}, "/counter/2": {"luukku_staff"}, "/wall": every}.items():
        async with shown.http.get(shown.url + path) as page:
            assert set(page.cookies) == names
            if path == "/kiosk/side":
                assert page.cookies["luukku_kiosk"].value == shown.token("kiosk", "side")


async def test_every_page_lies_under_the_policy_that_lets_nothing_else_in(here: Point, tmp_path: Path) -> None:
    async with here.http.get(here.url + "/kiosk/main") as page:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["Permissions-Policy"].startswith("camera=(), microphone=()")
        assert page.headers["Cache-Control"] == "no-store"
    async with point(tmp_path / "demo", demo=True) as demo, demo.http.get(demo.url + "/kiosk/main") as page:
        assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]


async def test_every_answer_is_sealed_against_other_sites_and_caches(here: Point) -> None:
    for path in ("/api/v1/openapi.json", "/api/v1/state", "/no/such", "/ui/shared/page.js", "/healthz", "/"):
        async with here.http.get(here.url + path, allow_redirects=False) as answer:
            assert answer.headers["Server"] == "luukku"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert answer.headers["Cache-Control"] in {"no-store", "no-cache"}
            assert not [name for name in answer.headers if name.startswith("Access-Control")]
