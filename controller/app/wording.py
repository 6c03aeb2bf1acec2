"""The config in words: what each kind of value may be, and what each key is for (faults and the published schema)."""

import msgspec.inspect as types

_SPAN = r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d"
PATTERNS = {
    rf"^(closed|{_SPAN}(,{_SPAN})*)$": '"08:00-16:00", "08:00-11:30,12:30-18:00" or "closed"',
    r"^[a-z0-9][a-z0-9-]{0,39}$": "a name of 1 to 40 lower-case letters a-z, digits and hyphens",
    r"^[a-z]{2,3}$": "a language code of 2 or 3 lower-case letters",
    r"^\d{4}-\d{2}-\d{2}$": "a date YYYY-MM-DD",
    r"^[A-Z]{0,3}$": "0 to 3 capital letters A-Z",
    r"^[^:\s]*:\d{1,5}$": '"HOST:PORT"',
    r"^([^:\s]*:\d{1,5})?$": '"HOST:PORT", or "" for no such door',
    r"^(https?://[^\s/]+(/\S*)?)?$": 'an address "https://HOST/...", or "" for none',
    r"^(sim|tcp:[^:\s]+:\d{1,5}|usb:\S+|port:\S+|serial:/dev/\S+,\d+)$": (
        '"usb:SERIAL", "port:PATH", "tcp:HOST:PORT", "serial:/dev/...,BAUD" or "sim"'
    ),
    r"^(sim|usb:\S+|port:\S+|/dev/\S+)?$": '"usb:SERIAL", "port:PATH", "/dev/...", "sim", or "" for none',
    r"^[A-Za-z0-9._-]{0,80}$": "a name of letters, digits and . _ -, or empty",
    r"^[0-9A-Za-z.-]{1,20}$": "a version of 1 to 20 letters, digits, dots and hyphens",
    r"^(sim|usb:\S+|port:\S+)$": '"usb:SERIAL", "port:PATH" or "sim"',
    r"^(sim|usb:\S+|port:\S+|serial:/dev/\S+,\d+)$": '"usb:SERIAL", "port:PATH", "serial:/dev/...,BAUD" or "sim"',
}

_TEXTS = 'language to text, e.g. {fi = "...", sv = "..."}'
_ID = "the name by which the rest of this file, the API and the events mean it"
_LINK = '"usb:SERIAL", "port:PATH", "tcp:HOST:PORT", "serial:/dev/...,BAUD", or "sim" for a simulated device'
_CAMERA = '"usb:SERIAL", "port:PATH", "/dev/...", "sim", or empty for none'

