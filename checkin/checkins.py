"""Check-ins in the store: each climbs the rungs of its ladder (`rungs.py`) until somebody has been heard from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import outbox, people, timers
from checkin.conversation.effects import Stream
from checkin.rungs import GAPS, Ladder
from checkin.store.ids import new_id
from checkin.store.models import Alert, CheckIn
from checkin.store.work import Work

# In one order, so that two who lock many do not wait for each other.
_FIND = (
    "SELECT c.id, c.person_id, c.ladder, c.rung, coalesce(p.gaps, '{}'), c.status, c.held_until, "
    "(SELECT max(a.ends) FROM appointments a WHERE a.person_id = c.person_id AND a.cancelled_at IS NULL "
    "AND a.starts <= %(now)s AND a.ends > %(now)s), coalesce(c.area, '') FROM check_ins c "
    "LEFT JOIN plans p ON p.id = c.plan_id WHERE c.id = ANY(%(ids)s) ORDER BY c.id FOR UPDATE OF c"
)


def find_all(work: Work, check_in_ids: Sequence[UUID]) -> list[Ladder]:
    """Return the ladders of check-ins, the rows locked; of those that are gone there is none."""
    return [Ladder(*row) for row in work.rows(_FIND, {"ids": list(check_in_ids), "now": work.now})]


def find(work: Work, check_in_id: UUID) -> Ladder | None:
    """Return a check-in's ladder, its row locked."""
    return next(iter(find_all(work, [check_in_id])), None)


def start(work: Work, person_id: UUID) -> UUID | None:
    """Store a check-in that somebody begins themselves and return its id; None when one is open already."""
    return work.conn.execute(
        insert(CheckIn)
        .values(id=new_id(), person_id=person_id, due_at=work.now, ladder=[])
        .on_conflict_do_nothing()
        .returning(CheckIn.id)
    ).scalar_one_or_none()


_CLIMB = "UPDATE check_ins SET rung = %(rung)s, held_until = NULL, status = %(status)s WHERE id = %(id)s"


def climb(work: Work, ladder: Ladder, member_name: str) -> Ladder:
    """Go to the next rung and do what it says. The caller sets the wait: `Ladder.wait()`; at the end `here` is None."""
    after = replace(ladder, rung=ladder.rung + 1, held_until=None)
    work.rows(_CLIMB, {"rung": after.rung, "status": "open" if after.here else "unconfirmed", "id": ladder.id})
    if after.here is None:
        return after
    if after.here.startswith("ask:"):
        _ask_to_reach_out(work, after, UUID(after.here.removeprefix("ask:")))
    else:
        _ask_again(work, after, after.here, member_name)
    return after


def _ask_again(work: Work, ladder: Ladder, rung: str, member_name: str) -> None:
    phones = people.numbers(work, ladder.person_id) if rung == "second_number" else []
    second = phones[1][0] if len(phones) > 1 else None
    outbox.owe(
        work,
        ladder.person_id,
        "text" if rung == "text" else "call",
        Stream.CHECKINS,
        "checkin.ask",
        {"name": member_name},
        subject=ladder.id,
        phone_id=second,
        expires_at=work.now + timedelta(hours=12),
        dedupe=f"checkin:{ladder.id}:{ladder.rung}",
    )


def _ask_to_reach_out(work: Work, ladder: Ladder, person_id: UUID) -> None:
    """The question goes into that person's own conversation, under their own lock."""
    work.conn.execute(
        insert(Alert)
        .values(id=new_id(), person_id=person_id, check_in_id=ladder.id, at=work.now)
        .on_conflict_do_nothing()
    )
    timers.set_timer(work, "open", work.now, person_id=person_id, topic="reach_out", subject=ladder.id)


_HOLD = (
    "UPDATE check_ins c SET held_until = %(now)s + make_interval(mins => coalesce((SELECT (gaps->>'accepted')::int "
    "FROM plans p WHERE p.id = c.plan_id), %(usual)s)) WHERE c.id = %(id)s AND c.status = 'open'"
)


def hold(work: Work, check_in_id: UUID) -> None:
    """Somebody who was asked will try: ask nobody else for a while, as the plan's gap "accepted" has it."""
    work.rows(_HOLD, {"now": work.now, "usual": GAPS["accepted"], "id": check_in_id})


_TO_THE_NEXT = (
    "UPDATE check_ins SET held_until = NULL WHERE id = %(id)s AND status = 'open' "
    "AND ladder[rung + 1] = %(asked)s RETURNING person_id, rung"
)


def pass_on(work: Work, check_in_id: UUID, asked: UUID) -> None:
    """Ask the next at once: this person cannot, or cannot be reached. Nothing when it is not their turn just now."""
    for person_id, rung in work.rows(_TO_THE_NEXT, {"id": check_in_id, "asked": f"ask:{asked}"}):
        go_on(work, person_id, check_in_id, rung)


def go_on(work: Work, person_id: UUID, check_in_id: UUID, rung: int) -> None:
    """Have a member's ladder climbed at once, under their own lock, if it still stands on this rung by then."""
    timers.set_timer(work, "climb", work.now, person_id=person_id, topic="checkin", subject=check_in_id, turn=rung)


def rung_of(dedupe: str | None) -> int | None:
    """Return for which rung a question was owed, by the key it is owed under; None when it was for none."""
    parts = (dedupe or "").split(":")
    return int(parts[2]) if parts[0] == "checkin" else None


