"""Cases: what a person must look at, who has it, and everything that happened, on a timeline.

One case at a time for a person; what comes after joins it and can only make it more severe. What happens while nobody
takes one is its severity's policy: RED pages by text and call, one step after another, then everybody, with an alarm;
AMBER has a deadline; a TASK is shown, and told of next morning. A case is closed with a note; RED by two people.

* `timeline.py`: a case's row, and the lines that are only ever added to it.
* `policies.py`: who is told, by which medium, for how long.
* `codes.py`: the short codes by which a text names a case.
* `paging.py`: whom a step means, by what they can be reached, and paging them.
* `outreach.py`: whom a RED would reach at some other moment.
* `deadlines.py`: what is not RED, and nobody takes.
* `handling.py`: a case in somebody's hands: signs of life, help arrived, handing over, laying aside, opening again.
* `merging.py`: two cases made one.
* `promised_calls.py`: who wants to be rung, when they may be, and that it is not forgotten.
* `cases.py`: opening, taking and closing.
"""

from checkin.escalations.cases import (
    answered_late,
    close,
    close_silence,
    fire,
    mended,
    open_case,
    open_outage,
    take,
)
from checkin.escalations.codes import case_of, newest
from checkin.escalations.handling import (
    answered,
    arrived,
    decline,
    hand_over,
    heard_from,
    reopen,
    sign_of_life,
    snooze,
)
from checkin.escalations.merging import merge, related
from checkin.escalations.outreach import Outreach, would_reach
from checkin.escalations.paging import go_on
from checkin.escalations.policies import CHECK_WAIT, EVERYBODY_WAIT, PAGE_WAIT
from checkin.escalations.timeline import Open, find, last_words, named, note, standing_case

__all__ = [
    "CHECK_WAIT", "EVERYBODY_WAIT", "PAGE_WAIT", "Open", "Outreach", "answered", "answered_late", "arrived",
    "case_of", "close", "close_silence", "decline", "find", "fire", "go_on", "hand_over", "heard_from", "last_words",
    "mended", "merge", "named", "newest", "note", "open_case", "open_outage", "related", "reopen", "sign_of_life",
    "snooze", "standing_case", "take", "would_reach",
]  # fmt: skip
