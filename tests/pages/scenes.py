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


def services() -> list[dict[str, Any]]:
    names = {
        "kela": four("Kela", "FPA", "Kela", "Kela"),
        "vero": four("Verohallinto", "Skatteförvaltningen", "Tax Administration", "Vearrohálddahus"),
        "poliisi": four("Poliisi", "Polisen", "Police", "Boles"),
        "kunta": four("Sodankylän kunta", "Sodankylä kommun", "Municipality of Sodankylä", "Soađegili gielda"),
    }
    rows = [
        ("kela-housing", four("Asumisen tuet", "Bostadsbidrag", "Housing benefits", "Ássandoarjagat")),
        ("kela-family", four("Perhe ja lapset", "Familj och barn", "Family and children", "Bearaš ja mánát")),
        ("vero-card", four("Verokortti", "Skattekort", "Tax card", "Vearrokoarta")),
        ("vero-return", four("Veroilmoitus", "Skattedeklaration", "Tax return", "Vearroalmmuhus")),
        ("poliisi-pass", four("Passi", "Pass", "Passport", "Pássa")),
        ("poliisi-id", four("Henkilökortti", "Id-kort", "ID card", "Persovdnakoarta")),
        ("kunta-day", four("Varhaiskasvatus", "Småbarnspedagogik", "Early childhood education", "Árrabajásgeassin")),
        ("kunta-form", four("Asiakirjan jättö", "Inlämning av dokument", "Leave a document",
                            "Áššegirjji guođđin")),
    ]  # fmt: skip
    card = {
        "bring": {"fi": ["Henkilötodistus", "Vuokrasopimus", "Tulotiedot kolmelta kuukaudelta"],
                  "sv": ["Identitetsbevis", "Hyresavtal", "Inkomstuppgifter för tre månader"],
                  "en": ["Proof of identity", "Rental agreement", "Income for three months"],
                  "se": ["Identitehtaduođaštus", "Láigosoahpamuš", "Sisaboađut golmma mánus"]},
        "instructions": four("Tarkista ruokakunta. Ohjaa ensin OmaKelaan; paperihakemus vain, jos ei muuten onnistu.",
                             "Kontrollera hushållet. Handled först till MittFPA; pappersansökan bara vid behov.",
                             "Check the household. Guide to OmaKela first; a paper form only if nothing else works.",
                             "Dárkkis dállodoalu. Bagat vuos OmaKelai; báberohcamuš dušše jus dárbu."),
        "support": four("Kelan viranomaislinja 020 634 1510", "FPA:s myndighetslinje 020 634 1510",
                        "Kela line for authorities 020 634 1510", "Kela virgeoapmahašlinjá 020 634 1510"),
        "valid_from": "1.1.2026", "valid_to": "31.12.2026",
    }  # fmt: skip
    return [
        {"id": name, "name": words, "provider": name.split("-")[0], "provider_name": names[name.split("-")[0]],
         "queue": name.split("-")[0]} | ({"card": card} if name == "kela-housing" else {})
        for name, words in rows
    ]  # fmt: skip


def current(state: str = "called", **more: Any) -> dict[str, Any]:
    return {
        "service_event": "se-41", "visit": "v41", "ticket": "t41", "number": "K041", "service": "kela-housing",
        "provider": "kela", "queue": "kela", "counter": "2", "language": "sv", "state": state, "call": 1,
        "waiting_ms": 700_000, "called_at": "2026-11-21T20:02:20.000Z", "also": ["vero-card"],
        "started_at": None if state == "called" else "2026-11-21T20:02:40.000Z", "held_ms": 0,
    } | more  # fmt: skip


def waits(number: str, service: str, at: str, lang: str = "fi", **more: Any) -> dict[str, Any]:
    return {
        "ticket": f"t-{number}", "service_event": f"se-{number}", "number": number, "service": service,
        "provider": service[: service.index("-")], "queue": service[: service.index("-")], "priority": 0,
        "language": lang, "queued_at": f"2026-11-21T{at}Z", "eligible": True,
    } | more  # fmt: skip


