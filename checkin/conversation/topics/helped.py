"""Somebody was put through to a service: did it help? Asked once. A no leads on, to others or to a person."""

from checkin.conversation.effects import Escalate, LookUp, Record, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import AGAIN, END, Go, Heard, Silence, Step, Topic

_YES = Go(END, (Record("yes"), Tell("helped.yes")))
_NO = Go("on", (Record("no"),))
_SO_SO = Go(END, (Record("maybe"), Tell("helped.maybe")))
_PERSON = Go(END, (Escalate(Severity.TASK, "did_not_help"), Tell("found.person")))
# Whoever said no is not left with it.
_SILENT = Go(END, (Escalate(Severity.TASK, "did_not_help"),))

TOPIC = Topic(
    name="helped",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="helped.ask",
            asked=Asked.MENU,
            hears={
                Heard.ONE: _YES,
                Heard.YES: _YES,
                Heard.THANKS: _YES,
                Heard.TWO: _NO,
                Heard.NO: _NO,
                Heard.THREE: _SO_SO,
                Heard.MAYBE: _SO_SO,
                Heard.LOW: _NO,
            },
            silence=Silence("day", Go(END)),
        ),
        "on": Step(
            ask="helped.on",
            asked=Asked.MENU,
            hears={
                Heard.ONE: Go(END, (LookUp("others"),)),
                Heard.YES: Go(END, (LookUp("others"),)),
                Heard.MORE: Go(END, (LookUp("others"),)),
                Heard.TWO: _PERSON,
                Heard.LOW: _PERSON,
                Heard.THREE: Go(END, (Tell("helped.left"),)),
                Heard.NO: Go(END, (Tell("helped.left"),)),
                Heard.MAYBE: Go(AGAIN),
            },
            silence=Silence("hour", _SILENT),
        ),
    },
)
