"""Kind words: a few in the first months, then fewer, and none of them asks for anything.

A message that asks stops being caring, so these are a stream of their own, with its own consent and its own words. They
stay away from hard times: not while somebody is in danger or has paused, nor near it, nor when they have lost somebody.
What somebody answers is heard like any text. The shape is that of the caring-contacts trials: 8 to 25 messages over 6
to 18 months, tapering.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import logs, outbox
from checkin.conversation.effects import Stream
from checkin.gate import Medium
from checkin.store.models import Caring, Group, Membership
from checkin.store.work import Work

_log = logs.get("caring")

# In turn, so that nobody hears the same twice in a row; people begin at different ones.
KEYS = ("caring.1", "caring.2", "caring.3", "caring.4", "caring.5")
# In daylight, and at no hour at which anything else is due.
_AT = time(11, 20)
# How far these words keep from danger, from a pause, and from a loss.
_AFTER_RED = timedelta(weeks=2)
_AFTER_PAUSE = timedelta(weeks=1)
_AFTER_LOSS = timedelta(weeks=8)
_EXPIRES = timedelta(days=2)


def gap(sent: int, weeks: Sequence[int], then: int) -> int:
    """Return how many weeks lie before the next kind word when `sent` of them have been said: the differences of
    `weeks` (from the beginning, rising), and `then` after the last."""
    if sent >= len(weeks):
        return then
    return weeks[sent] - (weeks[sent - 1] if sent else 0)


def due(now: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    """Return the moment (aware) so many weeks from now at which a kind word is said, on the clock in `zone`."""
    return datetime.combine(now.astimezone(zone).date() + timedelta(weeks=weeks), _AT, zone)


def begin(work: Work, person_id: UUID) -> None:
    """Somebody has agreed to kind words: say the first in a while, or go on where they had stopped."""
    first = due(work.now, work.settings.caring_weeks[0], work.settings.zone)
    row = insert(Caring).values(person_id=person_id, next_due_at=first)
    again = {"next_due_at": first}
    work.conn.execute(
        row.on_conflict_do_update(index_elements=["person_id"], set_=again, where=Caring.next_due_at.is_(None))
    )


def stop(work: Work, person_id: UUID) -> None:
    """Somebody has stopped kind words."""
    work.conn.execute(update(Caring).where(Caring.person_id == person_id).values(next_due_at=None))


def hold(work: Work, person_id: UUID, until: datetime) -> None:
    """Somebody has lost somebody, and is away until a moment (aware): say nothing then, nor for some weeks after."""
    held = Caring.person_id == person_id
    work.conn.execute(update(Caring).where(held).values(held_until=until + _AFTER_LOSS))


_CLAIM = text(
    """
    SELECT c.person_id, c.sent, c.held_until, p.name, p.zone, p.prefers, p.status, p.streams, p.paused_until,
        EXISTS (SELECT FROM cases k WHERE k.person_id = p.id AND k.severity = 'red'
            AND (k.status <> 'closed' OR k.closed_at > :lately)) AS red,
        EXISTS (SELECT FROM person_phones j JOIN phones f ON f.id = j.phone_id
            WHERE j.person_id = p.id AND j.suspended_at IS NULL AND f.line <> 'landline') AS takes_texts
    FROM caring c JOIN people p ON p.id = c.person_id
    WHERE c.next_due_at <= :now ORDER BY c.next_due_at LIMIT 1 FOR UPDATE OF c SKIP LOCKED
    """
)


def claim(work: Work) -> bool:
    """Say one kind word that is due, or leave it for a better time, and set when the next is; False: none is due."""
    row = work.conn.execute(_CLAIM, {"now": work.now, "lately": work.now - _AFTER_RED}).first()
    if row is None:
        return False
    mine = update(Caring).where(Caring.person_id == row.person_id)
    zone = ZoneInfo(row.zone)
    if row.status != "active" or Stream.CARING.value not in row.streams:
        work.conn.execute(mine.values(next_due_at=None))
        return True
    medium: Medium = "call" if row.prefers == "call" else "text"
    key = KEYS[(row.person_id.int + row.sent) % len(KEYS)]
    better = _better_time(work.now, row.paused_until, row.held_until, red=row.red)
    if better is not None or (medium == "text" and not row.takes_texts):
        # By voice only where somebody chose it: a landline alone is no choice.
        weeks = 1 if better else work.settings.caring_after
        if better is None:
            outbox.leave_out(work, row.person_id, medium, Stream.CARING, key, "landline")
        work.conn.execute(mine.values(next_due_at=due(better or work.now, weeks, zone)))
        return True
    values = {"name": work.vault.open(row.name, "people.name"), "group": _group(work, row.person_id)}
    expires_at = work.now + _EXPIRES
    outbox.owe(work, row.person_id, medium, Stream.CARING, key, values, expires_at=expires_at)
    sent = row.sent + 1
    weeks = gap(sent, work.settings.caring_weeks, work.settings.caring_after)
    work.conn.execute(mine.values(sent=sent, next_due_at=due(work.now, weeks, zone)))
    return True


def _better_time(
    now: datetime, paused_until: datetime | None, held_until: datetime | None, *, red: bool
) -> datetime | None:
    """Return from when on a kind word would be in place, None: now."""
    if held_until is not None and now < held_until:
        return held_until
    if paused_until is not None and now < paused_until + _AFTER_PAUSE:
        return max(paused_until, now)
    return now if red else None


def _group(work: Work, person_id: UUID) -> str:
    """Return the name of the group whose greeting it is: their first, else the line's own."""
    mine = select(Group.name).join(Membership).where(Membership.person_id == person_id).order_by(Group.name).limit(1)
    return work.conn.execute(mine).scalar() or work.settings.name
