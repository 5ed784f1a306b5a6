"""Somebody has tried a group: did it suit them? Asked once. A no leads to another group, and never to silence."""

from checkin.conversation.effects import Escalate, LookUp, Record, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import AGAIN, END, STAY, Go, Heard, Silence, Step, Topic

_NO = Go(END, (Record("no"), LookUp("another_group")))
_STAY = Go(END, (Record("joined"), Tell("suited.joined")))
_LOW = Go(STAY, (Escalate(Severity.AMBER, "low_beside_rsvp"), Tell("meeting.low")))

TOPIC = Topic(
    name="suited",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="suited.ask",
            asked=Asked.MENU,
            hears={
                Heard.ONE: Go("staying"),
                Heard.YES: Go("staying"),
                Heard.TWO: _NO,
                Heard.NO: _NO,
                # They have not been yet: two more meetings, and then the question once more.
                Heard.THREE: Go(END, (Record("not_been"), Tell("suited.later"))),
                Heard.MAYBE: Go(END, (Record("not_been"), Tell("suited.later"))),
                Heard.LOW: _LOW,
            },
            # Whoever says nothing is left in peace, and belongs to nothing.
            silence=Silence("day", Go(END, (Record("unsaid"),))),
        ),
        "staying": Step(
            ask="suited.stay",
            asked=Asked.MENU,
            hears={
                Heard.ONE: _STAY,
                Heard.YES: _STAY,
                Heard.THANKS: _STAY,
                Heard.TWO: Go(END, (Record("yes"), Tell("suited.not_now"))),
                Heard.NO: Go(END, (Record("yes"), Tell("suited.not_now"))),
                Heard.MAYBE: Go(AGAIN),
                Heard.LOW: _LOW,
            },
            silence=Silence("day", Go(END, (Record("yes"),))),
        ),
    },
)
