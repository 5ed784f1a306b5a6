"""Which language? Each is offered in its own name; one that the line does not write brings a person."""

from checkin.conversation.effects import Escalate, Severity, Speak, Tell
from checkin.conversation.replies import Asked, Kind
from checkin.conversation.topic import END, Go, Heard, Silence, Step, Topic

_OTHER = Go(END, (Escalate(Severity.TASK, "language"), Tell("language.not_yet")))


def _speak(language: str) -> Go:
    return Go(END, (Speak(language), Tell("language.done")))


TOPIC = Topic(
    name="language",
    opens_at="asked",
    steps={
        "asked": Step(
            ask="language.ask",
            asked=Asked.MENU,
            hears={
                Heard.ONE: _speak("en"),
                Heard.TWO: _speak("cy"),
                Heard.THREE: _speak("pl"),
                Heard.FOUR: _OTHER,
                Heard.OTHER_CHOICE: _OTHER,
            },
            # "Polski" is heard everywhere, and answers this too.
            answered_by={Kind.LANGUAGE: Go(END)},
            silence=Silence("hour", Go(END)),
        ),
    },
)
