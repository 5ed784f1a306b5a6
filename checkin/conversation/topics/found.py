"""What was found: a list, three at a time; more on one of them; and what can be done with it. Every way out leads on.

By text a number is always the number of one in the list. In a call the keys of `heard` and `heard_group` have it texted
or put the caller through.
"""

from dataclasses import replace

from checkin.conversation.effects import Browse, Escalate, LookUp, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import AGAIN, END, STAY, Go, Heard, Silence, Step, Topic

_SHOW = Go(STAY, (Browse("show"),))
_MORE = Go(STAY, (Browse("more"),))
_DO = Go(STAY, (Browse("do"),))
_LIST = Go("list")
_PERSON = Go(END, (Escalate(Severity.TASK, "wants_help_finding"), Tell("found.person")))

_LEAVES = {
    Heard.MORE: _MORE,
    Heard.THANKS: Go(END, (Tell("thanks"),)),
    Heard.NO: _PERSON,
    Heard.YES: Go(AGAIN),
    # Something else is looked for, or somewhere else; what is neither comes to a person soon.
    **dict.fromkeys((Heard.OTHER_CHOICE, Heard.QUESTION, Heard.UNCLEAR), Go(STAY, (LookUp("again"),))),
}
_NUMBERS = dict.fromkeys((Heard.ONE, Heard.TWO, Heard.THREE), _SHOW)
_SEEN = {
    "text": Go("read"),
    "voice": Go("heard"),
    "group_text": Go("read_group"),
    "group_voice": Go("heard_group"),
    "gone": Go(AGAIN, (Tell("found.gone"),)),
    "more": _LIST,
    "end": Go(END, (Escalate(Severity.TASK, "wants_help_finding"), Tell("found.no_more"))),
}
# What was said of it stands alone: what is looked at has been read, and in a call it is said again in any case.
_DONE = {"done": Go(STAY), "leave": Go(END), "ringing": Go("ringing")}
_QUIET = Silence("half_hour", Go(END))


def _one(ask: str, *, aloud: bool) -> Step:
    """Return the step at which one of them is looked at: on a screen, or in a call."""
    keys = {Heard.ONE: Go(STAY, (Browse("text"),)), Heard.TWO: _DO, Heard.THREE: _LIST} if aloud else _NUMBERS
    return Step(
        ask=ask,
        # Rung up about a list on a screen, its numbers are the list's.
        aloud=None if aloud else "found.list",
        asked=Asked.MENU,
        hears=_LEAVES | keys | {Heard.FOUR: _DO, Heard.SEVEN: _LIST},
        silence=_QUIET,
        # Put again, it would be the one that is not there.
        checked=_SEEN | _DONE | {"gone": Go("list", (Tell("found.gone"),))},
    )


TOPIC = Topic(
    name="found",
    opens_at="list",
    steps={
        "list": Step(
            ask="found.list",
            asked=Asked.MENU,
            hears=_LEAVES | _NUMBERS | {Heard.SEVEN: _MORE},
            silence=_QUIET,
            checked=_SEEN,
        ),
        "read": _one("found.details", aloud=False),
        "heard": _one("found.details", aloud=True),
        # Asked for by text: the line rings, and they are put through from there.
        "ringing": replace(_one("through.ringing", aloud=True), aloud="found.details"),
        "read_group": _one("found.group", aloud=False),
        "heard_group": _one("found.group", aloud=True),
    },
)
