"""People for the benches, straight into the tables: as `checkin load` would store them, many at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from uuid import UUID

from bench._tools import fictional_numbers
from checkin.conversation.events import Opened
from checkin.conversation.machine import advance
from checkin.conversation.state import Conversation, to_json
from checkin.rungs import DEFAULT_LADDER
from checkin.store.ids import new_id
from checkin.store.models import (
    Base,
    CheckIn,
    Group,
    Meeting,
    Membership,
    Person,
    PersonPhone,
    Phone,
    Plan,
    Shift,
    Staff,
    Timer,
)
from checkin.store.work import Work

_STREAMS = ["checkins", "reminders", "buddy"]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with a phone, and their open check-in where they have one."""

    id: UUID
    phone_id: UUID
    number: str
    check_in_id: UUID | None
    plan_id: UUID


def empty(work: Work) -> None:
    """Take everything out of every table."""
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
    work.conn.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")


def settle_in(work: Work, many: int, *, asked: bool = False, due_at: datetime | None = None) -> Sequence[Somebody]:
    """Store `many` people in groups of twenty that meet every Thursday, each with a mobile and a plan for every
    morning; and two colleagues on call.

    `asked`: each has an open check-in whose first text has just gone out. `due_at`: when the plans are due next
    (default: tomorrow). Raises ValueError for more people than there are numbers of fiction.
    """
    due_at = due_at or work.now + timedelta(days=1)
    people = [
        Somebody(new_id(), new_id(), number, new_id() if asked else None, new_id())
        for number in islice(fictional_numbers(), many + 2)
    ]
    if len(people) < many + 2:
        raise ValueError(f"There are numbers for {len(people) - 2} people, and {many} were asked for.")
    work.add_all(Person, list(_people(work, people)))
    work.add_all(Phone, [_phone(work, p) for p in people])
    work.add_all(PersonPhone, [{"person_id": p.id, "phone_id": p.phone_id, "rank": 1} for p in people])
    *members, sue, omar = people
    work.add_all(Plan, [_plan(p, due_at) for p in members])
    _groups(work, members)
    if asked:
        work.add_all(CheckIn, [_check_in(p, work.now) for p in members])
        work.add_all(Timer, [_silence(p, work.now) for p in members])
    work.add_all(Shift, [_shift(p, rank) for rank, p in enumerate((sue, omar), start=1)])
    work.add(Staff, person_id=sue.id, email="sue@example.org", role="safeguarding")
    return members


def _people(work: Work, people: Sequence[Somebody]) -> Iterator[dict[str, object]]:
    for i, p in enumerate(people):
        state = None
        if p.check_in_id is not None:
            state = to_json(advance(Conversation(), Opened("checkin", str(p.check_in_id)))[0])
        yield {
            "id": p.id,
            "ref": f"p{i}",
            "name": work.vault.seal("Sam", "people.name"),
            "streams": _STREAMS,
            "state": state,
        }


def _groups(work: Work, members: Sequence[Somebody]) -> None:
    groups = [(new_id(), members[i : i + 20]) for i in range(0, len(members), 20)]
    work.add_all(Group, [{"id": group_id, "name": "Harbour group"} for group_id, _ in groups])
    work.add_all(Meeting, [_meeting(group_id) for group_id, _ in groups])
    work.add_all(Membership, [{"group_id": group_id, "person_id": p.id} for group_id, few in groups for p in few])


def _meeting(group_id: UUID) -> dict[str, object]:
    return {
        "id": new_id(),
        "group_id": group_id,
        "rule": "FREQ=WEEKLY;BYDAY=TH",
        "starts": datetime(2026, 1, 8, 19),  # noqa: DTZ001  # wall-clock time has no zone
        "zone": "Europe/London",
        "venue": "The library",
    }


def _phone(work: Work, p: Somebody) -> dict[str, object]:
    sealed = work.vault.seal(p.number, "phones.number")
    return {"id": p.phone_id, "number": sealed, "number_index": work.vault.index(p.number), "line": "mobile"}


def _plan(p: Somebody, due_at: datetime) -> dict[str, object]:
    return {
        "id": p.plan_id,
        "person_id": p.id,
        "rule": "FREQ=DAILY",
        "at": time(10),
        "ladder": list(DEFAULT_LADDER),
        "next_due_at": due_at,
    }


def _check_in(p: Somebody, now: datetime) -> dict[str, object]:
    return {"id": p.check_in_id, "person_id": p.id, "plan_id": p.plan_id, "due_at": now, "ladder": ["text", "call"]}


def _silence(p: Somebody, now: datetime) -> dict[str, object]:
    return {"id": new_id(), "kind": "silence", "due_at": now + timedelta(minutes=30), "person_id": p.id, "turn": 1}


def _shift(p: Somebody, rank: int) -> dict[str, object]:
    return {
        "id": new_id(),
        "person_id": p.id,
        "rule": "FREQ=DAILY",
        "starts": datetime(2026, 1, 1),  # noqa: DTZ001  # wall-clock time has no zone
        "minutes": 24 * 60,
        "zone": "Europe/London",
        "rank": rank,
    }
