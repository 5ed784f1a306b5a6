"""What people would be told, in their own language and as they would read it, before staff have it said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from checkin import buddies, people
from checkin.conversations import sentences
from checkin.store.models import Person
from checkin.store.work import Work
from checkin.wording import Variant


@dataclass(frozen=True, slots=True)
class Preview:
    """A text that somebody would get, and when: "first", or "after" both have said yes."""

    name: str
    when: str
    words: str


def of_proposal(work: Work, member_id: UUID, buddy_id: UUID, *, replaces: UUID | None = None) -> Sequence[Preview]:
    """Return what is said when two people are proposed to each other, and what when both have said yes; in the place of
    another pair, to its buddy as well."""
    two = buddies.both(work, replaces) if replaces else None
    names = {"member": people.first_name(work, member_id), "buddy": people.first_name(work, buddy_id)}
    if two is not None:
        names["before"] = people.first_name(work, two[1])
    kind = "handed" if two else "met"
    told = [
        (member_id, "first", "buddy_offer.ask"),
        (buddy_id, "first", "buddy_wanted.ask"),
        (member_id, "after", f"pairing.{kind}_member"),
        (buddy_id, "after", f"pairing.{kind}_buddy"),
    ]
    if two is not None:
        told.append((two[1], "after", "pairing.handed_on"))
    return [_preview(work, person_id, when, key, names) for person_id, when, key in told]


def of_end(work: Work, pair_id: UUID) -> Sequence[Preview]:
    """Return what both hear when staff end their pair."""
    two = buddies.both(work, pair_id) or ()
    return [
        _preview(work, reader, "first", "pair.ended", {"buddy": people.first_name(work, other)})
        for reader, other in zip(two, reversed(two), strict=True)
    ]


def _preview(work: Work, person_id: UUID, when: str, key: str, values: Mapping[str, str]) -> Preview:
    reader = work.conn.execute(select(Person.language, Person.discreet).where(Person.id == person_id)).one()
    name = people.first_name(work, person_id)
    variant: Variant = "discreet" if reader.discreet else "text"
    said = sentences.render(work, key, reader.language, variant, {**values, "name": name})
    return Preview(name, when, said)
