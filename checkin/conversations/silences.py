"""Silences that have come due: many at once. Whoever was asked at nine in the morning and has not answered falls silent
at half past, with everybody else who was asked at nine.

As with plans, a lot of them shares one transaction, and whoever's row is in somebody else's hands (they are texting
just now) is passed over and comes with the next lot, if they are silent still.
"""

from uuid import UUID

from checkin import checkins, people
from checkin.conversation.events import Silent
from checkin.conversations.turn import Turn
from checkin.people import Member
from checkin.store.work import Work

# A timer that is deleted is gone when this transaction commits; the person's row is the lock for what follows.
_CLAIM = (
    "WITH due AS MATERIALIZED ("  # noqa: S608  # our own words
    f"SELECT t.id AS timer_id, t.turn AS of_turn, {people.COLUMNS} FROM timers t JOIN people p ON p.id = t.person_id "
    "WHERE t.kind = 'silence' AND t.due_at <= %(now)s ORDER BY t.due_at, t.id LIMIT %(most)s "
    "FOR NO KEY UPDATE SKIP LOCKED"
    "), gone AS (DELETE FROM timers WHERE id IN (SELECT timer_id FROM due)) SELECT * FROM due"
)


def fire(work: Work, most: int) -> int:
    """Have up to `most` conversations hear that nobody has answered, the oldest first; return how many."""
    rows = work.rows(_CLAIM, {"now": work.now, "most": most})
    due = [(of_turn or 0, people.read(work, person)) for _, of_turn, *person in rows]
    asked_about = [found for _, member in due if (found := _check_in(member))]
    ladders = {ladder.person_id: ladder for ladder in checkins.find_all(work, asked_about)}
    turns = [(Turn(work, member, ladder=ladders.get(member.id)), of_turn) for of_turn, member in due]
    # Those of an area are counted one at a time: two lots that come to the same areas come to them in one order.
    for turn, of_turn in sorted(turns, key=lambda one: one[0].ladder.area if one[0].ladder else ""):
        turn.advance(Silent(of_turn))
    return len(due)


def _check_in(member: Member) -> UUID | None:
    """Return the check-in that somebody's open question is about."""
    thread = member.state.current
    return UUID(thread.subject) if thread is not None and thread.topic == "checkin" else None
