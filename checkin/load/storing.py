"""Bringing the store to what an organisation file says."""

from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import buddies, checkins, dangers, joining, meetings, people, phrases, rota
from checkin.conversation.effects import Stream
from checkin.errors import BadInput
from checkin.escalations import policies
from checkin.load import outcomes
from checkin.load.organisation import GroupSpec, MeetingSpec, Organisation, PairSpec, PersonSpec, StaffSpec
from checkin.load.policies import with_ids
from checkin.load.rota import ShiftSpec
from checkin.rota.words import day_and_time
from checkin.store.ids import new_id
from checkin.store.models import (
    Absence,
    Base,
    Contact,
    Group,
    Meeting,
    Membership,
    Override,
    Pair,
    Person,
    PersonPhone,
    Phone,
    Plan,
    PoolNumber,
    Shift,
    Staff,
    StandIn,
)
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much a file held."""

    people: int
    groups: int
    pairs: int
    shifts: int
    staff: int

    def __str__(self) -> str:
        return (
            f"{self.people} people, {self.groups} groups, {self.pairs} pairs, {self.shifts} shifts, {self.staff} staff"
        )


def store_organisation(work: Work, found: Organisation) -> Loaded:
    """Store all of it in the caller's transaction."""
    known = dict(work.conn.execute(select(Person.ref, Person.status).where(Person.ref.is_not(None))).all())
    ids = {spec.ref: _person(work, spec, known.get(spec.ref)) for spec in found.people}
    for spec in found.people:
        _contacts(work, spec, ids)
    for group in found.groups:
        _group(work, group, ids)
    for spec in found.people:
        _ask_first(work, spec, ids[spec.ref], known.get(spec.ref))
    # A buddy and who covers may change places: their old ranks must not stand in the way of the new ones.
    work.conn.execute(update(Pair).where(Pair.ref.in_([p.ref for p in found.pairs])).values(rank=-Pair.rank))
    for pair in found.pairs:
        _pair(work, pair, ids)
    if found.pool:
        pool = insert(PoolNumber).values([{"number": number} for number in found.pool])
        work.conn.execute(pool.on_conflict_do_nothing())
    buddies.give_lines(work)
    work.conn.execute(_SHARED)
    _rota(work, found, ids)
    for member in found.staff:
        _staff(work, member, ids)
    for question in found.outcomes:
        outcomes.store(work, question)
    own = {(spec.key, spec.language, v): says for spec in found.wording for v, says in spec.says.items()}
    phrases.store_all(work, own, how="file")
    for severity, policy in found.policies.items():
        policies.keep(work, severity, with_ids(policy, {ref: str(person_id) for ref, person_id in ids.items()}))
    for added in found.risk:
        dangers.put(work, added.phrase, added.level, by=None, how="file")
    return Loaded(len(found.people), len(found.groups), len(found.pairs), len(found.rota), len(found.staff))


# Whoever has a phone together with somebody else is asked who they are; that is not left to a tick in the file.
_SHARED = text(
    "UPDATE people SET shared_phone = true WHERE NOT shared_phone AND id IN (SELECT person_id FROM person_phones "
    "WHERE phone_id IN (SELECT phone_id FROM person_phones GROUP BY phone_id HAVING count(*) > 1))"
)


def _upsert(
    work: Work, model: type[Base], ref: str, values: dict[str, object], *, keep: frozenset[str] = frozenset()
) -> UUID:
    """Insert or update the row with this ref, but for the columns to `keep`; return its id."""
    statement = insert(model).values(id=new_id(), ref=ref, **values)
    values = {name: value for name, value in values.items() if name not in keep}
    stored: UUID = work.conn.execute(
        statement.on_conflict_do_update(index_elements=["ref"], set_=values).returning(model.__table__.c.id)
    ).scalar_one()
    return stored


