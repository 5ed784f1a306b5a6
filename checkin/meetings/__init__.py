"""Meetings of groups: when the next one is and where, who is reminded, who said that they come.

A series has a rule; one meeting of it becomes a row (an occurrence) when there is first something to say of it. A
reminder is news first and a question second: nobody has to answer, and silence means nothing at all.

* `series.py`: pure: when a series meets, and when somebody has to hear of it.
* `reminding.py`: what has come due: members are reminded, facilitators hear who is coming; cancellations.
* `coming.py`: one meeting: what a member says about coming, and words for whoever runs it; NEXT.
"""

from checkin.meetings.coming import (
    Next,
    Occurrence,
    facilitator_of,
    find,
    is_coming,
    near,
    next_for,
    pass_on,
    record,
    stands,
)
from checkin.meetings.reminding import TOO_LATE, claim, set_cancelled
from checkin.meetings.series import DEFAULT_REMINDERS, Lead, Series, read_lead

__all__ = [
    "DEFAULT_REMINDERS",
    "TOO_LATE",
    "Lead",
    "Next",
    "Occurrence",
    "Series",
    "claim",
    "facilitator_of",
    "find",
    "is_coming",
    "near",
    "next_for",
    "pass_on",
    "read_lead",
    "record",
    "set_cancelled",
    "stands",
]
