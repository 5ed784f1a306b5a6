"""What came of a night: who got what when, and how long it took until a person had each case."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from checkin import people
from checkin.bootstrap import Line as TheLine
from checkin.rehearsal.scenario import ZONE

_KINDS = {
    "opened": "case {case} is opened: {detail}",
    "joined": "case {case} grows: {detail}",
    "raised": "case {case} is now {detail}",
    "alarm": "ALARM, case {case}: {detail}",
    "taken": "{who} takes case {case}",
    "declined": "{who} passes case {case} on",
    "unreached": "nobody of that page could be reached",
    "heard_from": "{who} has been heard from, and is well",
    "closed": "case {case} is closed",
}


_HEARD = {"say": "hears", "keys": "presses"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline: when (aware), at whose phone ("": the line itself), and what."""

    at: datetime
    whose: str
    what: str

    def __str__(self) -> str:
        return f"{self.at.astimezone(ZONE):%H:%M:%S}  {self.whose:10}  {self.what}"


@dataclass(frozen=True, slots=True)
class Reached:
    """How a case fared: `paged` and `taken` are how long after it was opened; None: not at all."""

    case: int
    severity: str
    about: str
    paged: timedelta | None
    taken: timedelta | None
    taker: str
    closed: bool

    def __str__(self) -> str:
        about = f"Case {self.case}, {self.severity.upper()}, about {self.about}"
        if self.taken is None and self.closed:
            return f"{about}: settled before anybody had to take it."
        if self.taken is None:
            return f"{about}: nobody has taken it."
        first = f"the first page after {_span(self.paged)}, " if self.paged is not None else ""
        return f"{about}: {first}taken by {self.taker} after {_span(self.taken)}."


def said(name: str, sent: dict[str, Any]) -> Line:
    """Return the line for a text that left a phone or came to it."""
    if sent["direction"] == "out":
        return Line(_moment(sent["at"]), name, f"texts: {sent['body']}")
    if sent["arrived"] is None:
        return Line(_moment(sent["at"]), name, f"does not get the text: {sent['body']}")
    return Line(_moment(sent["arrived"]), name, f"gets the text: {sent['body']}")


def heard(name: str, call: dict[str, Any]) -> Iterator[Line]:
    """Yield the lines for a call, as far as it has come."""
    began = _moment(call["at"])
    if call["direction"] == "out":
        yield Line(began, name, "rings the line")
    else:
        yield Line(began, name, "is rung")
    if call["answered"] is not None:
        yield Line(_moment(call["answered"]), name, "answers")
    elif call["ended"] is not None and call["direction"] == "in":
        yield Line(_moment(call["ended"]), name, f"is not reached: {call['status']}")
    for told in call["heard"]:
        if told["kind"] in _HEARD:
            yield Line(_moment(told["at"]), name, f"{_HEARD[told['kind']]}: {told['text']}")


_EVENTS = text(
    "SELECT e.at, e.kind, e.detail, c.number, e.person_id FROM case_events e JOIN cases c ON c.id = e.case_id "
    "ORDER BY e.id"
)
_CASES = text(
    """
    SELECT c.number, c.severity, c.status, c.person_id, c.opened_at,
           (SELECT min(e.at) FROM case_events e WHERE e.case_id = c.id AND e.kind = 'paged') AS paged,
           t.at AS taken, t.person_id AS taker
    FROM cases c LEFT JOIN LATERAL (
        SELECT e.at, e.person_id FROM case_events e WHERE e.case_id = c.id AND e.kind = 'taken' ORDER BY e.id LIMIT 1
    ) t ON true ORDER BY c.number
    """
)


def happened(line: TheLine) -> list[Line]:
    """Return what stands on the timelines of the cases."""
    with line.store.work(line.clock()) as work:
        lines = []
        for row in work.conn.execute(_EVENTS):
            if row.kind in _KINDS:
                # Behind the reasons stand people's own words, which have been on the timeline already.
                detail = (row.detail or "").split(";")[0]
                who = people.first_name(work, row.person_id) if row.person_id else "Somebody"
                what = _KINDS[row.kind].format(case=row.number, detail=detail, who=who)
                lines.append(Line(row.at, "", what))
    return lines


def reached(line: TheLine) -> list[Reached]:
    """Return how every case fared."""
    with line.store.work(line.clock()) as work:

        def name(person: UUID | None) -> str:
            return people.first_name(work, person) if person else "somebody the line does not know"

        return [
            Reached(
                row.number,
                row.severity,
                name(row.person_id),
                row.paged - row.opened_at if row.paged else None,
                row.taken - row.opened_at if row.taken else None,
                name(row.taker) if row.taker else "",
                row.status == "closed",
            )
            for row in work.conn.execute(_CASES)
        ]


def kept(cases: Sequence[Reached], promise: timedelta) -> bool:
    """Tell whether a person had every RED case within the promised time."""
    return all(case.taken is not None and case.taken <= promise for case in cases if case.severity == "red")


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _span(span: timedelta | None) -> str:
    seconds = int(span.total_seconds()) if span is not None else 0
    return f"{seconds // 60} min {seconds % 60:02} s"
