"""Every few weeks: is this still a good number? Phones change hands, and people move in with people."""

from checkin.conversation.contact import questions
from checkin.conversation.effects import Escalate, Reach, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

_GOOD = Go(END, (Tell("review.good"),))
_BAD = Go(END, (Reach("no_texts"), Escalate(Severity.TASK, "number_not_good"), Tell("review.bad")))

TOPIC = Topic(
    name="review",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="review.ask",
            asked=Asked.MENU,
            hears={
                Heard.ONE: _GOOD,
                Heard.YES: _GOOD,
                Heard.TWO: _BAD,
                Heard.NO: _BAD,
                Heard.THREE: Go("number"),
            },
            # All stays as it is, and it is asked again at the next review.
            silence=Silence("day", Go(END)),
        ),
        **questions(unasked=(), done="review.good"),
    },
)
