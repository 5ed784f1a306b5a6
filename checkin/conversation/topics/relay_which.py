"""Words for a buddy, from somebody who has more than one: which? Asked once; the words wait meanwhile."""

from checkin.conversation.effects import Relay, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

_CHOSEN = Go(END, (Relay(),))

TOPIC = Topic(
    name="relay_which",
    opens_at="which",
    steps={
        "which": Step(
            ask="relay.which",
            asked=Asked.MENU,
            # A number or a name. What names nobody is given to a person together with the words that wait.
            hears={h: _CHOSEN for h in Heard if h not in {Heard.CALL_ME, Heard.FLAGGED}}
            | {Heard.FLAGGED: Go(END, (Tell("relay.held"),))},
            # Somebody wrote words and believes them on their way: a person passes them on.
            silence=Silence("half_hour", _CHOSEN),
        ),
    },
)
