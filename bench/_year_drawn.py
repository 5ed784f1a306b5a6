"""A year drawn: what is stored, table by table, and what things cost beside a tenth of it. For docs/operations.md."""

from collections.abc import Mapping
from pathlib import Path

import pygal

from console.plots import STYLE


def sizes(file: Path, title: str, gigabytes: Mapping[str, tuple[float, float]]) -> None:
    """Draw each table's own size and its indexes'."""
    chart = _chart(pygal.HorizontalStackedBar, title, "GB", list(gigabytes)[::-1])
    for place, what in enumerate(("table", "indexes")):
        chart.add(what, [round(sizes[place], 2) for sizes in gigabytes.values()][::-1])
    chart.render_to_file(str(file))


def costs(file: Path, title: str, small: Mapping[str, float], large: Mapping[str, float]) -> None:
    """Draw what each thing costs, in milliseconds."""
    chart = _chart(pygal.HorizontalBar, title, "ms", list(large)[::-1])
    chart.add("the whole year", [round(large[what], 1) for what in large][::-1])
    chart.add("a tenth of it", [round(small[what], 1) for what in large][::-1])
    chart.render_to_file(str(file))


def _chart(kind: type, title: str, unit: str, names: list[str]) -> pygal.graph.graph.Graph:
    return kind(
        style=STYLE, js=(), width=960, height=160 + 54 * len(names), title=title, x_title=unit, x_labels=names,
        legend_at_bottom=True, truncate_label=-1, truncate_legend=-1, disable_xml_declaration=True,
    )  # fmt: skip
