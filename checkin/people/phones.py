"""The telephones that reach somebody, in order."""

from uuid import UUID

from sqlalchemy import select, text, update

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


def phone_for(work: Work, number: str, line: str = "unknown") -> UUID:
    """Return the id of the phone with this number or caller id, storing it when it is new."""
    phone_id = work.conn.execute(
        select(Phone.id).where(Phone.number_index.in_(work.vault.indexes(number)))
    ).scalar_one_or_none()
    if phone_id is not None:
        return phone_id
    stored: UUID = work.conn.execute(
        # Two first texts of a stranger may arrive at once: whoever comes second gets the first one's row.
        text(
            "INSERT INTO phones (id, number, number_index, line) VALUES (:id, :number, :index, :line) "
            "ON CONFLICT (number_index) DO UPDATE SET line = phones.line RETURNING id"
        ),
        {
            "id": new_id(),
            "number": work.vault.seal(number, "phones.number"),
            "index": work.vault.index(number),
            "line": line,
        },
    ).scalar_one()
    return stored


def suspend_phone(work: Work, person_id: UUID, phone_id: UUID) -> None:
    """Stop using a number for a person until staff have looked."""
    work.conn.execute(
        update(PersonPhone)
        .where(PersonPhone.person_id == person_id, PersonPhone.phone_id == phone_id)
        .values(suspended_at=work.now)
    )
