"""Who might suit whom as a buddy, and why. Only suggestions: a coordinator knows people, the line knows columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import RowMapping, text

from checkin.store.work import Work

MOST = 8
# So many are weighed; the rest are found by name.
_WEIGHED = 300


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody who could be asked: why they suit, and what speaks against it, as codes with what they are about."""

    person_id: UUID
    name: str
    load: int
    reasons: Sequence[tuple[str, str]]
    against: Sequence[tuple[str, str]]


# Whoever goes to a group of theirs, or is a buddy where they live; nobody whom they know as one, or who is in danger.
_CANDIDATES = text(
    """
    WITH me AS (SELECT * FROM people WHERE id = :member), near AS (
        SELECT o.person_id AS id FROM memberships m JOIN memberships o USING (group_id) WHERE m.person_id = :member
        UNION SELECT j.buddy_id FROM pairs j JOIN people b ON b.id = j.buddy_id
            WHERE j.status <> 'ended' AND b.area = (SELECT area FROM me)
        LIMIT :most
    )
    SELECT p.id, p.name, p.area IS NOT NULL AND p.area = me.area AS near, p.prefers = me.prefers AS same_way, p.prefers,
        p.area, me.language AS wanted, me.language = p.language OR me.language = ANY (p.speaks) AS speaks,
        p.safe_from, p.safe_to, me.safe_from AS my_from, me.safe_to AS my_to, p.paused_until,
        (SELECT string_agg(g.name, ', ' ORDER BY g.name) FROM memberships a JOIN memberships b USING (group_id)
            JOIN groups g ON g.id = a.group_id WHERE a.person_id = p.id AND b.person_id = me.id) AS groups,
        (SELECT count(*) FROM pairs j WHERE j.buddy_id = p.id AND j.status <> 'ended') AS load,
        (SELECT max(j.rests_until) FROM pairs j WHERE j.buddy_id = p.id AND j.status = 'resting') AS rests_until
    FROM near JOIN people p ON p.id = near.id CROSS JOIN me
    WHERE p.status = 'active' AND p.id <> me.id
    AND NOT EXISTS (SELECT FROM pairs j WHERE j.status <> 'ended' AND j.member_id = me.id AND j.buddy_id = p.id)
    AND NOT EXISTS (SELECT FROM cases k WHERE k.person_id = p.id AND k.severity = 'red' AND k.status <> 'closed')
    """
)


def suggest(work: Work, member_id: UUID) -> Sequence[Suggestion]:
    """Return who might look out for somebody, the likeliest first, each with reasons; at most MOST."""
    rows = work.conn.execute(_CANDIDATES, {"member": member_id, "most": _WEIGHED}).mappings()
    weighed = [(_weigh(work, row), row) for row in rows]
    best = sorted(weighed, key=lambda one: (-one[0][0], one[1]["load"], str(one[1]["id"])))[:MOST]
    return [
        Suggestion(row["id"], work.vault.open(row["name"], "people.name"), row["load"], reasons, against)
        for (_, reasons, against), row in best
    ]


def _weigh(work: Work, row: RowMapping) -> tuple[int, list[tuple[str, str]], list[tuple[str, str]]]:
    """Return how well somebody suits, and what speaks for and against it."""
    away = _later(work.now, row["paused_until"], row["rests_until"])
    most = work.settings.buddy_most
    judged = (
        ("speaks", row["wanted"], row["speaks"], 5),
        ("group", row["groups"] or "", row["groups"] is not None, 4),
        ("near", row["area"] or "", row["near"], 2),
        ("same_way", row["prefers"], row["same_way"], 1),
        ("hours", "", _meet(row), 2),
        ("free", str(row["load"]), row["load"] < most, 6),
        ("there", f"{away:%Y-%m-%d}" if away else "", away is None, 6),
    )
    # What is as it should be with everybody is no reason.
    silent = {"near", "hours", "there"}
    reasons = [(code, about) for code, about, right, _ in judged if right and code not in silent - {"near"}]
    against = [(code, about) for code, about, right, _ in judged if not right and code not in {"near", "group"}]
    return sum(weight if right else -weight for _, _, right, weight in judged), reasons, against


def _later(now: datetime, *moments: datetime | None) -> datetime | None:
    return max((m for m in moments if m is not None and m > now), default=None)


def _meet(row: RowMapping) -> bool:
    """Tell whether there is an hour at which both may be disturbed."""
    if None in {row["safe_from"], row["my_from"], row["safe_to"], row["my_to"]}:
        return True
    return any(_within(t, row["safe_from"], row["safe_to"]) and _within(t, row["my_from"], row["my_to"]) for t in _DAY)


_DAY = tuple(time(minutes // 60, minutes % 60) for minutes in range(0, 1440, 30))


def _within(moment: time, begins: time, ends: time) -> bool:
    return begins <= moment < ends if begins < ends else moment >= begins or moment < ends
