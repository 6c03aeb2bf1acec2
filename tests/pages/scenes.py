"""What the stage shows on the info-TV, the counter and the wall: a busy forenoon as the daemon would describe it."""

from typing import Any

from tests.pages.states import LANGUAGES, MONDAY, POINT, four

NOW = "2026-11-21T20:03:00.000Z"  # the stage's heartbeat
LONG_AGO = "2026-11-21T19:40:00.000Z"
HOSTILE = "<img src=x onerror=\"document.title='owned'\">" + "🧨مرحبا بالعالم" * 4 + "Ä" * 240


def queue(name: str, words: dict[str, str], waiting: int, p80_s: int | None) -> dict[str, Any]:
    estimate = None if p80_s is None else {"p50_s": p80_s * 2 // 3, "p80_s": p80_s}
    return {"id": name, "name": words, "waiting": waiting, "estimate": estimate, "open": True}


def queues() -> list[dict[str, Any]]:
    return [
        queue("kela", four("Kela", "FPA", "Kela", "Kela"), 7, 1740),
        queue("vero", four("Verohallinto", "Skatteförvaltningen", "Tax Administration", "Vearrohálddahus"), 2, 580),
        queue("poliisi", four("Poliisi", "Polisen", "Police", "Boles"), 0, None),
        queue("tyo", four("Työllisyyspalvelut", "Sysselsättningstjänster", "Employment services",
                          "Bargobálvalusat"), 3, 900),
        queue("dvv", four("Digi- ja väestötietovirasto", "Myndigheten för digitalisering och befolkningsdata",
                          "Digital and Population Data Services Agency",
                          "Digi- ja álbmotdiehtovirgedoaimmahat"), 1, 200),
        queue("kunta", four("Sodankylän kunta", "Sodankylä kommun", "Municipality of Sodankylä",
                            "Soađegili gielda"), 12, None),
    ]  # fmt: skip


def call(number: str, counter: str, n: int = 1, state: str = "called", at: str = NOW, lang: str = "fi") -> Any:
    return {
        "service_event": f"se-{number}", "number": number, "counter": counter, "counter_label": counter,
        "counter_name": four(f"Palvelupiste {counter}", f"Disk {counter}", f"Counter {counter}",
                             f"Bálvalansadji {counter}"),
        "call": n, "called_at": at, "language": lang, "state": state,
    }  # fmt: skip


def tv(**more: Any) -> dict[str, Any]:
    return {
        "view": "tv", "id": "lobby", "point": POINT, "languages": LANGUAGES, "house": "fi", "demo": False,
        "issuing": "ok", "sound": True, "opens_text": MONDAY,
        "date_text": four("lauantai 21. marraskuuta 2026", "lördag 21 november 2026", "Saturday 21 November 2026",
                          "lávvardat, skábmamánnu 21. 2026"),
        "called": [call("T013", "2"), call("P017", "4", 2, at=LONG_AGO, lang="sv"),
                   call("V022", "1", 1, "serving", LONG_AGO), call("D009", "3", 1, "serving", LONG_AGO)],
        "next": ["K042", "N006", "K043", "V023", "K044"], "queues": queues(),
        "message": four("Etäpalveluun pääset huoneessa 2 – kysy neuvojalta.",
                        "Fjärrservice ges i rum 2 – fråga rådgivaren.",
                        "Remote service is available in room 2 – ask the adviser.",
                        "Gáiddusbálvalus lea lanjas 2 – jeara ráđđeaddis."),
    } | more  # fmt: skip
