"""Digits as they are heard: times and days as people say them, numbers one by one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.wording import LANGUAGES
from checkin.wording.aloud import aloud

SAID = [
    ("en", "Case 10482 needs a person.", "Case 1 0 4 8 2 needs a person."),
    ("en", "Ring 0113 496 0102 or +44 7700 900123.", "Ring 0 1 1 3, 4 9 6, 0 1 0 2 or 4 4, 7 7 0 0, 9 0 0 1 2 3."),
    ("en", "Buses 1, 12 and 592.", "Buses 1, 12 and 5 9 2."),
    ("en", "on Thursday 8 January, 19:00", "on Thursday the 8th of January, 7 in the evening"),
    ("en", "Friday 1 May, 10:30", "Friday the 1st of May, 10 30 in the morning"),
    ("en", "2 June, 3 July, 11 July, 12 July, 13 July, 21 July, 22 July, 23 July", (
     "the 2nd of June, the 3rd of July, the 11th of July, the 12th of July, the 13th of July, the 21st of July, the "
     "22nd of July, the 23rd of July")),
    ("en", "12:00, 00:00, 12:05, 00:30", "noon, midnight, 12 0 5 in the afternoon, 12 30 in the morning"),
    ("en", "12 High Street", "12 High Street"),
    ("cy", "dydd Iau 8 Ionawr, am 19:00", "dydd Iau 8 Ionawr, am 7 o'r gloch yr hwyr"),
    ("cy", "am 09:30, am 14:15, am 12:00", "am 9 30 y bore, am 2 15 y prynhawn, am hanner dydd"),
    ("pl", "czwartek, 8 stycznia, o 19:00", "czwartek, ósmego stycznia, o dziewiętnastej"),
    ("pl", "środa, 31 grudnia, o 22:30", "środa, trzydziestego pierwszego grudnia, o dwudziestej drugiej 30"),
    ("pl", "30 maja, 20 maja, 29 maja", "trzydziestego maja, dwudziestego maja, dwudziestego dziewiątego maja"),
    ("pl", "o 00:00, o 00:15", "o północy, o zero 15"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "written", "heard"), SAID)
def test_digits_are_read_out_as_people_say_them(language: str, written: str, heard: str) -> None:
    assert aloud(written, language) == heard


@given(st.text(alphabet="0123456789 :-+.abMay", max_size=60), st.sampled_from(LANGUAGES))
def test_no_long_number_is_left_to_be_read_as_one(text: str, language: str) -> None:
    assert not re.search(r"\d{3}", aloud(text, language))


@given(st.text(alphabet="abc .,?'ąŵ", max_size=60), st.sampled_from(LANGUAGES))
def test_words_stay_as_they_are(text: str, language: str) -> None:
    assert aloud(text, language) == text
