"""The look before a session: do the cameras give pictures that live, and is there a path to TURN, and how good is it.
The result is a document for technician and central; its words are listed in `result`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import av
import av.error

from controller.ports.signalling import IceConfig
from drivers.media import turn
from drivers.media.capture import Camera, Shot
from drivers.media.decoding import decoder
from drivers.media.slots import Run, SlotEnded

FIRST_S = 10.0  # for a camera to give its first picture; real ones take one or two
LOOK_S = 1.5
BLACK = 24  # mean luma below which a picture is black (video range begins at 16)
LOSS_MOST, RTT_MOST_MS = 0.02, 250.0  # beyond these a path is not good


def result(looks: Mapping[str, Mapping[str, Any]], paths: Sequence[turn.Path]) -> dict[str, Any]:
    """{"state": "green"|"yellow"|"red", "cameras": {NAME: {"state", "fps", "size", "moving", "black"}},
    "paths": [{"url", "how", "ok", "why", "rtt_ms", "jitter_ms", "loss"}], "chosen": URL|null}. Yellow: only by a
    detour (tcp, tls), or badly; red: a camera that gives nothing to see, or TURN servers of which none carries."""
    chosen = next((path for path in paths if path.ok), None)
    states = [camera_state(found) for found in looks.values()]
    if paths:
        states.append(path_state(chosen))
    return {
        "state": "red" if "red" in states else "yellow" if "yellow" in states else "green",
        "cameras": dict(looks),
        "paths": [asdict(path) for path in paths],
        "chosen": None if chosen is None else chosen.url,
    }


async def looks_at(cameras: Mapping[str, Camera]) -> dict[str, dict[str, Any]]:
    """What each of them gives. They stay open."""
    looks = await asyncio.gather(*(look(camera) for camera in cameras.values()))
    return dict(zip(cameras, looks, strict=True))


async def paths_of(ice: IceConfig) -> list[turn.Path]:
    """How each address carries, one after the other: some 3 s each."""
    return [await turn.measure(address) for address in turn.addresses(ice)]


async def look(camera: Camera) -> dict[str, Any]:
    """What one camera gives in a moment."""
    watched = camera.watch()
    shots: list[Shot] = []
    try:
        async with asyncio.timeout(FIRST_S):
            shots.append(await watched.get())
        await _more(watched, shots)
    except (TimeoutError, SlotEnded):
        return {"state": camera.state, "fps": 0.0, "size": None, "moving": False, "black": False}
    finally:
        camera.leave(watched)
    loop = asyncio.get_running_loop()
    lumas, size = await loop.run_in_executor(None, seen, shots)
    took_s = (shots[-1].at_ns - shots[0].at_ns) / 1e9
    return {
        "state": "ready",
        "fps": round((len(shots) - 1) / took_s, 1) if took_s else 0.0,
        "size": size,
        "moving": len(set(lumas)) > 1,
        "black": bool(lumas) and all(sum(luma) / len(luma) < BLACK for luma in lumas),
    }


async def _more(watched: Run[Shot], shots: list[Shot]) -> None:
    try:
        async with asyncio.timeout(LOOK_S):
            while True:
                shots.append(await watched.get())
    except TimeoutError:
        return


def seen(shots: list[Shot]) -> tuple[list[bytes], list[int] | None]:
    """Small grey pictures of what was decoded, and the size of the real ones."""
    reader, lumas, size = decoder(shots[0]), list[bytes](), None
    for shot in shots:
        try:
            frames = reader.decode(av.Packet(shot.data))
        except av.error.FFmpegError:
            continue
        for frame in frames:
            size = [frame.width, frame.height]
            small = frame.reformat(width=64, height=48, format="gray")
            lumas.append(bytes(small.planes[0]))
    return lumas, size


def camera_state(found: Mapping[str, Any]) -> str:
    if found["state"] != "ready" or found["black"] or found["size"] is None:
        return "red"
    return "green" if found["moving"] else "red"


def path_state(chosen: turn.Path | None) -> str:
    if chosen is None:
        return "red"
    good = (chosen.loss or 0) <= LOSS_MOST and (chosen.rtt_ms or 0) <= RTT_MOST_MS
    return "green" if good and chosen.how == "udp" else "yellow"
