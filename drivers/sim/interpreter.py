"""What each command does: modes to the typesetter, rows and cuts to the mechanism, answers to the host.

Text, pictures and cuts are in picture_commands.py; here are answers and settings, and the dispatch over both.
Commands that this printer does not draw are counted by name, never guessed.
"""

from collections import Counter
from collections.abc import Callable

from drivers.sim.escpos_parser import CHAR, RESPONSE, Command
from drivers.sim.mechanism import Mechanism
from drivers.sim.memory import Counters, Identity
from drivers.sim.nv_commands import NvCommands
from drivers.sim.nv_graphics import NvGraphics
from drivers.sim.picture_commands import PictureCommands
from drivers.sim.status import Condition, automatic_status, paper_sensor, watched

Say = Callable[[bytes], None]

# Parsed to their full length, and without effect on what this printer does.
HARMLESS = {
    b"\x1b=", b"\x1bU", b"\x1bc", b"\x1bp", b"\x1br", b"\x1b<",
    b"\x1bS", b"\x1d/", b"\x1dP", b"\x1dT", b"\x1db", b"\x1df", b"\x1dh", b"\x1dw", b"\x1dH", b"\x1dz", b"\x1dj",
    b"\x1c.", b"\x1c(A", b"\x1c!", b"\x1c-", b"\x1cC", b"\x1cS", b"\x10\x04", b"\x10\x05", b"\x10\x14",
    b"\x1d(E", b"\x1d(K",
}  # fmt: skip

MODEL_ID, TYPE_ID, ROM_ID = 0x20, 0x02, 0x01  # GS I 1-3; type bit 1: has a cutter


class Interpreter:
    def __init__(
        self, mechanism: Mechanism, condition: Condition, counters: Counters, identity: Identity, nv: NvGraphics,
        say: Say,
    ) -> None:  # fmt: skip
        self.unknown: Counter[str] = Counter()
        self.log = bytearray()  # the exact bytes since the last cut
        self.asb_mask = 0
        self.offline_response = 0  # GS ( H fn 49: 0 off, 1 plain, 2 with cause
        self._asb_sent = b""
        self._mechanism = mechanism
        self._condition = condition
        self._counters = counters
        self._identity = identity
        self._say = say
        self._pictures = PictureCommands(mechanism)
        self._nv = NvCommands(nv, mechanism, say, self.power_up)
        self._does: dict[bytes, Callable[[Command], None]] = {
            b"\x1b@": self._initialise,
            b"\x1da": self._automatic_status,
            b"\x1dr": self._transmit_status,
            b"\x1dI": self._identify,
            b"\x1dg": self._maintenance_counter,
            b"\x1d(H": self._response_request,
            b"\x1dV": self._cut,
            b"\x1bi": self._cut,
            b"\x1bm": self._cut,
            b"\x1d(L": self._graphics,
            b"\x1d8L": self._graphics,
            b"\x1cq": self._define_images,
            b"\x1cp": self._print_image,
            RESPONSE: lambda command: self._nv.host_says(command.args),
        }

    @property
    def mid_line(self) -> bool:
        return not self._pictures.typesetter.at_line_start

    @property
    def waits_for_host(self) -> bool:
        """The next byte is the host's answer to the printer."""
        return self._nv.waits_for_host

    def words_of(self, command: Command) -> str:
        """The letters of a text as it would be printed now; "" for anything else."""
        return self._pictures.typesetter.read(command.args) if command.code == CHAR else ""

    def obey(self, command: Command, raw: bytes) -> None:
        self.log += raw
        if not command.known:
            self.unknown[command.name] += 1
        elif (own := self._does.get(command.code)) is not None:
            own(command)
        elif not self._pictures.obey(command) and command.code not in HARMLESS and command.code != CHAR:
            self.unknown[command.name] += 1

    def power_up(self) -> None:
        """Everything that lives in working memory is as from the factory."""
        self.asb_mask = self.offline_response = 0
        self._pictures = PictureCommands(self._mechanism)
        self._nv.forget_list()

    def clear_print_buffer(self) -> None:
        self._nv.forget_list()
        self._pictures.drop_unprinted()

    def report_change(self) -> None:
        """ASB: four bytes, when something that the host watches is not as last told."""
        now = automatic_status(self._condition)
        if self.asb_mask and watched(now, self.asb_mask) != self._asb_sent:
            self._send_asb()

    def _send_asb(self) -> None:
        asb = automatic_status(self._condition)
        self._asb_sent = watched(asb, self.asb_mask)
        self._say(asb)

    def _initialise(self, _: Command) -> None:
        self._pictures.initialise()
        self.asb_mask = 0  # UB-E02 guide 4.4: ESC @ switches ASB off

    def _automatic_status(self, command: Command) -> None:
        self.asb_mask = command.args[0]
        if self.asb_mask:
            self._send_asb()

    def _transmit_status(self, command: Command) -> None:
        answers = {1: paper_sensor(self._condition), 2: b"\0", 4: b"\0"}
        n = command.args[0]
        if (answer := answers.get(n - 48 if n >= 48 else n)) is not None:
            self._say(answer)

    def _identify(self, command: Command) -> None:
        n, who = command.args[0], self._identity
        one = {1: MODEL_ID, 2: TYPE_ID, 3: ROM_ID, 49: MODEL_ID, 50: TYPE_ID, 51: ROM_ID}
        text = {65: who.firmware, 66: who.maker, 67: who.model, 68: who.serial, 69: ""}
        if n in one:
            self._say(bytes([one[n]]))
        elif n in text:
            self._say(b"_" + text[n].encode("ascii", "replace") + b"\0")
        else:
            self.unknown[f"GS I {n}"] += 1

    def _maintenance_counter(self, command: Command) -> None:
        fn, _, low, high = command.args
        number = low + 256 * high
        if fn == ord("0"):
            self._counters.reset(number)
        elif fn == ord("2") and (value := self._counters.value(number)) is not None:
            self._say(b"\x5f" + str(value).encode() + b"\0")
        else:
            self.unknown[f"GS g {chr(fn)} {number}"] += 1

    def _response_request(self, command: Command) -> None:
        match tuple(command.args):
            case (48, 48, *process_id) if len(process_id) == 4 and all(0x20 <= b <= 0x7E for b in process_id):
                self._mechanism.answer(b"\x37\x22" + bytes(process_id) + b"\0")
            case (49, 48, mode) if mode in (0, 1, 2, 48, 49, 50):
                self.offline_response = mode % 48
            case _:
                self.unknown["GS ( H"] += 1

    def _graphics(self, command: Command) -> None:
        """The NV memory's functions, or those of the print buffer."""
        place, empty = self._pictures.place_picture, not self.mid_line
        if len(command.args) < 2:
            self.unknown[command.name] += 1
        elif not (self._nv.graphics(command.args, at_line_start=empty, place=place) or self._pictures.obey(command)):
            self.unknown[f"{command.name} fn {command.args[1]}"] += 1

    def _define_images(self, command: Command) -> None:
        if not self._nv.define_images(command.args, at_line_start=not self.mid_line):
            self.unknown[command.name] += 1

    def _print_image(self, command: Command) -> None:
        place = self._pictures.place_picture
        if not self._nv.print_image(command.args, at_line_start=not self.mid_line, place=place):
            self.unknown[command.name] += 1

    def _cut(self, command: Command) -> None:
        mode = command.args[0] if command.args else 1
        self._pictures.finish_line()
        if len(command.args) == 2:
            self._pictures.feed_to_cutter(command.args[1])
        self._mechanism.cut(bytes(self.log), partial=mode not in (0, 48, 65, 97, 103))
        self.log.clear()
