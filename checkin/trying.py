"""Finding a group, and trying one: two meetings with reminders, a hello, and then one question, whether it suits.

Whoever tries a group is in it as "trying": they are reminded, counted and told of changes as members are. A yes makes
them a member, a no or silence ends it; nobody is asked a second time, but for who had not been there yet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import joining, meetings, outbox, people, timers
from checkin.conversation.effects import Stream
from checkin.conversation.masking import mask
from checkin.conversation.names import Called, is_called, read_name
from checkin.conversation.normal import fold, words
from checkin.gate import Medium
from checkin.meetings import Occurrence
from checkin.people import Member
from checkin.store.ids import new_id
from checkin.store.models import Group, Meeting, Membership, Person, Trial
from checkin.store.work import Work

# How often somebody meets a group before they are asked, and how long they wait to be where nobody knows when it meets.
_MEETINGS = 2
_UNKNOWN = timedelta(weeks=4)
# A group that reminds nobody reminds who tries it, the day before at this time; they are asked the morning after.
_REMINDED_AT, _ASKED_AT = time(16), time(11)
_LONGEST = 240
# A hello from somebody may come so often; an organisation with more groups than this has a directory.
_MOST_GROUPS = 200

_Named = Row[UUID, str, str | None, str | None]

# By the first letters, as people shorten them.
_DAYS = {
    name: day
    for day, names in enumerate((
        "mon monday mondays llun poniedzialek poniedzialki",
        "tue tues tuesday tuesdays mawrth wtorek wtorki",
        "wed weds wednesday wednesdays mercher sroda srody",
        "thu thur thurs thursday thursdays iau czwartek czwartki",
        "fri friday fridays gwener piatek piatki",
        "sat saturday saturdays sadwrn sobota soboty",
        "sun sunday sundays sul niedziela niedziele",
    ))
    for name in names.split()
}  # fmt: skip
_SMALL = frozenset(
    "a an the in on at near around for of to and group groups any me my that meets meeting dydd w na yn".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A group as a newcomer is told of it: what it is for, what to expect, its next meeting (None: nobody knows), who
    meets them there by first name (None: not to be named), and its code for JOIN ("": a person adds them)."""

    group_id: UUID
    group: str
    about: str
    expect: str
    next: Occurrence | None
    meets_you: str | None
    join_code: str


def groups(work: Work, asked: str, area: str | None, *, but: Sequence[UUID] = ()) -> list[UUID]:
    """Return the groups that fit what was asked for, the soonest first: by a day ("thursday"), a place, what they are
    for, or a name as somebody spells it. With no place named, those in somebody's own `area`; when none is there, all.
    `but` are left out."""
    said = [word for word in words(_folded(asked)) if word not in _SMALL]
    days = days_in(asked)
    rest = [word for word in said if word not in _DAYS]
    rows = [row for row in _every(work) if row.id not in but]
    about = {r.id: _folded(f"{r.name} {r.area or ''} {r.about or ''}") for r in rows}
    fit = [g for g, text in about.items() if all(word in text for word in rest)] or _called(rows, read_name(asked))
    here = [g for g in fit if not rest and area and _folded(area) in about[g]]
    soonest = _next(work, here or fit)
    chosen = [g for g in here or fit if not days or (g in soonest and soonest[g].starts.weekday() in days)]
    return sorted(chosen, key=lambda g: (g not in soonest, soonest[g].starts if g in soonest else work.now))


def days_in(asked: str) -> set[int]:
    """Return the days of the week that are named, Monday being 0."""
    return {_DAYS[word] for word in words(fold(asked)) if word in _DAYS}


def called(work: Work, name: Called | None) -> list[UUID]:
    """Return the groups that are called as somebody wrote it, misspelt too; [] when that was no name."""
    return _called(_every(work), name)


def areas(work: Work) -> list[tuple[UUID, str]]:
    """Return the groups that say where they are, and where."""
    return [(row.id, row.area) for row in _every(work) if row.area]


def _called(rows: Sequence[_Named], name: Called | None) -> list[UUID]:
    return [row.id for row in rows if name and is_called(name, f"{row.name} {row.area or ''}")]


def _every(work: Work) -> Sequence[_Named]:
    columns = Group.id, Group.name, Group.area, Group.about
    return work.conn.execute(select(*columns).order_by(Group.name).limit(_MOST_GROUPS)).all()


