"""Who is concerned when one meeting is changed, what exactly each of them is told, and by what medium.

A change is news that nobody has asked for, and is told at once and once: to members who agreed to hear of meetings,
also those who had not been reminded of this one; to everybody who said that they come; to whoever runs or covers the
group. Those who do not run it are asked anew whether they come when the time is another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from checkin import outbox, outlook, timers, wording
from checkin.conversation.effects import Stream
from checkin.gate import Medium, Verdict
from checkin.meetings.coming import facilitators_of, way_there
from checkin.meetings.held import Occurrence
from checkin.store.work import Work

Kind = Literal["moved", "place", "cancelled", "restored", "runs"]
TOPICS = frozenset({"meeting", "moved"})
# What is said of a meeting that no longer holds once it has been changed; words from member to facilitator still do.
_STALE = (
    "meeting.ask", "meeting.news", "meeting.moved.ask", "meeting.moved", "meeting.place", "meeting.cancelled",
    "meeting.restored", "meeting.headcount", "meeting.runs", "meeting.runs_else",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who is told: `key` is the sentence, `asked` whether it comes as a question in their own conversation."""

    id: UUID
    language: str
    discreet: bool
    medium: Medium
    key: str
    asked: bool


# In the group by a role; or in it and glad of reminders; or, in it or not, about to come.
_CONCERNED = text(
    """
    SELECT p.id, p.language, p.discreet, p.prefers, m.role
    FROM people p LEFT JOIN memberships m ON m.person_id = p.id AND m.group_id = :group
    LEFT JOIN rsvps r ON r.person_id = p.id AND r.occurrence_id = :occurrence
    WHERE p.status = 'active' AND (
        m.role IN ('facilitator', 'cover') OR (m.role IS NOT NULL AND 'reminders' = ANY(p.streams))
        OR r.answer IN ('yes', 'maybe')
    ) ORDER BY p.id
    """
)
# Whoever has heard that it is off; what was still owed then has been withdrawn.
_HEARD_OFF = text(
    "SELECT DISTINCT person_id FROM messages WHERE subject = :occurrence AND wording = 'meeting.cancelled' "
    "AND status IN ('sent', 'leased', 'unknown') "
    "AND at >= (SELECT max(at) FROM meeting_changes WHERE occurrence_id = :occurrence AND kind = 'cancelled')"
)
_KEYS = {"moved": "meeting.moved", "place": "meeting.place", "cancelled": "meeting.cancelled"}


def hearers(work: Work, occurrence: Occurrence, kind: Kind, *, runs: Sequence[UUID] = ()) -> list[Hearer]:
    """Return who is told of a change to a meeting, in a fixed order; `runs`: who is to run it from now on."""
    now_run = facilitators_of(work, occurrence)
    rows = work.conn.execute(_CONCERNED, {"group": occurrence.group_id, "occurrence": occurrence.id}).all()
    if kind == "runs":
        keys = dict.fromkeys(now_run, "meeting.runs_else") | dict.fromkeys(runs, "meeting.runs")
    elif kind == "restored":
        keys = dict.fromkeys(work.conn.scalars(_HEARD_OFF, {"occurrence": occurrence.id}), "meeting.restored")
    else:
        keys = {row.id: _KEYS[kind] for row in rows}
    found = []
    for row in rows:
        if (key := keys.get(row.id)) is not None:
            asked = kind == "moved" and row.role != "facilitator" and row.id not in now_run
            key = "meeting.moved.ask" if asked else key
            medium: Medium = "call" if row.prefers == "call" else "text"
            found.append(Hearer(row.id, row.language, row.discreet, medium, key, asked))
    return found


def tell(work: Work, occurrence: Occurrence, who: Sequence[Hearer], *, taker: str = "") -> None:
    """Owe each of them their sentence about a meeting as it is now, once for each of its versions.

    A question goes into their own conversation, under their own lock.
    """
    for one in who:
        if one.asked:
            timers.set_timer(work, "open", work.now, person_id=one.id, topic="moved", subject=occurrence.id)
            continue
        outbox.owe(
            work,
            one.id,
            one.medium,
            Stream.NOTICE,
            one.key,
            values(occurrence, one.key, one.language) | ({"taker": taker} if one.key == "meeting.runs_else" else {}),
            subject=occurrence.id,
            expires_at=occurrence.starts,
            dedupe=f"{one.key}:{occurrence.id}:{one.id}:{occurrence.version}",
        )


def values(occurrence: Occurrence, key: str, language: str) -> dict[str, str]:
    """Return what the placeholders of a sentence about a meeting stand for."""
    found = {
        "group": occurrence.group,
        "when": wording.day_and_time(occurrence.starts, language),
        "was": wording.day_and_time(occurrence.was or occurrence.starts, language),
        "venue": occurrence.venue,
        "directions": way_there(occurrence),
    }
    return {name: found[name] for name in wording.placeholders(key) if name in found}


def take_back(work: Work, occurrence: Occurrence, who: Sequence[Hearer]) -> None:
    """Withdraw what is still owed about a meeting as it was, and close the questions about it."""
    for key in _STALE:
        outbox.withdraw(work, occurrence.id, "not_relevant", wording=key)
    for one in who:
        # A new question takes an older one's place by itself.
        for topic in TOPICS if not one.asked else ():
            timers.set_timer(work, "settled", work.now, person_id=one.id, topic=topic, subject=occurrence.id)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the gate would say just now to telling somebody; a promise, not the deed."""

    hearer: Hearer
    verdict: Verdict


def foresee(work: Work, who: Sequence[Hearer]) -> list[Foreseen]:
    """Return, for each of them, by what medium they would be told and whether that may be just now."""
    found = outlook.foresee_all(work, {one.id: one.medium for one in who}, Stream.NOTICE)
    return [
        Foreseen(Hearer(one.id, one.language, one.discreet, found[one.id][0], one.key, one.asked), found[one.id][1])
        for one in who
    ]
