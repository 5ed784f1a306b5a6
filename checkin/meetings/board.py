"""What staff read of groups and meetings: each page in a number of questions that does not grow with what it shows.

`groups` everywhere: the ids of those that somebody may see; None is every group there is.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, true

from checkin.meetings.coming import HELPERS, Headcount, facilitators_of, headcount
from checkin.meetings.held import Kept, Occurrence, coming, exceptional, series_where
from checkin.meetings.keeping import draft_of, in_words
from checkin.store.models import Group, Meeting, MeetingChange, Membership, Person
from checkin.store.work import Work

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in the list: how many belong to it, who runs it, and its next meeting."""

    id: UUID
    name: str
    area: str
    members: int
    run_by: tuple[str, ...]
    next: Occurrence | None


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """A series on its group's page: in words."""

    kept: Kept
    words: str


@dataclass(frozen=True, slots=True)
class GroupFile:
    """A group: whoever helps in it by name and role, when it meets, and what comes next."""

    line: GroupLine
    helpers: tuple[tuple[UUID, str, str], ...]
    series: tuple[SeriesLine, ...]
    coming: tuple[Occurrence, ...]
    past: tuple[Occurrence, ...]


def list_groups(work: Work, groups: Collection[UUID] | None) -> list[GroupLine]:
    """Return groups by name."""
    which: ColumnElement[bool] = true() if groups is None else Group.id.in_(groups)
    members = func.count(Membership.person_id).filter(Membership.role == "member")
    rows = work.conn.execute(
        select(Group.id, Group.name, Group.area, members.label("members"))
        .outerjoin(Membership, Membership.group_id == Group.id)
        .where(which)
        .group_by(Group.id)
        .order_by(Group.name, Group.id)
    ).all()
    ids = [row.id for row in rows]
    runs = _helpers(work, ids)
    kept = series_where(work, Meeting.group_id.in_(ids))
    next_of: dict[UUID, Occurrence] = {}
    for series_id, found in coming(work, kept, work.now).items():
        group_id = next(one.group_id for one in kept if one.id == series_id)
        for one in islice(found, 1):
            if group_id not in next_of or one.starts < next_of[group_id].starts:
                next_of[group_id] = one
    return [
        GroupLine(
            row.id, row.name, row.area or "", row.members,
            tuple(name for _, name, role in runs[row.id] if role == "facilitator"), next_of.get(row.id),
        )
        for row in rows
    ]  # fmt: skip


def _helpers(work: Work, groups: Sequence[UUID]) -> defaultdict[UUID, list[tuple[UUID, str, str]]]:
    """Return who runs and who covers groups: (id, name, role), those who run it first."""
    rows = work.conn.execute(
        select(Membership.group_id, Person.id, Person.name, Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.group_id.in_(groups), Membership.role.in_(HELPERS), Person.status == "active")
        .order_by(Membership.role.desc(), Person.id)
    )
    found: defaultdict[UUID, list[tuple[UUID, str, str]]] = defaultdict(list)
    for row in rows:
        found[row.group_id].append((row.id, work.vault.open(row.name, "people.name"), row.role))
    return found


def group(work: Work, group_id: UUID) -> GroupFile | None:
    """Return one group, or None."""
    lines = list_groups(work, [group_id])
    if not lines:
        return None
    kept = series_where(work, Meeting.group_id == group_id)
    to_come = coming(work, kept, work.now)
    soon = sorted((one for found in to_come.values() for one in islice(found, _SHOWN)), key=lambda one: one.starts)
    past = [one for one in between(work, kept, work.now - timedelta(days=60), work.now) if one.status == "planned"]
    return GroupFile(
        lines[0],
        tuple(_helpers(work, [group_id])[group_id]),
        tuple(SeriesLine(one, in_words(draft_of(one))) for one in kept),
        tuple(soon[:_SHOWN]),
        tuple(past[::-1][:_SHOWN]),
    )


def between(work: Work, kept: Sequence[Kept], first: datetime, last: datetime) -> list[Occurrence]:
    """Return the meetings of series that begin after `first` and not after `last`, those that are off among them."""
    rows = exceptional(work, kept, first)
    found = [
        one for each in coming(work, kept, first).values() for one in takewhile(lambda one: one.starts <= last, each)
    ]
    off = (one for of in rows.values() for one in of.values() if one.status == "cancelled")
    found += [one for one in off if first < one.starts <= last]
    return sorted(found, key=lambda one: (one.starts, one.group, one.meeting_id))


def month(work: Work, groups: Collection[UUID] | None, first: date) -> list[Occurrence]:
    """Return the meetings of the month that begins with a day of the line's own zone."""
    zone = work.settings.zone
    following = (first + timedelta(days=31)).replace(day=1)
    begins, ends = (datetime.combine(day, time.min, zone) for day in (first, following))
    kept = series_where(work, true() if groups is None else Meeting.group_id.in_(groups))
    instant = timedelta(microseconds=1)
    return between(work, kept, begins - instant, ends - instant)


