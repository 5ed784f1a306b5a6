"""Somebody new would like to try a group: whoever runs it is told who is coming, and says hello in their own words or
leaves that to the line. Silence leaves it to the line as well: whoever comes is greeted in any case."""

from checkin.conversation.effects import Greet
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

_EITHER = Go(END, (Greet("either"),))
_WORDS = Go(END, (Greet("words"),))

TOPIC = Topic(
    name="hello",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="hello.ask",
            asked=Asked.MENU,
            hears={
                Heard.ONE: Go(END, (Greet("line"),)),
                Heard.YES: _EITHER,
                Heard.THANKS: _EITHER,
                # They will not be there: the newcomer is greeted all the same, and a person sees to the door.
                Heard.TWO: Go(END, (Greet("line"),)),
                Heard.NO: _EITHER,
                **dict.fromkeys((Heard.OTHER_CHOICE, Heard.QUESTION, Heard.UNCLEAR, Heard.MAYBE), _WORDS),
            },
            silence=Silence("hour", Go(END, (Greet("line"),))),
        ),
    },
)