KEYS = {
    "Config.point": "the service point itself",
    "Config.listen": "the doors: where the pages and the API are served",
    "Config.central": "the central system that gets the events",
    "Config.providers": "who provides services here",
    "Config.services": "what customers come for",
    "Config.queues": "the lines customers wait in, each with a series letter of its own",
    "Config.counters": "the counters that call",
    "Config.rooms": "rooms that can be booked",
    "Config.kiosks": "the kiosks that give out numbers",
    "Config.screens": "the info-TVs",
    "Config.booths": "the booths for remote service",
    "Config.printers": "the ticket printers",
    "Config.panels": "call buttons, keypads and silent-alarm buttons",
    "Config.scanners": "code readers",
    "Config.opening_hours": "when the point is open",
    "Point.id": "the point's name in every event: never change it",
    "Point.name": f"the point's name for people: {_TEXTS}",
    "Point.languages": "the languages of the pages; the first is the house language that every text must have",
    "Point.timezone": "IANA time zone of the point's clocks",
    "Point.municipality": "the municipality's name or number, for reports",
    "Point.public_url": "where the QR on a ticket leads; empty: this point itself",
    "Point.end_of_day": "what becomes of those who still wait at closing",
    "Point.walk_s": "assumed seconds from the call to the counter",
    "Point.wrap_up_s": "seconds an advisor has after each service before the next call; 0: none",
    "Point.late_s": "seconds within which a no-show may still be called",
    "Point.auto_no_show_s": "seconds after which an unanswered call becomes a no-show; 0: only when pressed",
    "Point.priority_boost_s": "seconds of waiting that each step of priority is worth",
    "Point.paper_roll": "true: a point without kiosk that calls the numbers of a paper roll",
    "Point.message": f"a message on screens and kiosk: {_TEXTS}",
    "Listen.device": 'the door for kiosk and TV pages, "HOST:PORT"',
    "Listen.staff": 'the door for staff, with TLS, "HOST:PORT"; empty: none',
    "Central.url": "the central system's address; empty: a point on its own",
    "Central.token_file": "the file with this box's token, beside this file or absolute",
    "Provider.id": _ID,
    "Provider.name": f"the provider's name: {_TEXTS}",
    "Provider.hint": f"one line under the name: {_TEXTS}",
    "Provider.icon": "a Suomi.fi icon on its tile",
    "Card.bring": "what the customer must bring: language to a list of texts",
    "Card.instructions": f"how the advisor does it: {_TEXTS}",
    "Card.support": f"where the advisor gets support: {_TEXTS}",
    "Card.valid_from": "first day the card holds, YYYY-MM-DD",
    "Card.valid_to": "last day the card holds, YYYY-MM-DD",
    "Service.id": _ID,
    "Service.provider": "id of the provider",
    "Service.name": f"the service's name: {_TEXTS}",
    "Service.queue": "id of the queue its customers wait in",
    "Service.hint": f"one line under the name: {_TEXTS}",
    "Service.channels": "how it can be delivered here",
    "Service.target_wait_s": "promised wait in seconds",
    "Service.median_s": "assumed service time in seconds until the point's own figures say otherwise",
    "Service.priority": "0 to 9; each step goes before others by priority_boost_s",
    "Service.kiosk": "false: not offered on a kiosk",
    "Service.hours": "hours of its own by weekday, within the point's; a weekday not named is as the point",
    "Service.card": "the service card",
    "Queue.id": _ID,
    "Queue.name": f"the queue's name: {_TEXTS}",
    "Queue.series": "the letters before its numbers, its own",
    "Queue.cap": "the most that may wait; 0: no limit",
    "Counter.id": _ID,
    "Counter.label": "what stands on its sign and on the TV, up to 8 characters",
    "Counter.name": f"the counter's name: {_TEXTS}",
    "Counter.services": "ids of the services it serves; empty: all",
    "Counter.languages": "what whoever sits here speaks; empty: all of the point",
    "Room.id": _ID,
    "Room.name": f"the room's name: {_TEXTS}",
    "Rate.every_s": "after the burst, one ticket each so many seconds",
    "Rate.burst": "so many tickets at once from one kiosk",
    "Kiosk.id": _ID,
    "Kiosk.printer": "id of its printer; empty: numbers are shown on the screen",
    "Kiosk.services": "ids of the services it offers; empty: all that have kiosk = true",
    "Kiosk.general": 'id of the service behind "I do not know where to begin"; empty: none',
    "Kiosk.rate": "how fast tickets may be taken",
    "Kiosk.idle_s": "seconds without a touch until it goes back to its first page",
    "Screen.id": _ID,
    "Screen.sound": "true: this page speaks the calls; one screen a point",
    "Screen.queues": "ids of the queues it shows; empty: all",
    "Booth.id": _ID,
    "Booth.name": f"the booth's name for people; empty: its room's: {_TEXTS}",
    "Booth.room": "id of the room it stands in; empty: none",
    "Booth.services": "ids of the services that experts give here; empty: all with the channel remote",
    "Booth.document_camera": f"the camera over the desk: {_CAMERA}",
    "Booth.camera": f"shows the customer while the booth's browser restarts: {_CAMERA}",
    "Booth.microphone": 'its ALSA name, for the same; "sim", or empty: none',
    "Booth.speaker": 'the ALSA name of what the expert is heard by meanwhile; "sim", or empty: the box\'s default',
    "Booth.printer": 'the CUPS queue for forms that an expert sends; "sim", or empty: none',
    "Booth.no_answer_s": "seconds without an expert after which the customer is served at a counter",
    "Booth.consent": "the version of the consent text: change it with its words",
    "Booth.consent_text": f"what the customer agrees to, a line for each thing; empty: our own words: {_TEXTS}",
    "Booth.idle_s": "seconds without a touch until the page goes back to its first screen",
    "Printer.id": _ID,
    "Printer.kind": "its language",
    "Printer.link": _LINK,
    "Printer.profile": "its abilities: paper width, code pages, cutter",
    "Point.logo": "a picture for the head of tickets: a file beside this one, or absolute",
    "Printer.blind": "true: it can tell nothing, and its tickets are believed without proof",
    "Printer.roll_m": "how long a new roll of its paper is, in metres",
    "Panel.id": _ID,
    "Panel.kind": "what its buttons do",
    "Panel.link": _LINK,
    "Panel.counter": "id of the counter it calls for, or stands at; empty: none",
    "Panel.kiosk": "id of the kiosk whose page a keypad steers; empty: none",
    "Panel.booth": "id of the booth whose session a leave button ends, or whose page a keypad steers; empty: none",
    "Scanner.id": _ID,
    "Scanner.kind": "how it talks",
    "Scanner.link": _LINK,
    "Scanner.kiosk": "id of the kiosk it stands at; empty: the only one",
    "Scanner.layout": "the keyboard that a reader of kind keyboard was set to be",
    "OpeningHours.mon": "hours on Mondays",
    "OpeningHours.tue": "hours on Tuesdays",
    "OpeningHours.wed": "hours on Wednesdays",
    "OpeningHours.thu": "hours on Thursdays",
    "OpeningHours.fri": "hours on Fridays",
    "OpeningHours.sat": "hours on Saturdays",
    "OpeningHours.sun": "hours on Sundays",
    "OpeningHours.holidays": "true: closed on Finnish public holidays and on the eves of Midsummer and Christmas",
    "OpeningHours.exceptions": 'date to hours or "closed"; wins over weekday and holiday',
}


