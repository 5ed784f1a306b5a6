"""Somebody wants to end a pair, and has more than one: which?"""

from checkin.conversation.effects import Part, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

TOPIC = Topic(
    name="parting_which",
    opens_at="which",
    steps={
        "which": Step(
            ask="parting.which",
            asked=Asked.MENU,
            # A number or a name; then they are asked whether that is what they mean.
            hears={h: Go(END, (Part(),)) for h in Heard if h not in {Heard.CALL_ME, Heard.FLAGGED, Heard.NO}}
            | {Heard.NO: Go(END, (Tell("parting.stays"),))},
            silence=Silence("hour", Go(END)),
        ),
    },
)
