"""What a group is called and how it is found, and who runs it and who covers: made, changed and chosen by staff. Who
else belongs to it is each person's page."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import audit, joining, meetings, people, wording
from checkin.errors import BadInput
from checkin.store.ids import new_id
from checkin.store.models import Group, Membership, Person, Staff
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Called:
    """A group's name, where it is, what it is for, what to expect of the first time, and its code for JOIN; "" for what
    is not said."""

    name: str
    area: str = ""
    about: str = ""
    expect: str = ""
    join_code: str = ""


def called(work: Work, group_id: UUID) -> Called | None:
    """Return what a group is called, its row locked; None when there is none."""
    columns = (Group.name, Group.area, Group.about, Group.expect, Group.join_code)
    row = work.conn.execute(select(*columns).where(Group.id == group_id).with_for_update()).first()
    return Called(*(value or "" for value in row)) if row else None


def create(work: Work, wanted: Called, *, by: UUID) -> UUID:
    """Make a group; return its id. Raises BadInput with one sentence."""
    group_id = new_id()
    work.conn.execute(insert(Group).values(id=group_id, by_hand=True, **_columns(work, wanted, group_id)))
    audit.record(work, by, "made_group", f"group {group_id}")
    return group_id


def rename(work: Work, group_id: UUID, wanted: Called, *, by: UUID) -> None:
    """Call a group otherwise; the organisation file leaves it alone from then on. Raises BadInput with one sentence."""
    columns = _columns(work, wanted, group_id)
    work.conn.execute(update(Group).where(Group.id == group_id).values(by_hand=True, **columns))
    audit.record(work, by, "changed_group", f"group {group_id}")


def _columns(work: Work, wanted: Called, group_id: UUID) -> dict[str, str | None]:
    code = joining.folded(wanted.join_code)
    if wanted.join_code and not joining.CODE.fullmatch(code):
        raise BadInput("A code for JOIN is 3 to 20 letters and digits.")
    # Two who give the same code or name at the same moment wait for each other here.
    work.conn.exec_driver_sql("LOCK TABLE groups IN SHARE ROW EXCLUSIVE MODE")
    others = work.conn.execute(select(Group.name, Group.join_code).where(Group.id != group_id)).all()
    if any(other.name.casefold() == wanted.name.casefold() for other in others):
        raise BadInput("There is a group of this name already: add where it meets, or when.")
    if code and any(other.join_code == code for other in others):
        raise BadInput("Another group has this code, or one that is read the same: 0 is O, and 1 is I and L.")
    return {name: value or None for name, value in (asdict(wanted) | {"join_code": code}).items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a group. `role`: facilitator, cover, member, trying, or "" for none; `texted`: whether the
    line can text them; `away_until`: their pause; `sees`: they log in as a facilitator, who sees what they run."""

    name: str
    status: str
    role: str
    texted: bool
    away_until: datetime | None
    sees: bool


# What somebody may be chosen for; the last two are for somebody who helps, and is to help no more.
CHOICES = (*meetings.HELPERS, "member", "gone")
_CANNOT: Mapping[str, str] = MappingProxyType(
    {
        "invited": "They have not said yes to the line yet: wait until they have.",
        "suspended": "They are suspended, and nothing is sent to them: see to that first.",
        "ended": "They have left the line.",
    }
)


def standing(work: Work, group_id: UUID, person_id: UUID) -> Standing | None:
    """Return how somebody stands to a group, whose row is locked; None when there is no such group, or nobody."""
    if work.conn.execute(select(Group.id).where(Group.id == group_id).with_for_update()).first() is None:
        return None
    mine = (Membership.person_id == Person.id) & (Membership.group_id == group_id)
    logs_in = (Staff.person_id == Person.id) & Staff.ended_at.is_(None) & (Staff.role == "facilitator")
    row = work.conn.execute(
        select(
            Person.name, Person.status, Person.safe_to_text, Person.text_blocked, Person.paused_until,
            func.coalesce(Membership.role, "").label("role"), Staff.person_id.is_not(None).label("sees"),
        ).outerjoin(Membership, mine).outerjoin(Staff, logs_in).where(Person.id == person_id)
    ).first()  # fmt: skip
    if row is None:
        return None
    texted = row.safe_to_text and not row.text_blocked and bool(people.numbers(work, person_id))
    away = row.paused_until if row.paused_until and row.paused_until > work.now else None
    return Standing(work.vault.open(row.name, "people.name"), row.status, row.role, texted, away, row.sees)


# A meeting to come that they were named for, or have said yes to stepping in at.
_NAMED = text(
    """
    SELECT starts, zone FROM (
        SELECT o.starts_at AS starts, m.zone FROM occurrences o JOIN meetings m ON m.id = o.meeting_id
        WHERE m.group_id = :group AND o.runs_id = :person AND o.status = 'planned'
        UNION SELECT d.starts, m.zone FROM duties d JOIN meetings m ON m.id = d.subject
        WHERE m.group_id = :group AND d.kind = 'meeting' AND d.covered_by = :person
    ) named WHERE starts > :now ORDER BY starts LIMIT 1
    """
)


def check(work: Work, group_id: UUID, person_id: UUID, role: str) -> None:
    """Raise BadInput with one sentence when somebody cannot be chosen for `role`, one of CHOICES; LookupError for an
    unknown person or group."""
    them = standing(work, group_id, person_id)
    if them is None:
        raise LookupError(person_id)
    if role in {them.role, them.role or "gone"}:
        raise BadInput("Nothing is different: that is how it is already.")
    if role in meetings.HELPERS:
        if them.role == "trying":
            raise BadInput("They are trying this group: wait until they have said that it suits them.")
        if them.status in _CANNOT:
            raise BadInput(_CANNOT[them.status])
    elif them.role not in meetings.HELPERS:
        raise BadInput("They do not help in this group.")
    elif named := work.conn.execute(_NAMED, {"group": group_id, "person": person_id, "now": work.now}).first():
        when = wording.day_and_time(named.starts.astimezone(ZoneInfo(named.zone)), "en")
        raise BadInput(f"They are down to run the meeting of {when}: have somebody else run it first.")


def choose(work: Work, group_id: UUID, person_id: UUID, role: str, *, by: UUID) -> None:
    """Have somebody run a group or cover for who does; or (member, gone) help no more, and stay in it or not. The
    organisation file leaves alone who helps in it from then on. Raises what `check` raises, and then changes nothing.
    """
    check(work, group_id, person_id, role)
    theirs = Membership.group_id == group_id, Membership.person_id == person_id
    if role == "gone":
        work.conn.execute(delete(Membership).where(*theirs))
    else:
        new = insert(Membership).values(group_id=group_id, person_id=person_id, role=role, joined_at=work.now)
        since = func.coalesce(Membership.joined_at, work.now)
        key = ["group_id", "person_id"]
        work.conn.execute(new.on_conflict_do_update(index_elements=key, set_={"role": role, "joined_at": since}))
    work.conn.execute(update(Group).where(Group.id == group_id).values(helpers_by_hand=True))
    audit.record(work, by, "chose_helper", f"group {group_id}", f"person {person_id} {role}")
