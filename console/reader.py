"""How the reader of danger does, by what staff said of its flags."""

from flask import Blueprint, Response, render_template

from checkin import audit, verdicts
from checkin.conversation.risk import CATEGORIES
from console import words
from console.desk import Desk, me

# A number of people so small could be one that somebody knows; the page shows none between nought and this.
FEWEST = 5


def room(desk: Desk) -> Blueprint:
    """Return the room: `/reader`."""
    door = Blueprint("reader", __name__)

    def show() -> Response:
        with desk.work() as work:
            counts = verdicts.counts(work)
            tables = [
                ("How grave", [(words.SEVERITIES[level], count) for level, count in counts["level"]]),
                ("Why", [(CATEGORIES.get(code, code).capitalize(), count) for code, count in counts["reason"]]),
                ("Month", counts["month"]),
            ]
            page = render_template("reader.html", tables=tables, number=number, fewest=FEWEST)
            audit.record(work, me().person_id, "read_figures", "reader")
        return Response(page)

    door.add_url_rule("/reader", "show", show)
    return door


def number(count: int) -> str:
    """Return a number as it may be shown."""
    return f"fewer than {FEWEST}" if 0 < count < FEWEST else f"{count:,}"
