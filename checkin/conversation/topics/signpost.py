"""Looking for help: a menu of everyday needs, for whoever texts FIND alone, and of tips, for whoever has only keys.
Every way out leads somewhere."""

from checkin.conversation.effects import LookUp
from checkin.conversation.replies import Asked
from checkin.conversation.topic import AGAIN, END, Go, Heard, Silence, Step, Topic

_NUMBERS = (Heard.ONE, Heard.TWO, Heard.THREE, Heard.FOUR, Heard.FIVE, Heard.SIX)
# Somebody who names what they look for in a word of their own is understood, or a person is.
_IN_WORDS = {
    heard: Go(END, (LookUp("need"),)) for heard in (Heard.OTHER_CHOICE, Heard.QUESTION, Heard.UNCLEAR, Heard.LOW)
}


def _menu(*needs: str) -> dict[Heard, Go]:
    return {number: Go(END, (LookUp("need", need),)) for number, need in zip(_NUMBERS, needs, strict=True)}


TOPIC = Topic(
    name="signpost",
    opens_at="menu",
    steps={
        "menu": Step(
            ask="signpost.menu",
            asked=Asked.MENU,
            hears=_menu("money", "housing", "food", "mental-health", "loneliness", "alcohol")
            | _IN_WORDS
            | {
                Heard.SEVEN: Go("more"),
                Heard.MORE: Go("more"),
                Heard.NO: Go(END, (LookUp("need", "other"),)),
                Heard.YES: Go(AGAIN),
            },
            silence=Silence("half_hour", Go(END)),
        ),
        "more": Step(
            ask="signpost.more",
            asked=Asked.MENU,
            hears=_menu("health", "carers", "work", "bereavement", "abuse", "groups")
            | _IN_WORDS
            | {
                Heard.SEVEN: Go("tips"),
                Heard.MORE: Go("tips"),
                Heard.NO: Go(END, (LookUp("need", "other"),)),
                Heard.YES: Go(AGAIN),
            },
            silence=Silence("half_hour", Go(END)),
        ),
        "tips": Step(
            ask="signpost.tips",
            asked=Asked.MENU,
            # A word is what the tip is to be about.
            hears=dict.fromkeys(_IN_WORDS, Go(END, (LookUp("tip_about"),)))
            | {
                Heard.ONE: Go(END, (LookUp("any_tip"),)),
                Heard.TWO: Go(END, (LookUp("offer_tip"),)),
                Heard.SEVEN: Go("menu"),
                Heard.MORE: Go("menu"),
                Heard.NO: Go("menu"),
                Heard.YES: Go(AGAIN),
            },
            silence=Silence("half_hour", Go(END)),
        ),
    },
)
