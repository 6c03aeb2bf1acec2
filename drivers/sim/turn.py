"""A real TURN server to test against: Debian's coturn, in the foreground, with credentials that end (TURN REST).

It relays to the peers that it was told only, keeps its files in a folder of its own, and is gone with the block.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

TURNSERVER = "turnserver"
REALM = "luukku.test"
START_S, END_S = 15.0, 5.0
RELAY_PORTS = (49_152, 49_451)
Way = Literal["udp", "tcp", "tls"]


class NoTurn(Exception):
    """It did not come up; the message says what is missing or what it said last."""


class Turn:
    """`async with Turn("198.18.0.3", run=net.end("turn").command, peers="198.18.0.0-198.18.0.255") as turn`.

    `run` puts a command into a network namespace; without it the server is on this machine's own loopback, on free
    ports. `certificate`: for whoever shall trust its TLS.
    """

    def __init__(
        self, host: str = "127.0.0.1", *, peers: str = "127.0.0.1", run: Callable[..., tuple[str, ...]] | None = None
    ) -> None:
        self.host, self._peers, self._run = host, peers, run
        self.secret = secrets.token_urlsafe(24)
        self.port, self.tls_port = (3478, 5349) if run else (free_port(), free_port())

    @property
    def certificate(self) -> Path:
        return self._folder / "turn.crt"

    def url(self, way: Way) -> str:
        scheme, port = ("turns", self.tls_port) if way == "tls" else ("turn", self.port)
        return f"{scheme}:{self.host}:{port}?transport={'udp' if way == 'udp' else 'tcp'}"

    async def __aenter__(self) -> "Turn":
        self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="luukku-turn-"))
        try:
            self._program = await asyncio.to_thread(self._prepare)
            await self.again()
        except BaseException:
            await self._ended()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ended()

    async def again(self) -> None:
        """Start it; also after `kill`: the same server at the same ports, that knows of no address it gave."""
        words = (self._program, "-c", str(self._folder / "turnserver.conf"))
        with await asyncio.to_thread((self._folder / "log").open, "ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(self._run(*words) if self._run else words), cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        await self._ready()

    async def kill(self) -> None:
        """Without a word."""
        self._process.kill()
        await self._process.wait()

    def said(self) -> str:
        """Its log."""
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")

    def _prepare(self) -> str:
        """The program. Raises NoTurn."""
        program = shutil.which(TURNSERVER)
        if program is None:
            raise NoTurn(f"{TURNSERVER} is not installed: Debian's package coturn has it (`make setup-test` brings it)")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=turn.luukku.test", "-addext", f"subjectAltName=IP:{self.host}",
             "-keyout", self._folder / "turn.key", "-out", self.certificate],
            check=True, capture_output=True,
        )  # fmt: skip
        (self._folder / "turnserver.conf").write_text(self._config(), encoding="ascii")
        return program

    def _config(self) -> str:
        """coturn's own names, turnserver(1). It denies everything but what is allowed one by one."""
        first, last = RELAY_PORTS
        lines = [
            "use-auth-secret", f"static-auth-secret={self.secret}", f"realm={REALM}", "fingerprint",
            f"listening-ip={self.host}", f"relay-ip={self.host}",
            f"listening-port={self.port}", f"tls-listening-port={self.tls_port}", f"min-port={first}",
            f"max-port={last}",
            f"cert={self.certificate}", f"pkey={self._folder / 'turn.key'}", "no-dtls", "no-cli", "no-multicast-peers",
            "denied-peer-ip=0.0.0.0-255.255.255.255", f"allowed-peer-ip={self._peers}",
            f"userdb={self._folder / 'users.db'}", f"pidfile={self._folder / 'pid'}", "log-file=stdout", "simple-log",
        ]  # fmt: skip
        return "\n".join([*lines, *(["allow-loopback-peers"] if self.host.startswith("127.") else [])]) + "\n"

    async def _ready(self) -> None:
        """It listens on both ports: a connection from its own namespace, by a program there if need be."""
        try:
            async with asyncio.timeout(START_S):
                while not await asyncio.to_thread(self._listens):
                    if self._process.returncode is not None:
                        raise NoTurn(f"{TURNSERVER} ended at once: {self.said()[-400:]}")
                    await asyncio.sleep(0.05)
        except TimeoutError as silent:
            raise NoTurn(f"{TURNSERVER} does not listen: {self.said()[-400:]}") from silent

    def _listens(self) -> bool:
        """As the kernel says of the namespace that it is in: proc_pid_net(5), a listening socket has state 0A."""
        try:
            rows = Path(f"/proc/{self._process.pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            return False
        ports = {int(row.split()[1].rpartition(":")[2], 16) for row in rows if row.split()[3] == "0A"}
        return {self.port, self.tls_port} <= ports

    async def _ended(self) -> None:
        process = getattr(self, "_process", None)
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(END_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        with contextlib.suppress(OSError):
            await asyncio.to_thread(shutil.rmtree, self._folder)


def credentials(secret: str, session: str, ends_at: int) -> tuple[str, str]:
    """Username and password that hold until `ends_at` (Unix seconds): draft-uberti-behave-turn-rest-00, section 2.2."""
    username = f"{ends_at}:{session}"
    mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(mac).decode()


def free_port() -> int:
    """Free for TCP and UDP a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
