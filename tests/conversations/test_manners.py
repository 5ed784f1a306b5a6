"""Manners towards bad input: the same again and again, machines, and texts that are hardly texts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from checkin.bootstrap import Line
from checkin.conversations import due, texts
from checkin.conversations.texts import Text
from tests.parts import NOON, loads, opened, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, reminders],
     plan: {days: every day, at: "12:30", ladder: [text, staff]}}
  - {ref: sue, name: Sue, phones: 07700 900131}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720}
"""
ANN, STRANGER = "+447700900101", "+447700900199"


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that Ann belongs to. The carrier leaves STOP to us."""
    with opened(database_url, CHECKIN_ADVANCED_OPT_OUT="yes") as found:
        loads(found, TOWN)
        yield found


_sids = iter(range(10**6))


def hears(line: Line, body: str, seconds: float = 0, sender: str = ANN) -> str:
    """Have the line hear a text so many seconds after noon; return its answer."""
    with line.store.work(NOON + timedelta(seconds=seconds)) as work:
        return texts.hear(work, Text(f"SM{next(_sids)}", sender, body))


def told(line: Line, reason: str) -> int:
    """How often staff were told of something."""
    found: int = value(line, "SELECT count(*) FROM case_events WHERE detail LIKE '%' || :why || '%'", why=reason)
    return found


def stored(line: Line) -> int:
    """How many texts were kept."""
    found: int = value(line, "SELECT count(*) FROM messages WHERE direction = 'in'")
    return found


# --- the same again and again ---


@pytest.mark.parametrize("body", ["purple", "hello", "1", "thanks", "next", "im fine", "", "BUDDY hi", "who is this"])
@pytest.mark.parametrize("sender", [ANN, STRANGER])
def test_twenty_identical_texts_in_a_minute_are_answered_once_and_told_of_once(
    line: Line, body: str, sender: str
) -> None:
    answers = [hears(line, body, 3 * i, sender) for i in range(20)]
    assert [bool(a) for a in answers] == [True] + [False] * 19
    assert told(line, "same_text_again") == 1
    assert stored(line) == 20


def test_they_are_the_same_text_whatever_the_capitals_and_spaces(line: Line) -> None:
    assert hears(line, "Who is this")
    assert hears(line, "  who  IS this ", 10) == ""


def test_the_same_text_after_a_while_is_another_one(line: Line) -> None:
    assert hears(line, "next")
    assert hears(line, "next", 61)


def test_a_thumb_that_sends_twice_troubles_nobody(line: Line) -> None:
    assert hears(line, "thanks")
    assert hears(line, "thanks", 5) == ""
    assert told(line, "same_text_again") == 0


def test_words_nobody_understood_are_seen_by_a_person_when_they_come_twice(line: Line) -> None:
    hears(line, "purple")
    hears(line, "purple", 5)
    assert told(line, "same_text_again") == 1


def test_the_same_key_for_the_next_question_is_another_answer(line: Line) -> None:
    due.ask_plans(line.store, NOON + timedelta(minutes=31), most=9)
    at = 31 * 60
    assert "Would you like somebody to ring" in hears(line, "2", at)
    assert "any time" in hears(line, "2", at + 5)
    assert hears(line, "2", at + 10) == ""
    assert value(line, "SELECT answer FROM check_ins") == "so_so"


def test_danger_in_each_of_them_is_kept_and_answered_once(line: Line) -> None:
    answers = [hears(line, "i want to kill myself", 2 * i) for i in range(5)]
    assert [bool(a) for a in answers] == [True] + [False] * 4
    assert told(line, "red: words") == 5


def test_stop_is_acted_on_each_time(line: Line) -> None:
    assert hears(line, "STOP")
    hears(line, "START", 2)
    assert hears(line, "STOP", 4)
    assert value(line, "SELECT streams FROM people WHERE ref = 'ann'") == []


# --- numbers that nobody knows ---


def stranger(i: int) -> str:
    """One of many numbers that the line does not know."""
    return f"+4477009003{i:02}"


def test_a_flood_from_one_unknown_number_is_answered_a_dozen_times_and_every_word_is_read(line: Line) -> None:
    said = [f"i am going to kill myself {'abcdefghijklmnopqrst'[i]}" for i in range(20)]
    answers = [hears(line, words, 20 * i, STRANGER) for i, words in enumerate(said)]
    assert [bool(answer) for answer in answers] == [True] * 12 + [False] * 8
    assert stored(line) == 20
    assert told(line, "red: words") == 20
    assert told(line, "answers_stopped") == 1


def test_a_flood_from_many_numbers_is_answered_so_often_a_day_and_danger_all_the_same(database_url: str) -> None:
    with opened(database_url, CHECKIN_STRANGERS_A_DAY="3") as line:
        loads(line, TOWN + "groups: [{ref: leeds, name: Leeds group, join: LEEDS7}]\n")
        bodies = ["purple", "JOIN leeds7", "hello", "green", "JOIN leeds7", "STOP"]
        answers = [hears(line, body, i, stranger(i)) for i, body in enumerate(bodies)]
        assert [bool(answer) for answer in answers] == [True] * 3 + [False] * 3
        assert "999" in hears(line, "i am going to kill myself", 50, stranger(50))
        assert told(line, "strangers_not_answered") == 1
        assert stored(line) == 7
        # Members are answered as ever; and tomorrow is another day.
        assert hears(line, "next", 51)
        assert hears(line, "hello", 24 * 3600, stranger(51))
        dangers = [hears(line, "i am going to kill myself", 24 * 3600 + i, stranger(i)) for i in range(52, 92)]
        assert [bool(answer) for answer in dangers] == [True] * 30 + [False] * 10
        assert value(line, "SELECT count(*) FROM cases WHERE severity = 'red'") == 41
        assert told(line, "strangers_not_answered") == 2


# --- machines ---


def test_after_a_dozen_answers_in_ten_minutes_there_are_no_more_and_staff_hear_once(line: Line) -> None:
    answers = [hears(line, f"tell me about purple {'abcdefghijklmnopqrst'[i]}", 20 * i) for i in range(20)]
    assert sum(bool(a) for a in answers) == 12
    assert not any(answers[12:])
    assert told(line, "answers_stopped") == 1
    assert stored(line) == 20


def test_danger_urgent_and_stop_are_answered_all_the_same(line: Line) -> None:
    for i in range(13):
        hears(line, f"purple {'abcdefghijklmnopqrst'[i]}", i)
    assert "999" in hears(line, "i am going to kill myself", 20)
    assert "999" in hears(line, "URGENT", 21)
    assert "any more of these messages" in hears(line, "please stop texting me", 22)


def test_an_answer_still_counts_when_ours_are_over(line: Line) -> None:
    due.ask_plans(line.store, NOON + timedelta(minutes=31), most=9)
    for i in range(13):
        hears(line, f"purple {'abcdefghijklmnopqrst'[i]}", 31 * 60 + i)
    assert hears(line, "1", 31 * 60 + 30) == ""
    assert value(line, "SELECT answer FROM check_ins") == "good"


def test_when_it_has_been_quiet_it_is_answered_again_and_told_of_anew(line: Line) -> None:
    for i in range(13):
        hears(line, f"purple {'abcdefghijklmnopqrst'[i]}", i)
    assert hears(line, "next", 11 * 60)
    for i in range(13):
        hears(line, f"purple {'abcdefghijklmnopqrst'[i]}", 12 * 60 + i)
    assert told(line, "answers_stopped") == 2


@pytest.mark.parametrize(
    "body",
    [
        "I'm driving right now - I'll get back to you later",
        "I am currently out of the office until Monday.",
        "Auto-reply: thank you for contacting us",
        "Message not delivered: mailbox is full",
        "This number is not monitored. Do not reply to this message.",
    ],
)
def test_two_machines_never_talk_to_each_other(line: Line, body: str) -> None:
    assert [hears(line, body, 5 * i) for i in range(4)] == [""] * 4
    assert told(line, "unread_twice") == 0


# --- texts that are hardly texts ---

ODD = {
    "empty": "",
    "spaces": " \t\n ",
    "nothing visible": "\u200b\u200d\ufeff",
    "control characters": "\x00\x01\x07\x1b[31m\x7f",
    "binary": "".join(chr(c) for c in range(256)),
    "turned round": "\u202eolleh\u202c",
    "mixed scripts": "hеllo мир 你好 مرحبا שלום",
    "stacked marks": "z" + "\u0301" * 400,
    "sixteen hundred": "la " * 533,
    "two thousand and more": "x" * 2400,
    "one long word": "a" * 1600,
    "signs": "\u2603" * 400,
    "markup": "<Response><Message>hi</Message></Response> &amp; %s %(x)s {name} {0}",
    "a letter": "Dear all, " + "it has been a long week and I have much to tell you. " * 30,
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
@pytest.mark.parametrize("sender", [ANN, STRANGER])
def test_whatever_comes_is_kept_answered_and_seen_by_a_person(line: Line, body: str, sender: str) -> None:
    answer = hears(line, body, sender=sender)
    assert answer
    assert len(answer) < 640
    kept = rows(line, "SELECT body, unread FROM messages WHERE direction = 'in'")
    assert len(kept) == 1
    assert value(line, "SELECT count(*) FROM cases") == 1


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_danger_behind_whatever_comes_is_heard(line: Line, body: str) -> None:
    hears(line, f"i am going to kill myself {body}"[:1600])
    assert value(line, "SELECT severity FROM cases") == "red"