def allowed(kind: types.Type) -> str:
    """What a value of this type may be, in words."""
    match kind:
        case types.Metadata():
            return allowed(kind.type)
        case types.LiteralType():
            return ", ".join(f'"{value}"' for value in sorted(map(str, kind.values)))
        case types.StrType(pattern=str(pattern)):
            return PATTERNS.get(pattern, f"a text that matches {pattern}")
        case types.StrType():
            return f"a text{_range(kind.min_length, kind.max_length, ' characters')}"
        case types.IntType():
            return f"a whole number{_range(kind.ge, kind.le)}"
        case types.FloatType():
            return f"a number{_range(kind.ge, kind.le)}"
        case types.BoolType():
            return "true or false"
        case types.VarTupleType():
            least = f" (at least {kind.min_length})" if kind.min_length else ""
            return f"a list{least}, each {allowed(kind.item_type)}"
        case types.DictType():
            return f"a table of {allowed(kind.key_type)} = {allowed(kind.value_type)}"
        case types.StructType():
            return f"a table with {', '.join(field.encode_name for field in kind.fields)}"
        case types.UnionType():
            return allowed(only(kind))
        case _:
            return type(kind).__name__


def only(kind: types.UnionType) -> types.Type:
    """`X | None` -> X: TOML has no null, so a key that may be None is simply left out."""
    return next(one for one in kind.types if not isinstance(one, types.NoneType))


def _range(low: float | None, high: float | None, unit: str = "") -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f" of at least {low}{unit}"
    return f" of {low or 0} to {high}{unit}" if unit else f" from {low or 0} to {high}"
