"""Who a text says it is from, and who it only talks about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.conversation.naming import answer, signed

NAMES = ("Ann", "Bill")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Bill", ""),
        ("bill.", ""),
        ("Bill here", ""),
        ("its Bill", ""),
        ("It's Bill, im fine", "im fine"),
        ("this is bill. not so good", "not so good"),
        ("hi its Bill", ""),
        ("Hello, Bill here, what time is it on", "what time is it on"),
        ("Bill: 2", "2"),
        ("Bill - all good", "all good"),
        ("bill 1", "1"),
        ("Bill, im fine", "im fine"),
        ("Bill yma", ""),
        ("tu Bill", ""),
    ],
)
def test_a_text_that_says_whose_it_is(text: str, rest: str) -> None:
    assert signed(text, NAMES) == (1, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Bill is not well",
        "bill fell over",
        "its Bill who is poorly",
        "I am billing you",
        "its bill's birthday",
        "Billy here",
        "im fine",
        "1",
        "tell Bill",
        "",
    ],
)
def test_a_text_that_says_nothing_of_the_kind(text: str) -> None:
    assert signed(text, NAMES) is None


def test_the_question_is_answered_by_number_letter_or_name() -> None:
    assert answer("2", NAMES, numbered=True) == (1, "")
    assert answer("B.", NAMES, numbered=False) == (1, "")
    assert answer("a", NAMES, numbered=False) == (0, "")
    assert answer("its Ann, im ok", NAMES, numbered=False) == (0, "im ok")


def test_what_answers_another_question_is_no_answer() -> None:
    assert answer("2", NAMES, numbered=False) is None
    assert answer("3", NAMES, numbered=True) is None
    assert answer("0", NAMES, numbered=True) is None
    assert answer("b", ("Bill", "Bob"), numbered=True) is None
    assert answer("yes", NAMES, numbered=True) is None


@given(st.text(max_size=60))
def test_any_text_can_be_looked_at(text: str) -> None:
    for found in (signed(text, NAMES), answer(text, NAMES, numbered=True)):
        assert found is None or found[0] in {0, 1}