def _ask_first(work: Work, spec: PersonSpec, person_id: UUID, was: str | None) -> None:
    """Whoever is new and invited is asked once; members are asked again every few weeks how they may be reached."""
    if spec.status == "invited" and was is None:
        group = select(Membership.group_id).where(Membership.person_id == person_id).order_by(Membership.group_id)
        joining.invite(work, person_id, work.conn.scalars(group.limit(1)).first())
    elif {"checkins", "reminders"} & set(spec.streams) and not joining.has_review(work, person_id):
        joining.review_later(work, person_id)


def _answered(work: Work, spec: PersonSpec) -> frozenset[str]:
    """Return the columns that somebody has answered themselves and that the file does not name."""
    own = work.conn.execute(select(Person.own).where(Person.ref == spec.ref)).scalar() or []
    written = spec.written | ({"safe_from", "safe_to"} if "safe_hours" in spec.written else set())
    return frozenset(own) - written


def _status(spec: PersonSpec, was: str | None) -> str:
    """Return somebody's status: what the file says, but for an invitation that has been sent, and answered perhaps."""
    if spec.status == "invited":
        return was or "invited"
    return spec.status or was or "active"


def _person(work: Work, spec: PersonSpec, was: str | None) -> UUID:
    values: dict[str, object] = {"name": work.vault.seal(spec.name, "people.name"), **spec.fields}
    values["status"] = _status(spec, was)
    values["invited_to"] = spec.streams if spec.status == "invited" else []
    values |= {n: None if s is None else work.vault.seal(s, f"people.{n}") for n, s in spec.secrets.items()}
    person_id = _upsert(work, Person, spec.ref, values, keep=_answered(work, spec))
    people.file_names(work, {person_id: spec.name})
    _phones(work, person_id, spec)
    _consents(work, person_id, spec)
    if spec.plan is not None:
        _plan(work, person_id, spec)
    else:
        work.conn.execute(delete(Plan).where(Plan.person_id == person_id))
    return person_id


def _consents(work: Work, person_id: UUID, spec: PersonSpec) -> None:
    """Consent comes from the person: a file brings it in once, and cannot bring back what somebody stopped. It can
    take back what it brought in, or asked for; not what they have started by themselves."""
    newest = {row.stream: row for row in work.conn.execute(_NEWEST, {"person": person_id})}
    theirs = {stream for stream, row in newest.items() if (row.change, row.how) != ("withdrawn", "file")}
    given = [Stream(s) for s in spec.streams if s not in theirs]
    if given and spec.status != "invited":
        people.consent(work, person_id, given, given=True, how="file")
    ours = [stream for stream, row in newest.items() if row.change == "given" and row.from_file]
    if withdrawn := [Stream(s) for s in ours if s not in spec.streams]:
        people.consent(work, person_id, withdrawn, given=False, how="file")


# The last word on each stream, and whether it came from a file or in answer to the invitation that a file sent.
_NEWEST = text(
    "SELECT DISTINCT ON (stream) stream, change, how, how = 'file' OR coalesce(wording LIKE 'joining.%', false) "
    "AS from_file FROM consents WHERE person_id = :person ORDER BY stream, id DESC"
)


def _phones(work: Work, person_id: UUID, spec: PersonSpec) -> None:
    gone = delete(PersonPhone).where(PersonPhone.person_id == person_id)
    # A number that reached somebody else stays suspended until staff have looked, whatever the file says.
    kept = work.conn.execute(gone.returning(PersonPhone.phone_id, PersonPhone.suspended_at))
    suspended = {row.phone_id: row.suspended_at for row in kept}
    for rank, (number, line) in enumerate(spec.phones, 1):
        phone_id = people.phone_for(work, number, line)
        # What the network has taught us since is better than what the number looks like.
        work.conn.execute(update(Phone).where(Phone.id == phone_id, Phone.line == "unknown").values(line=line))
        work.conn.execute(
            insert(PersonPhone)
            .values(person_id=person_id, phone_id=phone_id, rank=rank, suspended_at=suspended.get(phone_id))
            .on_conflict_do_nothing()
        )


