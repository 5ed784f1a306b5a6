"""Bringing a table of people in: what it would change, every mistake by its line, and all of it or nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from checkin import people
from checkin.errors import BadFile
from checkin.load import newcomers, persons
from checkin.load.persons import Source
from checkin.register import sheet
from checkin.register.keeping import belong, give_ref, groups_by_name, ids_by_ref, join_all, unknown
from checkin.register.rows import PersonRow, Understood, Wrong, understand, written
from checkin.store.ids import new_id
from checkin.store.models import Person, PersonPhone, Phone
from checkin.store.work import Work

_LOT = 1000

T = TypeVar("T")


def _lots(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while lot := list(islice(left, _LOT)):
        yield lot


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that changes something: its line, what it says, and of whom (None: somebody new)."""

    line: int
    found: Understood
    person_id: UUID | None
    was: str | None
    source: Source


@dataclass(slots=True)
class Plan:
    """What a table would do. `wrongs` has every mistake; with one, nothing is done."""

    entries: list[Entry] = field(default_factory=list)
    same: int = 0
    wrongs: list[Wrong] = field(default_factory=list)

    @property
    def new(self) -> int:
        """How many people it brings."""
        return sum(entry.person_id is None for entry in self.entries)

    @property
    def changed(self) -> int:
        """How many it changes."""
        return len(self.entries) - self.new

    @property
    def invited(self) -> int:
        """How many are asked by text, as soon as it is brought in, whether they would like to join."""
        return sum(entry.person_id is None and entry.found.spec.status == "invited" for entry in self.entries)


def plan(work: Work, text: str) -> Plan:
    """Return what a table (`sheet.decoded`) would do. What is in it is brought to what it says; a column that is not in
    it, and a person, stays as it is."""
    table, wrongs = sheet.read(text)
    made = Plan(wrongs=wrongs)
    if wrongs:
        return made
    refs = [row["ref"] for _, row in table.rows if row.get("ref")]
    made.wrongs += _twice(table)
    ids = {ref: i for lot in _lots(refs) for ref, i in ids_by_ref(work, lot).items()}
    standing = {i: row for lot in _lots(ids.values()) for i, row in written(work, lot).items()}
    groups = groups_by_name(work)
    known: dict[str, object] = {**dict.fromkeys(refs), **ids}
    for line, row in table.rows:
        person_id = ids.get(row.get("ref", ""))
        now = standing.get(person_id) if person_id else None
        said = {column: cell for column, cell in row.items() if column != sheet.CONSENT}
        merged = {**(now or {}), **said}
        if now is not None and merged == now:
            made.same += 1
            continue
        if not merged.get("ref"):
            merged["ref"] = str(new_id())
        found, mistakes = understand(merged, work.settings, line)
        elsewhere = [ref for ref in found.spec.contacts if ref not in known]
        known |= ids_by_ref(work, elsewhere) if elsewhere else {}
        mistakes += unknown(found, line, groups, known)
        if now is not None:
            mistakes += _leaps(line, str(now["status"]), found.spec.status)
        made.wrongs += mistakes
        source = Source(words=row.get(sheet.CONSENT, ""))
        made.entries.append(Entry(line, found, person_id, str(now["status"]) if now else None, source))
    made.wrongs += _numbers(work, made.entries)
    made.wrongs.sort(key=lambda wrong: wrong.line)
    return made


def _twice(table: sheet.Sheet) -> Iterator[Wrong]:
    seen: Counter[str] = Counter()
    for line, row in table.rows:
        ref = row.get("ref", "")
        seen[ref] += 1
        if ref and seen[ref] > 1:
            yield Wrong(line, "ref", f"{ref!r} is given twice")


def _leaps(line: int, was: str, now: str | None) -> list[Wrong]:
    """Nobody is let go, or brought back, by a cell of a table: there is a goodbye, and a consent, to see to."""
    if was == now or "ended" not in {was, now}:
        return []
    why = "has left: enrol them anew" if was == "ended" else "leaves the line on their page, not in a table"
    return [Wrong(line, "status", why)]


