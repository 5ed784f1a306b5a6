"""How many unknown numbers the line answers in a day.

Anybody can text the line, from numbers that are not theirs and that cost nothing; every answer costs the organisation.
What they write is read for danger and kept all the same. Danger has an allowance of its own, ten times as large: no
flood of other texts uses it up.
"""

from sqlalchemy import text

from checkin import escalations
from checkin.conversation.effects import Severity
from checkin.store.work import Work

_IN_DANGER = 10
_TAKE = text(
    """
    INSERT INTO allowances AS a (what, day, used) VALUES (:what, :day, 1) ON CONFLICT (what) DO UPDATE
    SET used = CASE WHEN a.day = EXCLUDED.day THEN a.used + 1 ELSE 1 END, day = EXCLUDED.day RETURNING used
    """
)


def take(work: Work, *, danger: bool) -> bool:
    """Take one answer to an unknown number out of today's allowance; False when there is none left. Staff are told once
    a day, at the first that goes without."""
    most = work.settings.strangers_a_day * (_IN_DANGER if danger else 1)
    today = work.now.astimezone(work.settings.zone).date()
    values = {"what": "strangers in danger" if danger else "strangers", "day": today}
    used = int(work.conn.execute(_TAKE, values).scalar_one())
    if used == most + 1:
        escalations.open_case(
            work, Severity.AMBER if danger else Severity.TASK, "strangers_not_answered", person_id=None
        )
    return used <= most
