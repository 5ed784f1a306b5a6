"""Bringing the store to what an organisation file says."""

from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import buddies, dangers, duties, meetings, pairing, phrases, rota
from checkin.errors import BadInput
from checkin.escalations import policies
from checkin.load import newcomers, outcomes, persons
from checkin.load.groups import GroupSpec, MeetingSpec, PairSpec
from checkin.load.organisation import Organisation, StaffSpec
from checkin.load.persons import upsert
from checkin.load.policies import with_ids
from checkin.load.rota import ShiftSpec
from checkin.rota.words import day_and_time
from checkin.store.models import (
    Absence,
    Group,
    Meeting,
    Membership,
    Override,
    Pair,
    Person,
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
    new = [newcomers.Newcomer(spec) for spec in found.people if spec.ref not in known]
    ids = newcomers.store(work, new)
    ids |= {s.ref: persons.change(work, s, known[s.ref]) for s in found.people if s.ref in known}
    persons.store_contacts(work, {ids[s.ref]: [ids[ref] for ref in s.contacts] for s in found.people})
    for group in found.groups:
        _group(work, group, ids)
    newcomers.ask(work, new, ids)
    for spec in found.people:
        if spec.ref in known:
            persons.ask_again(work, spec, ids[spec.ref])
    # A buddy and who covers may change places: their old ranks must not stand in the way of the new ones.
    work.conn.execute(update(Pair).where(Pair.ref.in_([p.ref for p in found.pairs])).values(rank=-Pair.rank))
    for pair in found.pairs:
        _pair(work, pair, ids)
    if found.pool:
        pool = insert(PoolNumber).values([{"number": number} for number in found.pool])
        work.conn.execute(pool.on_conflict_do_nothing())
    buddies.give_lines(work)
    persons.note_shared_phones(work)
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


def _columns(spec: GroupSpec) -> dict[str, object]:
    return {name: getattr(spec, name) for name in ("name", "area", "about", "expect", "join_code")}


def _group(work: Work, spec: GroupSpec, ids: dict[str, UUID]) -> None:
    standing = work.conn.execute(
        select(Group.id, Group.by_hand, Group.helpers_by_hand).where(Group.ref == spec.ref)
    ).first()
    group_id = standing.id if standing and standing.by_hand else upsert(work, Group, spec.ref, _columns(spec))
    # Who joined by themselves stays, named or not; who helps, where staff have chosen that.
    filed = [Membership.group_id == group_id, Membership.joined_at.is_(None)]
    roles, key = spec.roles, ["group_id", "person_id"]
    if chosen := standing is not None and standing.helpers_by_hand:
        filed.append(Membership.role == "member")
        roles = {ref: role for ref, role in roles.items() if role == "member"}
    work.conn.execute(delete(Membership).where(*filed))
    for ref, role in roles.items():
        new = insert(Membership).values(group_id=group_id, person_id=ids[ref], role=role)
        kept = (
            new.on_conflict_do_nothing()
            if chosen
            else new.on_conflict_do_update(index_elements=key, set_={"role": role})
        )
        work.conn.execute(kept)
    for meeting in spec.meetings:
        _meeting(work, group_id, meeting)


def _meeting(work: Work, group_id: UUID, spec: MeetingSpec) -> None:
    standing = (
        work.conn.execute(
            select(
                Meeting.id,
                Meeting.by_hand,
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
    if standing is None:
        meeting_id = upsert(work, Meeting, spec.ref, values)
    elif not standing["by_hand"]:
        meeting_id = standing["id"]
        (before,) = meetings.series_where(work, Meeting.id == meeting_id, lock=True)
        upsert(work, Meeting, spec.ref, values)
        (after,) = meetings.series_where(work, Meeting.id == meeting_id)
        if after != before:
            meetings.keeping.follow(work, before, after, None)
    else:
        # What staff have made of it in the console stays.
        meeting_id = standing["id"]
    meetings.set_cancelled(work, meeting_id, spec.cancelled)


_WHEN = ("rule", "starts", "zone", "reminders", "ask")


def _pair(work: Work, spec: PairSpec, ids: dict[str, UUID]) -> None:
    zone = work.conn.execute(select(Person.zone).where(Person.id == ids[spec.buddy])).scalar_one()
    due: datetime | None = None
    standing = work.conn.execute(
        select(
            Pair.id, Pair.rule, Pair.at, Pair.next_due_at, Pair.status, Pair.buddy_id, Pair.place, Pair.review_due_at,
            Pair.ask_due_at,
        ).where(Pair.ref == spec.ref)
    ).first()  # fmt: skip
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
    goes_on = standing is not None and standing.status != "ended"
    if not goes_on:
        values |= {"status": "active", "began_at": work.now}
    same = goes_on and standing is not None and standing.buddy_id == ids[spec.buddy]
    values["place"] = standing.place if same and standing is not None else _place(work, spec, ids)
    review = pairing.review_at(work, on=spec.review) if spec.review else None
    if review is None or review <= work.now:
        # A day that is past says when it was first looked at: what stands, stands.
        review = standing.review_due_at if goes_on and standing is not None else pairing.review_at(work, first=True)
    values["review_due_at"] = review
    values["ask_due_at"] = _next_week(work, spec, zone, standing.ask_due_at if goes_on and standing else None)
    upsert(work, Pair, spec.ref, values)


def _next_week(work: Work, spec: PairSpec, zone: str, standing: datetime | None) -> datetime | None:
    """Return when the buddy is asked about their week; a question that is due just now is not skipped."""
    return (standing or duties.next_week_asked(work, ZoneInfo(zone))) if spec.ask else None


def _place(work: Work, spec: PairSpec, ids: dict[str, UUID]) -> int:
    place = buddies.free_place(work, ids[spec.buddy])
    if place is None:
        most = work.settings.buddy_most
        raise BadInput(f"pairs: {spec.buddy!r} would look out for more than {most} people (CHECKIN_BUDDY_MOST).")
    return place


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
        upsert(work, Override, change.ref, values)
    for away in found.holidays:
        upsert(work, Absence, away.ref, {"person_id": ids[away.person], "starts": away.starts, "ends": away.ends})
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
    return upsert(work, Shift, spec.ref, {**values, "next_due_at": due})


def _staff(work: Work, spec: StaffSpec, ids: dict[str, UUID]) -> None:
    values: dict[str, object] = {"email": spec.email, "role": spec.role}
    if spec.password is not None:
        values["password_hash"] = PasswordHasher().hash(spec.password)
    work.conn.execute(
        insert(Staff)
        .values(person_id=ids[spec.person], **values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values)
    )
