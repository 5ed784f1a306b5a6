"""Words for a buddy that have yet to be said. The text that comes next is passed on, whatever it says."""

from checkin.conversation.effects import Relay, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

TOPIC = Topic(
    name="relay",
    opens_at="words",
    steps={
        "words": Step(
            ask="relay.ask",
            asked=Asked.NONE,
            # CALL ME is for the line, as it is everywhere. Worrying words are read by a person first.
            hears={h: Go(END, (Relay(),)) for h in Heard if h not in {Heard.CALL_ME, Heard.FLAGGED}}
            | {Heard.FLAGGED: Go(END, (Tell("relay.held"),))},
            # They thought better of it, and that is all it means.
            silence=Silence("half_hour", Go(END)),
        ),
    },
)
