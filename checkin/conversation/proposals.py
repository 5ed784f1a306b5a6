"""Would you like this? Asked of two people at once or one after the other: a no needs no reason, and nobody is told who
said it. Two topics ask so, each in its own words; their tables are the same."""

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


def proposal(name: str) -> Topic:
    """Return the topic of this name, which says `name.ask` and, a day later, `name.reminder`.

    Asked twice is enough. The proposal keeps its own time, and then is off, as after a no.
    """
    return Topic(
        name=name,
        opens_at="asked",
        steps={
            "asked": Step(ask=f"{name}.ask", asked=Asked.RSVP, hears=_HEARS, silence=Silence("day", Go("reminded"))),
            "reminded": Step(ask=f"{name}.reminder", asked=Asked.RSVP, hears=_HEARS, silence=Silence("day", Go(END))),
        },
    )
