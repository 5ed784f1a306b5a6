"""A meeting is coming up. The news is what matters; saying whether you come is up to you, and "I can't" is fine.

One that has been moved is the same question about another time, put at once.
"""

from dataclasses import replace

from checkin.conversation.effects import Escalate, Pass, Record, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

_COMING = Go(END, (Record("yes"), Tell("meeting.yes")))
_CANNOT = Go(END, (Record("no"), Tell("meeting.no")))
# Whoever is low says more than whether they come. A person reads it; whoever runs the group does not.
_LOW = Go(STAY, (Escalate(Severity.AMBER, "low_beside_rsvp"), Tell("meeting.low")))
_PASSED = (Pass(), Escalate(Severity.TASK, "for_facilitator"), Tell("meeting.passed_on"))

TOPIC = Topic(
    name="meeting",
    opens_at="asked",
    # Another question is open: they hear of the meeting all the same, and are not asked.
    news=(Tell("meeting.news"),),
    steps={
        "asked": Step(
            ask="meeting.ask",
            asked=Asked.RSVP,
            hears={
                Heard.ONE: _COMING,
                Heard.YES: _COMING,
                Heard.TWO: _CANNOT,
                Heard.NO: _CANNOT,
                Heard.LOW: _LOW,
                Heard.MAYBE: Go(STAY, (Record("maybe"), Tell("meeting.maybe"))),
                Heard.THREE: Go("question", ()),
                Heard.QUESTION: Go(STAY, _PASSED),
                Heard.OTHER_CHOICE: Go(STAY, _PASSED),
                Heard.UNCLEAR: Go(STAY, _PASSED),
            },
            # Nobody has to say. Not a word is said about it, and nothing is asked again.
            silence=Silence("until_meeting", Go(END)),
        ),
        "question": Step(
            ask="meeting.question",
            asked=Asked.NONE,
            hears={
                Heard.NO: Go(END, (Tell("meeting.fine"),)),
                Heard.THANKS: Go(END, (Tell("meeting.fine"),)),
                Heard.LOW: _LOW,
                Heard.YES: Go(END, _PASSED),
                Heard.MAYBE: Go(END, _PASSED),
                Heard.QUESTION: Go(END, _PASSED),
                Heard.UNCLEAR: Go(END, _PASSED),
            },
            silence=Silence("hour", Go(END)),
        ),
    },
)

MOVED = Topic(
    name="moved",
    opens_at="asked",
    news=(Tell("meeting.moved"),),
    steps={**TOPIC.steps, "asked": replace(TOPIC.steps["asked"], ask="meeting.moved.ask")},
)
