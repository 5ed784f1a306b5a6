"""Plans that have come due: many at once, each opened or left out with a reason, and moved on.

At nine in the morning thousands are due at the same moment, so a lot of them share one transaction: one question claims
it, one asks what is to be known, and what follows is written together. Whoever's row is in somebody else's hands (they
are texting just now) is passed over and comes with the next lot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from checkin import areas, people
from checkin.gate import Hours, opens_at
from checkin.people import Member
from checkin.rungs import Ladder, Reachable, next_due, spell_out
from checkin.store.ids import new_id
from checkin.store.work import Work

# A check-in that the line is later than this with is left out: the person is asked at the next one instead.
TOO_LATE = timedelta(hours=12)
# A plan that could not be opened is tried again after this long, and holds up no other.
_PUT_OFF = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class DuePlan:
    """A plan that is due and whose it is, both locked by this transaction."""

    id: UUID
    rule: str
    at: time
    ladder: Sequence[str]
    gaps: Mapping[str, Any]
    due_at: datetime
    member: Member


@dataclass(frozen=True, slots=True)
class Known:
    """What is to be known about a member before they are asked."""

    red: bool
    busy_until: datetime | None
    """When the appointment ends that they have just now."""
    area: str
    """Where they are, as `areas.py` says it."""
    reachable: Reachable


LeftOut = Literal["not_active", "no_consent", "paused", "red_case", "too_late", "still_open", "appointment"]


def why_not(plan: DuePlan, known: Known, now: datetime) -> LeftOut | None:
    """Return why a check-in is left out, or None when the member is to be asked."""
    member = plan.member
    if member.status != "active":
        return "not_active"
    if "checkins" not in member.streams:
        return "no_consent"
    if member.paused_until is not None and now < member.paused_until:
        return "paused"
    if known.red:
        # People are with them; a machine asking "how are you" would be the wrong voice.
        return "red_case"
    if known.busy_until is not None:
        return "appointment"
    return "too_late" if now - plan.due_at > TOO_LATE else None


def asked_afterwards(plan: DuePlan, known: Known, quiet_hours: Hours) -> datetime | None:
    """Return when somebody is asked who has an appointment at the time of their plan: when it is over, if that is on
    the same day and nobody would be disturbed; else None."""
    over, zone = known.busy_until, plan.member.zone
    if over is None or over.astimezone(zone).date() != plan.due_at.astimezone(zone).date():
        return None
    return over if opens_at(over, None, quiet_hours, zone) == over else None


_CLAIM = (
    "SELECT l.id, l.rule, l.at, l.ladder, l.gaps, l.next_due_at, "  # noqa: S608  # our own words
    f"{people.COLUMNS} FROM plans l JOIN people p ON p.id = l.person_id WHERE l.next_due_at <= %(now)s "
    "ORDER BY l.next_due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED"
)


def claim(work: Work, most: int) -> list[DuePlan]:
    """Return up to `most` plans that are due, the oldest first; the caller moves each on in the same transaction."""
    rows = work.rows(_CLAIM, {"now": work.now, "most": most})
    return [
        DuePlan(plan_id, rule, at, ladder, gaps, due_at, people.read(work, of_person))
        for plan_id, rule, at, ladder, gaps, due_at, *of_person in rows
    ]


# Asked when the rows are locked: what somebody did a moment before counts.
_KNOWN = """
    SELECT p.id,
        EXISTS (SELECT FROM cases WHERE person_id = p.id AND status <> 'closed' AND severity = 'red'),
        (SELECT max(ends) FROM appointments
            WHERE person_id = p.id AND cancelled_at IS NULL AND starts <= %(now)s AND ends > %(now)s),
        {area},
        ARRAY(SELECT j.buddy_id FROM pairs j JOIN people b ON b.id = j.buddy_id
            WHERE j.member_id = p.id AND j.status = 'active' AND b.status = 'active'
            AND (b.paused_until IS NULL OR b.paused_until <= %(now)s)
            ORDER BY EXISTS (SELECT FROM duties d WHERE d.kind = 'week' AND d.subject = j.id AND d.status = 'covered'
                AND d.starts <= %(now)s AND %(now)s < d.ends), j.rank),
        ARRAY(SELECT f.person_id FROM memberships m JOIN memberships f USING (group_id) JOIN groups g ON g.id = group_id
            WHERE m.person_id = p.id AND f.role = 'facilitator' AND f.person_id <> p.id ORDER BY g.name),
        ARRAY(SELECT person_id FROM contacts WHERE member_id = p.id ORDER BY rank),
        (SELECT count(*) FROM person_phones WHERE person_id = p.id AND suspended_at IS NULL)
    FROM unnest(%(people)s) AS u (id) JOIN people p ON p.id = u.id
