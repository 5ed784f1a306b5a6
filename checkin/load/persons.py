"""Bringing one person in the store to what a file, or a form of the console, says of them. Whoever is not in it yet:
`newcomers.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import appointments, joining, people, rungs, tips
from checkin.conversation.effects import Stream
from checkin.load.somebody import PersonSpec
from checkin.store.ids import new_id
from checkin.store.models import Base, Contact, Person, PersonPhone, Phone, Plan
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Source:
    """Where what is said of somebody's consent comes from, as the ledger keeps it: how it was given, under which
    sentence (`wording.version`), in which words.

    A file never starts again what somebody has stopped by themselves; staff may, when they write down what they heard.
    """

    how: str = "file"
    wording: str | None = None
    words: str = ""

    @property
    def from_file(self) -> bool:
        """Tell whether nobody has spoken with the person."""
        return self.how == "file"


FILE = Source()

# Whoever has a phone together with somebody else is asked who they are; that is not left to a tick in the file.
_SHARED = text(
    "UPDATE people SET shared_phone = true WHERE NOT shared_phone AND id IN (SELECT person_id FROM person_phones "
    "WHERE phone_id IN (SELECT phone_id FROM person_phones GROUP BY phone_id HAVING count(*) > 1))"
)


def note_shared_phones(work: Work) -> None:
    """Note of everybody who has a phone together with somebody else that it is shared."""
    work.conn.execute(_SHARED)


def ask_again(work: Work, spec: PersonSpec, person_id: UUID) -> None:
    """Members are asked again every few weeks how they may be reached."""
    if {"checkins", "reminders"} & set(spec.streams) and not joining.has_review(work, person_id):
        joining.review_later(work, person_id)


def _answered(work: Work, spec: PersonSpec) -> frozenset[str]:
    """Return the columns that somebody has answered themselves and that the file does not name."""
    own = work.conn.execute(select(Person.own).where(Person.ref == spec.ref)).scalar() or []
    written = spec.written | ({"safe_from", "safe_to"} if "safe_hours" in spec.written else set())
    return frozenset(own) - written


def change(work: Work, spec: PersonSpec, was: str, source: Source = FILE) -> UUID:
    """Bring somebody who is in the store to what `spec` says, by their ref, and return their id; `was` is their status
    until now. Their row is locked by the caller, or by nobody who could wait for ours."""
    values: dict[str, object] = {"name": work.vault.seal(spec.name, "people.name"), **spec.fields}
    # An invitation has been sent, and answered perhaps.
    values["status"] = was if spec.status == "invited" else spec.status or was
    values["invited_to"] = spec.streams if spec.status == "invited" else []
    values |= {n: None if s is None else work.vault.seal(s, f"people.{n}") for n, s in spec.secrets.items()}
    person_id = upsert(work, Person, spec.ref, values, keep=_answered(work, spec))
    people.file_names(work, {person_id: spec.name})
    _phones(work, person_id, spec)
    (_consents if source.from_file else _told)(work, person_id, spec, source)
    if Stream.TIPS in spec.streams and spec.status != "invited":
        tips.weekly_from_now(work, person_id)
    if "appointments" in spec.written:
        appointments.from_file(work, person_id, spec.appointments)
    if spec.plan is not None:
        _plan(work, person_id, spec)
    else:
        work.conn.execute(delete(Plan).where(Plan.person_id == person_id))
    return person_id


def upsert(
    work: Work, model: type[Base], ref: str, values: Mapping[str, object], *, keep: frozenset[str] = frozenset()
) -> UUID:
    """Insert or update the row with this ref, but for the columns to `keep`; return its id."""
    statement = insert(model).values(id=new_id(), ref=ref, **values)
    changed = {name: value for name, value in values.items() if name not in keep}
    stored: UUID = work.conn.execute(
        statement.on_conflict_do_update(index_elements=["ref"], set_=changed).returning(model.__table__.c.id)
    ).scalar_one()
    return stored


def _consents(work: Work, person_id: UUID, spec: PersonSpec, source: Source) -> None:
    """Consent comes from the person: a file brings it in once, and cannot bring back what somebody stopped. It can
    take back what it brought in, or asked for; not what they have started by themselves."""
    newest: dict[str, Any] = {row.stream: row for row in work.conn.execute(_NEWEST, {"person": person_id})}
    theirs = {stream for stream, row in newest.items() if (row.change, row.how) != ("withdrawn", "file")}
    given = [Stream(s) for s in spec.streams if s not in theirs]
    if given and spec.status != "invited":
        people.consent(work, person_id, given, given=True, how="file", words=source.words)
    ours = [stream for stream, row in newest.items() if row.change == "given" and row.from_file]
    if withdrawn := [Stream(s) for s in ours if s not in spec.streams]:
        people.consent(work, person_id, withdrawn, given=False, how="file")


def _told(work: Work, person_id: UUID, spec: PersonSpec, source: Source) -> None:
    """Keep what somebody has told staff: only what changes goes into the ledger."""
    now = set(work.conn.execute(select(Person.streams).where(Person.id == person_id)).scalar_one())
    for streams, given in ((set(spec.streams) - now, True), (now - set(spec.streams), False)):
        if streams:
            people.consent(
                work,
                person_id,
                [Stream(stream) for stream in sorted(streams)],
                given=given,
                how=source.how,
                words=source.words,
                wording=source.wording if given else None,
            )


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
    due: datetime | None = rungs.next_due(plan.rule, plan.at, zone, work.now)
    if standing is not None and (standing.rule, standing.at) == (plan.rule, plan.at):
        # The same plan: a check-in that is due just now is not skipped because a file was loaded.
        due = standing.next_due_at
    work.conn.execute(
        insert(Plan)
        .values(id=new_id(), person_id=person_id, next_due_at=due, **values)
        .on_conflict_do_update(index_elements=["person_id"], set_={**values, "next_due_at": due})
    )


def store_contacts(work: Work, contacts: Mapping[UUID, Sequence[UUID]]) -> None:
    """Store who is asked in turn when a ladder reaches somebody's own people, by member; those there were go."""
    work.conn.execute(delete(Contact).where(Contact.member_id.in_(contacts)))
    rows: list[dict[str, object]] = [
        {"member_id": member_id, "person_id": person_id, "rank": rank}
        for member_id, found in contacts.items()
        for rank, person_id in enumerate(dict.fromkeys(found), 1)
    ]
    work.add_all(Contact, rows)
