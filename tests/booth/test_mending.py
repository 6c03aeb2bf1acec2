"""When a broken talk leg is mended and how, and what real-time text is made of: the shared modules, in the browser."""

from random import Random
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.booth.conftest import OpenPage
from tests.booth.point import Point
from tests.remote.wires import live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Steps: [what happened, at which second]; or a question ["due", second, failed?]. Gives the answers to the questions.
PLAY = """async ([begins, steps]) => {
  const { Mending } = await import("/ui/shared/talk-mend.js");
  const mending = new Mending(begins);
  const answers = [];
  for (const [what, at, more] of steps) {
    if (what === "due") answers.push(mending.due(at * 1000, more));
    else if (what === "wish") mending.wish(more);
    else if (what === "heeds") answers.push(mending.heeds(at * 1000));
    else mending[what](at * 1000, more);
  }
  return answers;
}"""

# Stories as tests/remote/wires.py tells them: what was done to which end, and what came of it. Gives the first step of
# which something else comes here, or null.
RETELL = """async (stories) => {
  const { Wire } = await import("/ui/shared/signals.js");
  const flat = (value) => JSON.stringify(value, (_, it) =>
    it && typeof it === "object" && !Array.isArray(it) ? Object.fromEntries(Object.entries(it).sort()) : it);
  for (const [n, story] of stories.entries()) {
    const wires = {};
    for (const [step, [end, what, argument, came]] of story.entries()) {
      let bodies = [];
      if (what === "reborn") wires[end] = new Wire({ session: "r-1", leg: "talk", me: end, begins: end === "expert" });
      const wire = wires[end];
      if (what === "say") wire.say({ k: "ice", candidate: argument, mid: null, index: null });
      if (what === "renew") wire.say({ k: "renew", why: "broken" });
      if (what === "begin") wire.begin(argument);
      if (what === "hear") bodies = wire.hear(argument);
      const here = [bodies, wire.epoch, wire.overtaken, wire.isDead, wire.out(what === "again")];
      if (flat(here) !== flat(came)) return { n, step, what, end, here: flat(here), there: flat(came) };
    }
  }
  return null;
}"""


async def play(page: Page, begins: bool, *steps: list[Any]) -> list[Any]:
    answers: list[Any] = await page.evaluate(PLAY, [begins, list(steps)])
    return answers


async def ready(open_page: OpenPage) -> Page:
    page = await open_page("/booth/b1")
    await expect(page.locator("[data-service=kela-family]")).to_be_visible()
    return page


UP: list[list[Any]] = [["turned", 0], ["heard", 0], ["connected", 1]]


async def test_the_expert_restarts_after_two_seconds_and_begins_anew_five_after_the_other_was_heard(
    open_page: OpenPage, point: Point
) -> None:
    page = await ready(open_page)
    gone: list[list[Any]] = [*UP, ["broke", 10]]
    assert await play(page, True, *gone, ["due", 11.9], ["due", 12.1], ["due", 12.5]) == [None, "restart", None]
    silent = [*gone, ["due", 12.1], ["due", 60]]
    assert await play(page, True, *silent) == ["restart", None], "nobody is heard: the offer stands, and is said again"
    assert await play(page, True, *silent, ["heard", 60], ["due", 64.9], ["due", 65.1]) == [
        "restart", None, None, "anew"]  # fmt: skip
    assert await play(page, True, *silent, ["heard", 60], ["connected", 61], ["due", 70]) == ["restart", None, None]
    assert await play(page, True, *silent, ["lineOpened", 61], ["due", 61]) == ["restart", None, "restart"]


async def test_a_connection_that_never_came_is_begun_anew(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page)
    assert await play(page, True, ["turned", 0], ["due", 30]) == [None], "the other end has not come yet"
    assert await play(page, True, ["turned", 0], ["heard", 30], ["due", 34], ["due", 35.1]) == [None, "anew"]
    assert await play(page, True, ["turned", 0], ["heard", 1], ["broke", 2], ["due", 2, True]) == ["anew"]


