"""Tips: what members have found to help, offered by text, read by staff first, heard by others without a name."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select, text, update

from checkin import audit, outbox, timers
from checkin.conversation.effects import Stream
from checkin.conversation.normal import words as words_of
from checkin.conversation.replies import is_first_name
from checkin.errors import BadInput
from checkin.gate import Medium
from checkin.people import Member
from checkin.store.ids import new_id
from checkin.store.models import Timer, Tip
from checkin.store.work import Work

# So many are shown to staff at a time; the next come up as these are decided on.
_AT_ONCE = 50
_WEEK = timedelta(days=7)
# A weekly tip that could not go out in this long is left out: the next one is soon enough.
_STALE = timedelta(days=2)

# Two text messages, with room for the words around it.
LONGEST = 240
# What was told may be longer than what is heard: it is shortened when it is read.
_MOST_TOLD = 1000

_MARK = "…"
_TAKEN_OUT = (
    ("a link or an e-mail address", re.compile(r"\S+@\S+|\b(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("a number to ring", re.compile(r"\+?\d(?:[\s().-]?\d){5,}")),
    ("a postcode", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Stripped:
    """A tip without what could tell who wrote it or whom it is about; `taken` says what kinds of things those were."""

    words: str
    taken: tuple[str, ...]


def stripped(words: str) -> Stripped:
    """Return words without numbers, addresses and first names. A first look: a person reads them all the same."""
    taken = []
    for kind, pattern in _TAKEN_OUT:
        words, found = pattern.subn(_MARK, words)
        taken += [kind] if found else []
    named = [w for w in re.findall(r"[^\W\d_]+", words) if w[0].isupper() and is_first_name(w)]
    for name in named:
        words = re.sub(rf"\b{name}\b", _MARK, words)
    return Stripped(words.strip(), (*taken, *(["a name"] if named else [])))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A tip that nobody has decided on: as it was written, and without what must not be passed on. `reported_at`: it
    was heard, and somebody said that it is not right; `topics` are those it had."""

    id: UUID
    at: datetime
    words: str
    without: Stripped
    reported_at: datetime | None = None
    topics: tuple[str, ...] = ()


def offer(work: Work, person_id: UUID, words: str) -> None:
    """Keep a tip until staff have read it."""
    work.add(Tip, id=new_id(), at=work.now, person_id=person_id, words=work.vault.seal(words, "tips.words"))


def take_down(work: Work, by: UUID, words: str) -> None:
    """Keep a tip that somebody has told to staff, until it has been read like any other. Raises BadInput with one
    sentence."""
    if not words.strip():
        raise BadInput("Write down what you were told.")
    if len(words) > _MOST_TOLD:
        raise BadInput(f"Shorten it to {_MOST_TOLD} characters; it has {len(words)}.")
    tip_id = new_id()
    work.add(Tip, id=tip_id, at=work.now, words=work.vault.seal(words.strip(), "tips.words"))
    audit.record(work, by, "tip_taken_down", f"tip {tip_id}")


def waiting(work: Work) -> list[Waiting]:
    """Return the tips that nobody has decided on, those that were found not right first, then the oldest."""
    wait = select(Tip.id, Tip.at, Tip.words, Tip.reported_at, Tip.topics).where(Tip.status == "waiting")
    rows = work.conn.execute(wait.order_by(Tip.reported_at.is_(None), Tip.at, Tip.id).limit(_AT_ONCE))
    opened = [(row, work.vault.open(row.words, "tips.words")) for row in rows]
    return [Waiting(r.id, r.at, words, stripped(words), r.reported_at, tuple(r.topics)) for r, words in opened]


def approve(work: Work, tip_id: UUID, by: UUID, words: str, topics: str) -> None:
    """Let others hear a tip, in these words, when they ask for one of these topics (words, in any order). Raises
    BadInput with one sentence when it cannot be heard so, or somebody else was faster."""
    found = sorted(set(words_of(topics.lower())))
    if not words.strip():
        raise BadInput("Write the words in which others will hear the tip.")
    if len(words) > LONGEST:
        raise BadInput(f"Shorten the tip to {LONGEST} characters; it has {len(words)}.")
    if not found:
        raise BadInput("Name at least one topic, such as sleep: that is what members ask for.")
    _decide(work, tip_id, by, status="approved", words=work.vault.seal(words.strip(), "tips.words"), topics=found)


def decline(work: Work, tip_id: UUID, by: UUID) -> None:
    """Keep a tip from being heard. Raises BadInput with one sentence when somebody else was faster."""
    _decide(work, tip_id, by, status="declined")


@dataclass(frozen=True, slots=True)
class Heard:
    """A tip that others can hear, in its words for them; `since` when, and by how many people it has been heard."""

    id: UUID
    since: datetime
    words: str
    topics: tuple[str, ...]
    people: int


_HEARD_BY = text(
    """
    SELECT t.id, t.decided_at, t.words, t.topics, (SELECT count(*) FROM tip_hearings h WHERE h.tip_id = t.id) AS people
    FROM tips t WHERE t.status = 'approved' ORDER BY t.decided_at DESC, t.id LIMIT :most OFFSET :skip
    """
)


