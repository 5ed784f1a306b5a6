"""What the line's codes mean, in sentences for staff. A code without a sentence is shown as it is, never hidden.

* `reasons.py`: why there is a case, how grave it is, whom it is about.
* `timeline.py`: the lines of a case.
* `sending.py`: what became of a message, and why something was not sent.
* `contact.py`: how somebody may be reached without harm.

Tests go through every code that the line can write, so that a new one without a sentence is found.
"""

from console.words.contact import STATUSES, Line, language, number, safe_contact
from console.words.reasons import FINDINGS, LEADS, REASONS, SEVERITIES, deadline, member, reason
from console.words.sending import WHY_NOT, fate, is_lost, is_pending, not_sent
from console.words.timeline import EVENT_KINDS, Told, company, flagged, pieces, told

__all__ = [
    "EVENT_KINDS", "FINDINGS", "LEADS", "REASONS", "SEVERITIES", "STATUSES", "WHY_NOT", "Line", "Told",
    "company", "deadline", "fate", "flagged", "is_lost", "is_pending", "language", "member", "not_sent", "number",
    "pieces", "reason", "safe_contact", "told",
]  # fmt: skip
