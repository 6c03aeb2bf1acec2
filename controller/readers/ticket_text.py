"""A ticket as finished words in its customer's language: the one model that paper is composed from."""

from datetime import UTC, datetime

from controller.domain.draft import secret_code
from controller.domain.events import Estimate
from controller.domain.point import Config
from controller.domain.state import State, Visit
from controller.domain.text import pick
from controller.ports.printer import TicketPaper
from kiosk_ui.messages import Messages


def paper(state: State, config: Config, secret: bytes, ticket_id: str, copy: int) -> TicketPaper:
    """Everything that stands on the ticket. Raises KeyError for a ticket this day does not know."""
    ticket = state.tickets[ticket_id]
    visit = state.visits[ticket.visit]
    turn = state.service_events[visit.history[0]]
    house, language = config.point.house, visit.language
    say = Messages(language, house)
    service, provider = config.service(turn.service), config.provider(turn.provider)
    local = datetime.fromtimestamp(ticket.issued / 1000, UTC).astimezone(config.point.zone)
    code = secret_code(secret, ticket.id)
    bring = service.card.bring if service and service.card else {}
    wanted = [config.service(id_) for id_ in visit.wanted]
    return TicketPaper(
        language=language,
        point=pick(config.point.name, language, house),
        number=f"{ticket.series} {ticket.n:03d}".strip(),
        provider=pick(provider.name, language, house) if provider else "",
        service=pick(service.name, language, house) if service else "",
        issued=say.text(
            "paper-issued", date=f"{local.day}.{local.month}.{local.year}", time=f"{local.hour}.{local.minute:02d}"
        ),
        ahead=say.text("paper-ahead", n=ticket.ahead),
        estimate=_when(say, state, config, visit, ticket.estimate),
        watch=say.text("paper-watch"),
        bring_title=say.text("paper-bring"),
        bring=tuple(bring.get(language) or bring.get(house) or ()),
        also_title=say.text("paper-also"),
        also=tuple(pick(s.name, language, house) for s in wanted if s is not None),
        qr=f"{config.point.public_url.rstrip('/')}/t/{code}",
        qr_hint=say.text("paper-qr-hint"),
        code=code,
        copy_mark=copy_mark(config) if copy else None,
    )


def copy_mark(config: Config) -> str:
    """The word for a second paper, in every language of the point: whoever finds it must understand it."""
    return " / ".join(dict.fromkeys(Messages(language).text("paper-copy") for language in config.point.languages))


def _when(say: Messages, state: State, config: Config, visit: Visit, estimate: Estimate | None) -> str:
    """The agreed time of an appointment, else the promised wait; "" while no counter is open to promise anything."""
    booked = state.appointments.get(visit.appointment)
    if booked is not None:
        start = datetime.fromisoformat(booked.start).astimezone(config.point.zone)
        return say.text("paper-appointment", time=f"{start.hour}.{start.minute:02d}")
    minutes = said_minutes(estimate)
    return say.text("paper-estimate", minutes=minutes) if minutes else ""


def said_minutes(estimate: Estimate | None) -> int:
    """A wait as it is said, by the rule of the pages (kiosk_ui/shared/i18n.js): what four in five stay within, in
    whole minutes, from ten on in steps of five. 0: nothing to say."""
    if estimate is None or not estimate.p80_s:
        return 0
    whole = -(-estimate.p80_s // 60)
    return whole if whole <= 10 else -(-whole // 5) * 5
