"""Words passed on between the two of a pair, without numbers: whom they are for, whether they can go, what is said.

The sender hears truthfully what becomes of their words. What cannot be passed on is never lost: it goes to a person,
and the sender is told so. Why the other cannot be reached is not said, but for a break, which is nothing to hide: safe
hours, a phone that is not safe to text and a stop are nobody else's business.

Words with danger in them never get here: the conversation gives them to a person (`conversation/machine.py`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from checkin import buddies, escalations, outbox, outlook
from checkin.buddies import Other
from checkin.conversation.effects import Severity, Stream
from checkin.conversation.masking import mask
from checkin.conversation.replies import Asked, Kind, Reading, read
from checkin.gate import Defer, Drop
from checkin.people import Member
from checkin.store.models import Message
from checkin.store.work import Work

# Three texts' worth. Longer words are better said in a call, and dear.
LONGEST = 400
_NOON = 12
_PICTURES = re.compile(r"\s*\[\d+ pictures?\]$")

Said = tuple[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sender hears (wording keys and values, in order), and what they are asked when something is missing:
    which of several is meant, or the words themselves."""

    say: tuple[Said, ...] = ()
    ask: Literal["words", "which"] | None = None
    pair_id: UUID | None = None


def relay(work: Work, member: Member, words: str, *, pictures: int = 0, pair_id: UUID | None = None) -> Outcome:
    """Pass somebody's words on to the other of a pair: of `pair_id` when that is known, else of the one they name, or
    are talking with, or have."""
    others = buddies.others_of(work, member.id)
    if not others and pair_id is None:
        return _to_team(work, member, words, "relay.none", {})
    if pair_id is not None and all(o.pair_id != pair_id for o in others):
        return _to_team(work, member, words, "relay.over", {})
    chosen, words = _whose(work, others, _PICTURES.sub("", words).strip(), pair_id)
    pictured: tuple[Said, ...] = (("relay.no_pictures", {}),) if pictures else ()
    if not words:
        return Outcome(pictured) if pictures else Outcome(ask="words", pair_id=chosen.pair_id if chosen else None)
    if chosen is None:
        return Outcome(ask="which")
    passed = _pass_on(work, member, words, chosen)
    return Outcome((*passed.say, *pictured))


# On a pair's own number these are still the line's; everything else is words for the other.
_ALWAYS_THE_LINES = frozenset({Kind.URGENT, Kind.WRONG_NUMBER})
_THE_LINES_ALONE = frozenset({Kind.HELP, Kind.CALL_ME, Kind.PAUSE, Kind.BACK})
_ALONE = 3


def on_own_line(reading: Reading, body: str) -> Reading:
    """Return what a text to a pair's own number is. HELP and the like are the line's when they stand alone, and words
    for the other in a sentence ("can you help me with the shelf"). STOP there stops the words between the two: who
    wants to stop everything texts it to the line, and is told so."""
    match reading.kind:
        case Kind.STOP | Kind.START:
            return Reading(reading.kind, "buddy")
        case Kind.BUDDY if reading.value:
            return reading
        case Kind.UNCLEAR if reading.value == "auto":
            return reading
        case kind if kind in _ALWAYS_THE_LINES or (kind in _THE_LINES_ALONE and len(body.split()) <= _ALONE):
            return reading
    return Reading(Kind.BUDDY, body)


def chosen(work: Work, member: Member, message_id: UUID, reply: str | None, number: int | None) -> Outcome:
    """Pass on the words of an earlier text now that its sender has said by `number` or name whom they are for; when
    that names nobody, or nothing was said (None), a person gets them."""
    words = held(work, message_id)
    others = buddies.others_of(work, member.id)
    if number is not None:
        found = others[number - 1] if 1 <= number <= len(others) else None
    else:
        found = _named(others, reply or "")[0]
    if found is None:
        return _to_team(work, member, words, "relay.nobody", {})
    return _pass_on(work, member, words, found)


def held(work: Work, message_id: UUID) -> str:
    """Return the words for a buddy in a text that was stored earlier; "" when it is gone."""
    sealed = work.conn.execute(select(Message.body).where(Message.id == message_id)).scalar_one_or_none()
    text = _PICTURES.sub("", work.vault.open(sealed, "messages.body")) if sealed else ""
    reading = read(text, Asked.NONE)
    return str(reading.value or "") if reading.kind is Kind.BUDDY else text


def _whose(work: Work, others: Sequence[Other], words: str, pair_id: UUID | None) -> tuple[Other | None, str]:
    known = next((o for o in others if o.pair_id == pair_id), None)
    if known is not None or len(others) == 1:
        return known or others[0], words
    named, rest = _named(others, words)
    if named is not None:
        return named, rest
    return buddies.talking_with(work, others), words


def _named(others: Sequence[Other], words: str) -> tuple[Other | None, str]:
    """Return which one the words begin with by name, and the rest of them; two of one name are nobody."""
    first, _, rest = words.partition(" ")
    name = first.strip(".,:;-").casefold()
    found = [o for o in others if o.name.casefold() == name]
    return (found[0], rest.strip()) if len(found) == 1 else (None, words)


def _pass_on(work: Work, member: Member, words: str, other: Other) -> Outcome:
    name = {"buddy": other.name}
    if Stream.BUDDY.value not in member.streams:
        # The answer could not come back.
        return _to_team(work, member, words, "relay.off", name)
    if other.resting:
        return _to_team(work, member, words, "relay.break", name)
    verdict = outlook.foresee(work, other.id, "text", Stream.BUDDY)
    if isinstance(verdict, Drop):
        return _to_team(work, member, words, "relay.break" if verdict.why == "paused" else "relay.team", name)
    shown = mask(words, LONGEST)
    buddies.relay(work, member.name, shown.words, other)
    key = "relay.sent" if not isinstance(verdict, Defer) else _later(work, other, verdict.until, member)
    notes = [("relay.masked", shown.hidden), ("relay.cut", shown.cut)]
    return Outcome(((key, name), *((note, {}) for note, true in notes if true)))


def _later(work: Work, other: Other, until: datetime, member: Member) -> str:
    """Return what is true of words that wait. That somebody has hours of their own is not told."""
    own_hours = outlook.reach(work, other.id, "text")["safe_from"] is not None
    return "relay.later" if own_hours or until.astimezone(member.zone).hour >= _NOON else "relay.morning"


def _to_team(work: Work, member: Member, words: str, key: str, values: Mapping[str, str]) -> Outcome:
    escalations.open_case(work, Severity.TASK, "for_buddy", person_id=member.id, words=words)
    return Outcome(((key, values),))


def not_passed_on(work: Work, pair_id: UUID, reader_id: UUID, arguments: bytes | None) -> None:
    """Words that were promised could not be passed on after all: their sender hears it, and a person has them."""
    pair = buddies.both(work, pair_id)
    if pair is None:
        return
    sender_id = next(person_id for person_id in pair if person_id != reader_id)
    given = work.vault.open_json(arguments, "messages.arguments") or {}
    escalations.open_case(work, Severity.TASK, "for_buddy", person_id=sender_id, words=given.get("words", ""))
    outbox.owe(work, sender_id, "text", Stream.SERVICE, "relay.not_passed_on", {}, subject=pair_id)
