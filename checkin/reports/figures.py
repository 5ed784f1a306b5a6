"""The figures of a report, read from what the clock has counted: small numbers are left out here, for every page."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text

from checkin.reports.weeks import Period, shown
from checkin.store.models import Group
from checkin.store.work import Work

EVERYBODY = UUID(int=0)
BANDS = ("m5", "m15", "h1", "h4", "d1", "later", "itself", "nobody")
_CHECKINS = ("self", "other", "staff", "unconfirmed", "open", "away", "left_out")
_SEVERITIES = ("red", "amber", "task")
_MOST_AREAS = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as it may be shown. `hidden`: something of it, or (`number` None) all of it, is too small to show."""

    number: int | None
    hidden: bool = False


NOUGHT = Cell(0)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a week (its Monday, as a date) or a code, and a cell for each column."""

    name: date | str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Figure:
    """One table, and the plot of it. `about` names the question of an outcome; columns are codes."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]
    about: str = ""


_READ = text(
    """
    SELECT t.week, t.measure, t.code, t.n, t.people, a.people - t.people AS others
    FROM tallies t JOIN tallies a ON a.week = t.week AND a.measure = t.measure AND a.code = t.code
    AND a.group_id = :everybody WHERE t.group_id = :group AND t.week BETWEEN :first AND :last
    """
)
# By measure and code: what may be shown of each week.
_Found = Mapping[str, Mapping[str, Mapping[date, Cell]]]


def figures(work: Work, period: Period, group: UUID | None = None) -> list[Figure]:
    """Return the figures of a report about these weeks, of one group or of everybody. Two statements."""
    found = _read(work, period, group)
    names = [
        _by_week("checkins", _CHECKINS, found["checkins"], period),
        _human(found["human"]),
        _by_week("attendance", ("came", "did_not"), found["attendance"], period),
        _delivery(found["delivery"]),
        _areas(found["areas"]),
    ]
    return names + _outcomes(work, found["outcomes"], period)


def _read(work: Work, period: Period, group: UUID | None) -> _Found:
    values = {"everybody": EVERYBODY, "group": group or EVERYBODY, "first": period.first, "last": period.last}
    found: defaultdict[str, defaultdict[str, dict[date, Cell]]] = defaultdict(lambda: defaultdict(dict))
    for row in work.conn.execute(_READ, values):
        number = shown(row.n, row.people, row.others, work.settings.small_numbers)
        found[row.measure][row.code][row.week] = Cell(number, number is None)
    return found


def _sum(cells: Iterable[Cell]) -> Cell:
    """Return shown numbers added up; None when there is nothing else than what may not be shown."""
    cells = list(cells)
    hidden = any(cell.hidden for cell in cells)
    numbers = [cell.number for cell in cells if cell.number is not None]
    return Cell(sum(numbers) if numbers or not hidden else None, hidden)


def _by_week(
    name: str, columns: Sequence[str], found: Mapping[str, Mapping[date, Cell]], period: Period, about: str = ""
) -> Figure:
    rows = [Row(week, [found.get(code, {}).get(week, NOUGHT) for code in columns]) for week in period.weeks]
    return Figure(name, columns, rows, about)


def _table(
    name: str,
    columns: Sequence[str],
    rows: Iterable[str],
    cells: Callable[[str, str], Mapping[date, Cell]],
) -> Figure:
    return Figure(name, columns, [Row(row, [_sum(cells(row, c).values()) for c in columns]) for row in rows])


def _human(found: Mapping[str, Mapping[date, Cell]]) -> Figure:
    return _table("human", _SEVERITIES, BANDS, lambda band, severity: found.get(f"{severity}:{band}", {}))


def _delivery(found: Mapping[str, Mapping[date, Cell]]) -> Figure:
    fates = sorted({code.partition(":")[2] for code in found})
    return _table("delivery", ("text", "call"), fates, lambda fate, medium: found.get(f"{medium}:{fate}", {}))


def _areas(found: Mapping[str, Mapping[date, Cell]]) -> Figure:
    names = sorted({code.partition(":")[2] for code in found})
    whole = _table("areas", ("missed", "asked"), names, lambda area, what: found.get(f"{what}:{area}", {}))
    most = sorted(whole.rows, key=lambda row: (-(row.cells[0].number or 0), str(row.name)))
    return Figure(whole.name, whole.columns, most[:_MOST_AREAS])


_QUESTIONS = text("SELECT ref, least, most, ask FROM outcome_questions ORDER BY ref")


def _outcomes(work: Work, found: Mapping[str, Mapping[date, Cell]], period: Period) -> list[Figure]:
    made = []
    for question in work.conn.execute(_QUESTIONS):
        columns = [str(value) for value in range(question.least, question.most + 1)] + ["none"]
        answers = {code: found.get(f"{question.ref}:{code}", {}) for code in columns}
        about = question.ask.get("en") or next(iter(question.ask.values()))
        made.append(_by_week(f"outcome-{question.ref}", columns, answers, period, about))
    return made


def groups(work: Work) -> list[tuple[UUID, str]]:
    """Return every group, by name."""
    return [(row.id, row.name) for row in work.conn.execute(select(Group.id, Group.name).order_by(Group.name))]
