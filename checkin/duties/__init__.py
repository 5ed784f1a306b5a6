"""Duties: what somebody has undertaken. They are asked the day before, and a no is offered to the stand-ins in order.

A duty is general: a shift on call, a facilitator's meeting, a buddy's week. It keeps its own time, as a case does, so
that nothing is forgotten whatever becomes of a question.

* `rows.py`: a duty's row, and how it is said.
* `planning.py`: asking the day before, hearing nothing, and finding what nobody has.
* `asking.py`: a no: the stand-ins, one at a time, until somebody has it or a coordinator must.
* `changing.py`: what staff change: somebody takes over, is away, swaps.
* `shifts.py`: shifts that staff keep in the console, and what a change would leave uncovered.
"""

from checkin.duties.asking import OFFER_WAIT, TOPICS, record, still_asks
from checkin.duties.changing import away, override, propose_swap, swap, take_back
from checkin.duties.planning import (
    HOLE_AHEAD,
    HOLE_NEAR,
    SILENT_AFTER,
    claim_duty,
    claim_meeting,
    claim_shift,
    claim_week,
    look_ahead,
    next_week_asked,
)
from checkin.duties.rows import OPEN, Duty, lock, said
from checkin.duties.shifts import AHEAD, DAYS, Pattern, asks, end_shift, gaps, pattern, put_shift

__all__ = [
    "AHEAD",
    "DAYS",
    "HOLE_AHEAD",
    "HOLE_NEAR",
    "OFFER_WAIT",
    "OPEN",
    "SILENT_AFTER",
    "TOPICS",
    "Duty",
    "Pattern",
    "asks",
    "away",
    "claim_duty",
    "claim_meeting",
    "claim_shift",
    "claim_week",
    "end_shift",
    "gaps",
    "lock",
    "look_ahead",
    "next_week_asked",
    "override",
    "pattern",
    "propose_swap",
    "put_shift",
    "record",
    "said",
    "still_asks",
    "swap",
    "take_back",
]
