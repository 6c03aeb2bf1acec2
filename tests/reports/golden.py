"""One short morning whose figures were worked out by hand: docs/figures.md tells it in words, with the same tables."""

from controller.domain import commands as c
from controller.domain.events import Delivered
from tests.domain.memory import MemoryPoint, config

DATE = "2026-11-23"


def golden_day() -> MemoryPoint:
    point = MemoryPoint(config(wrap_up_s=60), start=f"{DATE}T08:00")

    def at(clock: str, command: c.Command) -> str:
        point.until(f"{DATE}T{clock}")
        return point.do(command).subject

    at("08:00:00", c.OpenCounter(counter="c1", advisor="a1"))
    at("08:00:00", c.OpenCounter(counter="c2", advisor="a2"))
    at("08:05:00", c.TakeTicket(service="housing", language="fi", entry="kiosk"))
    at("08:06:00", c.CallNext(counter="c2"))
    at("08:06:30", c.Start(counter="c2"))
    at("08:08:00", c.Hold(counter="c2"))
    at("08:09:30", c.Resume(counter="c2"))
    at("08:10:00", c.TakeTicket(service="passport", language="en", entry="kiosk"))
    at("08:14:00", c.CallNext(counter="c1"))
    at("08:15:00", c.Recall(counter="c1"))
    at("08:15:20", c.Start(counter="c1"))
    given = (Delivered(service="housing", qty=1), Delivered(service="pension", qty=2))
    end = c.End(counter="c2", resolution="first_contact", guidance="e_channel_shown", delivered=given)
    served = at("08:16:30", end)
    at("08:17:00", c.GiveFeedback(score=5, question="service", language="fi", device="k1", service_event=served))
    at("08:17:30", c.Tick())
    at("08:25:20", c.Transfer(counter="c1", to_service="pension", position="last"))
    at("08:26:00", c.SetActivity(counter="c1", activity="break"))
    at("08:27:00", c.CallNext(counter="c2"))
    at("08:29:45", c.TakeTicket(service="housing", language="fi", entry="kiosk"))
    at("08:30:45", c.CallNext(counter="c2"))
    at("08:32:00", c.NoShow(counter="c2"))
    at("08:35:00", c.SetActivity(counter="c1", activity="available"))
    ticket = at("08:36:00", c.TakeTicket(service="housing", language="fi", entry="kiosk"))
    at("08:40:00", c.CancelTicket(actor="kiosk:k1", ticket=ticket))
    at("08:44:00", c.RecordWork(provider="kela", service="housing", minutes=25, channel="paper"))
    at("08:45:00", c.CloseCounter(counter="c1"))
    at("08:45:00", c.CloseCounter(counter="c2"))
    return point
