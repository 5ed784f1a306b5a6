"""How somebody may be reached, asked one thing at a time: steps that several topics use.

Every question can be skipped and says what silence means; what was not said is taken the careful way.
"""

from collections.abc import Mapping

from checkin.conversation.effects import Effect, Escalate, Reach, Severity, Tell
from checkin.conversation.replies import Asked
from checkin.conversation.topic import AGAIN, END, Go, Heard, Silence, Step

_OTHERWISE = (Heard.MAYBE, Heard.OTHER_NUMBER, Heard.OTHER_CHOICE, Heard.CANNOT, Heard.WORRIED)


def questions(*, unasked: tuple[Effect, ...], done: str) -> Mapping[str, Step]:
    """Return the steps, "number" first. `unasked` is ordered when somebody falls silent at the first, `done` is the
    sentence said at the end."""
    return {"number": _number(unasked), "seen": _SEEN, "voicemail": _VOICEMAIL, "hours": _hours((Tell(done),))}


def _step(
    ask: str,
    answers: Mapping[Heard, tuple[str]],
    *,
    skipped: tuple[str],
    to: str,
    silent: tuple[Effect, ...],
    said: tuple[Effect, ...] = (),
    more: Mapping[Heard, Go] | None = None,
) -> Step:
    hears = {heard: Go(to, (Reach(*answer), *said)) for heard, answer in answers.items()}
    rest = dict.fromkeys(_OTHERWISE, Go(to, (Reach(*skipped), *said)))
    # One silence ends it: nobody is asked three more things that they will not answer.
    return Step(
        ask=ask, asked=Asked.MENU, hears={**rest, **hears, **(more or {})}, silence=Silence("day", Go(END, silent))
    )


_NEITHER = Go(END, (Reach("neither"), Escalate(Severity.TASK, "number_not_safe"), Tell("contact.neither")))


def _number(unasked: tuple[Effect, ...]) -> Step:
    return _step(
        "contact.number",
        {Heard.ONE: ("both",), Heard.YES: ("both",), Heard.TWO: ("texts",), Heard.THREE: ("calls",)},
        skipped=("texts_unsaid",),
        to="seen",
        silent=(Reach("texts_unsaid"), *unasked),
        more={Heard.FOUR: _NEITHER, Heard.NO: _NEITHER},
    )


_SEEN = _step(
    "contact.seen",
    {Heard.ONE: ("shared",), Heard.YES: ("shared",), Heard.TWO: ("private",), Heard.NO: ("private",)},
    skipped=("unsaid",),
    to="voicemail",
    silent=(Reach("unsaid"),),
)

_VOICEMAIL = _step(
    "contact.voicemail",
    {
        Heard.ONE: ("voicemail_none",),
        Heard.NO: ("voicemail_none",),
        Heard.TWO: ("voicemail_neutral",),
        # A yes that does not say how much is taken for the less.
        Heard.YES: ("voicemail_neutral",),
        Heard.THREE: ("voicemail_full",),
    },
    skipped=("voicemail_none",),
    to="hours",
    silent=(Reach("voicemail_none"),),
)


def _hours(finish: tuple[Effect, ...]) -> Step:
    return _step(
        "contact.hours",
        {
            Heard.ONE: ("any_time",),
            Heard.YES: ("any_time",),
            Heard.TWO: ("mornings",),
            Heard.THREE: ("afternoons",),
            Heard.FOUR: ("evenings",),
        },
        skipped=("any_time",),
        to=END,
        silent=(Reach("any_time"),),
        said=finish,
        more={Heard.NO: Go(AGAIN)},
    )
