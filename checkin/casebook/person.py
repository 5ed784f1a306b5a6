"""One person's page: all that is known of them but for what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import text

from checkin import appointments
from checkin.casebook.file import PROFILE, Phone, Profile, phones, profile
from checkin.casebook.opening import name, opened
from checkin.casebook.unsent import NotSent, why_not_sent
from checkin.store.work import Work

# Nobody's ledger is as long as that; a page must end somewhere.
_MOST = 100


@dataclass(frozen=True, slots=True)
class PlanOf:
    """When somebody is asked (a weekly rule and a time in their zone), and who is asked when they do not answer."""

    rule: str
    at: time
    ladder: Sequence[str]
    gaps: Mapping[str, int]
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One line of the ledger, the newest first. `words` are what they said; `wording` the sentence's version."""

    at: datetime
    stream: str
    change: str
    how: str
    wording: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody they are joined to. `role` says how, from their side: contact, contact_of, buddy, looks_after."""

    id: UUID
    name: str
    role: str
    rank: int
    status: str


@dataclass(frozen=True, slots=True)
class GroupOf:
    """A group they belong to, and as what."""

    id: UUID
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class CaseOf:
    """A case about them."""

    number: int
    severity: str
    reason: str
    status: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonFile:
    """All that a person's page shows. `unsent_count` is of all that was not sent; `unsent` holds the newest."""

    id: UUID
    profile: Profile
    streams: frozenset[str]
    phones: Sequence[Phone]
    plan: PlanOf | None
    appointments: Sequence[appointments.Known]
    ledger: Sequence[ConsentLine]
    contacts: Sequence[Other]
    pairs: Sequence[Other]
    groups: Sequence[GroupOf]
    cases: Sequence[CaseOf]
    unsent: Sequence[NotSent]
    unsent_count: int

    @property
    def name(self) -> str:
        """Their first name; "" when they have given none."""
        return self.profile.name

    @property
    def open_case(self) -> CaseOf | None:
        """The case about them that is open, if there is one."""
        return next((case for case in self.cases if case.status != "closed"), None)


_PERSON = text(
    f"""
    SELECT p.id, p.streams, {PROFILE},
           n.rule, n.at, n.ladder, n.gaps, n.next_due_at
    FROM people p LEFT JOIN plans n ON n.person_id = p.id WHERE p.id = :person
    """  # noqa: S608  # our own words
)
_LEDGER = text(
    "SELECT at, stream, change, how, wording, words FROM consents WHERE person_id = :person "
    "ORDER BY id DESC LIMIT :most"
)
_OTHERS = text(
    """
    SELECT o.id, o.name, x.role, x.rank, x.status FROM (
        SELECT person_id AS other, 'contact' AS role, rank, 'active' AS status FROM contacts WHERE member_id = :person
        UNION ALL SELECT member_id, 'contact_of', rank, 'active' FROM contacts WHERE person_id = :person
        UNION ALL SELECT buddy_id, 'buddy', rank, status FROM pairs WHERE member_id = :person
        UNION ALL SELECT member_id, 'looks_after', rank, status FROM pairs WHERE buddy_id = :person
    ) x JOIN people o ON o.id = x.other ORDER BY x.role, x.status = 'ended', x.rank, o.id LIMIT :most
    """
)
_GROUPS = text(
    "SELECT g.id, g.name, m.role FROM memberships m JOIN groups g ON g.id = m.group_id WHERE m.person_id = :person "
    "ORDER BY g.name"
)
_CASES = text(
    "SELECT number, severity, reason, status, opened_at, closed_at FROM cases WHERE person_id = :person "
    "ORDER BY status = 'closed', id DESC LIMIT 20"
)


def person(work: Work, person_id: UUID) -> PersonFile | None:
    """Return what a person's page shows, in a fixed number of statements; None when there is no such person."""
    row = work.conn.execute(_PERSON, {"person": person_id}).first()
    if row is None:
        return None
    values = {"person": person_id, "most": _MOST}
    others = [
        Other(o.id, name(work, o.name) or "", o.role, o.rank, o.status) for o in work.conn.execute(_OTHERS, values)
    ]
    unsent, unsent_count = why_not_sent(work, person_id, most=10)
    return PersonFile(
        id=row.id,
        profile=profile(work, row),
        streams=frozenset(row.streams),
        phones=phones(work, person_id),
        plan=PlanOf(row.rule, row.at, row.ladder, row.gaps, row.next_due_at) if row.rule else None,
        appointments=appointments.coming(work, person_id),
        ledger=[_ledger(work, line) for line in work.conn.execute(_LEDGER, values)],
        contacts=[o for o in others if o.role.startswith("contact")],
        pairs=[o for o in others if not o.role.startswith("contact")],
        groups=[GroupOf(g.id, g.name, g.role) for g in work.conn.execute(_GROUPS, {"person": person_id})],
        cases=[CaseOf(*case) for case in work.conn.execute(_CASES, {"person": person_id})],
        unsent=unsent,
        unsent_count=unsent_count,
    )


def _ledger(work: Work, row: Any) -> ConsentLine:
    return ConsentLine(row.at, row.stream, row.change, row.how, row.wording, opened(work, row.words, "consents.words"))
