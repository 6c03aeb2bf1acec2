"""Everything that can be known about a simulated printer, as JSON: for its page, for people and for tests."""

from datetime import UTC, datetime, timedelta

from drivers.sim.fault_schedule import NEVER, Armed
from drivers.sim.nv_graphics import CAPACITY
from drivers.sim.paper_store import PieceOnFile
from drivers.sim.paper_width import DOTS_PER_MM, HEAD_TO_CUTTER_ROWS
from drivers.sim.phrasebook import answer_says, command_says
from drivers.sim.printer_server import PrinterServer
from drivers.sim.transcript import Entry


def printer_state(printer: PrinterServer) -> dict[str, object]:
    core = printer.core
    condition = {
        "powered": core.powered,
        "silent": core.silent,
        "stalled": core.stalled,
        "trickle": core.trickle,
        "offline": core.condition.offline,
        "causes": core.condition.causes,
        "printing": not core.mechanism.idle,
    }
    return {
        "id": printer.config.id,
        "simulated": True,
        "port": printer.port,
        "doors": list(printer.doors),
        "condition": condition,
        "speed_mm_s": printer.config.speed_mm_s,
        "cut_s": printer.config.cut_s,
        "counters": {"cuts": core.counters.cuts, "rows": core.counters.rows},
        "bytes": {
            "received": core.received, "buffered": core.buffered, "room": core.room, "buffer": printer.config.rx_bytes,
        },
        "connections": printer.connections,
        "unknown_commands": core.unknown,
        "armed": [_armed(armed) for armed in core.armed],
        "hanging": _hanging(printer),
        "nv": _nv(printer),
        "said": core.transcript.count,
        "pieces": [_piece(printer.config.id, piece) for piece in printer.pieces],
    }  # fmt: skip


def conversation(printer: PrinterServer, after: int) -> dict[str, object]:
    """What was said after the `after`th entry, as far as it is kept."""
    began = datetime.now(UTC) - timedelta(seconds=printer.clock_s)
    return {"entries": [_entry(entry, began) for entry in printer.core.transcript.after(after)]}


def _entry(entry: Entry, began: datetime) -> dict[str, object]:
    says = answer_says(entry.data) if entry.way == "out" else command_says(entry.name, entry.data)
    return {
        "n": entry.n,
        "at": (began + timedelta(seconds=entry.at_s)).isoformat(timespec="milliseconds"),
        "way": entry.way,
        "name": entry.name,
        "says": entry.words or says,
        "hex": entry.data.hex(" "),
        "bytes": entry.size,
    }


def _armed(armed: Armed) -> dict[str, object]:
    left = {"bytes_left": armed.bytes_left, "rows_left": armed.rows_left}
    return {"kind": armed.fault.kind.value} | {name: n for name, n in left.items() if n < NEVER}


def _hanging(printer: PrinterServer) -> dict[str, object]:
    """The paper between head and cutter and what hangs out below it."""
    mechanism = printer.core.mechanism
    rows = len(mechanism.hanging)
    out = max(0, rows - HEAD_TO_CUTTER_ROWS)
    return {"rows": rows, "out_mm": round(out / DOTS_PER_MM, 1), "inked": mechanism.inked}


def _nv(printer: PrinterServer) -> dict[str, object]:
    memory, root = printer.core.nv, f"/printers/{printer.config.id}/nv"
    pictures = [
        {"key": key.decode(), "width": p.width, "height": p.height, "png": f"{root}/{key.hex()}.png"}
        for key, p in memory.pictures.items()
    ]
    images = [
        {"n": n, "width": p.width, "height": p.height, "png": f"{root}/n{n}.png"}
        for n, p in enumerate(memory.images, 1)
    ]
    sizes = {"capacity": CAPACITY, "free": memory.free, "writes": memory.writes, "prints": memory.prints}
    return sizes | {"pictures": pictures, "images": images}


def _piece(printer: str, piece: PieceOnFile) -> dict[str, object]:
    files = {kind: f"/printers/{printer}/paper/{piece.name}.{kind}" for kind in ("png", "bin", "txt")}
    return files | {
        "n": piece.n,
        "height": piece.height,
        "bytes": piece.size,
        "scrap": piece.scrap,
        "cut": "partial" if piece.partial else "full",
        "interruptions": list(piece.interruptions),
        "at": piece.at,
    }
