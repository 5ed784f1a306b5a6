"""Could you be a buddy to somebody? A no needs no reason, and nobody is told who said it."""

from collections.abc import Mapping

from checkin.conversation.effects import Record, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

# What is said then depends on what the other has said.
_YES = Go(END, (Record("yes"),))
_NO = Go(END, (Record("no"),))

_HEARS: Mapping[Heard, Go] = {
    Heard.ONE: _YES,
    Heard.YES: _YES,
    Heard.TWO: _NO,
    Heard.NO: _NO,
    Heard.CANNOT: _NO,
    Heard.MAYBE: Go(STAY, (Tell("pairing.maybe"),)),
}

TOPIC = Topic(
    name="buddy_wanted",
    opens_at="asked",
    steps={
        "asked": Step(ask="buddy_wanted.ask", asked=Asked.RSVP, hears=_HEARS, silence=Silence("day", Go("reminded"))),
        # Asked twice is enough. The proposal keeps its own time, and then is off, as after a no.
        "reminded": Step(ask="buddy_wanted.reminder", asked=Asked.RSVP, hears=_HEARS, silence=Silence("day", Go(END))),
    },
)
