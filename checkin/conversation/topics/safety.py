"""Somebody is in danger. The line says once what it is and who helps, a person is paged, and then it only listens."""

from checkin.conversation.effects import Escalate, Note, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

# Every word goes onto the case. Nothing said here is read as an answer: a person decides.
_LISTENS = Go(STAY, (Note(),))

TOPIC = Topic(
    name="safety",
    opens_at="listening",
    # The case comes first: what the answer may say of help on its way depends on whom it reaches.
    on_open=(Escalate(Severity.RED, "words"), Tell("safety.red")),
    steps={
        "listening": Step(
            ask=None,
            asked=Asked.NONE,
            hears=dict.fromkeys((h for h in Heard if h is not Heard.CALL_ME), _LISTENS)
            | {Heard.CALL_ME: Go(STAY, (Note(), Tell("call_me.urgent")))},
            # The case goes on with staff. The line only stops listening specially, and takes up what was waiting.
            silence=Silence("safety_hour", Go(END)),
        ),
    },
)
