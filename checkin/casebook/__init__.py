"""What staff read: the queue, a case, a conversation. Nothing here changes a case; `escalations` does that.

Each function is a fixed number of statements, however much there is to show, and returns words already opened. A page
gets everything it shows from here, as values; how it says them is the console's business.

* `waiting.py`: all that waits.
* `file.py`: one case, and the person it is about.
* `onlookers.py`: who else has a case before them just now.
* `people.py`: somebody among everybody.
* `talk.py`: what was said to and by somebody, and what became of it.
* `unsent.py`: why something was not sent.
"""

from checkin.casebook.file import CaseFile, Event, Phone, Profile, case, mark
from checkin.casebook.onlookers import Onlooker, look_on, onlookers
from checkin.casebook.talk import Said, conversation
from checkin.casebook.unsent import NotSent, not_sent_counts, why_not_sent
from checkin.casebook.waiting import Queue, Unread, Waiting, Wanted, facts, on_call, queue, see

__all__ = [
    "CaseFile", "Event", "NotSent", "Onlooker", "Phone", "Profile", "Queue", "Said", "Unread", "Waiting", "Wanted",
    "case", "conversation", "facts", "look_on", "mark", "not_sent_counts", "on_call", "onlookers", "queue", "see",
    "why_not_sent",
]  # fmt: skip
