"""What staff text about a case, and what only looks like it."""

import pytest

from checkin.conversations.staff_words import Command, Deed, is_bare, read_command

READ = [
    ("OK 4821", Command(Deed.TAKE, "4821")),
    ("4821", Command(Deed.TAKE, "4821")),
    (" ok: 4821! ", Command(Deed.TAKE, "4821")),
    ("Note 4821 rang her, no answer", Command(Deed.NOTE, "4821", "rang her, no answer")),
    ("note 4821: at home\nwith her sister", Command(Deed.NOTE, "4821", "at home\nwith her sister")),
    ("PASS 4821 Omar", Command(Deed.PASS, "4821", "Omar")),
    ("Help arrived 482159", Command(Deed.SAFE, "482159")),
    ("zamknij 4821 już dobrze", Command(Deed.CLOSE, "4821", "już dobrze")),
    ("4821 what is it", Command(Deed.UNKNOWN, "4821", "what is it")),
    ("Cases", Command(Deed.CASES)),
    ("list cases.", Command(Deed.CASES)),
    ("note 4821", Command(Deed.NOTE, "4821")),
]
NONE = [
    "",
    "ok",
    "1",
    "48213",
    "note",
    "see you at 1930 then",
    "I took 4821 of them",
    "07700900131",
    "close the case",
    "💚",
]


@pytest.mark.parametrize(("written", "meant"), READ)
def test_a_command_is_a_word_and_a_code(written: str, meant: Command) -> None:
    assert read_command(written) == meant


@pytest.mark.parametrize("written", NONE)
def test_what_is_no_command_is_read_like_everybodys(written: str) -> None:
    assert read_command(written) is None


def test_a_bare_answer_is_nothing_but_one() -> None:
    assert all(is_bare(text) for text in ("1", " 2.", "Yes", "no!", "Tak"))
    assert not any(is_bare(text) for text in ("3", "yes please", "", "12", "1 2"))