def _folded(said: str) -> str:
    return fold(said).replace("'", "")


def _next(work: Work, group_ids: Sequence[UUID]) -> dict[UUID, Occurrence]:
    """Return the next meeting of each group that has one."""
    kept = meetings.series_where(work, Meeting.group_id.in_(group_ids)) if group_ids else []
    found: dict[UUID, Occurrence] = {}
    for coming in meetings.coming(work, kept, work.now).values():
        one = next(coming, None)
        if one is not None and (one.group_id not in found or one.starts < found[one.group_id].starts):
            found[one.group_id] = one
    return found


def look(work: Work, group_id: UUID) -> Visit | None:
    """Return what a newcomer is told of a group; None when it is gone."""
    columns = Group.name, Group.about, Group.expect, Group.join_code
    row = work.conn.execute(select(*columns).where(Group.id == group_id)).first()
    if row is None:
        return None
    following = _next(work, [group_id]).get(group_id)
    runs = _who_runs(work, group_id, following)
    meets_you = people.first_name(work, runs[0]) if runs and not _is_discreet(work, runs[0]) else None
    return Visit(group_id, row.name, row.about or "", row.expect or "", following, meets_you, row.join_code or "")


def _who_runs(work: Work, group_id: UUID, occurrence: Occurrence | None) -> list[UUID]:
    if occurrence is not None:
        return meetings.facilitators_of(work, occurrence)
    runs = select(Membership.person_id).where(Membership.group_id == group_id, Membership.role == "facilitator")
    return list(work.conn.scalars(runs.order_by(Membership.person_id)))


def _is_discreet(work: Work, person_id: UUID) -> bool:
    return bool(work.conn.execute(select(Person.discreet).where(Person.id == person_id)).scalar_one())


def begin(work: Work, member: Member, group_id: UUID) -> Visit | None:
    """Have somebody try a group: they are reminded of its next two meetings, and whoever runs it hears who is coming.
    None when they are in it already, or it is gone."""
    visit = look(work, group_id)
    row = {"group_id": group_id, "person_id": member.id, "role": "trying", "joined_at": work.now}
    if visit is None or work.conn.execute(insert(Membership).values(**row).on_conflict_do_nothing()).rowcount == 0:
        return None
    trial_id, first = new_id(), visit.next.starts if visit.next else None
    work.add(Trial, id=trial_id, person_id=member.id, group_id=group_id, at=work.now, first_at=first)
    _ask_later(work, trial_id, member, group_id)
    for person_id in _who_runs(work, group_id, visit.next):
        if person_id != member.id:
            timers.set_timer(work, "open", work.now, person_id=person_id, topic="hello", subject=trial_id)
    return visit


def _ask_later(work: Work, trial_id: UUID, member: Member, group_id: UUID) -> None:
    """Have somebody asked the morning after two meetings, and reminded of those where the group reminds nobody."""
    kept = meetings.series_where(work, Meeting.group_id == group_id)
    unreminded = {one.id for one in kept if not one.series.leads}
    both = sorted(_coming(work, group_id), key=lambda one: one.starts)[:_MEETINGS]
    for one in both:
        at = _local(one.starts - timedelta(days=1), _REMINDED_AT)
        if one.meeting_id in unreminded and at > work.now:
            subject = meetings.make_row(work, one).id
            timers.set_timer(work, "open", at, person_id=member.id, topic="meeting", subject=subject)
    last = both[-1].starts if both else (work.now + _UNKNOWN).astimezone(member.zone)
    asked = _local(last + timedelta(days=1), _ASKED_AT)
    timers.set_timer(work, "open", asked, person_id=member.id, topic="suited", subject=trial_id)


def _coming(work: Work, group_id: UUID) -> Iterator[Occurrence]:
    kept = meetings.series_where(work, Meeting.group_id == group_id)
    for coming in meetings.coming(work, kept, work.now).values():
        yield from islice(coming, _MEETINGS)


