"""Paging somebody on call: accept first, details afterwards."""

from checkin.conversation.effects import Accept, Decline, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

_ACCEPT = Go(END, (Accept(),))
_DECLINE = Go(END, (Decline(), Tell("page.declined")))

TOPIC = Topic(
    name="page",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="page.ask",
            asked=Asked.MENU,
            hears={
                Heard.ONE: _ACCEPT,
                Heard.YES: _ACCEPT,
                Heard.TWO: _DECLINE,
                Heard.NO: _DECLINE,
                Heard.CANNOT: _DECLINE,
            },
            # The case keeps its own time and pages the next person by itself, whatever becomes of this question.
            silence=Silence("hour", Go(END)),
        ),
    },
)
