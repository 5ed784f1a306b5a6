"""Asking a buddy (or whoever is next on the ladder) to get in touch with a member who has not answered.

Missed is not danger: the question is calm, and saying "I can't" is as good an answer as any.
"""

from checkin.conversation.effects import Climb, Escalate, Hold, Note, Record, Settle, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

_WELL = Go(END, (Record("well"), Settle("ok"), Tell("reach_out.thanks")))
# Seen, and worried: the ladder has done its work, a person takes over.
_WORRIED = Go("worried", (Record("worried"), Settle("stand_down"), Escalate(Severity.AMBER, "buddy_worried")))
_CANNOT = Go(END, (Record("cannot"), Climb(), Tell("reach_out.cannot")))
# Asked in order until one accepts: whoever has accepted is given time before anybody else is asked.
_TRYING = Go("trying", (Record("trying"), Hold(), Tell("reach_out.trying")))

_HEARS = {
    Heard.ONE: _WELL,
    Heard.YES: _WELL,
    Heard.TWO: _WORRIED,
    Heard.WORRIED: _WORRIED,
    Heard.FLAGGED: _WORRIED,
    Heard.THREE: _CANNOT,
    Heard.CANNOT: _CANNOT,
    Heard.NO: _CANNOT,
    Heard.FOUR: _TRYING,
    Heard.MAYBE: _TRYING,
}

TOPIC = Topic(
    name="reach_out",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="reach_out.ask",
            asked=Asked.REACH,
            hears=_HEARS,
            # The ladder keeps its own time on the member's side and goes on to the next person by itself; the
            # question stays answerable for a day because a late "she is fine" still closes everything.
            silence=Silence("day", Go(END)),
        ),
        "trying": Step(
            ask=None, aloud="reach_out.trying_call", asked=Asked.REACH, hears=_HEARS, silence=Silence("day", Go(END))
        ),
        "worried": Step(
            ask="reach_out.worried",
            asked=Asked.NONE,
            hears={
                heard: Go(END, (Note(), Tell("reach_out.passed_on")))
                for heard in Heard
                if heard not in {Heard.FLAGGED, Heard.CALL_ME}
            }
            | {Heard.FLAGGED: Go(STAY, (Note(), Tell("reach_out.passed_on")))},
            silence=Silence("hour", Go(END)),
        ),
    },
)
