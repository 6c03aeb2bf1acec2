"""Each problem of the contract, reached by its name: the core's refusals, no clock, a full disk, too many, no key."""

from pathlib import Path

from tests.web.rig import HandClock, Point, point, says


async def test_refusals_of_the_core_each_under_their_own_name(here: Point) -> None:
    says(await here.post("/tickets", {"service": "aamu", "language": "fi"}), "closed", "aamu")
    says(await here.post("/tickets", {"service": "none", "language": "fi"}), "unknown-service", "none")
    says(await here.post("/counters/1/call-next"), "counter-not-open", "counter 1")
    says(await here.post("/counters/9/call-next"), "not-found", "'9'")
    await here.open()
    says(await here.post("/counters/1/start"), "wrong-state")
    says(await here.post("/counters/1/call", {"ticket": "t-none-1"}), "unknown-ticket", "t-none-1")
    says(await here.post("/counters/1/call", {"roll": {"service": "elake", "n": 7}}), "wrong-state", "paper_roll")
    await here.take("verokortti")
    await here.take("verokortti")
    says(await here.post("/tickets", {"service": "verokortti", "language": "fi"}), "cap-reached", "2")
    await here.do("/counters/1/call-next")
    says(await here.post("/counters/1/call-next"), "counter-busy")
    says(await here.post("/counters/1/transfer", {"to": {"service": "none"}}), "unknown-service")
    says(await here.post("/counters/1/transfer", {"to": {"booth": "b1"}}), "invalid", "remotely")
    says(await here.post("/counters/1/transfer", {"to": {}}), "invalid")
    says(await here.post("/counters/2/open", {"advisor": "a8", "services": ["none"]}), "unknown-service")
    says(await here.post("/counters/2/open", {"advisor": "Matti Meikäläinen"}), "invalid", "$.advisor")


async def test_with_no_clock_ever_set_nothing_is_numbered_and_nothing_is_stored(tmp_path: Path) -> None:
    clock = HandClock()
    clock.quality = "unsynced"
    async with point(tmp_path, clock=clock) as unset:
        wish = {"service": "elake", "language": "fi"}
        says(await unset.post("/tickets", wish, role="kiosk", key="one"), "clock-not-set")
        says(await unset.post("/tickets", wish, role="kiosk", key="one"), "clock-not-set")
        async with unset.http.get(unset.url + "/readyz") as ready:
            assert (ready.status, await ready.json()) == (503, {"ready": False, "reasons": ["clock_not_set"]})
        clock.quality = "synced"
        answer = await unset.post("/tickets", wish, role="kiosk", key="one")
        assert (answer.status, answer.json["number"]) == (201, "K001")


async def test_a_full_disk_is_said_numbers_nothing_and_repeats_what_it_answered_before(here: Point) -> None:
    wish = {"service": "elake", "language": "fi"}
    before = await here.post("/tickets", wish, role="kiosk", key="early")
    file = here.ledger.journal._file
    pages = file._db.pragma("page_count")
    file._db.pragma("max_page_count", pages)  # SQLite itself now says that the disk is full
    refused = []
    for n in range(400):
        refused = [await here.post("/tickets", wish, role="kiosk", key=f"late-{n}")]
        if refused[0].status != 201:
            break
    says(refused[0], "journal-full", "nothing was changed")
    seq = here.site.state.seq
    assert here.ledger.full
    says(await here.post("/tickets", wish, role="kiosk"), "journal-full")
    says(await here.post("/appointments/KOODI/check-in", role="kiosk"), "journal-full")
    again = await here.post("/tickets", wish, role="kiosk", key="early")
    assert (again.status, again.body) == (201, before.body)
    assert here.site.state.seq == seq
    file._db.pragma("max_page_count", pages + 10_000)
    assert await here.ledger.journal.probe()
    here.ledger.mended()
    assert (await here.post("/tickets", wish, role="kiosk", key=f"late-{n}")).json["n"] == n + 2


async def test_a_kiosk_that_asks_too_fast_is_told_when_to_come_back_and_nobody_else_is(here: Point) -> None:
    wish = {"service": "elake", "language": "fi"}
    fast = [await here.post("/tickets", wish, role="kiosk", id_="side", key=f"k{n}") for n in range(3)]
    assert [answer.status for answer in fast] == [201, 201, 429]
    says(fast[2], "too-many", "side")
    assert 1 <= int(fast[2].headers["Retry-After"]) <= 60
    again = await here.post("/tickets", wish, role="kiosk", id_="side", key="k0")
    assert (again.status, again.body) == (201, fast[0].body), "a repeated request is no new one"
    for _ in range(6):
        assert (await here.post("/tickets", wish, role="kiosk")).status == 201, "its own rate: none"
        assert (await here.post("/tickets", wish | {"kiosk": "side"})).status == 201, "staff"


async def test_the_demo_knows_no_rate(shown: Point) -> None:
    wish = {"service": "elake", "language": "fi"}
    for _ in range(5):
        assert (await shown.post("/tickets", wish, role="kiosk", id_="side")).status == 201
