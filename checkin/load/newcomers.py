"""Bringing people into the store who were not in it: each statement is for all of them, and a thousand take seconds.

Those who are there already are changed one by one, under their own lock: see `persons.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from checkin import appointments, caring, joining, people, rungs, tips
from checkin.conversation.effects import Stream
from checkin.load.persons import FILE, Source
from checkin.load.somebody import PersonSpec
from checkin.store.ids import new_id
from checkin.store.models import Consent, Person, PersonPhone, Plan
from checkin.store.work import Work


class Newcomer(NamedTuple):
    """Somebody who is not in the store yet, and where what is said of their consent comes from."""

    spec: PersonSpec
    source: Source = FILE


def store(work: Work, found: Sequence[Newcomer]) -> dict[str, UUID]:
    """Store people whom the store has not got, and return their ids by ref. Groups, contacts and `ask` are to follow;
    raises IntegrityError when a ref has been taken meanwhile."""
    # Ids of one moment are in no order; a list of people is to keep its own.
    ids = dict(zip((one.spec.ref for one in found), sorted(new_id() for _ in found), strict=True))
    sealed = {name for one in found for name in one.spec.secrets}
    work.add_all(Person, [_row(work, ids[one.spec.ref], one, sealed) for one in found])
    people.file_names(work, {ids[one.spec.ref]: one.spec.name for one in found})
    _phones(work, found, ids)
    work.add_all(Consent, [row for one in found for row in _consents(work, ids[one.spec.ref], one)])
    _plans(work, found, ids)
    for one in found:
        person_id, given = ids[one.spec.ref], _given(one)
        if Stream.CARING in given:
            caring.begin(work, person_id)
        if Stream.TIPS in given and one.spec.status != "invited":
            tips.weekly_from_now(work, person_id)
        if one.spec.appointments:
            appointments.from_file(work, person_id, one.spec.appointments)
    return ids


def ask(work: Work, found: Sequence[Newcomer], ids: Mapping[str, UUID]) -> None:
    """Whoever is invited is asked once, on behalf of a group they are in by now; members are asked after some weeks how
    they may be reached."""
    asked = [ids[one.spec.ref] for one in found if one.spec.status == "invited"]
    joining.invite_all(work, asked)
    rest = [one for one in found if one.spec.status != "invited" and {"checkins", "reminders"} & set(one.spec.streams)]
    joining.review_all_later(work, [ids[one.spec.ref] for one in rest])


def _given(one: Newcomer) -> list[str]:
    """Return the streams that somebody has agreed to: of an invitation in a file none, until they have answered."""
    invited = one.spec.status == "invited" and one.source.from_file
    return [] if invited else sorted(set(one.spec.streams))


def _row(work: Work, person_id: UUID, one: Newcomer, sealed: set[str]) -> dict[str, object]:
    spec = one.spec
    secrets = {name: spec.secrets.get(name) for name in sealed}
    return {
        "id": person_id,
        "ref": spec.ref,
        "name": work.vault.seal(spec.name, "people.name"),
        "status": spec.status or "active",
        "streams": _given(one),
        "invited_to": spec.streams if spec.status == "invited" else [],
        **spec.fields,
        **{n: None if s is None else work.vault.seal(s, f"people.{n}") for n, s in secrets.items()},
    }


def _phones(work: Work, found: Sequence[Newcomer], ids: Mapping[str, UUID]) -> None:
    lines = {number: line for one in found for number, line in one.spec.phones}
    phones = people.phones_for(work, lines)
    # What the network has taught us since is better than what a number looks like.
    work.conn.execute(_LINES, {"phones": list(phones.values()), "lines": [lines[number] for number in phones]})
    rows: list[dict[str, object]] = []
    for one in found:
        ranks = {phones[number]: rank for rank, (number, _) in reversed([*enumerate(one.spec.phones, 1)])}
        rows += [{"person_id": ids[one.spec.ref], "phone_id": i, "rank": rank} for i, rank in ranks.items()]
    work.add_all(PersonPhone, rows)


_LINES = text(
    "UPDATE phones p SET line = w.line FROM unnest(CAST(:phones AS uuid[]), CAST(:lines AS text[])) AS w (id, line) "
    "WHERE p.id = w.id AND p.line = 'unknown'"
)


def _consents(work: Work, person_id: UUID, one: Newcomer) -> Iterator[dict[str, object]]:
    words = one.source.words
    for stream in _given(one):
        yield {
            "person_id": person_id,
            "at": work.now,
            "stream": stream,
            "change": "given",
            "how": one.source.how,
            "wording": one.source.wording,
            "words": work.vault.seal(words, "consents.words") if words else None,
        }


def _plans(work: Work, found: Sequence[Newcomer], ids: Mapping[str, UUID]) -> None:
    next_due = cache(rungs.next_due)
    rows: list[dict[str, object]] = []
    for spec in (one.spec for one in found):
        if (plan := spec.plan) is not None:
            due = next_due(plan.rule, plan.at, ZoneInfo(str(spec.fields["zone"])), work.now)
            said = {"rule": plan.rule, "at": plan.at, "ladder": plan.ladder, "gaps": plan.gaps}
            rows.append({"id": new_id(), "person_id": ids[spec.ref], "next_due_at": due, **said})
    work.add_all(Plan, rows)
