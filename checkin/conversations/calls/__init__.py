"""A call, in or out, key by key. The same conversation as by text, through another mouth.

Nothing private is said before a key has shown that a person is listening, and where there is a PIN not before the PIN.
9 says it again, 0 brings a person, 0 once more brings one now; a key that does not come is waited for, and then
silence means what the open question's table says it means.

* `spoken.py`: what is said next, and where the call then stands: plain values.
* `answering.py`: somebody rings the line; a call of ours is answered.
* `doors.py`: what comes before anything private: "press 1", who is it, the PIN.
* `keys.py`: a key, a word or nothing at a prompt. `menu.py`: the choices when nothing is asked.
* `staff.py`: the cases that wait, for staff who ring in.
* `through.py`: put through to a service, and back.
* `strangers.py`: callers the line does not know.
* `ending.py`: the call is over; a missed call that says "I am OK".
* `memory.py`: each step is answered once, and a repeat of the request gets the same answer again.
"""

from collections.abc import Callable

from checkin.conversations.calls.answering import picked_up, ring_in
from checkin.conversations.calls.ending import over
from checkin.conversations.calls.keys import keep, press
from checkin.conversations.calls.memory import answered_before, keep_answer
from checkin.conversations.calls.spoken import AT, At, Given, Place, Spoken
from checkin.store.work import Work

Step = Callable[[Work], Spoken]

__all__ = [
    "AT",
    "At",
    "Given",
    "Place",
    "Spoken",
    "Step",
    "answered_before",
    "keep",
    "keep_answer",
    "over",
    "picked_up",
    "press",
    "ring_in",
]
