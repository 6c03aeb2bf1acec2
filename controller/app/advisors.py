"""The played advisors of the demo's day: each opens a counter, calls, serves, pauses, and closes it again."""

import asyncio
from collections.abc import Callable
from typing import Any

from controller.app.asking import Answer, Asker
from controller.app.customers import CLOSES_S, HOUR_S, Arrival, Matter
from controller.app.daytime import DayTime
from controller.domain.point import Config

PSEUDONYM = "day-"  # with the counter's id: such a counter is ours, also after a restart of the point
# Working assumptions, in seconds of the played day.
ASK_AGAIN_S = 30  # somebody free looks whether somebody has come
WAIT_FOR_S = 60  # for a called customer, before the recall and after it
WRAP_UP_S = 30
FORM_S = 240  # on hold: a customer fills in a form
UNDERSTOOD = 1 / 3  # of the service time, before the general desk sends somebody on
LUNCH_S, COFFEE_S, DESK_WORK_S = 1800, 720, 900
LUNCH_AT = (11.0, 11.5, 13.0, 13.5)  # hour, by advisor: never all at once, nobody in the rush of noon
COFFEE_AT = (8.75, 14.0, 14.25, 14.5)
DESK_WORK_AT = (14.5, 8.25, 15.0, 15.25)  # letters and applications, when it is quiet
REAL_ASK_S = 1.0  # at any speed not more often than this (a request a counter and second)