def _numbers(work: Work, entries: Sequence[Entry]) -> list[Wrong]:
    """Whoever has a number already must share it, and be told apart by name; the line's own is nobody's."""
    numbers = sorted({number for entry in entries for number, _ in entry.found.spec.phones if number})
    users: dict[str, list[tuple[UUID | int, str]]] = {number: [] for number in numbers}
    for lot in _lots(numbers):
        for number, person_id, name in _users(work, lot):
            users[number].append((person_id, name))
    ours = {entry.person_id for entry in entries}
    for number in numbers:
        users[number] = [user for user in users[number] if user[0] not in ours]
    for entry in entries:
        for number, _ in entry.found.spec.phones:
            users.get(number, []).append((entry.person_id or entry.line, entry.found.spec.name.casefold()))
    wrongs = []
    for entry in entries:
        me = (entry.person_id or entry.line, entry.found.spec.name.casefold())
        for number, _ in entry.found.spec.phones:
            others = [user for user in users.get(number, []) if user[0] != me[0]]
            if number == work.settings.number:
                wrongs.append(Wrong(entry.line, "phones", "this is the line's own number"))
            elif any(name == me[1] for _, name in others):
                wrongs.append(Wrong(entry.line, "phones", "somebody of this name has this number already"))
            elif others and not entry.found.spec.fields["shared_phone"]:
                why = "somebody else has this number: if they share the telephone, say yes under shared_phone"
                wrongs.append(Wrong(entry.line, "phones", why))
    return wrongs


def _users(work: Work, numbers: Sequence[str]) -> Iterator[tuple[str, UUID, str]]:
    by_index = {index: number for number in numbers for index in work.vault.indexes(number)}
    rows = work.conn.execute(
        select(Phone.number_index, Person.id, Person.name)
        .join(PersonPhone, PersonPhone.phone_id == Phone.id)
        .join(Person, Person.id == PersonPhone.person_id)
        .where(Phone.number_index.in_(list(by_index)), Person.status != "ended")
    )
    for index, person_id, name in rows:
        yield by_index[bytes(index)], person_id, work.vault.open(name, "people.name").casefold()


def bring_in(work: Work, made: Plan) -> Iterator[tuple[int, int]]:
    """Do what a plan says, in the caller's transaction, and yield how many of how many are done: it is done when this
    ends. Raises BadFile when there is a mistake in it.

    Those who are new come first: nobody waits for them. Those who are changed are locked in one order, and last.
    """
    if made.wrongs:
        raise BadFile([str(wrong) for wrong in made.wrongs])
    new = [entry for entry in made.entries if entry.was is None]
    known = [entry for entry in made.entries if entry.was is not None]
    ids: dict[str, UUID] = {}
    for lot in _lots(new):
        ids |= _enrol(work, lot)
        yield len(ids), len(made.entries)
    for done, entry in enumerate(sorted(known, key=lambda entry: str(entry.person_id)), len(new) + 1):
        ids[entry.found.spec.ref] = _change(work, entry)
        if done % 100 == 0:
            yield done, len(made.entries)
    refs = {ref for entry in made.entries for ref in entry.found.spec.contacts}
    ids |= ids_by_ref(work, [ref for ref in refs if ref not in ids])
    for lot in _lots(made.entries):
        specs = [entry.found.spec for entry in lot]
        persons.store_contacts(work, {ids[spec.ref]: [ids[ref] for ref in spec.contacts] for spec in specs})
    persons.note_shared_phones(work)
    yield len(made.entries), len(made.entries)


def _enrol(work: Work, lot: Sequence[Entry]) -> dict[str, UUID]:
    found = [newcomers.Newcomer(entry.found.spec, entry.source) for entry in lot]
    ids = newcomers.store(work, found)
    join_all(work, {ids[entry.found.spec.ref]: entry.found.groups for entry in lot})
    newcomers.ask(work, found, ids)
    return ids


def _change(work: Work, entry: Entry) -> UUID:
    spec = entry.found.spec
    if entry.person_id is None or entry.was is None:
        raise ValueError("Whoever is new is enrolled.")
    people.lock(work, entry.person_id)
    give_ref(work, [entry.person_id])
    person_id = persons.change(work, spec, entry.was, entry.source)
    belong(work, person_id, entry.found.groups)
    persons.ask_again(work, spec, person_id)
    return person_id


def export(work: Work) -> Iterator[PersonRow]:
    """Yield everybody as a row, those who have left too, in the order in which they came."""
    after = None
    while True:
        page = select(Person.id).order_by(Person.id).limit(_LOT)
        ids = work.conn.scalars(page if after is None else page.where(Person.id > after)).all()
        if not ids:
            return
        rows = written(work, ids)
        yield from (rows[person_id] for person_id in ids)
        after = ids[-1]
