"""Plots, drawn on the server as SVG: a picture like any other, with a title and a description, and no script."""

import sys
from itertools import cycle
from typing import Any

import pygal

from checkin.reports import Figure
from console import report_words

# It hangs a finder for plug-ins of its own into Python's imports, in a way that Python has given up: every later import
# of anything would warn of it. The line has no plug-ins.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

_SVG = "http://www.w3.org/2000/svg"
# Beside one another on white these differ in lightness as well, for whoever sees no colours.
COLOURS = ("#0b4f8a", "#58a5d8", "#b8860b", "#7a1f5c", "#9aa0a6", "#2e7d4f", "#d3c6e3")
# How grave a case is has its colours everywhere: RED is the only red.
SEVERITIES = {"red": "#b3261e", "amber": "#d9a441", "task": "#6b7a90"}
_LOOK: dict[str, Any] = {
    "background": "#ffffff",
    "plot_background": "#ffffff",
    "foreground": "#1b1b1b",
    "foreground_strong": "#1b1b1b",
    "foreground_subtle": "#6b6b6b",
    "font_family": "sans-serif",
    "opacity": "1",
    "opacity_hover": "1",
    "transition": "0s",
    "label_font_size": 13,
    "major_label_font_size": 13,
    "legend_font_size": 14,
    "title_font_size": 18,
    "no_data_font_size": 18,
}
STYLE = pygal.style.Style(**_LOOK, colors=COLOURS)
# What a picture can hold; the table has all of it.
_MOST_BARS = 14
_BY_WEEK = ("checkins", "attendance")


def svg(figure: Figure) -> str:
    """Return a figure as a picture. Numbers that may not be shown are not in it."""
    stacked = figure.name in _BY_WEEK or bool(figure.about)
    # Bars that lie are drawn from below.
    rows = figure.rows if stacked else figure.rows[:_MOST_BARS][::-1]
    draw = pygal.StackedBar if stacked else pygal.HorizontalBar
    names = [report_words.row(row.name) for row in rows]
    chart = draw(
        style=_style(figure),
        js=(),
        disable_xml_declaration=True,
        width=960,
        height=460 if stacked else 160 + 44 * max(len(rows), 2),
        margin_bottom=30,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        truncate_legend=-1,
        truncate_label=-1 if stacked else 46,
        x_label_rotation=45 if stacked else 0,
        no_data_text="Nothing that can be shown",
        show_x_labels=True,
    )
    chart.x_labels = names if len(names) <= 27 or not stacked else _every(names)
    for place, code in enumerate(figure.columns):
        chart.add(report_words.column(code), [row.cells[place].number for row in rows])
    chart.add_xml_filter(lambda root: _spoken(root, figure))
    drawn: str = chart.render()
    return drawn


def _style(figure: Figure) -> Any:
    colours = tuple(SEVERITIES.get(code, colour) for code, colour in zip(figure.columns, cycle(COLOURS), strict=False))
    return pygal.style.Style(**_LOOK, colors=colours)


def _every(names: list[str]) -> list[str]:
    """Return names with only so many of them written out as fit below one another's bars."""
    step = len(names) // 20 + 1
    return [name if i % step == 0 else "" for i, name in enumerate(names)]


def _spoken(root: Any, figure: Figure) -> Any:
    """Say what the picture is, and take out what is for a mouse and a script."""
    for parent in list(root.iter()):
        for child in list(parent):
            if isinstance(child.tag, str) and child.tag.rpartition("}")[2] in {"script", "title", "desc"}:
                parent.remove(child)
    title, described = (root.makeelement(f"{{{_SVG}}}{name}", {"id": name}) for name in ("title", "desc"))
    title.text, described.text = report_words.heading(figure).title, report_words.description(figure)
    root.insert(0, title)
    root.insert(1, described)
    root.set("role", "img")
    root.set("aria-labelledby", "title desc")
    return root
