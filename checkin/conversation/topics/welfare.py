"""How is the buddy themself, the day after somebody they look out for was in danger? Nobody has to answer."""

from checkin.conversation.effects import Escalate, Record, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

_GOOD = Go(END, (Record("good"), Tell("welfare.good")))
_SO_SO = Go(END, (Record("so_so"), Escalate(Severity.TASK, "buddy_so_so"), Tell("welfare.so_so")))
_LOW = Go(END, (Record("low"), Escalate(Severity.AMBER, "buddy_not_good"), Tell("welfare.low")))
_CALL = Go(END, (Record("call"), Escalate(Severity.TASK, "call_me"), Tell("call_me.done")))

TOPIC = Topic(
    name="welfare",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="welfare.ask",
            asked=Asked.MOOD,
            hears={
                Heard.ONE: _GOOD,
                Heard.YES: _GOOD,
                Heard.TWO: _SO_SO,
                Heard.MAYBE: _SO_SO,
                Heard.THREE: _LOW,
                Heard.NO: _LOW,
                Heard.LOW: _LOW,
                Heard.FOUR: _CALL,
                Heard.CALL_ME: _CALL,
                Heard.FLAGGED: Go(END, (Record("flagged"), Tell("safety.amber"))),
                Heard.THANKS: Go(END, (Record("thanks"), Tell("thanks"))),
                Heard.QUESTION: Go(END, (Record("words"), Escalate(Severity.TASK, "question"), Tell("passed_on"))),
                Heard.UNCLEAR: Go(
                    END, (Record("words"), Escalate(Severity.TASK, "buddy_words"), Tell("welfare.heard"))
                ),
            },
            # Silence is all right. The case says that nothing was said.
            silence=Silence("day", Go(END, (Record("silent"),))),
        ),
    },
)
