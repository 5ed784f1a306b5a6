"""The words that mean the same at every step, as tables: what each says and does wherever a conversation stands."""

from collections.abc import Mapping

from checkin.conversation.effects import (
    Begin,
    Consent,
    Effect,
    Escalate,
    InTouch,
    Join,
    LookUp,
    Part,
    Pause,
    Relay,
    Resume,
    Severity,
    Speak,
    Stream,
    Suspend,
    Tell,
)
from checkin.conversation.replies import Kind, Reading
from checkin.conversation.topic import AGAIN, END, STAY, Go

_PASSED_ON = (Tell("passed_on"),)
STOPS: tuple[Effect, ...] = (Consent("stop"),)

# The words heard at every step. `to` is STAY or END: a word either leaves the open question standing or closes it.
WORDS: Mapping[Kind, Go] = {
    # The contact itself ends a missed check-in, but a person is told: stopping can be a way of asking for help.
    Kind.STOP: Go(END, (*STOPS, Tell("stop.done"), Escalate(Severity.TASK, "stopped"), InTouch())),
    Kind.START: Go(STAY, (Consent("start"), Tell("start.done"))),
    Kind.HELP: Go(STAY, (Tell("help"), Escalate(Severity.TASK, "asked_for_help"))),
    Kind.URGENT: Go(STAY, (Tell("urgent"), Escalate(Severity.RED, "urgent"))),
    Kind.PAUSE: Go(END, (Pause(), InTouch())),
    Kind.BACK: Go(STAY, (Resume(), Tell("back.done"))),
    Kind.CALL_ME: Go(STAY, (Tell("call_me.done"), Escalate(Severity.TASK, "call_me"))),
    Kind.NEXT: Go(STAY, (Tell("next"),)),
    Kind.FIND: Go(STAY, (LookUp("need"),)),
    Kind.GROUP: Go(STAY, (LookUp("group"),)),
    Kind.BUDDY: Go(STAY, (Relay(),)),
    Kind.TIP: Go(STAY, (LookUp("tip"),)),
    Kind.JOIN: Go(STAY, (Join("find"),)),
    Kind.LANGUAGE: Go(STAY, (Speak(), Tell("language.done"))),
    Kind.WHO: Go(STAY, (Tell("who"),)),
    Kind.WRONG_NUMBER: Go(
        END, (Suspend(), Tell("wrong_number.done"), InTouch("stand_down"), Escalate(Severity.AMBER, "wrong_number"))
    ),
    Kind.REPEAT: Go(AGAIN, ()),
    Kind.MORE: Go(AGAIN, ()),
    Kind.QUESTION: Go(STAY, (*_PASSED_ON, Escalate(Severity.TASK, "question"))),
    Kind.THANKS: Go(STAY, (Tell("thanks"),)),
}
# Where a reading's value makes it another word altogether.
BY_VALUE: Mapping[tuple[Kind, str], Go] = {
    # FIND alone asks what for.
    (Kind.FIND, "None"): Go(STAY, (Begin("signpost"),)),
    (Kind.BACK, "menu"): Go(STAY, (Begin("signpost"),)),
    # The old number stays as it is until a person has made sure.
    (Kind.WRONG_NUMBER, "new"): Go(STAY, (*_PASSED_ON, Escalate(Severity.TASK, "new_number"))),
    # Two machines answering each other would never stop. A person sees it among what was not understood.
    (Kind.UNCLEAR, "auto"): Go(STAY, ()),
    (Kind.STOP, "checkins"): Go(STAY, (*STOPS, Tell("stop.stream"), Escalate(Severity.TASK, "stopped"), InTouch())),
    (Kind.STOP, "reminders"): Go(STAY, (*STOPS, Tell("stop.stream"))),
    (Kind.STOP, "caring"): Go(STAY, (*STOPS, Tell("stop.stream"))),
    (Kind.STOP, "tips"): Go(STAY, (*STOPS, Tell("stop.stream"))),
    (Kind.TIP, "report"): Go(STAY, (LookUp("bad_tip"),)),
    # Ending a pair stops no stream: they may have another, or want one.
    (Kind.STOP, "pair"): Go(STAY, (Part(),)),
    (Kind.STOP, "buddy"): Go(STAY, (*STOPS, Tell("stop.stream"), Escalate(Severity.TASK, "stopped_buddy"))),
    **{
        (Kind.START, stream): Go(STAY, (Consent("start"), Tell("start.stream")))
        for stream in ("checkins", "reminders", "buddy", "caring", "tips")
    },
}
# END, QUIT and CANCEL are words of the carrier that nobody on this line was told of. Whoever sends one may mean the
# texts, or much more: a person follows up by voice, and nothing says that they were heard from and are well.
FAREWELL = Go(END, (*STOPS, InTouch("stand_down"), Tell("stop.farewell"), Escalate(Severity.AMBER, "may_be_farewell")))
# Said to a reminder or an invitation, the same words cancel just that.
CAN_BE_CANCELLED = frozenset({Stream.REMINDERS, Stream.CONTACT})

# A hello is answered with one, and what is asked is asked again.
GREETED = Go(AGAIN, (Tell("hello"),))
# Words that open a topic of their own at once. In the middle of danger the same word is one for a person.
ASKED_FOR: Mapping[Reading, str] = {Reading(Kind.LANGUAGE): "language"}

# How somebody is, said when nothing was asked.
UNASKED: Mapping[Kind, Go] = {
    Kind.YES: Go(STAY, (InTouch(), Tell("checkin.good"))),
    Kind.MAYBE: Go(STAY, (Escalate(Severity.AMBER, "not_good"), InTouch(), Tell("checkin.heard"))),
    Kind.NO: Go(STAY, (Escalate(Severity.AMBER, "not_good"), InTouch(), Tell("checkin.heard"))),
}

# No table may give these another meaning: somebody who is afraid, or wants to be left alone, is never misread.
RESERVED = frozenset(WORDS) - {Kind.CALL_ME, Kind.QUESTION, Kind.THANKS, Kind.MORE}
