"""Which group? Somebody wants to join, and the line does not know the code yet. One more try, then a person."""

from checkin.conversation.effects import Escalate, Join, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

# A code may look like anything: a number, a word, a yes. What it opens is looked up.
_FINDS = {
    heard: Go(STAY, (Join("find"),))
    for heard in Heard
    if heard not in {Heard.FLAGGED, Heard.CALL_ME, Heard.QUESTION, Heard.NO, Heard.THANKS}
} | {Heard.NO: Go(END, (Join("decline"), Tell("joining.no")))}
_UNFINISHED = Silence("day", Go(END, (Join("decline"), Escalate(Severity.TASK, "joining_unanswered"))))

TOPIC = Topic(
    name="join_code",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="joining.code",
            asked=Asked.MENU,
            hears=_FINDS,
            silence=_UNFINISHED,
            checked={"wrong": Go("once_more")},
        ),
        "once_more": Step(
            ask="joining.code_again",
            asked=Asked.MENU,
            hears=_FINDS,
            silence=_UNFINISHED,
            checked={"wrong": Go(END, (Join("decline"), Escalate(Severity.TASK, "wrong_code"), Tell("joining.wrong")))},
        ),
    },
)