def _local(day: datetime, at: time) -> datetime:
    return datetime.combine(day.date(), at, day.tzinfo)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who tries which group, as whoever runs it is told: `quiet` asks to keep it between the two of them."""

    trial_id: UUID
    person_id: UUID
    name: str
    group_id: UUID
    group: str
    first_at: datetime | None
    zone: ZoneInfo
    quiet: bool
    by_phone: bool
    status: str
    put_off: int


def find(work: Work, trial_id: UUID) -> Newcomer | None:
    """Return who tries which group; None when that is gone."""
    row = work.conn.execute(
        select(
            Trial.id, Trial.person_id, Person.name, Trial.group_id, Group.name.label("group"), Trial.first_at,
            Person.zone, Person.discreet, Person.shared_phone, Person.prefers, Trial.status, Trial.put_off,
        )
        .join(Person, Person.id == Trial.person_id)
        .join(Group, Group.id == Trial.group_id)
        .where(Trial.id == trial_id)
    ).first()  # fmt: skip
    if row is None:
        return None
    return Newcomer(
        row.id, row.person_id, work.vault.open(row.name, "people.name"), row.group_id, row.group, row.first_at,
        ZoneInfo(row.zone), row.discreet or row.shared_phone, row.prefers == "call", row.status, row.put_off,
    )  # fmt: skip


def still_asks(work: Work, topic: str, trial_id: UUID, member: Member) -> bool:
    """Tell whether a question about a trial still makes sense: "hello" to whoever runs the group, "suited" to whoever
    tries it, if they still do."""
    newcomer = find(work, trial_id)
    if newcomer is None or newcomer.status != "trying" or member.status != "active":
        return False
    return topic == "hello" or (newcomer.person_id == member.id and _is_trying(work, newcomer))


def _is_trying(work: Work, newcomer: Newcomer) -> bool:
    mine = Membership.group_id == newcomer.group_id, Membership.person_id == newcomer.person_id
    return work.conn.execute(select(Membership.role).where(*mine)).scalar_one_or_none() == "trying"


def greet(work: Work, trial_id: UUID, host: Member, said: str | None) -> None:
    """Owe a newcomer a hello from whoever runs the group, in the words they said or (None) in the line's: the line's
    once, and never after somebody's own. Numbers are left out."""
    newcomer = find(work, trial_id)
    if newcomer is None or newcomer.status != "trying":
        return
    mine = update(Trial).where(Trial.id == trial_id)
    if (
        said is None
        and work.conn.execute(mine.where(Trial.greeted_at.is_(None)).values(greeted_at=work.now)).rowcount == 0
    ):
        return
    work.conn.execute(mine.values(greeted_at=work.now))
    # A name that is not to be said is not said by the line for them either.
    sender = "" if host.discreet and said is None else host.name
    key = "hello.words" if said is not None else "hello.line" if sender else "hello.line_unnamed"
    values = {"group": newcomer.group} | ({"sender": sender} if sender else {})
    values |= {"words": mask(said, _LONGEST).words} if said is not None else {}
    medium: Medium = "call" if newcomer.by_phone else "text"
    outbox.owe(work, newcomer.person_id, medium, Stream.NOTICE, key, values, subject=trial_id)


def answered(work: Work, trial_id: UUID, member: Member, answer: str) -> None:
    """Keep what somebody said about a group that they tried: "joined" (they stay), "yes", "no", "unsaid" or "not_been"
    (two meetings more, once)."""
    newcomer = find(work, trial_id)
    if newcomer is None or newcomer.person_id != member.id or newcomer.status != "trying":
        return
    mine = update(Trial).where(Trial.id == trial_id)
    if answer == "not_been" and newcomer.put_off == 0:
        work.conn.execute(mine.values(put_off=1))
        _ask_later(work, trial_id, member, newcomer.group_id)
        return
    status = {"joined": "yes", "not_been": "unsaid"}.get(answer, answer)
    work.conn.execute(mine.values(status=status))
    theirs = Membership.group_id == newcomer.group_id, Membership.person_id == member.id, Membership.role == "trying"
    work.conn.execute(delete(Membership).where(*theirs))
    if answer == "joined":
        joining.belong(work, member, newcomer.group_id)


def tried(work: Work, person_id: UUID) -> list[UUID]:
    """Return the groups that somebody has tried or belongs to."""
    mine = select(Trial.group_id).where(Trial.person_id == person_id)
    belongs = select(Membership.group_id).where(Membership.person_id == person_id)
    return list(work.conn.scalars(mine.union(belongs)))
