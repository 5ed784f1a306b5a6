"""Joining: who this is, what it sends, how to stop, and one question. Nothing else goes out before the yes.

After it come the name, where it is not known, and how they may be reached.
"""

from checkin.conversation.contact import questions
from checkin.conversation.effects import Escalate, Join, Reach, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import AGAIN, END, STAY, Go, Heard, Silence, Step, Topic

# Whether a name is needed is looked up: the answer comes back as "named" or "nameless".
_YES = Go(STAY, (Join("admit"),))
_NO = Go(END, (Join("decline"), Escalate(Severity.TASK, "said_no_to_joining"), Tell("joining.no")))
_HEARS = {Heard.ONE: _YES, Heard.YES: _YES, Heard.TWO: _NO, Heard.NO: _NO, Heard.MAYBE: Go(AGAIN)}
_JOINED = (Escalate(Severity.TASK, "joined"), Tell("joining.welcome"))
_CHECKED = {"named": Go("number", _JOINED), "nameless": Go("name", _JOINED)}
# Whoever falls silent before that was asked: as if others may read along.
_CAREFUL = (Reach("unsaid"),)

TOPIC = Topic(
    name="joining",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="joining.ask",
            asked=Asked.MENU,
            hears=_HEARS,
            silence=Silence("day", Go("reminded")),
            checked=_CHECKED,
        ),
        "reminded": Step(
            ask="joining.reminder",
            asked=Asked.MENU,
            hears=_HEARS,
            # No answer is a no. A person hears of it, because somebody may have given the number for them.
            silence=Silence("day", Go(END, (Join("decline"), Escalate(Severity.TASK, "joining_unanswered")))),
            checked=_CHECKED,
        ),
        "name": Step(
            ask="joining.name",
            asked=Asked.NONE,
            # Names are words too: Joy, Will, May. Only what means the same at every step is no name.
            hears={
                heard: Go("number", (Join("name"),))
                for heard in Heard
                if heard not in {Heard.FLAGGED, Heard.CALL_ME, Heard.QUESTION}
            },
            silence=Silence("day", Go(END, (Reach("texts_unsaid"), *_CAREFUL, Escalate(Severity.TASK, "name_needed")))),
        ),
        **questions(unasked=_CAREFUL, done="joining.done"),
    },
)
