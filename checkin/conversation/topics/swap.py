"""Somebody would take a duty over: is that all right with whose it is? Only a yes is a yes."""

from checkin.conversation.effects import Record, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

_YES = Go(END, (Record("yes"), Tell("swap.yes")))
_NO = Go(END, (Record("no"), Tell("swap.no")))

TOPIC = Topic(
    name="swap",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="swap.ask",
            asked=Asked.OK,
            hears={
                Heard.ONE: _YES,
                Heard.YES: _YES,
                Heard.TWO: _NO,
                Heard.NO: _NO,
                Heard.CANNOT: _NO,
                Heard.MAYBE: Go(STAY, (Tell("cover.maybe"),)),
            },
            # Nothing changes without a yes.
            silence=Silence("day", Go(END, (Record("no"),))),
        ),
    },
)
