"""Meetings of groups: when the next one is and where, who is reminded, who said that they come, and what is changed.

A series has a rule; one meeting of it becomes a row (an occurrence) when there is first something to say of it. A
reminder is news first and a question second: nobody has to answer, and silence means nothing at all.

* `series.py`: pure: when a series meets, and when somebody has to hear of it.
* `held.py`: meetings as they take place: the rule, less what is off, with what was moved where it is now.
* `coming.py`: one meeting: what a member says about coming, and words for whoever runs it; NEXT.
* `telling.py`: who is concerned by a change, and what exactly each is told.
* `changing.py`: one meeting moved, elsewhere, off, on again, or somebody else's to run.
* `filed.py`: which meetings an organisation file has off.
* `reminding.py`: what has come due: members are reminded, facilitators hear who is coming.
* `preview.py`: what a change would have people hear, before it is made.
* `keeping.py`: a series made, or changed as a whole.
* `board.py`: what staff read. `attendance.py`: who came. `feed.py`: meetings as a calendar program reads them.
"""

from checkin.meetings import attendance, board, feed, keeping
from checkin.meetings.changing import (
    Cancel,
    Change,
    Move,
    OvertakenError,
    Place,
    Planned,
    Restore,
    Run,
    make,
    make_row,
    plan,
)
from checkin.meetings.coming import (
    HELPERS,
    Headcount,
    Next,
    facilitator_of,
    facilitators_of,
    headcount,
    is_coming,
    next_for,
    pass_on,
    record,
    stands,
)
from checkin.meetings.filed import set_cancelled
from checkin.meetings.held import Kept, Occurrence, beginning, coming, exceptional, find, look_up, series_where
from checkin.meetings.preview import Preview, preview
from checkin.meetings.reminding import TOO_LATE, claim
from checkin.meetings.series import DEFAULT_REMINDERS, Lead, Series, read_lead
from checkin.meetings.telling import TOPICS, Foreseen, Hearer, foresee, values

__all__ = [
    "DEFAULT_REMINDERS",
    "HELPERS",
    "TOO_LATE",
    "TOPICS",
    "Cancel",
    "Change",
    "Foreseen",
    "Headcount",
    "Hearer",
    "Kept",
    "Lead",
    "Move",
    "Next",
    "Occurrence",
    "OvertakenError",
    "Place",
    "Planned",
    "Preview",
    "Restore",
    "Run",
    "Series",
    "attendance",
    "beginning",
    "board",
    "claim",
    "coming",
    "exceptional",
    "facilitator_of",
    "facilitators_of",
    "feed",
    "find",
    "foresee",
    "headcount",
    "is_coming",
    "keeping",
    "look_up",
    "make",
    "make_row",
    "next_for",
    "pass_on",
    "plan",
    "preview",
    "read_lead",
    "record",
    "series_where",
    "set_cancelled",
    "stands",
    "values",
]