class Lobby:
    """What the played day knows of its customers: who holds which ticket, and whether more will come."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.visitors: dict[str, tuple[Arrival, str]] = {}  # ticket -> who, and the secret code on it
        self.coming = True
        self.kiosk_free = asyncio.Event()  # nobody stands at the kiosk and waits for their paper
        self.kiosk_free.set()
        self.busy: set[str] = set()  # counters with a customer

    def who(self, ticket: object) -> Arrival | None:
        found = self.visitors.get(str(ticket))
        return found[0] if found else None

    async def who_has_paper(self, ticket: object) -> Arrival | None:
        """As `who`; but nobody follows a call before they hold their paper. None: a customer who is not played."""
        if str(ticket) not in self.visitors:
            await self.kiosk_free.wait()
        return self.who(ticket)

    def matter(self, ticket: object, service: str) -> Matter:
        """What this customer wants of `service`; somebody we do not know takes the usual time."""
        who = self.who(ticket)
        known = self.config.service(service)
        return (who.matter(service) if who else None) or Matter(service, known.median_s if known else 300)


class Advisor:
    """`work` is one shift, or a part of one between start and stop of the day."""

    def __init__(self, asker: Asker, time: DayTime, lobby: Lobby, counter: str, nth: int) -> None:
        self._asker = asker
        self._time = time
        self._lobby = lobby
        self._counter = counter
        self._lost = False  # somebody took the counter over by hand: it is theirs
        self._doubt = False  # after an absence, a customer or a refusal we look who sits here before we act
        self._pauses = sorted(
            (plan[nth % len(plan)] * HOUR_S, activity, reason, lasts)
            for plan, activity, reason, lasts in (
                (LUNCH_AT, "break", "lunch", LUNCH_S),
                (COFFEE_AT, "break", "coffee", COFFEE_S),
                (DESK_WORK_AT, "other_work", "back_office", DESK_WORK_S),
            )
        )

    async def work(self, services: tuple[str, ...]) -> None:
        self._lost = self._doubt = False
        opened = await self._do("open", {"advisor": self._pseudonym, "services": list(services)})
        if not opened.good:
            return  # somebody else sits here now
        await self._shift()
        self._lobby.busy.discard(self._counter)
        self._doubt = True  # whatever we last knew: nobody's counter is closed without a look who sits there
        if await self._still_ours():
            await self._do("close")

    async def _shift(self) -> None:
        while not self._time.stopped:
            await self._pause_if_due()
            if not await self._still_ours():
                return
            called = await self._do("call-next")
            if called.status == 200:
                self._lobby.busy.add(self._counter)
                await self._meet(called.said, may_hold=True)
                self._lobby.busy.discard(self._counter)
                self._doubt = True  # between two customers somebody may have sat down here
            elif called.status == 204 and self._day_is_done():
                return
            else:
                await self._time.wait(ASK_AGAIN_S, REAL_ASK_S)
                self._doubt = True

    def _day_is_done(self) -> bool:
        return self._time.at_s >= CLOSES_S and not self._lobby.coming and not self._lobby.busy

    async def _meet(self, event: dict[str, Any], *, may_hold: bool) -> None:
        """From the call to the end of this service. A stopped day ends what has begun; who still walks waits again."""
        who = await self._lobby.who_has_paper(event["ticket"])
        if who is not None and not who.comes:
            await self._miss()
        elif await self._time.wait(who.walk_s if who else WRAP_UP_S) and (await self._do("start")).good:
            await self._serve(event, who, may_hold=may_hold)

    async def _miss(self) -> None:
        if not await self._time.wait(WAIT_FOR_S):
            return
        await self._do("recall")
        if await self._time.wait(WAIT_FOR_S):
            await self._do("no-show")

    async def _serve(self, event: dict[str, Any], who: Arrival | None, *, may_hold: bool) -> None:
        matter = self._lobby.matter(event["ticket"], event["service"])
        if matter.send_to and await self._time.wait(matter.lasts_s * UNDERSTOOD):
            sent = await self._do("transfer", {"to": {"service": matter.send_to}, "position": "keep"})
            if sent.good:
                return
        if matter.hold and may_hold and await self._time.wait(matter.lasts_s / 2):
            await self._hold(event)
        await self._time.wait(matter.lasts_s / (2 if matter.hold else 1))
        await self._end(event, who, matter)
        await self._time.wait(WRAP_UP_S)

    async def _hold(self, event: dict[str, Any]) -> None:
        """This one fills in a form; meanwhile the next is served."""
        if not (await self._do("hold")).good:
            return
        called = await self._do("call-next")
        if called.status == 200:
            await self._meet(called.said, may_hold=False)
        else:
            await self._time.wait(FORM_S)
        await self._do("resume", {"service_event": event["service_event"]})

    async def _end(self, event: dict[str, Any], who: Arrival | None, matter: Matter) -> None:
        ending = {
            "service_event": event["service_event"], "resolution": matter.resolution, "guidance": matter.guidance,
            "delivered": [{"service": matter.service, "qty": 1}],
        }  # fmt: skip
        if who is not None and (told := who.told_after(matter.service)):
            ending["next"] = told
        ended = await self._do("end", ending)
        if ended.good and who is not None and who.score and matter.service == who.matters[-1].service:
            _, code = self._lobby.visitors[event["ticket"]]
            await self._asker.customer("/feedback", code, {
                "score": who.score, "service_event": event["service_event"], "question": "satisfaction",
                "language": who.language,
            })  # fmt: skip

    async def _pause_if_due(self) -> None:
        """Lunch, coffee, desk work; one that was slept through (the day stood still) is left out."""
        if not self._pauses or self._time.at_s < self._pauses[0][0]:
            return
        at, activity, reason, lasts = self._pauses.pop(0)
        if self._time.at_s > at + lasts:
            return
        if (await self._do("activity", {"activity": activity, "reason": reason})).good:
            await self._time.wait(lasts)
            self._doubt = True
            if await self._still_ours():
                await self._do("activity", {"activity": "available"})

    async def _still_ours(self) -> bool:
        """Nobody closed this counter, or sat down here in our place?"""
        if self._doubt and not self._lost:
            seen = await self._asker.look("/state")
            here = next((c for c in seen.said.get("counters", []) if c["id"] == self._counter), None)
            self._lost = here is not None and (here["state"] != "open" or here["advisor"]["id"] != self._pseudonym)
            self._doubt = False
        return not self._lost

    async def _do(self, action: str, body: dict[str, Any] | None = None) -> Answer:
        answer = await self._asker.staff(f"/counters/{self._counter}/{action}", body)
        self._lost = self._lost or answer.problem == "counter-not-open"
        self._doubt = self._doubt or answer.status == 409
        return answer

    @property
    def _pseudonym(self) -> str:
        return f"{PSEUDONYM}{self._counter}"


def competences(config: Config, counters: list[str]) -> dict[str, tuple[str, ...]]:
    """What each played advisor does: what the counter is for, and what only one of them would do otherwise."""
    all_ = tuple(s.id for s in config.services)
    own = {c.id: c.services or all_ for c in config.counters if c.id in counters}
    for service in all_:
        doing = [id_ for id_, services in own.items() if service in services]
        free = [id_ for id_ in own if id_ not in doing]
        if len(doing) < 2 and free:
            least = min(free, key=lambda id_: len(own[id_]))
            own[least] = (*own[least], service)
    return own


def played_counters(
    config: Config, state: dict[str, Any], ours: Callable[[dict[str, Any]], bool], most: int
) -> list[str]:
    """The counters that the day may use: closed ones, but the first, which the wall shows, is left to people."""
    known = {c["id"]: c for c in state.get("counters", [])}
    usable = [c.id for c in config.counters if c.id in known and ours(known[c.id])]
    first = config.counters[0].id
    return ([id_ for id_ in usable if id_ != first] if len(config.counters) > 1 else usable)[:most]
