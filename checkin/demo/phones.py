"""The organisation's telephones, as they stand in the store."""

from dataclasses import dataclass

from sqlalchemy import select

from checkin.store.models import Person, PersonPhone, Phone
from checkin.store.work import Store


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """A telephone and whose it is. `line` is mobile, landline or unknown."""

    number: str
    names: str
    line: str


def stored_phones(store: Store) -> list[DemoPhone]:
    """Every phone in the store with the names of those it belongs to, those loaded first coming first.

    Raises CannotOpen when the store was filled with other keys.
    """
    with store.engine.connect() as connection:
        rows = connection.execute(
            select(Phone.id, Phone.number, Phone.line, Person.name)
            .join(PersonPhone, PersonPhone.phone_id == Phone.id)
            .join(Person, Person.id == PersonPhone.person_id)
            .order_by(Person.id, PersonPhone.rank)
        ).all()
    names: dict[object, list[str]] = {}
    for row in rows:
        names.setdefault(row.id, []).append(store.vault.open(row.name, "people.name"))
    first = {row.id: row for row in reversed(rows)}
    return [
        DemoPhone(store.vault.open(first[key].number, "phones.number"), " and ".join(names[key]), first[key].line)
        for key in names
    ]
