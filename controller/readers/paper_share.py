"""Which tickets are one printer's affair, and what of them was under way when the daemon ended."""

from controller.domain.printing import DOUBT
from controller.domain.state import Ticket
from controller.ledger import Ledger


class Share:
    """The tickets of the kiosks of `printer`; the first printer of the point has those of no kiosk, too."""

    def __init__(self, ledger: Ledger, printer: str) -> None:
        self._ledger = ledger
        self._printer = printer
        self._kiosks = {k.id for k in ledger.config.kiosks if k.printer == printer}
        self._first = next((p.id for p in ledger.config.printers), "") == printer

    def holds(self, ticket: Ticket) -> bool:
        if ticket.print.device and ticket.print.device != "none":
            return ticket.print.device == self._printer
        return ticket.kiosk in self._kiosks or (self._first and not ticket.kiosk)

    def left(self) -> list[Ticket]:
        """What has no end yet: what is in doubt first, for its bytes may be in the printer still and its count is the
        first since; then who only waited."""
        state = self._ledger.state
        mine = [state.tickets[id_] for id_ in state.unfinished_prints if self.holds(state.tickets[id_])]
        return sorted(mine, key=lambda t: (t.print.state not in DOUBT, state.unfinished_prints[t.id]))

    def last_was_given_up(self) -> bool:
        """Who gave up the last job on this printer may not have lived to tell the printer."""
        papers = (ticket.print for ticket in self._ledger.state.tickets.values())
        sent = [paper for paper in papers if paper.device == self._printer and paper.job]
        return bool(sent) and max(sent, key=lambda paper: paper.job).state in {"failed", "void"}
