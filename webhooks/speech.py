"""What is to be said in a call, as TwiML: slowly, a sentence at a time, in a voice of its language."""

import re
from collections.abc import Iterator

from twilio.twiml.voice_response import Gather, VoiceResponse

from checkin.conversations.calls import At, Spoken
from checkin.wording import hints
from webhooks.answers import onward, sayable

# Amazon Polly's standard voices: the only kind that there is in Welsh, and that knows every mark used below.
VOICES = {
    "en": {"voice": "Polly.Amy", "language": "en-GB"},
    "cy": {"voice": "Polly.Gwyneth", "language": "cy-GB"},
    "pl": {"voice": "Polly.Ewa", "language": "pl-PL"},
}
_RATE = "85%"
_BETWEEN = "500ms"

# Slow fingers, poor hearing, an operator who types what is said and reads out what is typed.
_KEY_SECONDS = 12
_PATIENT_SECONDS = 45
# Silence after speech that means somebody has finished; people in low spirits speak with long pauses.
_SPEECH_SECONDS = 3

# Twilio takes about 4,000 characters in one <Say>, fewer with some voices.
_LONGEST = 900
_SENTENCE = re.compile(r"(?<=[.?])\s+")

_PIN_DIGITS = 6


def document(spoken: Spoken, next_step: int) -> str:
    """Return the TwiML that says this; what is answered comes to step `next_step`."""
    answer = VoiceResponse()
    if spoken.rings:
        # As the first verb it is heard as ringing: the call is picked up after it.
        answer.pause(length=spoken.rings)
    for sentence in spoken.say:
        say(answer, sentence, spoken.language)
        answer.pause(length=1)
    if spoken.through is not None:
        answer.redirect(onward(f"/twilio/relay/call?m={spoken.call}&p={spoken.through}&n={next_step}"), method="POST")
        return str(answer)
    if spoken.dial is not None:
        answer.redirect(onward(f"/twilio/through/call?m={spoken.call}&s={spoken.dial}&n={next_step}"), method="POST")
        return str(answer)
    if spoken.place.at == "end":
        answer.hangup()
        return str(answer)
    gather = answer.gather(
        action=onward(_address(spoken, next_step)),
        method="POST",
        timeout=_PATIENT_SECONDS if spoken.patient else _KEY_SECONDS,
        # Silence is an answer too: it comes to us and not to the end of the document.
        action_on_empty_result=True,
        **_keys(spoken.place.at),
        **_speech(spoken),
    )
    for sentence in spoken.prompt:
        say(gather, sentence, spoken.language)
        gather.pause(length=1)
    return str(answer)


def _address(spoken: Spoken, next_step: int) -> str:
    place = spoken.place
    about = f"&q={place.about}" if place.about else ""
    return f"/twilio/voice/key?m={spoken.call}&at={place.at}&t={place.tries}&z={int(place.zero)}{about}&n={next_step}"


def _keys(at: At) -> dict[str, object]:
    if at == "pin":
        return {"num_digits": _PIN_DIGITS, "finish_on_key": "#"}
    # # and * are keys like any other: pressing one must not look like silence.
    return {"num_digits": 1, "finish_on_key": ""}


def _speech(spoken: Spoken) -> dict[str, object]:
    if not spoken.listens:
        return {}
    return {
        "input": "dtmf speech",
        "language": VOICES[spoken.language]["language"],
        "hints": ", ".join(hints(spoken.language, spoken.asked)),
        "speech_timeout": _SPEECH_SECONDS,
        # What is said is read for danger: nothing in it may be starred out.
        "profanity_filter": False,
    }


def say(parent: VoiceResponse | Gather, text: str, language: str) -> None:
    """Say a text slowly, a sentence at a time; nothing when there is nothing to say."""
    for piece in _pieces(sayable(text)):
        said = parent.say(**VOICES[language])  # type: ignore[no-untyped-call]  # the SDK's Gather is half typed
        slow = said.prosody(rate=_RATE)
        for i, sentence in enumerate(piece):
            if i:
                slow.break_(time=_BETWEEN)
            slow.s(sentence)


def _pieces(text: str) -> Iterator[list[str]]:
    """Yield a text's sentences in lots that are short enough for one <Say>; one that says nothing is left out."""
    lot: list[str] = []
    for sentence in filter(None, map(str.strip, _SENTENCE.split(text))):
        for part in (sentence[i : i + _LONGEST] for i in range(0, len(sentence), _LONGEST)):
            if lot and sum(map(len, lot)) + len(part) > _LONGEST:
                yield lot
                lot = []
            lot.append(part)
    if lot:
        yield lot
