"""The whole picture of a point's sessions, as central and its experts may know it, and of its booths, for the media
process. Pure."""

from collections.abc import Iterator, Mapping, Set

from controller.domain.point import Config, Texts
from controller.domain.state import Session, State
from controller.domain.text import moment
from controller.ports import booth as b
from controller.ports import media as m
from controller.readers.booth_ends import place_of


def picture(
    state: State, config: Config, *, pages: Set[str], media: bool, orders: Mapping[str, str], agreed: Set[str]
) -> b.Picture:
    """`pages`: places whose page is here; `media`: is the media process; `orders`: the last order done to a session;
    `agreed`: sessions whose customer has, as far as is known."""
    providers = {provider.id: provider.name for provider in config.providers}
    return b.Picture(
        name=config.point.name,
        services=tuple({"id": s.id, "name": s.name, "provider": s.provider, "provider_name": providers[s.provider],
                        "remote": "remote" in s.channels} for s in config.services),
        queues=tuple({"id": q.id, "name": q.name} for q in config.queues),
        counters=tuple({"id": one.id, "name": _counter_name(config, one.id),
                        "open": state.counters[one.id].open if one.id in state.counters else False}
                       for one in config.counters),
        sessions=tuple(
            _brief(state, config, session, page=place_of(session) in pages, media=media, order=orders.get(session.id),
                   agreed=session.id in agreed)
            for session in _shown(state)
        ),
    )  # fmt: skip


def devices(config: Config) -> m.Config:
    """What the media process is to know of the booths."""
    booths = tuple(
        m.BoothConfig(id=one.id, document_camera=one.document_camera, camera=one.camera, microphone=one.microphone,
                      speaker=one.speaker or None, printer=one.printer)
        for one in config.booths
    )  # fmt: skip
    return m.Config(booths=booths, simulated=any(one.is_simulated for one in config.booths))


def _shown(state: State) -> Iterator[Session]:
    """Sessions that live, and those whose service the expert has yet to put into words."""
    for session in state.sessions.values():
        if session.outcome is None or _is_unsaid(state, session):
            yield session


def _is_unsaid(state: State, session: Session) -> bool:
    turn = state.service_events.get(session.service_event)
    own = session.outcome == "completed" and session.mode != "support"
    return own and turn is not None and turn.stage != "ended"


def _counter_name(config: Config, id_: str) -> Texts:
    counter = config.counter(id_)
    return counter.name or {config.point.house: counter.label} if counter is not None else {}


def _brief(
    state: State, config: Config, session: Session, *, page: bool, media: bool, order: str | None, agreed: bool
) -> b.Brief:
    turn = state.service_events.get(session.service_event)
    ticket = state.tickets.get(state.visits[turn.visit].ticket) if turn is not None else None
    service, booth = config.service(session.service), config.booth(session.booth)
    return b.Brief(
        session=session.id, state=session.state, cause=session.cause, mode=session.mode,
        booth=session.booth or None, booth_name=booth.name if booth else {}, counter=session.counter or None,
        counter_name=_counter_name(config, session.counter), provider=session.provider,
        service=session.service, service_name=service.name if service else {}, language=session.language,
        interpreter=session.interpreter or None, number=ticket.number if ticket else None,
        requested_at=moment(session.requested), since=moment(session.since), expert=session.expert or None,
        order=order or None, legs={"page": page, "media": media and bool(session.booth)},
        printer=bool(booth and booth.printer),
        agreed=agreed or bool(session.connected) or not session.booth,
    )  # fmt: skip
