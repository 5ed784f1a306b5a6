"""A person has written from a case. Whatever comes back within a day goes onto that case, and is read by a person."""

from checkin.conversation.effects import Note, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

_ALL = tuple(h for h in Heard if h not in {Heard.FLAGGED, Heard.CALL_ME, Heard.MORE})
_KEPT = (Note(), Tell("staff_reply.kept"))

TOPIC = Topic(
    name="staff_reply",
    opens_at="asked",
    # Another question is open: what was written is said all the same.
    news=(Tell("staff_reply.news"),),
    steps={
        "asked": Step(
            ask="staff_reply.ask",
            asked=Asked.NONE,
            hears=dict.fromkeys(_ALL, Go("listening", _KEPT)),
            # They need not answer. Whoever wrote sees that nothing came.
            silence=Silence("day", Go(END)),
        ),
        "listening": Step(
            ask=None,
            asked=Asked.NONE,
            hears=dict.fromkeys(_ALL, Go(STAY, _KEPT)),
            silence=Silence("day", Go(END)),
        ),
    },
)
