"""How the console looks, as far as a stylesheet can say it: one accent, and RED the only red."""

import colorsys
import re
from pathlib import Path

import console
from checkin.reports import Cell, Figure, Row
from console import plots

_STATIC = Path(console.__file__).parent / "static"
_SHEET = re.sub(r"/\*.*?\*/", "", (_STATIC / "console.css").read_text(encoding="utf-8"), flags=re.DOTALL)
_RULES = re.findall(r"([^{}]+)\{([^{}]*)\}", _SHEET)


def _is_red(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return saturation > 0.2 and (hue < 25 / 360 or hue > 335 / 360)


def test_red_is_for_red_alone() -> None:
    named = re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", _SHEET)
    assert {name for name, colour in named if _is_red(colour)} == {"red", "red-tint"}
    users = {selector.strip() for selector, rule in _RULES if "var(--red" in rule}
    assert users == {".red", ".severity.red"}
    assert not [colour for colour in plots.COLOURS if _is_red(colour)]
    assert [code for code, colour in plots.SEVERITIES.items() if _is_red(colour)] == ["red"]
    drawn = plots.svg(Figure("human", ("red", "amber", "task"), [Row("m5", [Cell(9), Cell(8), Cell(7)])]))
    assert all(colour in drawn for colour in plots.SEVERITIES.values())


def test_every_other_colour_has_a_name_and_a_value_for_the_dark() -> None:
    # A picture brings its own white paper.
    loose = {selector.strip() for selector, rule in _RULES if re.search(r"#[0-9a-f]{3,8}\b", rule)}
    assert loose == {":root", ".plot"}
    roots = [set(re.findall(r"--([\w-]+):", rule)) for selector, rule in _RULES if selector.strip() == ":root"]
    assert roots[0] == roots[1]


def test_what_is_focused_is_framed_everywhere() -> None:
    unframed = {selector.strip() for selector, rule in _RULES if "outline: none" in rule}
    # A case frames itself around its link; the main part is only where the skip link leads.
    assert unframed == {"main:focus-visible", ".case .row:focus-visible"}
