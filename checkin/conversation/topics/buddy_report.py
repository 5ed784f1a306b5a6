"""The buddy's week: have you been in touch with your person? One clear question, and every answer is all right."""

from checkin.conversation.effects import Escalate, Note, Record, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

_WELL = Go(END, (Record("well"), Tell("buddy_report.well")))
_WORRIED = Go("worried", (Record("worried"), Escalate(Severity.AMBER, "buddy_worried")))
_NOT_YET = Go(END, (Record("not_yet"), Tell("buddy_report.not_yet")))
_CANNOT = Go(END, (Record("cannot"), Escalate(Severity.TASK, "buddy_needs_cover"), Tell("buddy_report.cannot")))

_HEARS = {
    Heard.ONE: _WELL,
    Heard.YES: _WELL,
    Heard.TWO: _WORRIED,
    Heard.WORRIED: _WORRIED,
    # Worrying words in a report are taken as worry about the member until a person has read them.
    Heard.FLAGGED: _WORRIED,
    Heard.THREE: _NOT_YET,
    Heard.NO: _NOT_YET,
    Heard.MAYBE: _NOT_YET,
    Heard.FOUR: _CANNOT,
    Heard.CANNOT: _CANNOT,
}

TOPIC = Topic(
    name="buddy_report",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="buddy_report.ask",
            asked=Asked.CONTACT,
            hears=_HEARS,
            silence=Silence("day", Go("reminded", ())),
        ),
        "reminded": Step(
            ask="buddy_report.reminder",
            asked=Asked.CONTACT,
            hears=_HEARS,
            # Asked twice is enough. A coordinator hears that the pair has gone quiet; nobody is scolded.
            silence=Silence("day", Go(END, (Escalate(Severity.TASK, "buddy_silent"),))),
        ),
        "worried": Step(
            ask="buddy_report.worried",
            asked=Asked.NONE,
            hears={
                heard: Go(END, (Note(), Tell("buddy_report.passed_on")))
                for heard in Heard
                if heard not in {Heard.FLAGGED, Heard.CALL_ME}
            }
            | {Heard.FLAGGED: Go(STAY, (Note(), Tell("buddy_report.passed_on")))},
            # The worry itself is with staff already.
            silence=Silence("hour", Go(END)),
        ),
    },
)