""".replace("{area}", areas.OF_A_PERSON)


def known(work: Work, members: Sequence[UUID]) -> dict[UUID, Known]:
    """Return what is to be known about members, by id."""
    rows = work.rows(_KNOWN, {"people": list(members), "now": work.now})
    return {person_id: Known(red, busy, area, Reachable(*reachable)) for person_id, red, busy, area, *reachable in rows}


_MOVE_ON = "UPDATE plans SET next_due_at = %(next)s, last_due_at = %(done)s WHERE id = %(id)s"
_PUT_OFF_UNTIL = "UPDATE plans SET next_due_at = %(next)s WHERE id = %(id)s"


def move_on(work: Work, plan: DuePlan) -> None:
    """Set when a plan is due next. Of the times that were missed while the line stood still only one that is not too
    late is made up for."""
    following = next_due(plan.rule, plan.at, plan.member.zone, max(plan.due_at, work.now - TOO_LATE))
    work.write_behind(f"plan {plan.id}", _MOVE_ON, {"id": plan.id, "next": following, "done": plan.due_at})


def put_off(work: Work, plan: DuePlan, until: datetime | None = None) -> None:
    """Come back to a plan later: one that could not be opened in a while, one that waits at a moment."""
    work.write_behind(f"plan {plan.id}", _PUT_OFF_UNTIL, {"id": plan.id, "next": until or work.now + _PUT_OFF})


# One that is open already is the same question; one of this plan and moment was made before.
_START = (
    "INSERT INTO check_ins (id, person_id, plan_id, due_at, area, ladder) "
    "SELECT (c->>'id')::uuid, (c->>'person')::uuid, (c->>'plan')::uuid, (c->>'due')::timestamptz, "
    "nullif(c->>'area', ''), ARRAY(SELECT jsonb_array_elements_text(c->'ladder')) "
    "FROM jsonb_array_elements(%(all)s) AS c "
    "ON CONFLICT DO NOTHING RETURNING id"
)


def start(work: Work, plans: Sequence[tuple[DuePlan, Known]]) -> list[tuple[DuePlan, Ladder | None]]:
    """Store a new check-in for each plan and return its ladder; None where one is open already or was made before."""
    made = [
        (plan, Ladder(new_id(), plan.member.id, rungs, 0, plan.gaps, "open", area=known.area))
        for plan, known in plans
        for rungs in [spell_out(plan.ladder, known.reachable)]
    ]
    values = [
        {
            "id": str(ladder.id),
            "person": str(ladder.person_id),
            "plan": str(plan.id),
            "due": plan.due_at.isoformat(),
            "area": ladder.area,
            "ladder": list(ladder.rungs),
        }
        for plan, ladder in made
    ]
    stored = {row[0] for row in work.rows(_START, {"all": Jsonb(values)})} if values else set()
    return [(plan, ladder if ladder.id in stored else None) for plan, ladder in made]


# Never "ok": that somebody was not asked says nothing of how they are.
_LEAVE_OUT = (
    "INSERT INTO check_ins (id, person_id, plan_id, due_at, ladder, status, how, why, settled_at) "
    "VALUES (%(id)s, %(person)s, %(plan)s, %(due)s, '{}', 'settled', 'left_out', %(why)s, %(now)s) "
    "ON CONFLICT DO NOTHING"
)


def leave_out(work: Work, plan: DuePlan, why: LeftOut) -> None:
    """Keep that a check-in was due and was left out, and why; nothing when one of this plan and moment was made."""
    values = {"person": plan.member.id, "plan": plan.id, "due": plan.due_at, "why": why, "now": work.now}
    work.write_behind(f"left out {plan.id}", _LEAVE_OUT, {"id": new_id(), **values})
