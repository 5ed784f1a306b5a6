"""Asking whoever has taken a case of danger whether they have reached the person.

The case keeps its own time: when its two questions stay unanswered it is opened again, whatever becomes of this.
"""

from checkin.conversation.effects import Record, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

_ARRIVED = Go(END, (Record("arrived"), Tell("handling.arrived")))
_TRYING = Go(END, (Record("trying"), Tell("handling.trying")))
_HAND_BACK = Go(END, (Record("hand_back"), Tell("handling.handed_back")))

TOPIC = Topic(
    name="handling",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="handling.ask",
            asked=Asked.MENU,
            # A bare yes may mean "I have rung" as well as "they are safe": only the number says help has arrived.
            hears={
                Heard.ONE: _ARRIVED,
                Heard.TWO: _TRYING,
                Heard.MAYBE: _TRYING,
                Heard.NO: _TRYING,
                Heard.THREE: _HAND_BACK,
                Heard.CANNOT: _HAND_BACK,
            },
            silence=Silence("hour", Go(END)),
        ),
    },
)
