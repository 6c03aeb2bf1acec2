"""What the point tells a booth page, in the shapes of docs/remote-service.md."""

import io
import math
import struct
import wave
from typing import Any

from aiohttp import web

from tests.pages.states import LANGUAGES, POINT, four

CONSENT = four(
    "Palvelun aikana asiantuntija näkee ja kuulee sinut. Kuvaa ja ääntä ei tallenneta.\n"
    "Asiakirjasi näytetään vain, jos asetat sen kameran alle. Voit lopettaa milloin tahansa.",
    "Under servicen ser och hör experten dig. Bild och ljud sparas inte.\n"
    "Ditt dokument visas bara om du lägger det under kameran. Du kan avsluta när som helst.",
    "During the service the expert sees and hears you. Picture and sound are not recorded.\n"
    "Your document is shown only if you put it under the camera. You can end at any time.",
    "Bálvalusa áigge áššedovdi oaidná ja gullá du. Govva ja jietna eai vurkejuvvo.\n"
    "Du áššegirji čájehuvvo dušše jus bijat dan kamera vuollái. Sáhtát heaitit goas beare.",
)


def service(name: str, words: dict[str, str], provider: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"id": name, "name": words, "provider": name.partition("-")[0], "provider_name": provider, "hint": {},
            "open": True, "full": False, "estimate": {"p50_s": 120, "p80_s": 300}} | more  # fmt: skip


KELA = four("Kela", "FPA", "Kela", "Kela")
VERO = four("Verohallinto", "Skatteförvaltningen", "Tax Administration", "Vearrohálddahus")
OIKEUS = four("Oikeusapu", "Rättshjälp", "Legal aid", "Riekteveahkki")
FAMILY = four("Perhe ja lapset", "Familj och barn", "Family and children", "Bearaš ja mánát")


def booth(**more: Any) -> dict[str, Any]:
    services = [
        service("kela-family", FAMILY, KELA, hint=four(
            "Äitiyspäiväraha, lapsilisä", "Moderskapsdagpenning, barnbidrag", "Parental allowance, child benefit",
            "Eadnebeaiveruhta, mánnálassi")),
        service("vero-tax", four("Veroasia", "Skatteärende", "Tax matter", "Vearroášši"), VERO,
                estimate={"p50_s": 30, "p80_s": 50}),
        service("oikeus-aid", four("Oikeudellinen neuvonta", "Juridisk rådgivning", "Legal advice",
                                   "Juridihkalaš ráđđeaddin"), OIKEUS, open=False, estimate=None),
    ]  # fmt: skip
    return {
        "view": "booth", "point": POINT, "booth": {"id": "b1", "name": four("Koppi 1", "Bås 1", "Booth 1", "Kohppa 1")},
        "languages": LANGUAGES, "house": "fi", "demo": False, "services": services, "session": None, "booked": None,
        "consent": {"version": "2026-11", "text": CONSENT}, "help": False, "media": True, "page": True, "printer": True,
        "idle_s": 60,
    } | more  # fmt: skip


def session(**more: Any) -> dict[str, Any]:
    return {
        "id": "r-1", "state": "queued", "cause": "initial", "number": None, "service": "kela-family",
        "service_name": FAMILY, "provider_name": KELA, "language": "fi", "since": "2026-11-29T12:00:00.000Z",
        "ahead": 1, "ready": 2, "estimate": {"p50_s": 120, "p80_s": 300}, "interpreter": False, "outcome": None,
        "files": [], "rated": False, "consent": None, "ticket": None, "waits": False,
        "off": {"audio": False, "video": False},
    } | more  # fmt: skip


def document(**more: Any) -> dict[str, Any]:
    return {"id": "f1", "name": "paatos.pdf", "kind": "print", "size": 300_000, "got": 120_000, "state": "coming",
            "cause": None, "printable": more.get("state") in {"ready", "printed", "failed"}} | more  # fmt: skip


def speech(ms: int = 3000) -> web.Response:
    """A tone in the place of words, long enough to be cut short."""
    rate = 8000
    samples = (round(9000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(rate * ms // 1000))
    clip = io.BytesIO()
    with wave.open(clip, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return web.Response(body=clip.getvalue(), content_type="audio/wav")
