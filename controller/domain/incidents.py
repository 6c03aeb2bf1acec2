"""The silent alarm: raised without a sound in the lobby, acknowledged, cleared."""

from controller.domain.commands import AcknowledgeIncident, ClearIncident, RaiseIncident
from controller.domain.draft import Draft, Refused
from controller.domain.events import IncidentAcknowledged, IncidentCleared, IncidentRaised
from controller.domain.state import Incident


def raise_(draft: Draft, wish: RaiseIncident) -> None:
    """A second press at the same place while the first is open raises nothing new."""
    for known in draft.state.incidents.values():
        if known.place == wish.place and known.kind == wish.kind:
            draft.subject = known.id
            return
    draft.subject = draft.new_id("i")
    draft.add(IncidentRaised(incident=draft.subject, place=wish.place, kind=wish.kind))


def acknowledge(draft: Draft, wish: AcknowledgeIncident) -> None:
    known = _known(draft, wish.incident)
    draft.subject = known.id
    if known.state == "raised":
        draft.add(IncidentAcknowledged(incident=known.id, place=known.place, kind=known.kind))


def clear(draft: Draft, wish: ClearIncident) -> None:
    known = _known(draft, wish.incident)
    draft.subject = known.id
    draft.add(IncidentCleared(incident=known.id, place=known.place, kind=known.kind))


def _known(draft: Draft, id_: str) -> Incident:
    known = draft.state.incidents.get(id_)
    if known is None:
        raise Refused("wrong-state", f"there is no open incident {id_!r}")
    return known
