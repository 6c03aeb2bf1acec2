"""`luukku run` itself, as its own user, on the guest's devices: what a technician would plug in, it uses."""

import asyncio
import grp
import os
import pwd
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from drivers.sim.faults import Fault, FaultKind
from tests.rig.kernel.hid import a_hid_keyboard
from tests.rig.kernel.world import SERIAL, a_usb_printer

URL = "http://127.0.0.1:8080"
CONFIG = f"""
[point]
id = "rig"
name = {{ fi = "Palvelupiste" }}
languages = ["fi"]
[listen]
device = "127.0.0.1:8080"
staff = ""
[[providers]]
id = "kunta"
name = {{ fi = "Kunta" }}
[[queues]]
id = "kunta"
name = {{ fi = "Kunta" }}
series = "K"
[[services]]
id = "neuvonta"
provider = "kunta"
queue = "kunta"
name = {{ fi = "Neuvonta" }}
[[counters]]
id = "1"
label = "1"
[[kiosks]]
id = "main"
printer = "lobby"
[[printers]]
id = "lobby"
link = "usb:{SERIAL}"
profile = "virtual"
[[panels]]
id = "call"
kind = "call_button"
link = "usb:CB1"
counter = "1"
[opening_hours]
mon = "00:00-24:00"
tue = "00:00-24:00"
wed = "00:00-24:00"
thu = "00:00-24:00"
fri = "00:00-24:00"
sat = "00:00-24:00"
sun = "00:00-24:00"
holidays = false
"""
# Its own user and groups; it may read what its interpreter is made of, wherever that lies, and nothing more.
AS_LUUKKU = (
    "setpriv", "--reuid=luukku", "--regid=luukku-admin", "--init-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--",
)  # fmt: skip


class Daemon:
    def __init__(self, session: aiohttp.ClientSession, tokens: dict[str, str]) -> None:
        self._session, self._tokens = session, tokens

    async def ask(self, role: str, method: str, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[role]}"}
        if method == "POST":
            headers["Idempotency-Key"] = os.urandom(8).hex()
        async with self._session.request(
            method, f"{URL}/api/v1{path}", headers=headers, json=body or None
        ) as answer:  # fmt: skip
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.status != 204 else None

    async def ticket(self, id_: str, *, printed: str, within: float = 20.0) -> dict[str, Any]:
        for _ in range(int(within / 0.1)):
            ticket: dict[str, Any] = await self.ask("kiosk", "GET", f"/tickets/{id_}")
            if ticket["print"]["state"] == printed:
                return ticket
            await asyncio.sleep(0.1)
        raise AssertionError(f"never {printed}: {ticket}")

    async def device(self, id_: str, *, state: str, within: float = 20.0) -> dict[str, Any]:
        for _ in range(int(within / 0.1)):
            devices = (await self.ask("technician", "GET", "/devices"))["devices"]
            one: dict[str, Any] = next(d for d in devices if d["id"] == id_)
            if one["actual"] == state:
                return one
            await asyncio.sleep(0.1)
        raise AssertionError(f"never {state}: {one}")


@asynccontextmanager
async def a_daemon(folder: Path) -> AsyncIterator[Daemon]:
    folder.chmod(0o755)
    config, data = folder / "point.toml", folder / "data"
    config.write_text(CONFIG, "utf-8")
    data.mkdir(mode=0o700)
    os.chown(data, pwd.getpwnam("luukku").pw_uid, grp.getgrnam("luukku-admin").gr_gid)
    for above in folder.parents:
        if above.is_relative_to("/run/tmp/pytest"):
            above.chmod(0o755)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *AS_LUUKKU, sys.executable, "-m", "controller.app.main", "run", "--config", str(config),
            "--data", str(data), stdout=log, stderr=log,
        )  # fmt: skip
    try:
        async with aiohttp.ClientSession() as session:
            for _ in range(600):
                if (data / "admin.sock").exists() and process.returncode is None:
                    break
                await asyncio.sleep(0.1)
            connector = aiohttp.UnixConnector(str(data / "admin.sock"))
            async with (
                aiohttp.ClientSession(connector=connector) as admin, admin.get("http://admin/tokens") as answer,
            ):  # fmt: skip
                known = await answer.json()
            yield Daemon(session, {one["role"]: one["token"] for one in known})
    except BaseException:
        print((folder / "log").read_text())
        raise
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.timeout(600)
async def test_the_daemon_prints_on_what_is_plugged_in_and_hears_its_button(tmp_path: Path) -> None:
    async with a_usb_printer(tmp_path) as sim, a_daemon(tmp_path) as daemon:
        await daemon.device("lobby", state="ready")
        taken = await daemon.ask("kiosk", "POST", "/tickets", service="neuvonta", language="fi")
        ticket = await daemon.ticket(taken["id"], printed="confirmed")
        assert (ticket["print"]["tier"], sim.core.counters.cuts) == ("T1", 1)
        assert (await daemon.device("call", state="detached"))["causes"] == ["no_link", "absent"]
        await daemon.ask("staff", "POST", "/counters/1/open", advisor="a1")
        async with a_hid_keyboard("CB1") as button:
            await daemon.device("call", state="ready")
            await button.tap(28)  # whatever key it sends
            for _ in range(100):
                if (await daemon.ask("kiosk", "GET", f"/tickets/{taken['id']}"))["state"] == "called":
                    break
                await asyncio.sleep(0.1)
            else:
                raise AssertionError("the button called nobody")
        sim.strike(Fault(FaultKind.POWER))
        await daemon.device("lobby", state="detached")
        await daemon.device("lobby", state="ready")
        again = await daemon.ask("kiosk", "POST", "/tickets", service="neuvonta", language="fi")
        assert (await daemon.ticket(again["id"], printed="confirmed"))["number"] == "K002"