async def test_the_booth_asks_at_once_when_it_has_come_alive_and_after_five_seconds_when_it_broke(
    open_page: OpenPage, point: Point
) -> None:
    page = await ready(open_page)
    asked: list[list[Any]] = [["wish", 0, "page_started"], ["due", 0], ["due", 1], ["due", 2.1]]
    assert await play(page, False, *asked) == ["ask", None, "ask"]
    assert await play(page, False, *asked, ["turned", 3], ["due", 5]) == ["ask", None, "ask", None]
    gone: list[list[Any]] = [*UP, ["broke", 10], ["due", 14.9], ["due", 15.1], ["due", 16], ["due", 17.2]]
    assert await play(page, False, *gone) == [None, "ask", None, "ask"]
    assert await play(page, False, *gone, ["turned", 18], ["due", 22], ["due", 23.1]) == [
        None, "ask", None, "ask", None, "ask"]  # fmt: skip
    assert await play(page, False, *UP, ["goodbye", 10], ["due", 99]) == [None], "who said goodbye is not called back"


async def test_silence_is_answered_at_once_and_leaves_a_restart_its_time(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page)
    silent: list[list[Any]] = [*UP, ["broke", 10, True]]
    assert await play(page, True, *silent, ["due", 10.1], ["due", 11]) == ["restart", None]
    assert await play(page, True, *silent, ["broke", 13], ["due", 13.1], ["due", 14]) == ["restart", None]
    assert await play(page, False, *silent, ["due", 17.9], ["due", 18.1]) == [None, "ask"]
    later: list[list[Any]] = [["connected", 20], ["broke", 30], ["due", 31.9], ["due", 32.1]]
    assert await play(page, True, *silent, ["due", 10.1], *later) == ["restart", None, "restart"], "the next is another"


# Looks at [second, packets, answers, whether the other end sends]; gives what each of them found.
FEEL = """async (looks) => {
  const { Pulse } = await import("/ui/shared/talk-mend.js");
  const pulse = new Pulse();
  return looks.map(([at, packets, answers, sends]) => pulse.look(at * 1000, { packets, answers }, sends ?? true));
}"""


async def felt(page: Page, *looks: list[Any]) -> list[str]:
    found: list[str] = await page.evaluate(FEEL, list(looks))
    return found


# Two ends in one page. What the expert's end acknowledges is lost, until the customer's end has said so much unheard
# that it keeps no more; then it wants a new connection. Gives what it said of that.
UNHEARD = """async () => {
  const { Talk } = await import("/ui/shared/talk.js");
  const ends = {};
  const renewals = [];
  let said = 0;
  const to = (name) => (message) => queueMicrotask(() => {
    said = Math.max(said, message.from === "booth" && message.t === "signal" ? message.seq : 0);
    if (message.body?.k === "renew") renewals.push(message.body.why);
    else if (name === "expert" || message.t !== "ack") ends[name].hear(message);
  });
  const end = (me, begins, send) =>
    new Talk({ session: "r-1", me, polite: begins, begins, ice: { servers: [], relay_only: false }, send, on: {} });
  Object.assign(ends, { booth: end("booth", false, to("expert")), expert: end("expert", true, to("booth")) });
  ends.expert.begin(1001);
  const [pc] = window.witness.peers;
  while (said < 256) {
    if (pc.signalingState === "stable" && pc.connectionState === "connected") pc.restartIce();
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  pc.close();
  while (ends.booth.state === "up") await new Promise((resolve) => setTimeout(resolve, 30));
  ends.booth.renew("page_started");
  await new Promise((resolve) => setTimeout(resolve, 100));
  return renewals;
}"""


@pytest.mark.long
async def test_an_end_that_nobody_acknowledges_still_asks_for_a_new_connection(
    open_page: OpenPage, point: Point
) -> None:
    page = await ready(open_page)
    assert await page.evaluate(UNHEARD) == ["page_started"]


async def test_a_round_trip_that_nobody_knows_is_left_out(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page)
    read = """async (rtt) => {
      const { Quality } = await import("/ui/shared/talk-stats.js");
      const pair = { id: "p", type: "candidate-pair", nominated: true, currentRoundTripTime: rtt ?? undefined };
      return new Quality().read(new Map([["p", pair]]));
    }"""
    quiet = {"loss": 0, "freeze_ms": 0, "audio": False, "video": False, "relay": False}
    assert await page.evaluate(read, 0.021) == {"rtt_ms": 21} | quiet
    assert await page.evaluate(read) == quiet


FLOWS: list[list[Any]] = [[0, 10, 1], [0.5, 40, 1]]
QUIET: list[list[Any]] = [[1, 40, 1], [1.5, 40, 1], [2, 40, 1], [2.5, 40, 1]]


