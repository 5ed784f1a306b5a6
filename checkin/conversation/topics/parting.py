"""Somebody wants to end a pair. They are asked once whether that is what they mean, and never why."""

from checkin.conversation.effects import Part, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

_ENDS = Go(END, (Part(),))
_STAYS = Go(END, (Tell("parting.stays"),))

TOPIC = Topic(
    name="parting",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="parting.ask",
            asked=Asked.OK,
            hears={
                Heard.ONE: _ENDS,
                Heard.YES: _ENDS,
                Heard.TWO: _STAYS,
                Heard.NO: _STAYS,
                Heard.MAYBE: _STAYS,
                Heard.THANKS: _STAYS,
            },
            # They thought better of it, and that is all it means.
            silence=Silence("hour", Go(END)),
        ),
    },
)
