"""What the stage shows: a whole service point as the daemon would describe it, in four languages."""

from typing import Any

LANGUAGES = ["fi", "sv", "en", "se"]
POINT = {
    "id": "sodankyla",
    "name": {
        "fi": "Sodankylän palvelupiste",
        "sv": "Sodankylä serviceställe",
        "en": "Sodankylä service point",
        "se": "Soađegili bálvalanbáiki",
    },
}
MONDAY = {
    "fi": "maanantaina 23.11. klo 8.00",
    "sv": "måndag 23.11 kl. 8.00",
    "en": "Monday 23 November at 8.00",
    "se": "vuossárgga 23.11. dii. 8.00",
}


def four(fi: str, sv: str, en: str, se: str) -> dict[str, str]:
    return {"fi": fi, "sv": sv, "en": en, "se": se}


def service(
    name: str, words: dict[str, str], waiting: int = 0, p80_s: int | None = None, **more: Any
) -> dict[str, Any]:
    estimate = None if p80_s is None else {"p50_s": p80_s * 2 // 3, "p80_s": p80_s}
    row = {"id": name, "name": words, "hint": {}, "queue": name.partition("-")[0], "open": True, "waiting": waiting}
    return row | {"estimate": estimate, "channels": ["desk"], "full": False} | more


def provider(name: str, icon: str, words: dict[str, str], hint: dict[str, str], services: list[Any]) -> dict[str, Any]:
    return {"id": name, "icon": icon, "name": words, "hint": hint, "services": services}


def kela() -> dict[str, Any]:
    rows = [
        ("kela-application", four("Hakemus tai liite", "Ansökan eller bilaga", "Application or attachment",
                                  "Ohcamuš dahje mildosat")),
        ("kela-family", four("Perhe ja lapset", "Familj och barn", "Family and children", "Bearaš ja mánát")),
        ("kela-housing", four("Asumisen tuet", "Bostadsbidrag", "Housing benefits", "Ássandoarjagat")),
        ("kela-other", four("Muu Kelan asia", "Annat FPA-ärende", "Other Kela matter", "Eará KEla-ášši")),
    ]  # fmt: skip
    words = four("Kela", "FPA", "Kela", "Kela")
    hint = four("Tuet ja etuudet", "Stöd och förmåner", "Benefits and allowances", "Doarjagat ja ovddut")
    return provider("kela", "social-security", words, hint, [service(i, w, 6, 1440) for i, w in rows])


def kiosk() -> dict[str, Any]:
    providers = [
        kela(),
        provider("vero", "contract", four("Verohallinto", "Skatteförvaltningen", "Tax Administration",
                                          "Vearrohálddahus"),
                 four("Verokortti, veroilmoitus", "Skattekort, deklaration", "Tax card, tax return",
                      "Vearrokoarta, vearroalmmuhus"),
                 [service("vero-tax", four("Veroasia", "Skatteärende", "Tax matter", "Vearroášši"), 2, 580)]),
        provider("poliisi", "id-badge", four("Poliisi", "Polisen", "Police", "Boles"),
                 four("Passi, henkilökortti, luvat", "Pass, id-kort, tillstånd", "Passport, ID card, permits",
                      "Pássa, persovdnakoarta, lobit"),
                 [service("poliisi-permit", four("Luvat", "Tillstånd", "Permits", "Lobit"), 0, None)]),
        provider("tyo", "briefcase", four("Työllisyyspalvelut", "Sysselsättningstjänster", "Employment services",
                                          "Bargobálvalusat"),
                 four("Työnhaku ja koulutus", "Jobbsökning och utbildning", "Job seeking and training",
                      "Barggu ohcan ja skuvlejupmi"),
                 [service("tyo-job", four("Työnhaku", "Jobbsökning", "Job seeking", "Barggu ohcan"), 3, 900)]),
        provider("dvv", "book", four("Digi- ja väestötietovirasto",
                                     "Myndigheten för digitalisering och befolkningsdata",
                                     "Digital and Population Data Services Agency",
                                     "Digi- ja álbmotdiehto\u00advirgedoaimmahat"),
                 four("Muutto, nimi, todistukset", "Flytt, namn, intyg", "Moving, name, certificates",
                      "Fárren, namma, duođaštusat"),
                 [service("dvv-any", four("Todistus", "Intyg", "Certificate", "Duođaštus"), 1, 300)]),
        provider("kunta", "buildings", four("Sodankylän kunta", "Sodankylä kommun", "Municipality of Sodankylä",
                                            "Soađegili gielda"),
                 four("Kunnan palvelut", "Kommunens tjänster", "Municipal services", "Gieldda bálvalusat"),
                 [service("kunta-any", four("Kunnan asia", "Kommunärende", "Municipal matter", "Gieldda ášši"),
                          open=False, opens_text=MONDAY)]),
    ]  # fmt: skip
    general = service("neuvonta", four("Neuvonta", "Rådgivning", "Advice", "Ráđđeaddin"), 1, 240)
    providers.append(provider("neuvonta", "woman-buttons", general["name"], {}, [general]))
    return {
        "view": "kiosk", "id": "main", "point": POINT, "languages": LANGUAGES, "house": "fi", "demo": False,
        "issuing": "ok", "opens_text": MONDAY, "providers": providers, "general": "neuvonta", "appointments": True,
        "printer": {"id": "lobby", "state": "ready", "causes": []}, "tickets": {}, "idle_s": 45,
    }  # fmt: skip


def ticket_page(**more: Any) -> dict[str, Any]:
    """What GET /api/v1/t/{code} answers."""
    return {
        "number": "K042", "state": "waiting", "service": kela()["services"][1]["name"], "provider": kela()["name"],
        "ahead": 6, "estimate": {"p50_s": 900, "p80_s": 1440}, "language": "fi", "point": {"name": POINT["name"]},
        "issued_text": four("lauantaina 21.11. klo 12.03", "lördag 21.11 kl. 12.03", "Saturday 21 November at 12.03",
                            "lávvardaga 21.11. dii. 12.03"),
        "service_event": "se1", "feedback": False,
    } | more  # fmt: skip
