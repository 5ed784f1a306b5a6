"""The member's own check-in: how are you today? 1 good, 2 so-so, 3 not good, 4 please ring me; own words welcome."""

from checkin.conversation.effects import Climb, Escalate, Note, Record, Settle, Severity, Tell, Wait
from checkin.conversation.replies import Asked, Kind
from checkin.conversation.topic import END, STAY, Go, Heard, Silence, Step, Topic

_GOOD = Go(END, (Record("good"), Settle("ok"), Tell("checkin.good")))
_SO_SO = Go("so_so", (Record("so_so"), Settle("ok")))
# A person reads this the same day whatever is answered next; silence after it never counts as a reply.
_LOW = Go("low", (Record("low"), Escalate(Severity.AMBER, "not_good"), Settle("contact")))
_CALL = Go(END, (Record("call"), Escalate(Severity.TASK, "call_me"), Settle("contact"), Tell("call_me.done")))
_FLAGGED = Go("low", (Record("flagged"), Settle("contact"), Tell("safety.amber")))

_HEARS = {
    Heard.ONE: _GOOD,
    Heard.YES: _GOOD,
    Heard.TWO: _SO_SO,
    Heard.MAYBE: _SO_SO,
    Heard.THREE: _LOW,
    Heard.NO: _LOW,
    Heard.FOUR: _CALL,
    Heard.CALL_ME: _CALL,
    Heard.FLAGGED: _FLAGGED,
}

# Whoever texts anything that can be read has been heard from: nobody else need be asked to look for them. It is no "I
# am well" either, and how they are may still be said. Not so what could not be read, and "who is this?": that may be
# anybody.
_HEARD_FROM = (
    Kind.NEXT,
    Kind.FIND,
    Kind.GROUP,
    Kind.BUDDY,
    Kind.TIP,
    Kind.START,
    Kind.BACK,
    Kind.QUESTION,
    Kind.THANKS,
)
# These a person has in hand.
_SEEN_TO = (Kind.HELP, Kind.URGENT, Kind.CALL_ME)
_BY_A_WORD = {
    **dict.fromkeys(_HEARD_FROM, Go(STAY, (Settle("contact"),))),
    **dict.fromkeys(_SEEN_TO, Go(STAY, (Settle("stand_down"),))),
}

_RING = Go(END, (Record("call"), Escalate(Severity.TASK, "call_me"), Tell("call_me.done")))
_LEAVE = Go(END, (Tell("checkin.left"),))
_LISTENS = Go(STAY, (Note(), Tell("checkin.heard")))

TOPIC = Topic(
    name="checkin",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="checkin.ask",
            again="checkin.again",
            asked=Asked.MOOD,
            hears=_HEARS,
            answered_by=_BY_A_WORD,
            # The gap is the member's own: their plan says how long to wait before the next try.
            silence=Silence("gap", Go(STAY, (Climb(),))),
            # Somebody may be on the way to the phone, or ringing back: each kind of miss has a gap of its own.
            unreached={why: Go(STAY, (Wait(f"after_{why}"),)) for why in ("busy", "no_answer", "voicemail", "failed")},
            exhausted=Go("late", (Escalate(Severity.AMBER, "nobody_confirmed"),)),
        ),
        "late": Step(
            # Nothing is asked again: everybody has been tried and a person has it. An answer is welcome all the same.
            ask=None,
            aloud="checkin.again",
            asked=Asked.MOOD,
            hears=_HEARS,
            answered_by=_BY_A_WORD,
            silence=Silence("day", Go(END)),
        ),
        "so_so": Step(
            ask="checkin.so_so",
            asked=Asked.OK,
            hears={
                Heard.ONE: _RING,
                Heard.YES: _RING,
                Heard.CALL_ME: _RING,
                Heard.TWO: _LEAVE,
                Heard.NO: _LEAVE,
                Heard.THANKS: _LEAVE,
                Heard.MAYBE: _RING,
                Heard.UNCLEAR: Go(END, (Escalate(Severity.AMBER, "so_so_words"), Tell("checkin.heard"))),
            },
            # So-so is an answer, and was recorded; nobody has to explain themselves.
            silence=Silence("hour", Go(END)),
        ),
        "low": Step(
            ask="checkin.low",
            asked=Asked.MENU,
            hears={
                Heard.ONE: _RING,
                Heard.YES: _RING,
                Heard.CALL_ME: _RING,
                Heard.TWO: _LEAVE,
                Heard.NO: _LEAVE,
                Heard.THANKS: _LEAVE,
                Heard.MAYBE: _RING,
                Heard.QUESTION: _LISTENS,
                Heard.UNCLEAR: _LISTENS,
                Heard.FLAGGED: Go(STAY, (Tell("safety.amber"),)),
            },
            # Somebody said they are not all right and then went quiet: that is for a person now, not for a reminder.
            silence=Silence("half_hour", Go(END, (Escalate(Severity.AMBER, "silent_after_low"),))),
        ),
    },
)
