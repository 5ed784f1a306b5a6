"""What the codes of a report mean, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from checkin.reports import Cell, Figure
from console import words


@dataclass(frozen=True, slots=True)
class Heading:
    """What a figure is called, what it shows, and what its rows are."""

    title: str
    says: str
    rows: str


_HEADINGS: Mapping[str, Heading] = {
    "checkins": Heading(
        "Check-ins",
        "What became of the check-ins that were due: answered by the member, seen to by somebody else, or still quiet.",
        "Week of",
    ),
    "human": Heading(
        "Time to a person",
        "How long it took from when a case was opened until somebody had it, by how grave it was at last.",
        "Taken within",
    ),
    "attendance": Heading(
        "Attendance", "Who came to meetings and who did not, where it was marked. Nobody is named.", "Week of"
    ),
    "delivery": Heading(
        "Messages and what became of them",
        "Texts and calls that went out, arrived, failed, were held back or were not sent, and why.",
        "What became of it",
    ),
    "areas": Heading(
        "Missed check-ins by area",
        "Check-ins whose first try was not answered, where the member lives, beside all that were asked.",
        "Area",
    ),
}
_OUTCOME = Heading("How it goes", "Answers to: {about}", "Week of")

_COLUMNS: Mapping[str, str] = {
    "self": "Answered by the member",
    "other": "Somebody was in touch",
    "staff": "Closed by staff",
    "unconfirmed": "Nobody has confirmed",
    "open": "Still open",
    "away": "Away after all",
    "left_out": "Left out",
    "red": "RED",
    "amber": "AMBER",
    "task": "Tasks",
    "came": "Came",
    "did_not": "Did not come",
    "text": "Texts",
    "call": "Calls",
    "missed": "Missed",
    "asked": "Asked",
    "none": "No answer",
}
_ROWS: Mapping[str, str] = {
    "m5": "5 minutes",
    "m15": "15 minutes",
    "h1": "1 hour",
    "h4": "4 hours",
    "d1": "1 day",
    "later": "Longer",
    "itself": "Closed by itself",
    "nobody": "Not taken yet",
    "delivered": "Delivered",
    "on_its_way": "On its way, or the carrier has not said",
    "reached": "Reached: somebody pressed a key",
    "not_reached": "Rung, and nobody was reached",
    "waiting": "Waiting",
    "": "Not known",
}
_FATES: Mapping[str, str] = {"dropped": "Not sent", "held": "Held back", "failed": "Failed"}


def heading(figure: Figure) -> Heading:
    """Return what a figure is called and what it shows."""
    if figure.about:
        return Heading(_OUTCOME.title, _OUTCOME.says.format(about=figure.about), _OUTCOME.rows)
    return _HEADINGS[figure.name]


def column(code: str) -> str:
    """Return what a column is called."""
    return _COLUMNS.get(code, code)


def row(name: date | str) -> str:
    """Return what a row is called: a week by its Monday."""
    if isinstance(name, date):
        return format_date(name, "d MMM y", locale="en_GB")
    fate, _, why = name.partition(":")
    if fate in _FATES and why:
        return f"{_FATES[fate]}: {f'carrier code {why}' if why.isdecimal() else words.WHY_NOT.get(why, why)}"
    return _ROWS.get(name, name)


def cell(one: Cell, fewest: int) -> str:
    """Return a number as it is shown. Where something of a sum is too small to be shown, it is at least the rest."""
    if one.number is None:
        return f"fewer than {fewest} people"
    return f"{one.number:,}{' or more' if one.hidden else ''}"


def description(figure: Figure) -> str:
    """Return in one sentence what a plot shows, for whoever does not see it."""
    names = ", ".join(column(code) for code in figure.columns)
    return f"{heading(figure).says} Shown: {names}. The same numbers stand in the table below the plot."


def header(figure: Figure) -> Sequence[str]:
    """Return the headings of a table."""
    return [heading(figure).rows, *(column(code) for code in figure.columns)]