async def test_what_flowed_is_missed_after_two_seconds_and_found_again(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page)
    silent = ["", "", "", "", "", "silent"]
    assert await felt(page, *FLOWS, *QUIET, [3, 40, 1], [3.5, 41, 1], [4, 42, 1]) == [*silent, "", "alive", ""]
    assert await felt(page, *FLOWS, *QUIET, [3, 40, 2], [9, 40, 3]) == [*silent, "alive", ""], "the path is there"
    gap = ["", "", "", "", "", "alive", ""]
    assert await felt(page, *FLOWS, *QUIET[:3], [2.5, 41, 1], [3, 42, 1]) == gap, "the other end may have missed us"
    assert await felt(page, *FLOWS, *QUIET[:1], [1.5, 41, 1]) == [""] * 4
    held_up: list[list[Any]] = [*FLOWS, [9, 40, 1], [9.5, 90, 1]]
    assert await felt(page, *held_up) == [""] * 4, "a page that could not look has missed nothing"


async def test_what_never_flowed_or_was_turned_off_is_not_missed(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page)
    assert await felt(page, *[[n / 2, 1, n] for n in range(30)]) == [""] * 30
    assert await felt(page, *FLOWS, *[[*one, False] for one in QUIET], [3, 40, 1, False]) == [""] * 7
    assert (await felt(page, *FLOWS, *[[*one, False] for one in QUIET], *[[t + 3, 40, 1] for t, *_ in QUIET]))[-1] == (
        "silent"
    ), "turned on again, it is missed"


async def test_wishes_that_come_together_make_one_new_connection(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page)
    assert await play(page, True, ["heeds", 0], ["turned", 0], ["heeds", 1], ["heeds", 2]) == [False, False, True]


async def test_text_is_characters_and_what_takes_them_back(open_page: OpenPage, point: Point) -> None:
    page = await ready(open_page)
    read = """async (message) => {
      const { steps, applied } = await import("/ui/shared/talk-text.js");
      return steps(message).reduce(applied, "");
    }"""
    assert await page.evaluate(read, "hei\bj\u2028x") == "hej\nx"
    assert await page.evaluate(read, "\b\b\bhei\b\b\b\b\b") == ""
    assert await page.evaluate(read, "a\x1b[31m\x00\ufeffb\x7f\r") == "a[31mb", "control characters are nothing"
    assert await page.evaluate(read, "<img src=x onerror=alert(1)>👩‍👧\b!") == "<img src=x onerror=alert(1)>!"
    assert len(await page.evaluate(read, "x" * 100_000)) == 2000


async def test_pictures_that_do_not_come_over_a_connection_that_is_back_are_missed_once(
    open_page: OpenPage, point: Point
) -> None:
    page = await ready(open_page)

    async def looks(*steps: list[Any]) -> list[bool]:
        """[second, frames until then, does the other end show anything]; the connection is back at second 10."""
        found: list[bool] = await page.evaluate(
            """async (steps) => {
              const { Thaw } = await import("/ui/shared/talk-mend.js");
              const thaw = new Thaw();
              return steps.map(([at, frames, sends]) => {
                if (at === 10) thaw.back(10_000);
                return thaw.look(at * 1000, frames, sends);
              });
            }""",
            list(steps),
        )
        return found

    before = [9, 100, True]
    assert await looks(before, [10, 100, True], [10.7, 100, True], [10.9, 100, True], [12, 100, True]) == [
        False, False, False, True, False]  # fmt: skip
    assert not any(await looks(before, [10, 100, True], [10.5, 101, True], [12, 101, True])), "they came"
    assert not any(await looks(before, [10, 100, False], [12, 100, True])), "nobody shows anything"
    assert not any(await looks([9, 0, True], [10, 0, True], [12, 0, True])), "there never were any"
    assert not any(await looks(before, [11, 100, True], [13, 100, True])), "it never broke"


async def test_the_pages_end_of_a_line_does_what_the_points_end_does_whatever_the_relays_do(
    open_page: OpenPage, point: Point
) -> None:
    page = await ready(open_page)
    lives = [live(Random(seed), 120) for seed in range(12)]
    assert [life.broken for life in lives if life.broken] == []
    assert await page.evaluate(RETELL, [life.story for life in lives]) is None
