"""A whole machine in software (QEMU, no KVM): Debian's own kernel and systemd, and a point that was installed on it.

The disk that was built is never written to: each machine has a thin layer of its own over it, which outlives a power
cut as far as the machine had flushed it. Orders go to the hand inside (guest/hand.py), plugs and power to QEMU (QMP,
qemu-qmp-ref(7)).
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

BUILD = Path(__file__).with_name("build.sh")
BOOT_S, ORDER_S, END_S = 300.0, 120.0, 120.0
KERNEL_LINE = (
    "root=/dev/vda console=ttyS0 quiet mitigations=off nokaslr no_timer_check random.trust_cpu=on panic=-1 "
    "net.ifnames=0 systemd.show_status=false"
)


class MachineError(AssertionError):
    """The machine did not do what it was told; its last words are in the text."""


class Line:
    """JSON, one value a line, over a Unix socket: QMP and the hand both speak so."""

    def __init__(self, path: Path, within: float) -> None:
        deadline = time.monotonic() + within
        while True:
            self._wire = socket.socket(socket.AF_UNIX)
            try:
                self._wire.connect(str(path))
                break
            except OSError:
                self._wire.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self._rest = b""

    def say(self, word: dict[str, Any]) -> None:
        self._wire.sendall(json.dumps(word).encode() + b"\n")

    def hear(self, within: float) -> dict[str, Any]:
        """The next value. Raises TimeoutError, or ConnectionError when the machine is off."""
        deadline = time.monotonic() + within
        while b"\n" not in self._rest:
            self._wire.settimeout(max(0.01, deadline - time.monotonic()))
            piece = self._wire.recv(1 << 20)
            if not piece:
                raise ConnectionError("the machine is off")
            self._rest += piece
        line, self._rest = self._rest.split(b"\n", 1)
        heard: dict[str, Any] = json.loads(line)
        return heard

    def close(self) -> None:
        self._wire.close()


class Machine:
    """One machine, off. `folder` takes its disk and its console; `image` is what build.sh made."""

    def __init__(self, folder: Path, image: Path) -> None:
        self._folder, self._image = folder, image
        self._process: subprocess.Popen[bytes] | None = None
        self._hand: Line | None = None
        self._qmp: Line | None = None
        self._orders = 0
        self.boots = 0
        self.console = folder / "console.log"
        folder.mkdir(parents=True)
        self._sockets = Path(f"/tmp/luukku-rig-{os.getpid()}-{id(self):x}")  # a socket's name is short: unix(7)
        self._sockets.mkdir()
        disk = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(image / "disk.ext4")]
        subprocess.run([*disk, str(folder / "disk.qcow2")], check=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut_power()
        shutil.rmtree(self._sockets)

    def boot(self) -> str:
        """Switch it on and wait for its hand. Gives the kernel's id of this boot."""
        assert self._process is None, "it is on"
        self.boots += 1
        with (self._folder / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(self._words(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self._qmp = Line(self._sockets / "qmp", 20)
            self._hand = Line(self._sockets / "hand", 20)
            self._qmp.hear(20)
            self.qmp("qmp_capabilities")
            return str(self._hand.hear(BOOT_S)["boot"])
        except (OSError, TimeoutError) as error:
            raise MachineError(f"it does not boot: {error!r}\n{self.last_words()}") from error

    def cut_power(self) -> None:
        """At once: what it had not flushed is lost. Nothing where it is off."""
        if self._process is not None:
            self._process.kill()
            self._forget()

    def kill(self) -> None:
        """Only the cut; whoever waits for an answer notices it. `cut_power` tidies."""
        assert self._process is not None
        self._process.kill()

    def switch_off(self) -> None:
        """As a person does: the power button, and wait."""
        self.qmp("system_powerdown")
        assert self._process is not None
        self._process.wait(END_S)
        self._forget()

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def tell(self, do: str, *, within: float = ORDER_S, **words: Any) -> Any:
        """Have the hand do something; what it got. Raises MachineError with what went wrong there."""
        assert self._hand is not None, "it is off"
        self._orders += 1
        self._hand.say({"id": self._orders, "do": do} | words)
        try:
            while (heard := self._hand.hear(within)).get("id") != self._orders:
                continue
        except TimeoutError as error:
            raise MachineError(f"{do} {words}: no answer in {within:g} s\n{self.last_words()}") from error
        if "error" in heard:
            raise MachineError(f"{do} {words}: {heard['error']}")
        return heard["got"]

    def sh(self, words: str, *, within: float = ORDER_S, code: int | None = 0) -> str:
        """Run a line of shell in it as root; what it said. `code` is what it must give, None: whatever."""
        got = self.tell("sh", words=words, within=within)
        if code is not None and got["code"] != code:
            raise MachineError(f"{words}: code {got['code']}\n{got['said']}")
        return str(got["said"]).strip()

    def qmp(self, command: str, **arguments: Any) -> Any:
        """Tell QEMU; its answer."""
        assert self._qmp is not None, "it is off"
        self._qmp.say({"execute": command} | ({"arguments": arguments} if arguments else {}))
        while True:
            heard = self._qmp.hear(30)
            if "error" in heard:
                raise MachineError(f"{command} {arguments}: {heard['error']['desc']}")
            if "return" in heard:
                return heard["return"]

    def last_words(self) -> str:
        told = [path.read_text("utf-8", "replace")[-3000:] for path in (self._folder / "qemu.log", self.console)
                if path.exists()]  # fmt: skip
        return "\n".join(told)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _forget(self) -> None:
        assert self._process is not None
        self._process.wait(END_S)
        self._process = None
        for line in (self._hand, self._qmp):
            if line is not None:
                line.close()
        self._hand = self._qmp = None

    def _words(self) -> list[str]:
        sockets = self._sockets
        for name in ("qmp", "hand"):
            (sockets / name).unlink(missing_ok=True)
        return [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-M", "pc,vmport=off", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max,la57=off", "-smp", "2",
            "-m", "1024", "-kernel", str(self._image / "vmlinux"), "-initrd", str(self._image / "initrd"),
            "-append", KERNEL_LINE,
            # why: writeback, so that a flush of the machine is a flush, and what it never flushed may be lost
            "-drive", f"file={self._folder / 'disk.qcow2'},if=none,id=disk,cache=writeback",
            "-device", "virtio-blk-pci,drive=disk,serial=rig",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=hand,path={sockets / 'hand'},server=on,wait=off",
            "-device", "virtserialport,chardev=hand,name=luukku.rig",
            "-device", "qemu-xhci,id=usb", "-qmp", f"unix:{sockets / 'qmp'},server=on,wait=off",
            "-chardev", f"file,id=console,path={self.console},append=on", "-serial", "chardev:console",
            "-rtc", "base=utc",
        ]  # fmt: skip