def counter(**more: Any) -> dict[str, Any]:
    doing = [("serving", "V022"), ("available", None), ("break", None), (None, None)]
    desk = [
        {"id": str(n), "name": four(f"Palvelupiste {n}", f"Disk {n}", f"Counter {n}", f"Bálvalansadji {n}"),
         "label": str(n), "state": "closed" if n == 4 else "open", "advisor_state": state, "current": number}
        for n, (state, number) in enumerate(doing, 1)
    ]  # fmt: skip
    return {
        "view": "counter", "id": "2", "name": desk[1]["name"], "label": "2", "point": POINT, "languages": LANGUAGES,
        "house": "fi", "state": "open", "advisor": {"id": "N7", "state": "available", "since": "2026-11-21T20:01:00Z"},
        "services": ["kela-housing", "kela-family", "vero-card"], "speaks": ["fi", "en"], "current": None,
        "held": [], "late": [], "queues": queues(), "counters": desk, "all_services": services(),
        "waiting": [
            waits("K042", "kela-housing", "19:50:10.000"),
            waits("K043", "kela-family", "19:52:00.000", "en"),
            waits("V023", "vero-card", "19:55:00.000", "sv", priority=1),
            waits("T014", "poliisi-pass", "19:58:00.000", eligible=False),
            waits("K044", "kela-housing", "20:02:30.000", "se", appointment=True),
        ],
        "printers": [{"id": "lobby", "state": "ready", "causes": [], "tier": 1}], "unpapered": [], "incidents": [],
        "walk_s": 30, "wrap_up_s": 60, "roll": False,
    } | more  # fmt: skip


BOOTHS = [{"id": "b1", "name": four("Etäpalveluhuone", "Distansrummet", "Remote room", "Gáiddusbálvallatnja"),
           "state": "free", "help": False}]  # fmt: skip


def supports() -> list[dict[str, Any]]:
    """What an advisor can ask an expert about."""
    return [{name: one[name] for name in ("id", "name", "provider", "provider_name")} for one in services()[:4]]


def support(**more: Any) -> dict[str, Any]:
    """An expert who supports the advisor of this counter."""
    service = services()[0]
    return {
        "id": "r-1", "state": "queued", "cause": "", "mode": "support", "service": service["id"], "language": "fi",
        "service_name": service["name"], "provider": "kela", "provider_name": service["provider_name"],
        "requested_at": NOW, "since": NOW, "answered": False, "expert": None, "page": False, "ahead": None,
        "ready": None, "estimate": None,
    } | more  # fmt: skip


HELD = [current("held", number="K038", service_event="se-38", ticket="t38", service="kela-family")]
LATE = [{"ticket": "t-V019", "number": "V019", "service": "vero-card", "ended_at": "2026-11-21T19:59:00.000Z"}]


def wall(url: str, **more: Any) -> dict[str, Any]:
    names = ["ticket.print_result", "ticket.print_started", "service.queued", "ticket.issued", "visit.created",
             "service.called", "service.announced", "counter.opened", "device.state_changed"]  # fmt: skip
    return {
        "view": "wall", "point": POINT, "languages": LANGUAGES, "seq": 112,
        "links": {"kiosk": "/kiosk/main", "tv": "/tv/lobby", "counter": "/counter/2", "sim": f"{url}/t/sim",
                  "central": f"{url}/t/central", "technician": "/technician"},
        "events": [{"seq": 112 - n, "name": names[n % len(names)], "time": NOW,
                    "actor": "kiosk:main" if n % 3 else "system", "brief": f"K{42 - n % 7:03}"} for n in range(40)],
        "central": {"up": True, "seq": 109, "fork": False}, "demo_day": None,
    } | more  # fmt: skip
