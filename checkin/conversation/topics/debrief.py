"""How did it go? One text to whoever has been in touch with somebody; the answer goes where the case is."""

from checkin.conversation.effects import Escalate, Record, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

_FINE = Go(END, (Record("fine"), Tell("debrief.thanks")))
_HARD = Go(END, (Record("hard"), Tell("debrief.hard")))
_WORDS = Go(END, (Record("words"), Tell("debrief.heard")))
_WORRIED = Go(END, (Record("worried"), Escalate(Severity.AMBER, "buddy_worried"), Tell("reach_out.passed_on")))

TOPIC = Topic(
    name="debrief",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="debrief.ask",
            asked=Asked.CONTACT,
            hears={
                Heard.ONE: _FINE,
                Heard.YES: _FINE,
                Heard.TWO: _HARD,
                Heard.WORRIED: _WORRIED,
                Heard.FLAGGED: _WORRIED,
                Heard.THANKS: Go(END, (Record("thanks"), Tell("thanks"))),
                Heard.CANNOT: _WORDS,
                Heard.NO: _WORDS,
                Heard.MAYBE: _WORDS,
                Heard.UNCLEAR: _WORDS,
            },
            # Nobody has to say anything.
            silence=Silence("day", Go(END, (Record("silent"),))),
        ),
    },
)
