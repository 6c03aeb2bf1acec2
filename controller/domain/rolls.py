"""How much a printer's roll of paper still holds: counted from what it printed, put right by what its sensors see.

A roll begins when a printer that had none has paper again, or when somebody says so. Its sensor for the end (near-end)
then says how much is left better than any count; how much that is, earlier rolls have taught. Of a roll that nobody
saw begin nothing is known until its end is in sight, and nothing is said.
"""

import msgspec

from controller.domain.commands import CountPaper, NewRoll
from controller.domain.draft import Draft, Refused
from controller.domain.event_words import RollCause
from controller.domain.events import DeviceCounters
from controller.domain.point import Config
from controller.domain.state import Roll, State

ROLL_M = 80  # of a printer that the config lost meanwhile
LOW_TICKETS = 50  # a quarter to half of a day at most points: time to bring a roll before the queue is long
EACH_PIECES = 10  # so many papers at most between two events
TICKET_MM = 150  # assumed before so many prints taught better:
TAUGHT = 5
LONGEST_MM = 300
# Assumed until a roll taught better: the sensor of a printer set to its outermost sees 23 mm of roll on a core of
# 18 mm; of paper 0.065 mm thick that is pi/4 * (23*23 - 18*18) / 0.065 = 2.5 m.
RESERVE_MM = 2_500
CUTS_MOST = 100_000_000  # cutters are built for some millions
ANOTHER_PRINTER = 3_000  # so many cuts that we know nothing of are no roll's: it is not the printer that it was


def mean_mm(roll: Roll) -> int:
    """The paper that a ticket takes, with its share of scraps. A bad day, when half of it was scraps, is no rule."""
    return min(LONGEST_MM, max(1, roll.paper_mm // roll.prints)) if roll.prints >= TAUGHT else TICKET_MM


def tickets_left(roll: Roll, roll_m: int) -> int | None:
    """What the roll still holds; None when nobody can know."""
    if roll.out:
        return 0
    if roll.near is not None:
        left = (RESERVE_MM if roll.reserve is None else roll.reserve) - (roll.paper_mm - roll.near)
    elif roll.began is not None:
        left = roll_m * 1000 - (roll.paper_mm - roll.began)
    else:
        return None
    return max(0, left) // mean_mm(roll)


def wants_paper(roll: Roll | None) -> bool:
    """Should somebody bring a roll? Its end is in sight, or near by count."""
    return roll is not None and not roll.out and (roll.near is not None or roll.low)


def forecast(state: State, config: Config, printer: str) -> int | None:
    """How many tickets the roll of a printer still holds, as of its newest count; None when nobody can know."""
    return tickets_left(state.rolls.get(printer) or Roll(), _roll_m(config, printer))


def is_news(state: State, said: CountPaper) -> bool:
    """Would an event come of it? Most papers change nothing, and ask no ledger."""
    return said.pieces >= EACH_PIECES or bool(_turns(state.rolls.get(said.device) or Roll(), said))


def count(draft: Draft, said: CountPaper) -> None:
    """Add what was used, and say what changed: each turn of a roll once, and the count now and then."""
    roll = msgspec.structs.replace(draft.state.rolls.get(said.device) or Roll())
    unseen = _unseen(roll, said)
    strange = not -EACH_PIECES <= unseen <= ANOTHER_PRINTER
    _use(roll, said, 0 if strange else max(0, unseen))
    if strange:
        _turn(draft, said.device, roll, "another_printer")
    for cause in _turns(roll, said):
        _turn(draft, said.device, roll, cause)
    if not draft.facts and said.pieces >= EACH_PIECES:
        _turn(draft, said.device, roll, "printed")
    left = tickets_left(roll, _roll_m(draft.config, said.device))
    if not roll.low and not roll.out and roll.near is None and left is not None and left <= LOW_TICKETS:
        _turn(draft, said.device, roll, "low")


def new_roll(draft: Draft, said: NewRoll) -> None:
    if all(one.id != said.device for one in draft.config.printers):
        raise Refused("invalid", f"there is no printer {said.device!r} at this point")
    known = draft.state.rolls.get(said.device) or Roll()
    if known.out:
        raise Refused("wrong-state", f"printer {said.device} says that it has no paper")
    _turn(draft, said.device, msgspec.structs.replace(known), "new_roll")


def counted(state: State, event: DeviceCounters) -> None:
    """`evolve` of one event."""
    roll = state.rolls.setdefault(event.device, Roll())
    roll.prints, roll.cuts, roll.paper_mm = event.prints, event.cuts, event.paper_mm
    apply(roll, event.cause)


def apply(roll: Roll, cause: RollCause) -> None:
    """What a turn of the roll means, at the count that stands there."""
    match cause:
        case "new_roll":
            roll.began, roll.near, roll.low, roll.out = roll.paper_mm, None, False, False
        case "another_printer":
            roll.began, roll.near, roll.low, roll.out = None, None, False, False
        case "near_end":
            roll.near = roll.paper_mm
        case "low":
            roll.low = True
        case "paper_out":
            if roll.near is not None and roll.paper_mm > roll.near:
                held = roll.paper_mm - roll.near
                roll.reserve = held if roll.reserve is None else (roll.reserve + held) // 2
            roll.out = True
        case "printed":
            pass


def _unseen(roll: Roll, said: CountPaper) -> int:
    """Cuts that only the printer knows of: papers of a daemon that was killed before it told of them."""
    cuts = _cuts(said)
    return cuts - roll.cuts - said.pieces if cuts is not None and roll.cuts else 0


def _use(roll: Roll, said: CountPaper, unseen: int) -> None:
    """Add what was used."""
    mean = mean_mm(roll)
    roll.prints += said.prints
    roll.paper_mm += said.mm + unseen * mean
    cuts = _cuts(said)
    roll.cuts = roll.cuts + said.pieces if cuts is None else cuts


def _cuts(said: CountPaper) -> int | None:
    """The printer's own count; what no cutter lives to make is none."""
    return said.cuts if said.cuts is not None and 0 <= said.cuts <= CUTS_MOST else None


def _turns(roll: Roll, said: CountPaper) -> list[RollCause]:
    """What the sensors tell that is new. One that flickers while nobody was at the printer tells nothing."""
    match said.paper:
        case "out":
            return [] if roll.out else ["paper_out"]
        case "near_end":
            fresh: list[RollCause] = ["new_roll"] if roll.out else []
            return [*fresh, "near_end"] if fresh or roll.near is None else []
        case "fine" if roll.out or (roll.near is not None and said.handled):
            return ["new_roll"]
        case _:
            return []


def _turn(draft: Draft, device: str, roll: Roll, cause: RollCause) -> None:
    apply(roll, cause)
    draft.subject = device
    draft.add(
        DeviceCounters(
            device=device, kind="printer", prints=roll.prints, cuts=roll.cuts, paper_mm=roll.paper_mm, cause=cause,
            tickets_left=tickets_left(roll, _roll_m(draft.config, device)),
        )
    )  # fmt: skip


def _roll_m(config: Config, device: str) -> int:
    return next((one.roll_m for one in config.printers if one.id == device), ROLL_M)
