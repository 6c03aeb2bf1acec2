"""Which door opens where: device, staff and admin listeners, from the config."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import structlog

from controller.domain.point import Listen
from controller.web import server
from controller.web.auth import DEVICE_ROLES, ROLES, Door

PEOPLE = frozenset({"staff", "technician"})
CERT_S = 20.0

log = structlog.get_logger("doors")


@asynccontextmanager
async def open_doors(rooms: server.Rooms, listen: Listen, data: Path) -> AsyncIterator[str]:
    """Open all; gives the device door's address. People come in by the device door only where there is no other."""
    async with AsyncExitStack() as stack:
        admin = Door("admin", frozenset(ROLES), local=True, admin=True)
        await stack.enter_async_context(server.listen(rooms, admin, data / "admin.sock"))
        host, port = address(listen.device)
        roles = DEVICE_ROLES if listen.staff else DEVICE_ROLES | PEOPLE
        device = Door("device", frozenset(roles), local=_loopback(host))
        opened = await stack.enter_async_context(server.listen(rooms, device, (host, port)))
        if listen.staff:
            tls = await certificate(data / "tls")
            staff = Door("staff", PEOPLE, local=False, tls=True)
            await stack.enter_async_context(server.listen(rooms, staff, address(listen.staff), tls))
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{opened}"


def address(text: str) -> tuple[str, int]:
    """ "127.0.0.1:8080" -> ("127.0.0.1", 8080)."""
    host, _, port = text.rpartition(":")
    return host.strip("[]") or "0.0.0.0", int(port)


async def certificate(folder: Path) -> ssl.SSLContext:
    """The staff door's certificate in DIR/tls: made by Debian's openssl at the first start, then kept."""
    key, cert = folder / "staff.key", folder / "staff.crt"
    if not await asyncio.to_thread(cert.is_file):
        await asyncio.to_thread(folder.mkdir, 0o700, True, True)
        made = await asyncio.create_subprocess_exec(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", str(key), "-out", str(cert), "-days", "3650", "-subj", "/CN=luukku",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(CERT_S):
            _, said = await made.communicate()
        if made.returncode:
            raise OSError(f"openssl could not make {cert}: {said.decode(errors='replace').strip()[-200:]}")
        log.info("a certificate for the staff door was made", file=str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    await asyncio.to_thread(context.load_cert_chain, cert, key)
    return context


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
