"""Bringing somebody in the store to what a row says of them: one who is new, or one there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import String, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import buddies, checkins, people
from checkin.conversation.effects import Stream
from checkin.errors import BadInput
from checkin.load import newcomers, persons
from checkin.load.persons import FILE, Source
from checkin.people import Member
from checkin.phone import is_landline, parse
from checkin.register.rows import PersonRow, Understood, Wrong, apart, understand, written
from checkin.store.ids import new_id
from checkin.store.models import Contact, Group, Membership, Person, PersonPhone, Phone
from checkin.store.work import Work


class BadRow(BadInput):
    """What a row says cannot be: `wrongs` has every mistake, by column."""

    def __init__(self, wrongs: Sequence[Wrong]) -> None:
        """Keep what is wrong."""
        super().__init__("; ".join(str(wrong) for wrong in wrongs))
        self.wrongs = tuple(wrongs)


@dataclass(frozen=True, slots=True)
class Behind:
    """Somebody who has a number already."""

    id: UUID
    name: str


def behind(work: Work, number: str) -> list[Behind]:
    """Return who has this number (E.164) and has not left."""
    rows = work.conn.execute(
        select(Person.id, Person.name)
        .join(PersonPhone, PersonPhone.person_id == Person.id)
        .join(Phone, Phone.id == PersonPhone.phone_id)
        .where(Phone.number_index.in_(work.vault.indexes(number)), Person.status != "ended")
        .order_by(Person.id)
    )
    return [Behind(row.id, work.vault.open(row.name, "people.name")) for row in rows]


def confirms_by_text(found: Understood) -> bool:
    """Tell whether somebody is asked by text to confirm what they have told staff: whoever is texted is, and whoever is
    only rung has no text to answer."""
    fields = found.spec.fields
    mobile = any(not is_landline(number) for number, _ in found.spec.phones)
    return bool(found.spec.streams and fields["safe_to_text"] and fields["prefers"] == "text" and mobile)


def check_new(work: Work, row: PersonRow, *, shares: bool) -> Understood:
    """Return what a row says of somebody new. Raises BadRow; a number that others have is one mistake, unless it is
    said that they share it."""
    found, wrongs = understand({**row, "ref": str(new_id())}, work.settings)
    for number, _ in found.spec.phones:
        others = behind(work, number) if number else []
        if any(other.name.casefold() == found.spec.name.casefold() for other in others):
            wrongs.append(Wrong(0, "phones", f"{found.spec.name} is on the line already with this number"))
        elif others and not shares:
            names = " and ".join(other.name or "somebody without a name" for other in others)
            why = f"this is the number of {names} already; if they share the telephone, tick that they do"
            wrongs.append(Wrong(0, "phones", why))
    wrongs += unknown(found, 0, groups_by_name(work), ids_by_ref(work, found.spec.contacts))
    if wrongs:
        raise BadRow(wrongs)
    asked = confirms_by_text(found)
    return replace(found, spec=replace(found.spec, status="invited" if asked else "active"))


def enrol(work: Work, found: Understood, source: Source) -> UUID:
    """Store somebody new, as `check_new` returned them, and return their id. Whoever is texted is asked to confirm it:
    until they say yes nothing else is sent."""
    newcomer = [newcomers.Newcomer(found.spec, source)]
    ids = newcomers.store(work, newcomer)
    person_id = ids[found.spec.ref]
    belong(work, person_id, found.groups)
    newcomers.ask(work, newcomer, ids)
    persons.note_shared_phones(work)
    return person_id


def change(work: Work, person_id: UUID, changes: Mapping[str, str], source: Source) -> None:
    """Bring somebody to what `changes` says, column by column; the others stay. Raises BadRow, and then changes
    nothing. An unknown id raises LookupError."""
    member = people.lock(work, person_id)
    if member is None:
        raise LookupError(person_id)
    standing = written(work, [person_id])[person_id]
    give_ref(work, [person_id])
    found, wrongs = understand({**standing, **changes}, work.settings)
    # Telephones are changed in a way of their own, and may be caller ids that no form takes.
    wrongs = [wrong for wrong in wrongs if wrong.column != "phones" or "phones" in changes]
    wrongs += unknown(found, 0, groups_by_name(work), ids_by_ref(work, found.spec.contacts))
    if wrongs:
        raise BadRow(wrongs)
    if "phones" not in changes:
        kept = [(number, line) for _, number, line in _all_numbers(work, person_id)]
        found = replace(found, spec=replace(found.spec, phones=kept))
    store(work, found, member.status, source)
    _let_go(work, person_id, member.streams - set(found.spec.streams), member.name)


def store(work: Work, found: Understood, was: str, source: Source = FILE) -> UUID:
    """Store what a row says of somebody known, and all that hangs on it; `was` is their status until now."""
    person_id = persons.change(work, found.spec, was, source)
    contacts = ids_by_ref(work, found.spec.contacts)
    persons.store_contacts(work, {person_id: [contacts[ref] for ref in found.spec.contacts]})
    belong(work, person_id, found.groups)
    persons.ask_again(work, found.spec, person_id)
    return person_id


def _let_go(work: Work, person_id: UUID, stopped: frozenset[str], name: str) -> None:
    """Do what follows when somebody has told staff to stop a stream, as when they text STOP."""
    if Stream.CHECKINS.value in stopped:
        for check_in_id in checkins.unsettled_of(work, person_id):
            checkins.settle(work, check_in_id, "stand_down", answer=None, by=person_id)
    if Stream.BUDDY.value in stopped:
        buddies.leave(work, person_id, name)


def _all_numbers(work: Work, person_id: UUID) -> list[tuple[UUID, str, str]]:
    rows = work.conn.execute(
        select(Phone.id, Phone.number, Phone.line)
        .join(PersonPhone, PersonPhone.phone_id == Phone.id)
        .where(PersonPhone.person_id == person_id)
        .order_by(PersonPhone.rank)
    )
    return [(row.id, work.vault.open(row.number, "phones.number"), row.line) for row in rows]


def give_ref(work: Work, ids: Sequence[UUID]) -> None:
    """Give those who came by themselves the reference by which a row knows them."""
    work.conn.execute(
        update(Person).where(Person.id.in_(ids), Person.ref.is_(None)).values(ref=cast(Person.id, String))
    )


def ids_by_ref(work: Work, refs: Sequence[str]) -> dict[str, UUID]:
    """Return people by the references that rows know them by; those whom nobody knows are left out."""
    known_as = func.coalesce(Person.ref, cast(Person.id, String))
    rows = work.conn.execute(select(known_as, Person.id).where(known_as.in_(refs))).all() if refs else ()
    return dict(rows)


def unknown(
    found: Understood, line: int, groups: Mapping[str, UUID], people_by_ref: Mapping[str, object]
) -> list[Wrong]:
    """Return what is wrong with the groups and the people that a row names."""
    wrongs = [
        Wrong(line, "groups", f"there is no group called {name!r}")
        for name in apart(found.groups, groups)
        if name.casefold() not in groups
    ]
    return wrongs + [
        Wrong(line, "contacts", f"there is no person with the ref {ref!r}")
        for ref in found.spec.contacts
        if ref not in people_by_ref
    ]


def groups_by_name(work: Work) -> dict[str, UUID]:
    """Return every group by its name and by its reference, in small letters."""
    rows = work.conn.execute(select(Group.id, Group.name, Group.ref)).all()
    return {row.ref.casefold(): row.id for row in rows if row.ref} | {row.name.casefold(): row.id for row in rows}


def join_all(work: Work, wanted: Mapping[UUID, Sequence[str]]) -> None:
    """Make people who are in no group yet members of these."""
    known = groups_by_name(work)
    rows = [
        {"group_id": group_id, "person_id": person_id, "joined_at": work.now}
        for person_id, names in wanted.items()
        for group_id in dict.fromkeys(known[name.casefold()] for name in apart(names, known))
    ]
    work.add_all(Membership, rows)


def belong(work: Work, person_id: UUID, names: Sequence[str]) -> None:
    """Make somebody a member of these groups and of no others; whoever runs one goes on doing so."""
    known = groups_by_name(work) if names else {}
    wanted = [known[name.casefold()] for name in apart(names, known)]
    gone = delete(Membership).where(Membership.person_id == person_id, Membership.role == "member")
    work.conn.execute(gone.where(Membership.group_id.not_in(wanted)) if wanted else gone)
    for group_id in wanted:
        row = {"group_id": group_id, "person_id": person_id, "joined_at": work.now}
        work.conn.execute(insert(Membership).values(**row).on_conflict_do_nothing())


def contacts_of(work: Work, member_id: UUID) -> list[tuple[str, str]]:
    """Return the names and first numbers (E.164; "" for none) of somebody's own people, in order."""
    number = (
        select(Phone.number)
        .join(PersonPhone, PersonPhone.phone_id == Phone.id)
        .where(PersonPhone.person_id == Contact.person_id)
        .order_by(PersonPhone.rank)
        .limit(1)
        .scalar_subquery()
    )
    rows = work.conn.execute(
        select(Person.name, number.label("number"))
        .join(Contact, Contact.person_id == Person.id)
        .where(Contact.member_id == member_id)
        .order_by(Contact.rank)
    )
    opened = work.vault.open
    return [
        (opened(row.name, "people.name"), opened(row.number, "phones.number") if row.number else "") for row in rows
    ]


