"""Standing in for somebody who cannot. The first yes has it; a no needs no reason."""

from checkin.conversation.effects import Record, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

# Whether it is theirs or somebody was quicker is said by who keeps the duty.
_YES = Go(END, (Record("yes"),))
_NO = Go(END, (Record("no"), Tell("cover.no")))

TOPIC = Topic(
    name="cover",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="cover.ask",
            asked=Asked.RSVP,
            hears={
                Heard.ONE: _YES,
                Heard.YES: _YES,
                Heard.TWO: _NO,
                Heard.NO: _NO,
                Heard.CANNOT: _NO,
                Heard.MAYBE: Go(STAY, (Tell("cover.maybe"),)),
            },
            # The duty keeps its own time and asks the next stand-in by itself.
            silence=Silence("day", Go(END)),
        ),
    },
)
