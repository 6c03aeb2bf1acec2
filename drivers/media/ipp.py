"""What the print server's own programs do not do: they do not tell what became of a job, and purge none that has ended.
IPP over its socket (RFC 8010 says the bytes, RFC 8011 section 4.3.4 the question, 5.3.7 the states, 4.3.3 Cancel-Job;
its `purge-job`, and PeerCred, are CUPS's).
"""

import getpass
import os
import struct
from collections.abc import Iterator

import aiohttp

SOCKET = "/run/cups/cups.sock"
VERSION, GET_JOB_ATTRIBUTES, CANCEL_JOB, REQUEST = 0x0200, 0x0009, 0x0008, 1
OPERATION, END = 0x01, 0x03  # delimiters; those up to 0x0F begin a group
CHARSET, LANGUAGE, URI, KEYWORD, NAME, ENUM = 0x47, 0x48, 0x45, 0x44, 0x42, 0x23
BOOLEAN = 0x22
FAILED_FROM = 0x0100  # status codes; below are the successful ones
STATES = {3: "pending", 4: "held", 5: "processing", 6: "stopped", 7: "canceled", 8: "aborted", 9: "completed"}
ANSWER_MOST = 65_536


async def job_state(number: int) -> str | None:
    """One of STATES; None: the server does not tell. Raises OSError or aiohttp's ClientError."""
    answer = await _ask(question(number))
    return None if answer is None else state_in(answer)


async def purge(number: int) -> bool:
    """Take an ended job and its document out of the server's keeping; False: this server does not let us (Debian's, as
    it comes, lets members of lpadmin). Raises as `job_state`."""
    answer = await _ask(order(number))
    return answer is not None and len(answer) >= 4 and int.from_bytes(answer[2:4], "big") < FAILED_FROM


async def _ask(asked: bytes) -> bytes | None:
    """None: not answered. As who we are, where the server is on this machine and asks for that."""
    where = os.environ.get("CUPS_SERVER", SOCKET)
    is_path = where.startswith("/")
    connector = aiohttp.UnixConnector(where) if is_path else aiohttp.TCPConnector()
    url = "http://localhost/" if is_path else f"http://{where if ':' in where else where + ':631'}/"
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=10)) as session:
        for who in ({}, {"Authorization": f"PeerCred {getpass.getuser()}"}):
            headers = {"Content-Type": "application/ipp", **who}
            async with session.post(url, data=asked, headers=headers) as answer:
                if answer.status == 200:
                    return await answer.content.read(ANSWER_MOST)
                if answer.status != 401 or not is_path:
                    return None
    return None


def question(number: int) -> bytes:
    return _request(
        GET_JOB_ATTRIBUTES,
        (URI, "job-uri", f"ipp://localhost/jobs/{number}".encode()),
        (NAME, "requesting-user-name", getpass.getuser().encode()),
        (KEYWORD, "requested-attributes", b"job-state"),
    )


def order(number: int) -> bytes:
    """To purge one of our jobs."""
    return _request(
        CANCEL_JOB,
        (URI, "job-uri", f"ipp://localhost/jobs/{number}".encode()),
        (NAME, "requesting-user-name", getpass.getuser().encode()),
        (BOOLEAN, "purge-job", b"\1"),
    )


def _request(operation: int, *words: tuple[int, str, bytes]) -> bytes:
    first = (CHARSET, "attributes-charset", b"utf-8"), (LANGUAGE, "attributes-natural-language", b"en")
    body = b"".join(_attribute(tag, name.encode(), value) for tag, name, value in (*first, *words))
    return struct.pack(">HHIB", VERSION, operation, REQUEST, OPERATION) + body + bytes([END])


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