# Asked in the night, they hear in the morning; the hour they are given begins then.
_SHIFT = (
    "UPDATE timers t SET due_at = t.due_at + %(by)s FROM check_ins c WHERE c.id = %(id)s AND c.status = 'open' "
    "AND c.ladder[c.rung + 1] = %(asked)s AND t.kind = 'silence' AND t.person_id = c.person_id"
)


def wait_for(work: Work, check_in_id: UUID, asked: UUID, by: timedelta) -> None:
    """Let a ladder wait as much longer as the question to this person was held back."""
    work.rows(_SHIFT, {"id": check_in_id, "asked": f"ask:{asked}", "by": by})


@dataclass(frozen=True, slots=True)
class Settled:
    """A check-in that was closed just now: whose it was, and whether a case stood open because of it."""

    person_id: UUID
    unconfirmed: bool


# Whoever has been heard from has been heard from: an older check-in that nobody confirmed is over as well.
_SETTLE = (
    "UPDATE check_ins c SET status = 'settled', how = %(how)s, settled_at = %(now)s, settled_by = %(by)s, "
    "answer = CASE WHEN c.id = %(id)s THEN coalesce(%(answer)s, c.answer) ELSE c.answer END FROM check_ins old "
    "WHERE old.id = c.id AND c.status <> 'settled' "
    "AND c.person_id = (SELECT person_id FROM check_ins WHERE id = %(id)s) "
    "RETURNING c.id, c.person_id, old.rung, old.status"
)


def settle(work: Work, check_in_id: UUID, how: str, *, answer: str | None, by: UUID) -> Settled | None:
    """Close a check-in that is open or unconfirmed, stop its ladder and give everyone the all-clear.

    Returns None when it was settled before: then nothing happens, and nobody hears anything twice.
    """
    rows = work.rows(_SETTLE, {"how": how, "now": work.now, "by": by, "answer": answer, "id": check_in_id})
    for settled_id, person_id, rung, _ in rows:
        if person_id != by:
            timers.set_timer(work, "settled", work.now, person_id=person_id, topic="checkin", subject=settled_id)
        if rung > 0:
            outbox.withdraw(work, settled_id, "answered")
            _clear(work, settled_id, person_id, how, by)
    if not rows:
        return None
    return Settled(rows[0][1], any(status == "unconfirmed" for *_, status in rows))


def record(work: Work, check_in_id: UUID, answer: str) -> None:
    """Keep what was answered after a check-in was settled."""
    work.conn.execute(update(CheckIn).where(CheckIn.id == check_in_id).values(answer=answer))


_ALL_CLEAR = {
    "ok": "reach_out.all_clear",
    "contact": "reach_out.all_clear",
    "closed": "reach_out.closed",
    "away": "reach_out.away",
}
# Whoever was alerted hears that it is over, whether they took the call or not; but not whom the question never left
# for: they know of nothing.
_CLEAR = (
    "UPDATE alerts a SET cleared_at = %(now)s WHERE a.check_in_id = %(id)s AND a.cleared_at IS NULL "
    "RETURNING a.person_id, "
    "(SELECT coalesce(bool_and(m.sent_at IS NULL AND m.status IN ('dropped', 'failed')), false) FROM messages m "
    "WHERE m.person_id = a.person_id AND m.at >= a.at AND m.subject = a.check_in_id AND m.wording = 'reach_out.ask')"
)


def _clear(work: Work, check_in_id: UUID, member_id: UUID, how: str, by: UUID) -> None:
    work.flush()
    alerted = work.rows(_CLEAR, {"now": work.now, "id": check_in_id})
    member = people.first_name(work, member_id) if alerted else ""
    for person_id, unasked in alerted:
        timers.set_timer(work, "settled", work.now, person_id=person_id, topic="reach_out", subject=check_in_id)
        if person_id == by or unasked:
            continue
        # Good news may come at any hour by text; nobody's telephone rings for it in the night.
        rung = all(line == "landline" for *_, line in people.numbers(work, person_id))
        outbox.owe(
            work,
            person_id,
            "text",
            Stream.NOTICE if rung else Stream.SERVICE,
            _ALL_CLEAR.get(how, "reach_out.stand_down"),
            {"member": member},
            subject=check_in_id,
            dedupe=f"clear:{check_in_id}:{person_id}",
        )


def alerted(work: Work, check_in_id: UUID) -> list[tuple[datetime, UUID]]:
    """Return who was asked to get in touch about a check-in, and when (aware), in order."""
    rows = work.conn.execute(
        select(Alert.at, Alert.person_id).where(Alert.check_in_id == check_in_id).order_by(Alert.at)
    )
    return [(row.at, row.person_id) for row in rows]


def unsettled_of(work: Work, person_id: UUID) -> list[UUID]:
    """Return the ids of somebody's own check-ins that nobody has confirmed yet."""
    return list(
        work.conn.scalars(select(CheckIn.id).where(CheckIn.person_id == person_id, CheckIn.status != "settled"))
    )


def member_of(work: Work, check_in_id: UUID) -> UUID | None:
    """Return whose check-in it is."""
    return work.conn.execute(select(CheckIn.person_id).where(CheckIn.id == check_in_id)).scalar_one_or_none()
