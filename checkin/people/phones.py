"""The telephones that reach somebody, in order."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select, text, update

from checkin.phone import is_landline
from checkin.store.ids import new_id
from checkin.store.models import PersonPhone, Phone
from checkin.store.work import Work


def numbers(work: Work, person_id: UUID) -> list[tuple[UUID, str, str]]:
    """Return a person's phones in order: (phone id, number, kind of line); suspended ones are left out."""
    rows = work.conn.execute(
        select(Phone.id, Phone.number, Phone.line)
        .join(PersonPhone, PersonPhone.phone_id == Phone.id)
        .where(PersonPhone.person_id == person_id, PersonPhone.suspended_at.is_(None))
        .order_by(PersonPhone.rank)
    )
    return [(row.id, work.vault.open(row.number, "phones.number"), row.line) for row in rows]


def has_mobile(work: Work, person_id: UUID) -> bool:
    """Tell whether somebody has a telephone that can be texted."""
    return any(not is_landline(number) for _, number, _ in numbers(work, person_id))


def phone_for(work: Work, number: str, line: str = "unknown") -> UUID:
    """Return the id of the phone with this number or caller id, storing it when it is new."""
    return phones_for(work, {number: line})[number]


def phones_for(work: Work, lines: Mapping[str, str]) -> dict[str, UUID]:
    """Return the ids of the phones with these numbers or caller ids, by number, storing those that are new with the
    kind of line that stands beside each."""
    indexes = {index: number for number in lines for index in work.vault.indexes(number)}
    rows = work.conn.execute(select(Phone.number_index, Phone.id).where(Phone.number_index.in_(list(indexes))))
    found = {indexes[bytes(row.number_index)]: row.id for row in rows}
    # In one order, so that two who bring the same numbers wait for each other and not both for ever.
    new = {work.vault.index(number): number for number in lines if number not in found}
    ordered = sorted(new)
    if ordered:
        values = {
            "ids": [new_id() for _ in ordered],
            "numbers": [work.vault.seal(new[index], "phones.number") for index in ordered],
            "indexes": ordered,
            "lines": [lines[new[index]] for index in ordered],
        }
        found |= {new[bytes(row.number_index)]: row.id for row in work.conn.execute(_STORE, values)}
    return found


# Two first texts of a stranger may arrive at once: whoever comes second gets the first one's row.
_STORE = text(
    "INSERT INTO phones (id, number, number_index, line) SELECT * FROM unnest(CAST(:ids AS uuid[]), "
    "CAST(:numbers AS bytea[]), CAST(:indexes AS bytea[]), CAST(:lines AS text[])) "
    "ON CONFLICT (number_index) DO UPDATE SET line = phones.line RETURNING id, number_index"
)


def suspend_phone(work: Work, person_id: UUID, phone_id: UUID) -> None:
    """Stop using a number for a person until staff have looked."""
    work.conn.execute(
        update(PersonPhone)
        .where(PersonPhone.person_id == person_id, PersonPhone.phone_id == phone_id)
        .values(suspended_at=work.now)
    )
