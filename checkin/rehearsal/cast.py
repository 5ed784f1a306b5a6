"""Who plays whom: the people of the organisation, by their ref or by their part, and numbers that reach nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import select

from checkin import people, rota
from checkin.bootstrap import Line
from checkin.errors import BadInput
from checkin.load import read_file
from checkin.load.organisation import Organisation
from checkin.load.storing import store_organisation
from checkin.rehearsal.scenario import Scenario
from checkin.store.models import Person, PersonPhone, Phone, Plan
from checkin.store.work import Work

# Parts that any organisation can fill. Everything else in a scenario's `who` is the ref of a person.
MEMBER, OTHERS = "a member", "everybody else"
ON_CALL = ("first on call", "second on call", "third on call")
# Ranges that Ofcom keeps for drama.
_MOBILE, _LANDLINE = "+447700900", "+441632960"


def harmless(found: Organisation) -> Organisation:
    """Return an organisation with every telephone number replaced by one that reaches nobody, the same by the same."""
    given: dict[str, str] = {}

    def other(number: str, line: str) -> str:
        prefix = _LANDLINE if line == "landline" else _MOBILE
        used = sum(1 for made in given.values() if made.startswith(prefix))
        if number not in given and used > 899:
            raise BadInput("There are more telephones in this organisation than there are numbers for rehearsals.")
        return given.setdefault(number, f"{prefix}{100 + used}")

    people_ = [replace(p, phones=[(other(number, line), line) for number, line in p.phones]) for p in found.people]
    return Organisation(
        people=people_, groups=found.groups, pairs=found.pairs, rota=found.rota, overrides=found.overrides,
        holidays=found.holidays, stand_ins=found.stand_ins, staff=found.staff, wording=found.wording,
        policies=found.policies, risk=found.risk,
    )  # fmt: skip


def load(line: Line, scenario: Scenario, file: Path | None, fallback: Path) -> None:
    """Load the organisation that plays: one's own file, the scenario's, or `fallback`."""
    with TemporaryDirectory() as folder:
        path = file or fallback
        if file is None and scenario.organisation:
            path = Path(folder) / f"{scenario.name}.yaml"
            path.write_text(scenario.organisation, encoding="utf-8")
        with line.store.work(line.clock()) as work:
            store(work, path)


def store(work: Work, file: Path) -> None:
    """Load an organisation file with numbers that reach nobody. Raises BadFile."""
    store_organisation(work, harmless(read_file(file, work.settings.country, str(work.settings.zone))))


class Cast:
    """The people of a loaded organisation, and who has which part at the moment `starts` (aware)."""

    def __init__(self, line: Line, starts: datetime) -> None:
        with line.store.work(starts.astimezone(UTC)) as work:
            self._refs: Mapping[str, UUID] = {
                row.ref: row.id for row in work.conn.execute(select(Person.ref, Person.id)) if row.ref
            }
            self._on_call = rota.on_call(work)
            self._members = list(work.conn.scalars(select(Plan.person_id).order_by(Plan.person_id)))
            rows = work.conn.execute(
                select(PersonPhone.person_id, Phone.number)
                .join(Phone, Phone.id == PersonPhone.phone_id)
                .order_by(PersonPhone.person_id, PersonPhone.rank)
            ).all()
            self._numbers: dict[UUID, list[str]] = {}
            for row in rows:
                self._numbers.setdefault(row.person_id, []).append(work.vault.open(row.number, "phones.number"))
            self._names = {
                number: people.first_name(work, who) for who, them in self._numbers.items() for number in them
            }

    def number(self, who: str) -> str:
        """Return the first number of somebody named by ref or part. Raises BadInput when there is nobody."""
        return self.numbers(who)[0]

    def numbers(self, who: str) -> list[str]:
        """Return all numbers of somebody named by ref or part. Raises BadInput when there is nobody, or no phone."""
        person = self._refs.get(who)
        if who == MEMBER and self._members:
            person = self._members[0]
        elif who in ON_CALL:
            place = ON_CALL.index(who)
            person = self._on_call[place] if place < len(self._on_call) else None
        found = self._numbers.get(person, []) if person else []
        if not found:
            raise BadInput(f"Nobody with a telephone is {who!r} in this organisation when the night begins.")
        return found

    def others(self, besides: Iterable[str]) -> list[str]:
        """Return the numbers of everybody who is not among `besides`, by number."""
        taken = set(besides)
        return [number for number in self._names if number not in taken]

    def name(self, number: str) -> str:
        """Return whose phone it is, in one name."""
        return self._names.get(number, number)
