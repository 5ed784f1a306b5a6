"""How a pair of buddies comes about, rests, is handed on and ends, and who asks the buddy how it went.

A buddy is a volunteer and often a member too. Nothing here needs a reason: a no, a break, an end. Whoever declined is
told to nobody and kept nowhere. And nobody just vanishes: whatever ends is said to both, softly.

* `proposing.py`: both are asked; two yeses make a pair, and introduce them. A handover is a proposal in a pair's place.
* `resting.py`: a buddy has a break, somebody covers, they come back.
* `aftercare.py`: how did the contact go, and how are you yourself, the day after a bad one.
* `reviewing.py`: staff look at a pair some weeks after it began, and now and then.
* `matching.py`: who might suit whom, and why.
* `overview.py`: what staff read about pairs.
"""

from uuid import UUID

from checkin.pairing.aftercare import TOPICS as AFTERCARE
from checkin.pairing.aftercare import after_red, answered, debrief, is_open, looked_out_for
from checkin.pairing.proposing import (
    EACH_WEEKS,
    Ask,
    answer,
    come_due,
    hand_over,
    make,
    names,
    part,
    propose,
    still_asks,
    withdraw,
)
from checkin.pairing.proposing import TOPICS as PROPOSALS
from checkin.pairing.resting import call_back, come_back, put_to_rest, rest, rest_is_over
from checkin.pairing.reviewing import FIRST_REVIEW, claim_review, put_review, review_at
from checkin.store.work import Work


def still_open(work: Work, topic: str, subject: UUID) -> bool:
    """Tell whether a question of one of these topics is still to be put when its turn has come; False for others."""
    if topic in PROPOSALS:
        return still_asks(work, topic, subject)
    return topic in AFTERCARE and is_open(work, subject)


__all__ = [
    "AFTERCARE", "EACH_WEEKS", "FIRST_REVIEW", "PROPOSALS", "Ask", "after_red", "answer", "answered", "call_back",
    "claim_review", "come_back", "come_due", "debrief", "hand_over", "looked_out_for", "make", "names", "part",
    "propose", "put_review", "put_to_rest", "rest", "rest_is_over", "review_at", "still_open", "withdraw",
]  # fmt: skip
