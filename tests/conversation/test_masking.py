"""What is left out of words that are passed on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.conversation.masking import mask


@pytest.mark.parametrize(
    "told",
    [
        "07700 900188",
        "07700900188",
        "+44 7700 900188",
        "+44 (0)7700-900188",
        "0113 496 0144",
        "(0113) 496.0144",
        "4960144",
        "0 7 7 0 0 9 0 0 1 8 8",
        "oh seven seven double oh nine oh oh one eight eight",
        "zero seven seven zero zero, nine zero zero",
        "ann.smith@example.org",
        "ann at example dot org",
        "ann (at) example.co.uk",
    ],
)
def test_numbers_and_addresses_are_left_out(told: str) -> None:
    masked = mask(f"hi its on {told} any time", 400)
    assert masked.words == "hi its on [...] any time"
    assert (masked.hidden, masked.cut) == (True, False)


@pytest.mark.parametrize(
    "words",
    [
        "see you at 2pm on 14/02/2027",
        "the 14.02.2027 at 10.30",
        "bus 590 or 592 at 10.15",
        "it cost 25.50 for two",
        "flat 12, 34 Mill Lane",
        "one two three four, up we go",
        "meet at the library at six or seven",
        "I was born in 1961 and moved in 1984",
    ],
)
def test_what_two_people_need_to_meet_is_left_in(words: str) -> None:
    assert mask(words, 400).words == words
    assert not mask(words, 400).hidden


def test_long_words_are_cut_between_two_words() -> None:
    masked = mask("la " * 200, 400)
    assert masked.cut
    assert masked.words == "la " * 132 + "la..."
    assert not mask("x" * 400, 400).cut


@given(st.text(max_size=200))
def test_anything_can_be_masked_and_seven_digits_never_pass(words: str) -> None:
    masked = mask(f"{words} 07700900188", 1000)
    assert "07700900188" not in masked.words
    assert masked.hidden or "[...]" in words