def _plan(work: Work, person_id: UUID, spec: PersonSpec) -> None:
    plan = spec.plan
    if plan is None:
        return
    zone = ZoneInfo(str(spec.fields["zone"]))
    values = {"rule": plan.rule, "at": plan.at, "ladder": plan.ladder, "gaps": plan.gaps}
    standing = work.conn.execute(
        select(Plan.rule, Plan.at, Plan.next_due_at).where(Plan.person_id == person_id)
    ).first()
    due: datetime | None = checkins.next_due(plan.rule, plan.at, zone, work.now)
    if standing is not None and (standing.rule, standing.at) == (plan.rule, plan.at):
        # The same plan: a check-in that is due just now is not skipped because a file was loaded.
        due = standing.next_due_at
    work.conn.execute(
        insert(Plan)
        .values(id=new_id(), person_id=person_id, next_due_at=due, **values)
        .on_conflict_do_update(index_elements=["person_id"], set_={**values, "next_due_at": due})
    )


def _contacts(work: Work, spec: PersonSpec, ids: dict[str, UUID]) -> None:
    work.conn.execute(delete(Contact).where(Contact.member_id == ids[spec.ref]))
    for rank, ref in enumerate(dict.fromkeys(spec.contacts), 1):
        work.add(Contact, member_id=ids[spec.ref], person_id=ids[ref], rank=rank)


def _group(work: Work, spec: GroupSpec, ids: dict[str, UUID]) -> None:
    group_id = _upsert(work, Group, spec.ref, {"name": spec.name, "area": spec.area, "join_code": spec.join_code})
    # Who joined by themselves stays, named or not.
    filed = (Membership.group_id == group_id, Membership.joined_at.is_(None))
    work.conn.execute(delete(Membership).where(*filed))
    for ref, role in spec.roles.items():
        row = {"group_id": group_id, "person_id": ids[ref], "role": role}
        statement = insert(Membership).values(**row)
        key = ["group_id", "person_id"]
        work.conn.execute(statement.on_conflict_do_update(index_elements=key, set_={"role": role}))
    for meeting in spec.meetings:
        _meeting(work, group_id, meeting)


def _meeting(work: Work, group_id: UUID, spec: MeetingSpec) -> None:
    standing = (
        work.conn.execute(
            select(
                Meeting.rule,
                Meeting.starts,
                Meeting.zone,
                Meeting.reminders,
                Meeting.ask,
                Meeting.next_due_at,
                Meeting.ask_due_at,
            ).where(Meeting.ref == spec.ref)
        )
        .mappings()
        .first()
    )
    due = spec.series.told_after(work.now)
    zone = str(spec.series.zone)
    ask = _next_ask(work, spec.series.rule, spec.series.starts, zone, home=zone) if spec.fields["ask"] else None
    if standing is not None and all(standing[name] == spec.fields[name] for name in _WHEN):
        # The same series: what is due just now is not skipped because a file was loaded.
        due, ask = standing["next_due_at"], standing["ask_due_at"]
    values = {"group_id": group_id, **spec.fields, "next_due_at": due, "ask_due_at": ask}
    meetings.set_cancelled(work, _upsert(work, Meeting, spec.ref, values), spec.series, spec.cancelled)


_WHEN = ("rule", "starts", "zone", "reminders", "ask")


def _pair(work: Work, spec: PairSpec, ids: dict[str, UUID]) -> None:
    zone = work.conn.execute(select(Person.zone).where(Person.id == ids[spec.buddy])).scalar_one()
    due: datetime | None = None
    standing = work.conn.execute(
        select(Pair.id, Pair.rule, Pair.at, Pair.next_due_at, Pair.status).where(Pair.ref == spec.ref)
    ).first()
    if spec.ended:
        if standing is not None:
            buddies.end(work, standing.id)
        return
    if standing is not None and (standing.rule, standing.at) == (spec.rule, spec.at):
        due = standing.next_due_at
    elif spec.rule is not None and spec.at is not None:
        due = buddies.next_report(spec.rule, spec.at, ZoneInfo(zone), work.now)
    values: dict[str, object] = {
        "member_id": ids[spec.member],
        "buddy_id": ids[spec.buddy],
        "rank": spec.rank,
        "rule": spec.rule,
        "at": spec.at,
        "next_due_at": due,
    }
    if standing is not None and standing.status == "ended":
        values["status"] = "active"
    _upsert(work, Pair, spec.ref, values)