@dataclass(frozen=True, slots=True)
class Message:
    """What a member wrote about a meeting to whoever runs it."""

    at: datetime
    sender: str
    words: str


@dataclass(frozen=True, slots=True)
class Past:
    """A change that was made: when, by whom ("" for a file), what kind, and from when to when."""

    at: datetime
    by: str
    kind: str
    was_at: datetime
    now_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the telling of the newest change has come; `ringing` have been rung, and nobody has picked up yet.
    `not_told`: names, and why, as stable words."""

    told: int
    ringing: int
    waiting: int
    waits_until: datetime | None
    not_told: tuple[tuple[str, str], ...]

    @property
    def done(self) -> bool:
        """Whether nobody waits any more."""
        return self.waiting == 0


@dataclass(frozen=True, slots=True)
class MeetingFile:
    """What is known of one meeting besides itself."""

    headcount: Headcount
    run_by: tuple[str, ...]
    helpers: tuple[tuple[UUID, str, str], ...]
    messages: tuple[Message, ...]
    changes: tuple[Past, ...]
    progress: Progress | None


def meeting(work: Work, occurrence: Occurrence) -> MeetingFile:
    """Return what staff see of one meeting."""
    helpers = _helpers(work, [occurrence.group_id])[occurrence.group_id]
    changes = _changes(work, occurrence)
    return MeetingFile(
        headcount(work, occurrence.id),
        _names(work, facilitators_of(work, occurrence)),
        tuple(helpers),
        _messages(work, occurrence),
        changes,
        _progress(work, occurrence, changes[0]) if changes else None,
    )


def _names(work: Work, ids: Sequence[UUID]) -> tuple[str, ...]:
    rows = work.conn.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all()
    found = {row.id: work.vault.open(row.name, "people.name") for row in rows}
    return tuple(found[one] for one in ids if one in found)


_WORDS = text(
    "SELECT at, arguments FROM every_message WHERE subject = :occurrence AND wording = 'meeting.message' "
    "AND arguments IS NOT NULL ORDER BY at, id"
)


def _messages(work: Work, occurrence: Occurrence) -> tuple[Message, ...]:
    found = []
    for row in work.conn.execute(_WORDS, {"occurrence": occurrence.id}):
        said = work.vault.open_json(row.arguments, "messages.arguments")
        found.append(Message(row.at, said["sender"], said["words"]))
    # Several may run a group: each was handed the same words at the same moment.
    return tuple(dict.fromkeys(found))


def _changes(work: Work, occurrence: Occurrence) -> tuple[Past, ...]:
    rows = work.conn.execute(
        select(
            MeetingChange.at, Person.name, MeetingChange.kind, MeetingChange.was_at, MeetingChange.now_at,
            MeetingChange.version,
        )
        .outerjoin(Person, Person.id == MeetingChange.by)
        .where(MeetingChange.occurrence_id == occurrence.id)
        .order_by(MeetingChange.version.desc())
    )  # fmt: skip
    return tuple(
        Past(row.at, work.vault.open(row.name, "people.name") if row.name else "", row.kind, row.was_at, row.now_at,
             row.version)
        for row in rows
    )  # fmt: skip


_SENT = text(
    """
    SELECT p.name, m.status, m.reason, m.due_at, m.medium = 'call' AND NOT m.reached AS rings
    FROM every_message m JOIN people p ON p.id = m.person_id
    WHERE m.subject = :occurrence AND m.at >= :since AND m.wording = ANY(:keys)
    """
)
_OPENING = text("SELECT count(*) FROM timers WHERE subject = :occurrence AND topic = 'moved' AND kind = 'open'")
_KEYS = {
    "moved": ["meeting.moved.ask", "meeting.moved"],
    "place": ["meeting.place"],
    "cancelled": ["meeting.cancelled"],
    "restored": ["meeting.restored"],
    "runs": ["meeting.runs", "meeting.runs_else"],
}


_GONE = frozenset({"sent", "leased", "unknown"})


def _progress(work: Work, occurrence: Occurrence, newest: Past) -> Progress:
    values = {"occurrence": occurrence.id, "since": newest.at, "keys": _KEYS[newest.kind]}
    rows = work.conn.execute(_SENT, values).all()
    waits = [row.due_at for row in rows if row.status == "owed"]
    lost = [row for row in rows if row.status in {"dropped", "failed"} and row.reason != "not_relevant"]
    return Progress(
        told=sum(row.status in _GONE and not row.rings for row in rows),
        ringing=sum(row.status in _GONE and row.rings for row in rows),
        waiting=len(waits) + work.conn.execute(_OPENING, {"occurrence": occurrence.id}).scalar_one(),
        waits_until=max((due for due in waits if due > work.now), default=None),
        not_told=tuple((work.vault.open(row.name, "people.name"), row.reason or "failed") for row in lost),
    )
