"""The office: its configuration, and the page of its kiosk, which takes a ticket for each key of the keypad."""

from collections import deque
from typing import Any

from controller.domain.commands import TakeTicket
from controller.domain.point import (
    Config,
    Counter,
    Kiosk,
    OpeningHours,
    Panel,
    Point,
    Printer,
    Provider,
    Queue,
    Service,
)
from controller.ledger import Ledger
from controller.web.kiosk_pages import KeyTold, KioskPages, ScanTold

KEYS = {"1": "tuet", "2": "verot", "3": "neuvonta"}
SERIES = {"tuet": "T", "verot": "V", "neuvonta": "N"}
COUNTERS = 2
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def config(serial: str) -> Config:
    """Open every day from eight to four: a month has thirty busy days."""
    return Config(
        point=Point(id="month", name={"fi": "Palvelupiste"}, languages=("fi",), public_url="https://jono.example"),
        providers=(Provider(id="kunta", name={"fi": "Kunta"}),),
        services=tuple(Service(id=s, provider="kunta", name={"fi": s.title()}, queue=s) for s in KEYS.values()),
        queues=tuple(Queue(id=s, name={"fi": s.title()}, series=SERIES[s]) for s in KEYS.values()),
        counters=tuple(Counter(id=str(n), label=str(n)) for n in range(1, COUNTERS + 1)),
        kiosks=(Kiosk(id="main", printer="lobby"),),
        printers=(Printer(id="lobby", link=f"usb:{serial}", profile="tm-t20iii"),),
        panels=(
            Panel(id="keys", kind="keypad", link="port:keys", kiosk="main"),
            *(Panel(id=f"call{n}", kind="keypad", link=f"port:call{n}", counter=str(n))
              for n in range(1, COUNTERS + 1)),
        ),
        opening_hours=OpeningHours(**dict.fromkeys(DAYS, "08:00-16:00"), holidays=False),  # type: ignore[arg-type]  # why: weekdays by name
    )  # fmt: skip


class KioskPage(KioskPages):
    """Stands where the browser's page stands: a key chooses a service, and the ticket is asked of the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger: Ledger
        self.keys = 0
        self.taken: deque[str] = deque(maxlen=1)

    async def tell(self, kiosk: str, message: KeyTold | ScanTold) -> bool:
        assert isinstance(message, KeyTold)
        self.keys += 1
        command = TakeTicket(
            actor=f"kiosk:{kiosk}", service=KEYS[message.key], language="fi", entry="kiosk", kiosk=kiosk,
            device="lobby",
        )  # fmt: skip
        self.taken.append((await self.ledger.submit(command)).subject)
        return True


def nodes(**by_name: str) -> Any:
    """`Where` for devices without a cable: their nodes by the name of their port."""
    return lambda link: by_name[link.removeprefix("port:")]
