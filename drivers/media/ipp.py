"""One question of the print server that its own programs do not answer: what became of a job. IPP over its socket
(RFC 8010 says the bytes, RFC 8011 section 4.3.4 the operation, 5.3.7 the states).
"""

import getpass
import os
import struct
from collections.abc import Iterator

import aiohttp

SOCKET = "/run/cups/cups.sock"
VERSION, GET_JOB_ATTRIBUTES, REQUEST = 0x0200, 0x0009, 1
OPERATION, END = 0x01, 0x03  # delimiters; those up to 0x0F begin a group
CHARSET, LANGUAGE, URI, KEYWORD, NAME, ENUM = 0x47, 0x48, 0x45, 0x44, 0x42, 0x23
STATES = {3: "pending", 4: "held", 5: "processing", 6: "stopped", 7: "canceled", 8: "aborted", 9: "completed"}
ANSWER_MOST = 65_536


async def job_state(number: int) -> str | None:
    """One of STATES; None: the server does not tell. Raises OSError or aiohttp's ClientError."""
    where = os.environ.get("CUPS_SERVER", SOCKET)
    is_path = where.startswith("/")
    connector = aiohttp.UnixConnector(where) if is_path else aiohttp.TCPConnector()
    url = "http://localhost/" if is_path else f"http://{where if ':' in where else where + ':631'}/"
    async with (
        aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=10)) as session,
        session.post(url, data=question(number), headers={"Content-Type": "application/ipp"}) as answer,
    ):
        return state_in(await answer.content.read(ANSWER_MOST)) if answer.status == 200 else None


def question(number: int) -> bytes:
    words = (
        (CHARSET, "attributes-charset", "utf-8"),
        (LANGUAGE, "attributes-natural-language", "en"),
        (URI, "job-uri", f"ipp://localhost/jobs/{number}"),
        (NAME, "requesting-user-name", getpass.getuser()),
        (KEYWORD, "requested-attributes", "job-state"),
    )
    body = b"".join(_attribute(tag, name.encode(), value.encode()) for tag, name, value in words)
    return struct.pack(">HHIB", VERSION, GET_JOB_ATTRIBUTES, REQUEST, OPERATION) + body + bytes([END])


def state_in(answer: bytes) -> str | None:
    for tag, name, value in _attributes(answer):
        if (tag, name) == (ENUM, b"job-state") and len(value) == 4:
            return STATES.get(int.from_bytes(value, "big"))
    return None


def _attribute(tag: int, name: bytes, value: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


def _attributes(answer: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Tag, name and value of each, as far as the answer is whole."""
    at = 8
    while at < len(answer) and answer[at] != END:
        tag = answer[at]
        at += 1
        if tag <= 0x0F:
            continue
        parts = []
        for _ in range(2):
            size = int.from_bytes(answer[at : at + 2], "big")
            parts.append(answer[at + 2 : at + 2 + size])
            at += 2 + size
        if at > len(answer):
            return
        yield tag, parts[0], parts[1]
