"""No reply that means trouble, stop or ring me is ever read as "fine", whatever friendly words stand around it."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkin.conversation.replies import Asked, Kind, Reading, read, read_keys, read_speech
from tests.rows import each

TROUBLE = """
i fell, ive fallen, had a fall, im bleeding, im on the floor, i cant get up, i cant breathe, chest pain, he
hit me, he hurt me, im scared of him, he wont let me out, im not ok, not great, not good, not well, feeling
low, so lonely, cant stop crying, no sleep, not sleeping, not eating, cant cope, not coping, cant go on, cant
do this anymore, whats the point, no point, want to die, want to end it, wish i was dead, better off without
me, i took all my tablets, taken an overdose, i cut myself, going to jump, im going to kill myself, hearing
voices, relapsed, been drinking, no food, no heating, evicted, my mum died, in agony, in bits, scunnered,
greetin, am no weel, no great, in a bad way, fed up with life, giving up, had enough, hopeless, worthless, a
burden, exhausted, struggling, depressed, panic attack, frightened, terrified, robbed, attacked, dizzy,
collapsed, sick, poorly, desperate, źle, nie dobrze, boję się, nie daję rady, ddim yn iawn, yn isel, wedi
cwympo, 😭, 💔, 👎, 💊💊, :(, nkt good, noy well, npt ok, he broke the door, he nicked my pension, she locked me out,
slept in the car, in a hostel, blood in my wee, woke up on floor, sugar is low, arm gone dead, been arrested,
evicted friday, bailiffs coming, left a note, got the rope, stockpiled tablets, took them all, bleeding wont stop,
black eye, he reads these, off my meds, wandered off, wife not waking up, smell of gas, on the roof, at the cliff edge,
on the railway, 500mg x 20, never felt so low, dead on my feet, nobody rings me, not slept in days, chce umrzec,
isio marw, ddim yn dda o gwbl
"""
STOP = """
stop texting me, please stop, stop messaging me, dont text me again, leave me alone, take me off your list, no
more texts, unsubscribe me, opt me out, remove my number, stop the reminders, stop sending these, s top
texting me, stop txtin me, no more messages, dont send me these
"""
CALL_ME = """
ring me, call me, please call me back, can someone ring me, give me a ring, give us a bell, i need to talk to
someone, phone me please, gies a bell, prosze zadzwonic, ffoniwch fi, i want someone to call me
"""
FILLERS = """
yes, yes thanks, fine, fine thanks, ok, im ok, all good, grand, aye, no bother, not bad, 👍, :), 1, hello, hiya pet,
thank you dear, love from jean xx, tak, iawn, good morning, sorry for the late reply, hope you are well,
yes fine but, ok but, see you there, ill be there, yes spoke to her, lovely day today, just had my tea
"""

HEAP = "yes, no, not, ok, 1, 3, ., !, ?, stop, me, i, im, n, x, 0k, but, was, you, 👍, ', ill, buddy, tip, 14th"


def _phrases(listed: str) -> list[str]:
    return [phrase.strip() for phrase in listed.replace("\n", " ").split(",") if phrase.strip()]


NOT_FINE = _phrases(TROUBLE) + _phrases(STOP) + _phrases(CALL_ME)


def _is_fine(reading: Reading, asked: Asked) -> bool:
    # 1 in a menu is an option; everywhere else it is the answer that closes the question.
    return reading.kind is Kind.YES or (reading == Reading(Kind.NUMBER, 1) and asked is not Asked.MENU)


@pytest.mark.parametrize("asked", Asked)
def test_friendly_words_do_not_hide_it(asked: Asked) -> None:
    told = (
        text
        for phrase, filler in product(NOT_FINE, ["", *_phrases(FILLERS)])
        for text in (
            f"{filler} {phrase}",
            f"{phrase} {filler}",
            f"{filler}. {phrase}",
            f"{phrase}, {filler}",
            f"{filler} {phrase} {filler}".upper(),
        )
    )
    assert [text for text in told if _is_fine(read(text, asked), asked)] == []


@each(product(_phrases(STOP), Asked))
def test_stop_is_heard_behind_a_yes(phrase: str, asked: Asked) -> None:
    assert read(f"yes fine, {phrase}", asked).kind is Kind.STOP


@each(product(_phrases(CALL_ME), Asked))
def test_ring_me_is_heard_behind_a_fine(phrase: str, asked: Asked) -> None:
    assert read(f"im fine thanks, {phrase}", asked).kind is Kind.CALL_ME


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(_phrases(FILLERS)), max_size=3),
    st.sampled_from(NOT_FINE),
    st.lists(st.sampled_from(_phrases(FILLERS)), max_size=3),
    st.sampled_from([" ", ". ", ", ", " - ", "... ", "\n"]),
    st.sampled_from(list(Asked)),
)
def test_no_pile_of_fillers_hides_it(
    before: list[str], phrase: str, after: list[str], joint: str, asked: Asked
) -> None:
    text = joint.join([*before, phrase, *after])
    assert not _is_fine(read(text, asked), asked)
    assert not _is_fine(read_speech(text, 0.9, asked), asked)


@settings(max_examples=500)
@given(st.text(max_size=300), st.sampled_from(list(Asked)))
def test_no_text_raises(text: str, asked: Asked) -> None:
    readings = (read(text, asked), read_speech(text, None, asked), read_keys(text, asked), read(f"pause {text}", asked))
    assert all(isinstance(reading, Reading) for reading in readings)


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(_phrases(HEAP)),
        max_size=12,
    ),
    st.sampled_from(list(Asked)),
)
def test_no_heap_of_known_words_raises(words: list[str], asked: Asked) -> None:
    assert isinstance(read(" ".join(words), asked), Reading)


OF_OTHERS = [
    "Tom is fine", "mum's ok", "Jean's fine", "my daughter says im fine", "OK (her carer)", "yes - his daughter",
    "fine [sent by staff]", "daughter typing, all ok", "ok sent by carer", "he says im fine",
]  # fmt: skip


@each(product(OF_OTHERS, [Asked.OK, Asked.MOOD, Asked.NONE]))
def test_what_is_said_of_or_by_somebody_else_is_not_the_members_fine(text: str, asked: Asked) -> None:
    assert not _is_fine(read(text, asked), asked)


def test_a_very_long_text_is_read_and_is_not_fine() -> None:
    assert read("yes fine " + "bla " * 5000, Asked.OK).kind is Kind.UNCLEAR
    assert read("fine " * 300 + "but i fell", Asked.OK).kind is not Kind.YES
