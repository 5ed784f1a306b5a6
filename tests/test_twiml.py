"""Every document the line can answer with, enumerated and checked; and the check itself, on wrong documents."""

from dataclasses import replace
from itertools import product
from uuid import UUID

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.messaging_response import MessagingResponse

from checkin.conversation.replies import Asked
from checkin.conversations.calls import AT, Place, Spoken
from checkin.conversations.calls.caller import RECOGNISED
from checkin.conversations.relay_calls import Ask, End, Through
from checkin.wording import LANGUAGES, country, hints, placeholders, say, sentences
from tests.rows import each
from tests.test_wording import LONG
from tests.twiml import MESSAGING, problems
from webhooks.answers import EMPTY, sayable
from webhooks.relay import document as between
from webhooks.speech import document

KEYS = tuple(sentences("en"))
CALL = UUID(int=7)


def filled(key: str, language: str, variant: str = "voice") -> str:
    """A sentence as it would be said, with the longest values that are met with."""
    values = {name: value for name, value in {**LONG, **country("GB", language)}.items() if name in placeholders(key)}
    return say(key, language, variant, values)  # type: ignore[arg-type]  # one of VARIANTS


def spoken(at: str, language: str = "en", *said: str, asks: tuple[str, ...] = ("Press 1.",)) -> Spoken:
    """Something said at a place in a call."""
    place = Place(at, about=f"checkin.asked.{CALL}")  # type: ignore[arg-type]  # one of AT
    return Spoken(CALL, language, place, said, asks)


@each(product(LANGUAGES, KEYS))
def test_every_sentence_can_be_said_and_asked_at_every_place_of_a_call(language: str, key: str) -> None:
    sentence = filled(key, language)
    for at, listens in product(AT, {False, language in RECOGNISED}):
        one = spoken(at, language, sentence, sentence, asks=(sentence, sentence))
        assert problems(document(replace(one, listens=listens), 3)) == [], at


def test_a_call_in_every_manner_can_be_said() -> None:
    for language, asked, patient, rings in product(RECOGNISED, Asked, (False, True), (0, 6)):
        one = replace(spoken("question", language), asked=asked, listens=True, patient=patient, rings=rings)
        assert problems(document(one, 3)) == []


@each(product(LANGUAGES, KEYS))
def test_every_sentence_can_be_texted_in_answer(language: str, key: str) -> None:
    for variant in ("text", "discreet"):
        answer = MessagingResponse()
        answer.message(sayable(filled(key, language, variant)))
        assert problems(str(answer), MESSAGING) == []
    assert problems(EMPTY, MESSAGING) == []


@given(st.lists(st.text(max_size=3000), max_size=4), st.sampled_from(AT))
def test_whatever_people_wrote_can_be_said(words: list[str], at: str) -> None:
    """A relayed message or a group's name may hold anything at all."""
    assert problems(document(spoken(at, "en", *words), 3)) == []


@each(LANGUAGES)
def test_every_step_of_a_call_between_two_can_be_said(language: str) -> None:
    steps: list[Through | Ask | End] = [Through(language, "Hello.", "+447700900111", "+447700900000", 40)]
    steps += [Ask(language, "Hello. Press 1.", at) for at in ("which", "accept", "instead")]
    steps += [End(language, "Goodbye."), End(language, "")]
    with Flask("steps").test_request_context("/twilio/relay/call?n=3"):
        assert [problems(between(step, CALL)) for step in steps] == [[]] * len(steps)
    assert problems(document(replace(spoken("end", language), through=str(CALL)), 3)) == []


def test_speech_is_slow_and_a_sentence_at_a_time() -> None:
    said = document(spoken("menu", "cy", "Un frawddeg. Dwy frawddeg."), 1)
    assert '<Say language="cy-GB" voice="Polly.Gwyneth"><prosody rate="85%">' in said
    assert '<s>Un frawddeg.</s><break time="500ms" /><s>Dwy frawddeg.</s>' in said


def test_keys_are_waited_for_long_and_longer_through_an_operator() -> None:
    one = spoken("question")
    assert 'timeout="12"' in document(one, 1)
    assert 'timeout="45"' in document(replace(one, patient=True), 1)


def test_what_is_likely_to_be_said_is_listened_for_by_kind_of_question() -> None:
    for language, asked in product(RECOGNISED, Asked):
        found = hints(language, asked)
        assert found
        assert all(len(hint) <= 100 for hint in found)
        assert ", ".join(found) in document(replace(spoken("menu", language), asked=asked, listens=True), 1)
    assert hints("cy", Asked.MOOD) == ()


def test_the_words_heard_are_not_starred_out() -> None:
    assert 'profanityFilter="false"' in document(replace(spoken("question"), listens=True), 1)


G = '<Gather action="/k" method="POST" timeout="5" numDigits="1" actionOnEmptyResult="true"/>'
SAY = '<Say voice="Polly.Amy" language="en-GB">{}</Say>'
WRONG = {
    "no XML": "<Response>",
    "words before": "hello <Response/>",
    "another root": "<TwiML/>",
    "an unknown verb": "<Response><Shout/></Response>",
    "an unknown attribute": '<Response><Hangup now="1"/></Response>',
    "a wrong value": '<Response><Pause length="long"/></Response>',
    "an empty say": f"<Response>{SAY.format('')}</Response>",
    "an empty sentence": f"<Response>{SAY.format('hello <s> </s>')}</Response>",
    "a say that is too long": f"<Response>{SAY.format('x' * 1001)}</Response>",
    "a voice we do not use": '<Response><Say voice="man" language="en-GB">hello</Say></Response>',
    "words between verbs": "<Response><Hangup/>hello</Response>",
    "a verb inside another": f"<Response>{SAY.format('<Hangup/>')}</Response>",
    "a verb that is never played": f"<Response>{G}<Hangup/></Response>",
    "a Gather that goes nowhere": '<Response><Gather method="POST" timeout="5" numDigits="1"/></Response>',
    "an address with a space": f"<Response>{G.replace('/k', '/k k')}</Response>",
    "an address without a host": f"<Response>{G.replace('/k', 'key')}</Response>",
    "speech without its time": f"<Response>{G}</Response>".replace("action=", 'input="dtmf speech" action=', 1),
    "too many bytes": "<Response>" + '<Pause length="1"/>' * 4000 + "</Response>",
}


@each(WRONG)
def test_what_is_wrong_is_found(what: str) -> None:
    assert problems(WRONG[what])


def test_a_text_cannot_be_a_call() -> None:
    assert problems("<Response><Hangup/></Response>", MESSAGING)
    assert problems(f"<Response><Message>{'x' * 1601}</Message></Response>", MESSAGING)
