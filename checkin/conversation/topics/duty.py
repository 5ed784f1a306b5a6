"""A duty that is coming up: is it still all right? A no is an answer like any other, and silence is not a no."""

from collections.abc import Mapping

from checkin.conversation.effects import Record, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

_YES = Go(END, (Record("yes"), Tell("duty.yes")))
_NO = Go(END, (Record("no"), Tell("duty.no")))

_HEARS: Mapping[Heard, Go] = {
    Heard.ONE: _YES,
    Heard.YES: _YES,
    Heard.TWO: _NO,
    Heard.NO: _NO,
    Heard.CANNOT: _NO,
    Heard.MAYBE: Go(STAY, (Tell("duty.maybe"),)),
}

TOPIC = Topic(
    name="duty",
    opens_at="asked",
    steps={
        "asked": Step(ask="duty.ask", asked=Asked.RSVP, hears=_HEARS, silence=Silence("duty_reminder", Go("reminded"))),
        # Asked twice is enough. The duty keeps its own time: a coordinator hears, whatever becomes of this question.
        "reminded": Step(ask="duty.reminder", asked=Asked.RSVP, hears=_HEARS, silence=Silence("day", Go(END))),
    },
)
