"""How it goes over the months, in the organisation's own words. A number, or nothing: both are fine."""

from checkin.conversation.effects import Escalate, Score, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

_NUMBERS = (
    Heard.ONE, Heard.TWO, Heard.THREE, Heard.FOUR, Heard.FIVE, Heard.SIX, Heard.SEVEN, Heard.OTHER_NUMBER,
)  # fmt: skip
_IN_WORDS = Go(END, (Escalate(Severity.TASK, "outcome_words"), Tell("outcome.heard")))

TOPIC = Topic(
    name="outcome",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="outcome.ask",
            asked=Asked.MENU,
            # What the number means depends on the question: the shell ends the topic when it lies within its range.
            hears=dict.fromkeys(_NUMBERS, Go(STAY, (Score(),)))
            | {
                Heard.LOW: Go(END, (Escalate(Severity.AMBER, "low_outcome"), Tell("outcome.low"))),
                Heard.NO: Go(END, (Tell("outcome.left"),)),
                Heard.THANKS: Go(END, (Tell("outcome.left"),)),
                Heard.MAYBE: _IN_WORDS,
                Heard.OTHER_CHOICE: _IN_WORDS,
                Heard.UNCLEAR: _IN_WORDS,
            },
            silence=Silence("day", Go(END)),
        ),
    },
)
