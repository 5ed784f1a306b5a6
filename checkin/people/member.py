"""One person as the line deals with them: their row is the lock for all that concerns them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb
from sqlalchemy import func, select, update

from checkin.conversation import state as states
from checkin.conversation.state import Conversation
from checkin.store.models import Person
from checkin.store.work import Work
from checkin.wording import Variant


@dataclass(frozen=True, slots=True)
class Member:
    """One person as the line deals with them in one transaction; their row is locked."""

    id: UUID
    name: str
    language: str
    zone: ZoneInfo
    status: str
    streams: frozenset[str]
    prefers: str
    discreet: bool
    shared_phone: bool
    voicemail: str
    ring_seconds: int
    text_blocked: bool
    paused_until: datetime | None
    has_pin: bool
    code_word: bytes | None
    """Sealed; see `says_code_word`."""
    missed_call_ok: bool
    text_relay: bool
    """What they hear is typed for them by an operator, and what they type is spoken: everything takes longer."""
    state: Conversation

    @property
    def variant(self) -> Variant:
        """Which variant of a sentence this person is texted."""
        return "discreet" if self.discreet else "text"


# What `read` wants of people p.
COLUMNS = (
    "p.id, p.name, p.language, p.zone, p.status, p.streams, p.prefers, p.discreet, p.shared_phone, p.voicemail, "
    "p.ring_seconds, p.text_blocked, p.paused_until, p.pin IS NOT NULL, p.code_word, p.missed_call_ok, p.text_relay, "
    "p.state"
)


def read(work: Work, row: Sequence[Any]) -> Member:
    """Return the person in a row of COLUMNS."""
    person_id, name, language, zone, status, streams, *rest, state = row
    name = work.vault.open(name, "people.name")
    return Member(person_id, name, language, ZoneInfo(zone), status, frozenset(streams), *rest, states.from_json(state))  # type: ignore[call-arg]  # as many as COLUMNS names


# Against everybody who locks the same person, and not against rows that only name them: two who ask each other's people
# to get in touch do not wait for one another.
_LOCK = f"SELECT {COLUMNS} FROM people p WHERE p.id = %(person)s FOR NO KEY UPDATE"  # noqa: S608  # our own words


def lock(work: Work, person_id: UUID) -> Member | None:
    """Return a person with their row locked, or None when they are gone."""
    rows = work.rows(_LOCK, {"person": person_id})
    return read(work, rows[0]) if rows else None


def first_name(work: Work, person_id: UUID) -> str:
    """Return a person's first name. An unknown id raises NoResultFound."""
    sealed = work.conn.execute(select(Person.name).where(Person.id == person_id)).scalar_one()
    return work.vault.open(sealed, "people.name")


def first_names(work: Work, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the first names of those who are still there."""
    rows = work.conn.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids))) if person_ids else ()
    return {row.id: work.vault.open(row.name, "people.name") for row in rows}


def keep_state(work: Work, person_id: UUID, state: Conversation) -> None:
    """Store where the conversation stands."""
    statement = "UPDATE people SET state = %(state)s WHERE id = %(person)s"
    work.write_behind(f"state {person_id}", statement, {"state": Jsonb(states.to_json(state)), "person": person_id})


def set_status(work: Work, person_id: UUID, status: str) -> None:
    """Make somebody invited, active, suspended or ended."""
    work.conn.execute(update(Person).where(Person.id == person_id).values(status=status))


def count(work: Work) -> int:
    """Return how many people the line knows."""
    return work.conn.execute(select(func.count()).select_from(Person)).scalar_one()
