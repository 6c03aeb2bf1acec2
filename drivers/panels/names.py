"""What keys are called here, whatever keyboard they sit on: the number pad's 7 is the 7 of the top row."""

from collections.abc import Mapping

from evdev import ecodes as e

from controller.ports.inputs import KeyName

# linux/input-event-codes.h. A keypad with a key beyond these sends `other`.
NAMES: Mapping[int, KeyName] = {
    e.KEY_0: "0", e.KEY_1: "1", e.KEY_2: "2", e.KEY_3: "3", e.KEY_4: "4",
    e.KEY_5: "5", e.KEY_6: "6", e.KEY_7: "7", e.KEY_8: "8", e.KEY_9: "9",
    e.KEY_KP0: "0", e.KEY_KP1: "1", e.KEY_KP2: "2", e.KEY_KP3: "3", e.KEY_KP4: "4",
    e.KEY_KP5: "5", e.KEY_KP6: "6", e.KEY_KP7: "7", e.KEY_KP8: "8", e.KEY_KP9: "9",
    e.KEY_ENTER: "enter", e.KEY_KPENTER: "enter", e.KEY_SELECT: "enter", e.KEY_OK: "enter",
    e.KEY_BACKSPACE: "back", e.KEY_ESC: "back", e.KEY_BACK: "back", e.KEY_CANCEL: "back", e.KEY_CLEAR: "back",
    e.KEY_HOME: "home", e.KEY_HOMEPAGE: "home", e.KEY_END: "home", e.KEY_EXIT: "home", e.KEY_STOP: "home",
    e.KEY_HELP: "help", e.KEY_INFO: "help", e.KEY_F1: "help",
    e.KEY_VOLUMEUP: "volume_up", e.KEY_VOLUMEDOWN: "volume_down",
    e.KEY_UP: "up", e.KEY_DOWN: "down", e.KEY_LEFT: "left", e.KEY_RIGHT: "right", e.KEY_TAB: "next",
    e.KEY_KPPLUS: "plus", e.KEY_KPMINUS: "minus", e.KEY_MINUS: "minus", e.KEY_KPASTERISK: "star",
    e.KEY_KPSLASH: "slash", e.KEY_SLASH: "slash", e.KEY_KPDOT: "dot", e.KEY_DOT: "dot",
}  # fmt: skip

# The first code of each name: what a simulator sends.
CODES: Mapping[KeyName, int] = {name: code for code, name in reversed(tuple(NAMES.items()))} | {"other": e.KEY_F13}


def name_of(code: int) -> KeyName:
    return NAMES.get(code, "other")
