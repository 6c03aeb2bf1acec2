"""Counters over HTTP: each button of the advisor is one request, answered with the service event it moved."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from controller.domain import commands as c
from controller.web import shapes
from controller.web.auth import Credential
from controller.web.problems import Problem
from controller.web.requests import act, body, counter_of, service_event, session_event, subject
from controller.web.site import SITE

Handler = Callable[[web.Request, Credential], Awaitable[web.Response]]


def _counter(request: web.Request, who: Credential) -> str:
    """The counter in the path."""
    id_ = request.match_info["id"]
    if request.app[SITE].config.counter(id_) is None:
        raise Problem("not-found", f"there is no counter {id_[:40]!r} at this point")
    return id_


async def open_(request: web.Request, who: Credential) -> web.Response:
    id_, wish = _counter(request, who), await body(request, shapes.OpenCounter)
    command = c.OpenCounter(
        actor=f"counter:{id_}", counter=id_, advisor=wish.advisor, services=wish.services, languages=wish.languages
    )
    return (await act(request, command, counter_of(request.app[SITE], id_)))[0]


async def close(request: web.Request, who: Credential) -> web.Response:
    id_ = _counter(request, who)
    await body(request, shapes.Nothing)
    command = c.CloseCounter(actor=f"counter:{id_}", counter=id_)
    return (await act(request, command, counter_of(request.app[SITE], id_)))[0]


async def call_next(request: web.Request, who: Credential) -> web.Response:
    id_ = _counter(request, who)
    await body(request, shapes.Nothing)
    return (await act(request, c.CallNext(actor=f"counter:{id_}", counter=id_), service_event))[0]


async def call(request: web.Request, who: Credential) -> web.Response:
    id_, wish = _counter(request, who), await body(request, shapes.CallTicket)
    if (wish.ticket is None) == (wish.roll is None):
        raise Problem("invalid", "give either ticket or roll")
    command: c.Command
    if wish.roll is not None:
        command = c.CallRoll(actor=f"counter:{id_}", counter=id_, service=wish.roll.service, n=wish.roll.n)
    else:
        command = c.CallTicket(actor=f"counter:{id_}", counter=id_, ticket=wish.ticket or "")
    return (await act(request, command, service_event))[0]


def _simple(make: Callable[[str, str, str], c.Command]) -> Handler:
    async def handler(request: web.Request, who: Credential) -> web.Response:
        id_, wish = _counter(request, who), await body(request, shapes.Which)
        return (await act(request, make(f"counter:{id_}", id_, wish.service_event or ""), service_event))[0]

    return handler


recall = _simple(lambda actor, id_, event: c.Recall(actor=actor, counter=id_, service_event=event))
start = _simple(lambda actor, id_, event: c.Start(actor=actor, counter=id_, service_event=event))
hold = _simple(lambda actor, id_, event: c.Hold(actor=actor, counter=id_, service_event=event))
resume = _simple(lambda actor, id_, event: c.Resume(actor=actor, counter=id_, service_event=event))
no_show = _simple(lambda actor, id_, event: c.NoShow(actor=actor, counter=id_, service_event=event))


async def transfer(request: web.Request, who: Credential) -> web.Response:
    id_, wish = _counter(request, who), await body(request, shapes.Transfer)
    if wish.to.booth:
        return await _to_booth(request, id_, wish)
    command = c.Transfer(
        actor=f"counter:{id_}", counter=id_, service_event=wish.service_event or "", to_queue=wish.to.queue or "",
        to_counter=wish.to.counter or "", to_service=wish.to.service or "", position=wish.position,
        come_back=wish.return_,
    )  # fmt: skip
    return (await act(request, command, service_event))[0]


async def _to_booth(request: web.Request, counter: str, wish: shapes.Transfer) -> web.Response:
    """The customer of this counter goes to the booth, to meet an expert of the service named (or of their own)."""
    site = request.app[SITE]
    known = site.state.counters.get(counter)
    turn = site.state.service_events.get(wish.service_event or (known.current if known is not None else ""))
    language = site.state.visits[turn.visit].language if turn is not None else site.config.point.house
    command = c.RequestSession(
        actor=f"counter:{counter}", service=wish.to.service or "", language=language, booth=wish.to.booth or "",
        counter=counter, service_event=wish.service_event or "", position=wish.position, come_back=wish.return_,
    )  # fmt: skip
    return (await act(request, command, session_event))[0]


async def end(request: web.Request, who: Credential) -> web.Response:
    id_, wish = _counter(request, who), await body(request, shapes.End)
    command = c.End(
        actor=f"counter:{id_}", counter=id_, resolution=wish.resolution, guidance=wish.guidance,
        service_event=wish.service_event or "", channel=wish.channel, delivered=wish.delivered,
        next_service=wish.next or "",
    )  # fmt: skip
    return (await act(request, command, service_event))[0]


async def activity(request: web.Request, who: Credential) -> web.Response:
    id_, wish = _counter(request, who), await body(request, shapes.Activity)
    command = c.SetActivity(actor=f"counter:{id_}", counter=id_, activity=wish.activity, reason=wish.reason)
    return (await act(request, command, counter_of(request.app[SITE], id_)))[0]


async def work(request: web.Request, who: Credential) -> web.Response:
    done = await body(request, shapes.Work)
    command = c.RecordWork(provider=done.provider, service=done.service, minutes=done.minutes, channel=done.channel)
    return (await act(request, command, subject))[0]


async def raise_incident(request: web.Request, who: Credential) -> web.Response:
    told = await body(request, shapes.Incident)
    actor = f"device:{who.id}" if who.role == "panic" else "system"
    return (await act(request, c.RaiseIncident(actor=actor, place=told.place, kind=told.kind), subject))[0]


async def acknowledge_incident(request: web.Request, who: Credential) -> web.Response:
    await body(request, shapes.Nothing)
    return (await act(request, c.AcknowledgeIncident(incident=request.match_info["id"]), subject))[0]


async def clear_incident(request: web.Request, who: Credential) -> web.Response:
    await body(request, shapes.Nothing)
    return (await act(request, c.ClearIncident(incident=request.match_info["id"]), subject))[0]
