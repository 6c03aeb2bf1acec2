"""Every address of the API in one table: aiohttp's routes, the roles and the OpenAPI document all come from it."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from controller.web import aloud, booth_lines, counters, devices, live, pages, reading, sessions, shapes, tickets
from controller.web.auth import Credential

Handler = Callable[[web.Request, Credential], Awaitable[web.StreamResponse] | web.StreamResponse]
KIOSK, STAFF, TECHNICIAN = frozenset({"kiosk"}), frozenset({"staff"}), frozenset({"technician"})
BOOTH = frozenset({"booth"})
ANY: frozenset[str] = frozenset()


class Route(msgspec.Struct, frozen=True):
    """`roles` empty: open to all. `body` None: no body. `answer`: shape of the good answer, None for free JSON.

    `empty`: what 204 means, where it may come. `changes`: needs an Idempotency-Key. `problems`: what the core may
    answer, beside what every route may.
    """

    method: str
    path: str
    handler: Handler
    roles: frozenset[str]
    summary: str
    body: type[shapes.Body] | None = None
    answer: type | None = None
    status: int = 200
    problems: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    empty: str = ""
    changes: bool = False
    demo: bool = False


def _post(path: str, handler: Handler, roles: frozenset[str], summary: str, body: type[shapes.Body], answer: type,
          problems: tuple[str, ...] = (), status: int = 200) -> Route:  # fmt: skip
    return Route("POST", path, handler, roles, summary, body, answer, status, problems, changes=True)


def _counter(action: str, handler: Handler, summary: str, body: type[shapes.Body], *problems: str,
             answer: type = shapes.ServiceEvent, empty: str = "") -> Route:  # fmt: skip
    known = ("counter-not-open", "wrong-state", "not-found", *problems)
    route = _post(f"/counters/{{id}}/{action}", handler, STAFF, summary, body, answer, known)
    return msgspec.structs.replace(route, empty=empty)


_TAKE = ("closed", "cap-reached", "unknown-service", "clock-not-set", "journal-full", "too-many")

ROUTES: tuple[Route, ...] = (
    Route("POST", "/login", live.login, ANY, "Sign in: a cookie for pages and stream", shapes.Login,
          problems=("too-many",)),
    Route("POST", "/logout", live.logout, ANY, "Sign out", shapes.Nothing),
    Route("GET", "/services", reading.services, KIOSK | STAFF, "What is offered, in one language",
          query=("lang", "kiosk")),
    _post("/tickets", tickets.take, KIOSK | STAFF, "Take a number", shapes.TakeTicket, shapes.Ticket, _TAKE, 201),
    Route("GET", "/tickets/{id}", tickets.look, KIOSK | STAFF, "A ticket, now", None, shapes.Ticket,
          problems=("unknown-ticket",)),
    _post("/tickets/{id}/reprint", tickets.reprint, KIOSK | STAFF, "Print again, as a marked copy", shapes.Nothing,
          shapes.Ticket, ("unknown-ticket", "wrong-state")),
    _post("/tickets/{id}/cancel", tickets.cancel, KIOSK | STAFF, "Give the number back", shapes.Nothing,
          shapes.Ticket, ("unknown-ticket", "wrong-state")),
    _post("/appointments/{code}/check-in", tickets.check_in, KIOSK | STAFF, "A customer with an appointment is here",
          shapes.CheckIn, shapes.Ticket,
          ("unknown-ticket", "unknown-service", "wrong-state", "clock-not-set", "journal-full"), 201),
    Route("PUT", "/appointments/{id}", tickets.put_appointment, STAFF, "Add or change an appointment",
          shapes.PutAppointment, shapes.Subject, problems=("unknown-service", "wrong-state"), changes=True),
    Route("DELETE", "/appointments/{id}", tickets.delete_appointment, STAFF, "Cancel an appointment", None,
          shapes.Subject, problems=("unknown-ticket", "wrong-state"), changes=True),
    _counter("open", counters.open_, "Open the counter", shapes.OpenCounter, "unknown-service",
             answer=shapes.CounterOut),
    _counter("close", counters.close, "Close the counter", shapes.Nothing, answer=shapes.CounterOut),
    _counter("call-next", counters.call_next, "Call whoever is next; 204 when nobody waits", shapes.Nothing,
             "counter-busy", empty="Nobody waits whom this counter could serve"),
    _counter("call", counters.call, "Call this one", shapes.CallTicket, "counter-busy", "unknown-ticket",
             "unknown-service", "closed", "clock-not-set"),
    _counter("recall", counters.recall, "Call the same customer again", shapes.Which),
    _counter("start", counters.start, "The customer is here", shapes.Which),
    _counter("hold", counters.hold, "Put the customer on hold", shapes.Which),
    _counter("resume", counters.resume, "Go on with a customer on hold", shapes.Which, "counter-busy"),
    _counter("no-show", counters.no_show, "The customer did not come", shapes.Which),
    _counter("transfer", counters.transfer, "Send the customer on", shapes.Transfer, "unknown-service", "closed"),
    _counter("end", counters.end, "The service is done", shapes.End, "unknown-service"),
    _counter("activity", counters.activity, "What the advisor does now", shapes.Activity, "counter-busy",
             answer=shapes.CounterOut),
    _post("/work", counters.work, STAFF, "Work outside the queue", shapes.Work, shapes.Subject, ("unknown-service",)),
    _post("/booths/{id}/sessions", sessions.request_session, KIOSK | STAFF | BOOTH, "Ask for a remote expert",
          shapes.RequestSession, shapes.Session,
          ("not-found", "unknown-service", "unknown-ticket", "wrong-state", "counter-not-open", "closed",
           "cap-reached", "too-many", "clock-not-set", "journal-full"), 201),
    Route("GET", "/booths/{id}/line", booth_lines.line, BOOTH, "WebSocket: signals of the booth's talk leg",
          problems=("not-found",)),
    Route("GET", "/counters/{id}/line", booth_lines.counter_line, STAFF,
          "WebSocket: signals between an advisor and the expert who supports them", problems=("not-found",)),
    Route("GET", "/sessions/{id}", sessions.look, STAFF | BOOTH, "A remote session, now", None, shapes.Session,
          problems=("not-found",)),
    _post("/sessions/{id}/end", sessions.end, STAFF | BOOTH, "The session is over", shapes.EndSession, shapes.Session,
          ("not-found", "wrong-state", "unknown-service")),
    _post("/sessions/{id}/identity", sessions.identity, STAFF | BOOTH, "Who the customer is was checked",
          shapes.Identity, shapes.Subject, ("not-found", "wrong-state")),
    _post("/booths/{id}/helped", sessions.helped, STAFF, "Somebody went to the booth that called for help",
          shapes.Nothing, shapes.Subject, ("not-found",)),
    _post("/feedback", tickets.feedback, frozenset({"kiosk", "booth", "ticket"}), "How was it?", shapes.Feedback,
          shapes.Subject, ("wrong-state",)),
    _post("/incidents", counters.raise_incident, STAFF | {"panic"}, "Silent alarm", shapes.Incident, shapes.Subject),
    _post("/incidents/{id}/acknowledge", counters.acknowledge_incident, STAFF, "Somebody has seen the alarm",
          shapes.Nothing, shapes.Subject, ("wrong-state",)),
    _post("/incidents/{id}/clear", counters.clear_incident, STAFF, "The alarm is over", shapes.Nothing,
          shapes.Subject, ("wrong-state",)),
    Route("GET", "/state", reading.state, STAFF | TECHNICIAN, "The whole point, now"),
    Route("GET", "/events", reading.events, TECHNICIAN, "The journal, page by page", None, shapes.Events,
          query=("after", "limit")),
    Route("GET", "/stream", live.stream, frozenset({"kiosk", "tv", "booth", "staff", "technician"}),
          "WebSocket: snapshot, deltas, heartbeat", query=("view", "id", "since", "epoch")),
    Route("GET", "/devices", devices.devices, TECHNICIAN, "Desired and actual state of every device, and of what is "
          "plugged in and nobody owns", None, shapes.Devices),
    _post("/devices/{id}/test", devices.test_device, TECHNICIAN, "Try one device and say what was proven",
          shapes.TryDevice, shapes.DeviceTest, ("not-found",)),
    _post("/devices/{id}/roll", devices.new_roll, STAFF | TECHNICIAN, "A full roll of paper was put in",
          shapes.Nothing, shapes.Subject, ("not-found", "wrong-state")),
    Route("GET", "/qr.svg", tickets.qr, KIOSK | STAFF, "QR to the customer's own page", query=("ticket",),
          problems=("unknown-ticket",)),
    Route("GET", "/clips/{id}.wav", live.clip, frozenset({"tv"}), "A spoken call",
          problems=("not-found",)),
    Route("POST", "/speech", aloud.speech, KIOSK | BOOTH, "A text of the page, read aloud", shapes.Speech,
          problems=("too-many",), empty="No voice of this box speaks that language"),
    Route("GET", "/t/{code}", live.own_ticket, ANY, "The customer's own ticket", problems=("unknown-ticket",)),
    Route("GET", "/openapi.json", pages.openapi, ANY, "This document"),
    Route("POST", "/demo/day", live.start_day, STAFF, "Play a busy day (demo)", shapes.DaySpeed, demo=True),
    Route("DELETE", "/demo/day", live.stop_day, STAFF, "Stop playing (demo)", demo=True),
)  # fmt: skip
LOCAL: tuple[tuple[str, Handler], ...] = (
    ("/healthz", reading.healthz),
    ("/readyz", reading.readyz),
    ("/metrics", reading.metrics),
)
