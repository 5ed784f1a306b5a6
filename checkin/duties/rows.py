"""A duty's row, and how it is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, select

from checkin import buddies, outbox, people, phrases, wording
from checkin.conversation.effects import Stream
from checkin.store.models import Duty as Stored
from checkin.store.models import Group, Meeting, Person
from checkin.store.work import Work
from checkin.wording import Variant

Status = Literal["planned", "asked", "confirmed", "silent", "proposed", "offered", "covered", "nobody", "over"]
# Somebody's word is still wanted.
OPEN: tuple[Status, ...] = ("asked", "silent", "proposed", "offered", "nobody")


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that somebody has undertaken, from one moment (UTC) until another; its row is locked.

    `kind` is "shift", "meeting" or "week", `subject` which one, `status` one of Status; `wanted` is who would take it
    over, when somebody has been named, and `covered_by` who has."""

    id: UUID
    kind: str
    subject: UUID
    starts: datetime
    ends: datetime
    person_id: UUID
    status: str
    wanted: UUID | None
    covered_by: UUID | None


def lock(work: Work, duty_id: UUID) -> Duty | None:
    """Return a duty, its row locked, or None."""
    row = work.conn.execute(
        select(
            Stored.id, Stored.kind, Stored.subject, Stored.starts, Stored.ends, Stored.person_id, Stored.status,
            Stored.wanted, Stored.covered_by,
        ).where(Stored.id == duty_id).with_for_update()
    ).first()  # fmt: skip
    return Duty(*row) if row else None


def said(work: Work, duty: Duty, language: str, zone: ZoneInfo, variant: Variant) -> str:
    """Return what a duty is ("on call, Tuesday 24 November, 08:00 to 20:00"), on the clock of its reader."""
    starts, ends = duty.starts.astimezone(zone), duty.ends.astimezone(zone)
    short = duty.ends - duty.starts <= timedelta(days=1)
    values = {
        "starts": wording.day_and_time(starts, language),
        "ends": f"{ends:%H:%M}" if short else wording.day_and_time(ends, language),
    }
    if duty.kind == "meeting":
        group = select(Group.name).join(Meeting, Meeting.group_id == Group.id).where(Meeting.id == duty.subject)
        values["group"] = work.conn.execute(group).scalar_one_or_none() or "?"
    if duty.kind == "week":
        whose = buddies.member_of(work, duty.subject)
        values = {
            "member": people.first_name(work, whose) if whose else "?",
            "starts": wording.day(starts, language),
            "ends": wording.day(ends - timedelta(minutes=1), language),
        }
    return wording.say(f"duty.{duty.kind}", language, variant, values, phrases.current(work))


def person(work: Work, person_id: UUID) -> RowMapping:
    """Return what is needed to write to somebody and to know when they may be disturbed."""
    return (
        work.conn.execute(
            select(
                Person.name, Person.language, Person.zone, Person.discreet, Person.safe_from, Person.safe_to,
                Person.status,
            ).where(Person.id == person_id)
        )
        .mappings()
        .one()
    )  # fmt: skip


def tell(work: Work, person_id: UUID, key: str, duty: Duty, values: Mapping[str, str]) -> None:
    """Owe somebody a sentence about a duty that asks for nothing; once for ever."""
    to = person(work, person_id)
    what = said(work, duty, to["language"], ZoneInfo(to["zone"]), "discreet" if to["discreet"] else "text")
    outbox.owe(
        work,
        person_id,
        "text",
        Stream.NOTICE,
        key,
        {**values, "duty": what},
        subject=duty.id,
        expires_at=duty.starts,
        dedupe=f"{key}:{duty.id}:{person_id}:{duty.covered_by or duty.wanted or ''}",
    )
