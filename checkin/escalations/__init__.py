"""Cases: what a person must look at, who has it, and everything that happened, on a timeline.

One case at a time for a person; what comes after joins it and can only make it more severe. RED pages people on call
one after another until one accepts, then everybody. A case is closed with a note; RED by two people.

* `timeline.py`: a case's row, and the lines that are only ever added to it.
* `paging.py`: asking those on call one after another.
* `cases.py`: opening, taking and closing.
"""

from checkin.escalations.cases import answered_late, close, open_case, take
from checkin.escalations.paging import EVERYBODY_WAIT, PAGE_WAIT, decline, page_again
from checkin.escalations.timeline import Open, find, last_words, note, standing_case

__all__ = [
    "EVERYBODY_WAIT",
    "PAGE_WAIT",
    "Open",
    "answered_late",
    "close",
    "decline",
    "find",
    "last_words",
    "note",
    "open_case",
    "page_again",
    "standing_case",
    "take",
]