def heard(work: Work, *, skip: int, most: int) -> list[Heard]:
    """Return the tips that others can hear, the newest first."""
    rows = work.conn.execute(_HEARD_BY, {"skip": skip, "most": most})
    return [
        Heard(row.id, row.decided_at, work.vault.open(row.words, "tips.words"), tuple(row.topics), row.people)
        for row in rows
    ]


def take_back(work: Work, tip_id: UUID, by: UUID) -> None:
    """Have nobody hear a tip any more, from now on, until staff decide on it anew. Raises BadInput with one sentence
    when it is not heard."""
    theirs = update(Tip).where(Tip.id == tip_id, Tip.status == "approved")
    if work.conn.execute(theirs.values(status="waiting", decided_at=None, decided_by=None)).rowcount == 0:
        raise BadInput("Somebody has taken this tip back already.")
    outbox.withdraw(work, tip_id, "not_relevant")
    audit.record(work, by, "tip_taken_back", f"tip {tip_id}")


def _decide(work: Work, tip_id: UUID, by: UUID, **values: object) -> None:
    mine = Tip.id == tip_id, Tip.status == "waiting"
    done = work.conn.execute(update(Tip).where(*mine).values(decided_by=by, decided_at=work.now, **values))
    if done.rowcount == 0:
        raise BadInput("Somebody has decided on this tip already.")
    audit.record(work, by, f"tip_{values['status']}", f"tip {tip_id}")


# Whatever somebody has not heard, or heard longest ago, comes first; never the last one again.
_HEAR = text(
    """
    SELECT t.id, t.words FROM tips t LEFT JOIN tip_hearings h ON h.tip_id = t.id AND h.person_id = :person
    WHERE t.status = 'approved' AND (cardinality(CAST(:topics AS text[])) = 0 OR t.topics && CAST(:topics AS text[]))
    AND t.id IS DISTINCT FROM (SELECT tip_id FROM tip_hearings WHERE person_id = :person ORDER BY at DESC LIMIT 1)
    ORDER BY h.at NULLS FIRST, t.decided_at, t.id LIMIT 1
    """
)
_HEARD = text(
    "INSERT INTO tip_hearings (person_id, tip_id, at) VALUES (:person, :tip, :now) "
    "ON CONFLICT (person_id, tip_id) DO UPDATE SET at = :now"
)


def hear(work: Work, person_id: UUID, asked: str) -> str | None:
    """Return the words of a tip about what somebody asked for (any, when they named nothing), noting that they have
    heard it; None when there is none but the one that they heard last."""
    topics = sorted(set(words_of(asked.lower())))
    row = work.conn.execute(_HEAR, {"person": person_id, "topics": topics}).first()
    if row is None:
        return None
    work.conn.execute(_HEARD, {"person": person_id, "tip": row.id, "now": work.now})
    return work.vault.open(row.words, "tips.words")


_KEEP_BACK = text(
    """
    UPDATE tips SET status = 'waiting', decided_at = NULL, decided_by = NULL, reported_at = :now
    WHERE status = 'approved'
    AND id = (SELECT tip_id FROM tip_hearings WHERE person_id = :person ORDER BY at DESC LIMIT 1)
    RETURNING id
    """
)


def report(work: Work, person_id: UUID) -> bool:
    """Keep back the tip that somebody heard last, because they say that it is not right, until staff have decided on
    it anew; False when there is none, or it is kept back already."""
    kept = work.conn.execute(_KEEP_BACK, {"person": person_id, "now": work.now}).scalar_one_or_none()
    if kept is not None:
        outbox.withdraw(work, kept, "not_relevant")
    return kept is not None


def weekly_from_now(work: Work, person_id: UUID) -> None:
    """Have somebody who agreed to it hear a tip now, and another each week."""
    theirs = (Timer.kind == "open", Timer.topic == "weekly_tip", Timer.person_id == person_id)
    if not work.conn.execute(select(exists().where(*theirs))).scalar():
        timers.set_timer(work, "open", work.now, person_id=person_id, topic="weekly_tip")


# What they wrote themselves is no news to them.
_UNHEARD = text(
    """
    SELECT t.id, t.words FROM tips t WHERE t.status = 'approved' AND t.person_id IS DISTINCT FROM :person
    AND NOT EXISTS (SELECT FROM tip_hearings h WHERE h.tip_id = t.id AND h.person_id = :person)
    ORDER BY t.decided_at, t.id LIMIT 1
    """
)


def this_week(work: Work, member: Member) -> None:
    """Owe somebody their tip of this week, one that they have never heard: when there is none, or they rest, nothing.
    Another week follows, until they stop."""
    if Stream.TIPS.value not in member.streams or member.status != "active":
        return
    timers.set_timer(work, "open", work.now + _WEEK, person_id=member.id, topic="weekly_tip")
    resting = member.paused_until is not None and member.paused_until > work.now
    row = None if resting else work.conn.execute(_UNHEARD, {"person": member.id}).first()
    if row is None:
        return
    work.conn.execute(_HEARD, {"person": member.id, "tip": row.id, "now": work.now})
    words = {"words": work.vault.open(row.words, "tips.words")}
    medium: Medium = "call" if member.prefers == "call" else "text"
    late = work.now + _STALE
    outbox.owe(work, member.id, medium, Stream.TIPS, "tip.weekly", words, subject=row.id, expires_at=late)