def keep_contacts(work: Work, member: Member, given: Sequence[tuple[str, str]], source: Source) -> None:
    """Keep whom to ask in turn about somebody: a name and a number each, both empty for none. Whoever is not on the
    line yet is put on it, to be asked and nothing else. Raises BadRow, and then changes nothing."""
    wrongs: list[Wrong] = []
    numbers: list[tuple[str, str]] = []
    own = {number for _, number, _ in people.numbers(work, member.id)}
    for n, (name, typed) in enumerate(given, 1):
        if bool(name) != bool(typed):
            missing = "name" if typed else "phone"
            wrongs.append(Wrong(0, f"{missing}_{n}", f"enter their {'name' if typed else 'number'} too, or neither"))
        elif name:
            try:
                numbers.append((name, parse(typed, work.settings.country)))
            except BadInput as error:
                wrongs.append(Wrong(0, f"phone_{n}", str(error)))
            else:
                if numbers[-1][1] in own:
                    wrongs.append(Wrong(0, f"phone_{n}", f"this is {member.name}'s own number"))
    if wrongs:
        raise BadRow(wrongs)
    persons.store_contacts(work, {member.id: [_contact(work, *one, source) for one in numbers]})


def _contact(work: Work, name: str, number: str, source: Source) -> UUID:
    for other in behind(work, number):
        if other.name.casefold() == name.casefold():
            return other.id
    row = {"ref": str(new_id()), "name": name, "phones": number, "streams": Stream.BUDDY.value}
    found, _ = understand(row, work.settings)
    return enrol(work, replace(found, spec=replace(found.spec, status="active")), source)