def _rota(work: Work, found: Organisation, ids: dict[str, UUID]) -> None:
    shifts = {shift.ref: _shift(work, shift, ids) for shift in found.rota}
    _check_kept(work, set(shifts.values()))
    for change in found.overrides:
        values: dict[str, object] = {
            "person_id": ids[change.person],
            "instead_of": ids[change.instead_of] if change.instead_of else None,
            "shift_id": shifts[change.shift] if change.shift else None,
            "starts": change.starts,
            "ends": change.ends,
            "rank": change.rank,
            "why": change.why,
        }
        _upsert(work, Override, change.ref, values)
    for away in found.holidays:
        _upsert(work, Absence, away.ref, {"person_id": ids[away.person], "starts": away.starts, "ends": away.ends})
    if found.stand_ins is not None:
        work.conn.execute(delete(StandIn))
        for rank, ref in enumerate(found.stand_ins, 1):
            work.add(StandIn, person_id=ids[ref], rank=rank)


def _check_kept(work: Work, written: set[UUID]) -> None:
    """Raise BadInput when a shift of the file overlaps with one of the same rank that an earlier file brought."""
    whole = rota.read(work)
    for shift, kept in product(whole.shifts, whole.shifts):
        if shift.id not in written or kept.id in written or shift.rank != kept.rank:
            continue
        if set(whole.people[shift.person].speaks) != set(whole.people[kept.person].speaks):
            continue
        moment = rota.overlapping(shift, kept, since=work.now)
        if moment is not None:
            raise BadInput(
                f"rota: {shift.name!r} overlaps with {kept.name!r} of an earlier file, which has the same rank, on "
                f"{day_and_time(moment, shift.zone)}: give one of them another rank, or the earlier one an end."
            )


def _next_ask(work: Work, rule: str, starts: datetime, zone: str, *, home: str) -> datetime | None:
    return rota.next_ask(rule, starts, ZoneInfo(zone), home=ZoneInfo(home), at=work.settings.duty_time, after=work.now)


def _shift(work: Work, spec: ShiftSpec, ids: dict[str, UUID]) -> UUID:
    values: dict[str, object] = {
        "person_id": ids[spec.person],
        "rule": spec.rule,
        "starts": spec.starts,
        "minutes": spec.minutes,
        "zone": spec.zone,
        "rank": spec.rank,
        "ask": spec.ask,
    }
    due: datetime | None = None
    if spec.ask:
        zone = work.conn.execute(select(Person.zone).where(Person.id == ids[spec.person])).scalar_one()
        due = _next_ask(work, spec.rule, spec.starts, spec.zone, home=zone)
    columns = [getattr(Shift, name) for name in values]
    standing = work.conn.execute(select(Shift.next_due_at, *columns).where(Shift.ref == spec.ref)).first()
    if standing is not None and tuple(standing[1:]) == tuple(values.values()):
        # The same shift: a question that is due just now is not skipped because a file was loaded.
        due = standing.next_due_at
    return _upsert(work, Shift, spec.ref, {**values, "next_due_at": due})


def _staff(work: Work, spec: StaffSpec, ids: dict[str, UUID]) -> None:
    values: dict[str, object] = {"email": spec.email, "role": spec.role}
    if spec.password is not None:
        values["password_hash"] = PasswordHasher().hash(spec.password)
    work.conn.execute(
        insert(Staff)
        .values(person_id=ids[spec.person], **values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values)
    )
