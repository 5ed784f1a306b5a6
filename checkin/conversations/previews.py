"""What people would be told, in their own language and as they would read it, before staff have it said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from checkin import buddies, people, wording
from checkin.conversations import sentences
from checkin.store.models import Pair, Person
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


def of_break(work: Work, buddy_id: UUID, until: datetime | None) -> Sequence[Preview]:
    """Return what is said when a buddy rests until a moment (aware), or (None) when their break ends now: to them, to
    each whom they look out for, and to whoever stands in."""
    buddy = people.first_name(work, buddy_id)
    found = [(buddy_id, "rest.done" if until else "rest.over", {"name": buddy})]
    pairs = select(Pair.id, Pair.member_id).where(Pair.buddy_id == buddy_id, Pair.status != "ended").order_by(Pair.id)
    for pair in work.conn.execute(pairs).all():
        cover, names = buddies.cover_of(work, pair.id), {"buddy": buddy}
        if cover is None:
            found.append((pair.member_id, "rest.member" if until else "rest.back", names))
            continue
        names |= {"taker": people.first_name(work, cover.buddy_id), "member": people.first_name(work, pair.member_id)}
        found.append((pair.member_id, "rest.member_covered" if until else "rest.back", names))
        found.append((cover.buddy_id, "rest.cover" if until else "rest.back_cover", names))
    return [_preview(work, who, "first", key, values | _until(work, who, until)) for who, key, values in found]


def _until(work: Work, reader: UUID, until: datetime | None) -> dict[str, str]:
    row = work.conn.execute(select(Person.language, Person.zone).where(Person.id == reader)).one()
    return {"until": wording.day(until.astimezone(ZoneInfo(row.zone)), row.language)} if until else {}


def _preview(work: Work, person_id: UUID, when: str, key: str, values: Mapping[str, str]) -> Preview:
    reader = work.conn.execute(select(Person.language, Person.discreet).where(Person.id == person_id)).one()
    name = people.first_name(work, person_id)
    variant: Variant = "discreet" if reader.discreet else "text"
    said = sentences.render(work, key, reader.language, variant, {**values, "name": name})
    return Preview(name, when, said)
