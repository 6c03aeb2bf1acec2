"""Every colour that carries text is readable on every ground it stands on, in both colour schemes."""

import colorsys
import re

import pytest

from kiosk_ui import ROOT

TEXT = 4.5  # WCAG 1.4.3
SIGN = 3.0  # WCAG 1.4.11: icons, edges of controls, focus
PAIRS = [
    ("ink", "ground", TEXT), ("ink", "card", TEXT), ("ink", "tint", TEXT), ("ink", "alert-ground", TEXT),
    ("ink", "warning-ground", TEXT), ("quiet", "ground", TEXT), ("quiet", "card", TEXT), ("brand", "card", TEXT),
    ("on-brand", "brand", TEXT), ("on-action", "action", TEXT), ("on-action", "action-pressed", TEXT),
    ("alert", "card", TEXT), ("alert", "alert-ground", TEXT), ("success", "card", TEXT), ("success", "ground", TEXT),
    ("edge", "card", SIGN), ("edge", "ground", SIGN), ("picture", "card", SIGN), ("picture", "ground", SIGN),
    ("picture-accent", "card", SIGN), ("focus-outer", "ground", SIGN), ("focus-outer", "card", SIGN),
    ("focus-outer", "focus-inner", SIGN),
]  # fmt: skip
# High contrast: brand is the ground's own black there, and numbers take the ink colour instead.
NOT_IN_HIGH = {("brand", "card")}


def declared(css: str, selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\}", css, re.DOTALL)
    assert block, selector
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block[1]))


def scheme(high: bool) -> dict[str, str]:
    ours = (ROOT / "shared" / "tokens.css").read_text()
    values = declared((ROOT / "vendor" / "tokens.css").read_text(), ":root") | declared(ours, ":root")
    return values | (declared(ours, 'html[data-contrast="high"]') if high else {})


def rgb(name: str, values: dict[str, str]) -> tuple[float, float, float]:
    value = values[name]
    if named := re.fullmatch(r"var\(--([\w-]+)\)", value):
        return rgb(named[1], values)
    if hsl := re.fullmatch(r"hsl\((\d+), (\d+)%, (\d+)%\)", value):
        hue, saturation, light = (int(one) for one in hsl.groups())
        return colorsys.hls_to_rgb(hue / 360, light / 100, saturation / 100)
    digits = value.removeprefix("#")
    full = digits if len(digits) == 6 else "".join(one * 2 for one in digits)
    return tuple(int(full[i : i + 2], 16) / 255 for i in (0, 2, 4))  # type: ignore[return-value]  # why: three of them


def luminance(colour: tuple[float, float, float]) -> float:
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str, values: dict[str, str]) -> float:
    light, dark = sorted((luminance(rgb(name, values)) for name in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
@pytest.mark.parametrize("high", [False, True], ids=["normal", "high"])
def test_a_colour_is_readable_where_it_stands(front: str, ground: str, least: float, high: bool) -> None:
    if high and (front, ground) in NOT_IN_HIGH:
        return
    assert contrast(front, ground, scheme(high)) >= least
