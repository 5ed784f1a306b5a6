"""Check-ins: when somebody is asked, and who is asked when they do not answer.

Pure policy first. A ladder is a list of rungs; the store holds it as words: "text", "call", "second_number", and
"ask:<person id>" for everybody who is asked to get in touch, in order. The last rung is always a case for staff.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import outbox, people, recurrence, timers
from checkin.conversation.effects import Stream
from checkin.store.ids import new_id
from checkin.store.models import Alert, CheckIn
from checkin.store.work import Work

RUNGS = ("text", "call", "second_number", "buddy", "second_buddy", "facilitator", "contacts", "staff")
DEFAULT_LADDER = ("text", "call", "second_number", "buddy", "second_buddy", "facilitator", "contacts", "staff")

# Minutes to wait, unless the plan says otherwise. A call's own wait covers ringing and a late callback; what follows
# a miss depends on how it was missed. A buddy has the hour that Hustle's practice gives before the next is asked.
GAPS: Mapping[str, int] = {
    "text": 30,
    "call": 10,
    "second_number": 10,
    "ask": 60,
    "accepted": 120,
    "after_busy": 10,
    "after_no_answer": 15,
    "after_voicemail": 15,
    "after_failed": 1,
}


# Thousands have one rule and one time of day: what follows is worked out once for all of them.
@lru_cache(maxsize=1024)
def next_due(rule: str, at: time, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return the first moment after `after` (aware) at which a plan is due, in UTC; None when the rule has ended."""
    return recurrence.next_after(rule, datetime.combine(_FORTNIGHTS_BEGIN, at), zone, after)


# A Monday. Plans name days, not a first day: "every second week" is counted from here for everybody.
_FORTNIGHTS_BEGIN = date(2024, 1, 1)


# Two minutes is the longest that anybody may be rung: nobody else is asked while the telephone rings.
_RINGING = timedelta(minutes=3)


def gap(rung: str, gaps: Mapping[str, Any]) -> timedelta:
    """Return how long a rung is given, from the plan's own `gaps` (minutes by name) or the defaults."""
    name = rung.partition(":")[0]
    wait = timedelta(minutes=gaps.get(name, GAPS[name]))
    return max(wait, _RINGING) if name in {"call", "second_number"} else wait


def caps(ladder: Sequence[str], days: int, *, landline: bool) -> tuple[int | None, int | None]:
    """Return the most texts and the most calls a week that a plan of so many days brings with it (None: the line's).

    Somebody who asked for a check-in every day has asked for as many tries as their ladder holds. With nothing but a
    landline, texts are calls.
    """
    texts = 0 if landline else ladder.count("text") * days
    calls = sum(rung in {"call", "second_number"} or (landline and rung == "text") for rung in ladder) * days
    return texts + 1 if texts > 3 else None, calls or None


@dataclass(frozen=True, slots=True)
class Reachable:
    """Who could be asked about a member just now, in order."""

    buddies: Sequence[UUID] = ()
    facilitators: Sequence[UUID] = ()
    contacts: Sequence[UUID] = ()
    phones: int = 1


def spell_out(ladder: Sequence[str], who: Reachable) -> list[str]:
    """Return a plan's ladder with its people named: nobody twice, and no rung that leads nowhere."""
    rungs: list[str] = []
    for name in ladder:
        match name:
            case "buddy":
                found = [f"ask:{p}" for p in who.buddies[:1]]
            case "second_buddy":
                found = [f"ask:{p}" for p in who.buddies[1:2]]
            case "facilitator":
                found = [f"ask:{p}" for p in who.facilitators]
            case "contacts":
                found = [f"ask:{p}" for p in who.contacts]
            case "second_number":
                found = ["second_number"] if who.phones > 1 else []
            case "staff":
                found = []  # What stands at the end of every ladder needs no rung.
            case _:
                found = [name]
        # Somebody may run two of the member's groups.
        rungs += [rung for rung in dict.fromkeys(found) if rung not in rungs or not rung.startswith("ask:")]
    return rungs


# --- the store -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ladder:
    """A check-in under way: its rungs, how far it has come, the gaps it keeps."""

    id: UUID
    person_id: UUID
    rungs: Sequence[str]
    rung: int
    gaps: Mapping[str, Any]
    status: str
    held_until: datetime | None = None
    """Somebody who was asked is trying; nobody else is asked before."""
    busy_until: datetime | None = None
    """When the appointment ends that the member has just now."""
    area: str = ""
    """Where they were when it began, as `areas.py` says it."""

    @property
    def here(self) -> str | None:
        """The rung it stands on; None at the end."""
        return self.rungs[self.rung] if self.rung < len(self.rungs) else None

    @property
    def asks_member(self) -> bool:
        """Tell whether the rung it stands on asks the member, and nobody else."""
        return self.here is not None and not self.here.startswith("ask:")

    def wait(self) -> timedelta:
        """How long the rung it stands on is given."""
        return gap(self.here, self.gaps) if self.here else timedelta(days=1)


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
