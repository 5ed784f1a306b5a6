"""The museum of replies, keys, speech, pauses, and the tables behind the reader."""

import csv
import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.conversation.replies import (
    Asked,
    Kind,
    Reading,
    greets,
    lexicon,
    pause_until,
    read,
    read_keys,
    read_speech,
    signs,
)
from checkin.conversation.replies.patterns import PATTERNS
from checkin.conversation.replies.reader import _HEARD_EVEN_SO

MUSEUM = Path(__file__).with_name("replies_museum.tsv")


def _museum() -> Iterator[tuple[Asked, str, frozenset[str], str]]:
    """Yield what was asked, the reply, the readings that are right, and the value ("" when it does not matter)."""
    lines = (line for line in MUSEUM.read_text(encoding="utf-8").splitlines() if not line.startswith("# "))
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        yield Asked(row["asked"]), row["text"], frozenset(row["reading"].split("|")), row["value"] or ""


def test_every_reply_in_the_museum_is_read_right() -> None:
    wrong = []
    for asked, text, right, value in _museum():
        reading = read(text, asked)
        if reading.kind not in right or (value and str(reading.value) != value):
            wrong.append(f"{asked}: {text!r} is {reading.kind} {reading.value}, not {'|'.join(sorted(right))} {value}")
    assert not wrong, "\n".join(wrong)


def test_the_museum_holds_every_reading_for_every_question() -> None:
    rows = list(_museum())
    assert len(rows) >= 3000
    assert {asked for asked, *_ in rows} == set(Asked)
    assert set(Kind) <= {Kind(name) for _, _, right, _ in rows for name in right}


@pytest.mark.parametrize("word", ["STOP", "stopall", "Unsubscribe", "CANCEL", "End.", "quit!", "REVOKE", " optout "])
@pytest.mark.parametrize("asked", Asked)
def test_a_carriers_word_alone_is_an_opt_out_whatever_was_asked(word: str, asked: Asked) -> None:
    # The carrier has already stopped the texts when it sees one of these; reading it otherwise would be a lie.
    assert read(word, asked) == Reading(Kind.STOP, "all")


def test_nothing_is_unclear() -> None:
    assert read("") == read("   ") == read("\x00\x07") == Reading(Kind.UNCLEAR)


@pytest.mark.parametrize(
    ("keys", "asked", "reading"),
    [
        ("2", Asked.MOOD, Reading(Kind.NUMBER, 2)),
        ("2#", Asked.MOOD, Reading(Kind.NUMBER, 2)),
        ("9", Asked.MOOD, Reading(Kind.REPEAT)),
        ("0", Asked.RSVP, Reading(Kind.HELP, "person")),
        ("12", Asked.MENU, Reading(Kind.NUMBER, 12)),
        ("12", Asked.MOOD, Reading(Kind.UNCLEAR)),
        ("999", Asked.NONE, Reading(Kind.URGENT)),
        ("112", Asked.MENU, Reading(Kind.URGENT)),
        ("#", Asked.OK, Reading(Kind.UNCLEAR)),
        ("*", Asked.OK, Reading(Kind.UNCLEAR)),
        ("", Asked.OK, Reading(Kind.UNCLEAR)),
        ("1*1", Asked.MENU, Reading(Kind.UNCLEAR)),
        ("٣", Asked.MOOD, Reading(Kind.UNCLEAR)),
    ],
)
def test_keys(keys: str, asked: Asked, reading: Reading) -> None:
    assert read_keys(keys, asked) == reading


@pytest.mark.parametrize(
    ("said", "confidence", "asked", "kind"),
    [
        ("Yes.", 0.9, Asked.OK, Kind.YES),
        ("I'm fine, thank you.", None, Asked.OK, Kind.YES),
        ("I'm fine, thank you.", 0.2, Asked.OK, Kind.UNCLEAR),
        ("No.", 0.1, Asked.OK, Kind.UNCLEAR),
        ("Two.", 0.3, Asked.MOOD, Kind.UNCLEAR),
        ("Stop calling me.", 0.1, Asked.OK, Kind.STOP),
        ("Help me.", 0.05, Asked.OK, Kind.HELP),
        ("It's an emergency.", 0.0, Asked.NONE, Kind.URGENT),
        ("Please ring me back.", 0.2, Asked.OK, Kind.CALL_ME),
        ("Yes.", float("nan"), Asked.OK, Kind.UNCLEAR),
        ("Option two.", 0.8, Asked.MENU, Kind.NUMBER),
        ("", 0.9, Asked.OK, Kind.UNCLEAR),
    ],
)
def test_speech(said: str, confidence: float | None, asked: Asked, kind: Kind) -> None:
    assert read_speech(said, confidence, asked).kind is kind


@pytest.mark.parametrize(
    ("said", "number"), [("Too.", 2), ("To", 2), ("For.", 4), ("Won", 1), ("Three.", 3), ("Tree", 3)]
)
def test_a_recogniser_that_hears_a_word_for_a_number(said: str, number: int) -> None:
    assert read_speech(said, 0.8, Asked.MOOD) == Reading(Kind.NUMBER, number)


@given(st.text(max_size=60), st.sampled_from(list(Asked)))
def test_a_doubtful_transcript_is_never_good_news(said: str, asked: Asked) -> None:
    assert read_speech(said, 0.39, asked).kind in _HEARD_EVEN_SO | {Kind.UNCLEAR}


# A Thursday.
TODAY = date(2026, 5, 7)


@pytest.mark.parametrize(
    ("value", "until"),
    [
        ("2 weeks", date(2026, 5, 21)),
        ("two weeks", date(2026, 5, 21)),
        ("a week", date(2026, 5, 14)),
        ("a fortnight", date(2026, 5, 21)),
        ("fortnight", date(2026, 5, 21)),
        ("3 days", date(2026, 5, 10)),
        ("for a few days", date(2026, 5, 10)),
        ("couple of weeks", date(2026, 5, 21)),
        ("a month", date(2026, 6, 6)),
        ("til 14th", date(2026, 5, 14)),
        ("til 3rd", date(2026, 6, 3)),
        ("til the 7th", date(2026, 6, 7)),
        ("until 31st", date(2026, 5, 31)),
        ("til 14", date(2026, 5, 14)),
        ("until monday", date(2026, 5, 11)),
        ("til thurs", date(2026, 5, 14)),
        ("until next wednesday", date(2026, 5, 13)),
        ("till after sunday", date(2026, 5, 11)),
        ("till the 3rd of may", date(2027, 5, 3)),
        ("until 12 may", date(2026, 5, 12)),
        ("until may 12th", date(2026, 5, 12)),
        ("until june", date(2026, 6, 1)),
        ("until 1/6", date(2026, 6, 1)),
        ("until 1.6.27", date(2027, 6, 1)),
        ("until 1/6/2026", date(2026, 6, 1)),
        ("end of the month", date(2026, 6, 1)),
        ("end of june", date(2026, 7, 1)),
        ("end of the week", date(2026, 5, 11)),
        ("this week", date(2026, 5, 11)),
        ("until next week", date(2026, 5, 11)),
        ("next week", date(2026, 5, 18)),
        ("the weekend", date(2026, 5, 11)),
        ("until after christmas", date(2026, 12, 27)),
        ("until the new year", date(2027, 1, 2)),
        ("tomorrow", date(2026, 5, 8)),
        ("today", date(2026, 5, 8)),
        ("2 tygodnie", date(2026, 5, 21)),
        ("2 hours", TODAY),
        ("hospital", None),
        ("until 31 february", None),
        ("until 45/99", None),
        ("a while", None),
        ("", None),
    ],
)
def test_a_pause_ends_on(value: str, until: date | None) -> None:
    assert pause_until(value, TODAY) == until


@given(st.text(max_size=60), st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_a_pause_never_ends_before_it_begins(value: str, today: date) -> None:
    for said in (value, f"until {value}", f"for {value} weeks"):
        until = pause_until(said, today)
        assert until is None or until >= today


def test_every_sign_is_answered_after_every_other() -> None:
    written = set(lexicon.CLASSES.values()) | set("bDU?,")
    for before, sign in itertools.product(("", "x", "n", "r", "3", "2"), written):
        assert before + sign in signs.STEPS, f"nothing says what {sign} means after {before}"


def test_no_way_of_saying_it_is_in_two_lists() -> None:
    # The later list would win without anybody having decided it.
    listed: dict[tuple[str, ...], set[str]] = {}
    for name, words in lexicon.load("words").items():
        for phrase in lexicon.phrases(words):
            listed.setdefault(phrase, set()).add(name)
    assert {phrase: names for phrase, names in listed.items() if len(names) > 1} == {}


def test_every_pattern_is_woken_by_a_word_it_can_hold() -> None:
    assert all(pattern.sayings for pattern in PATTERNS)


@pytest.mark.parametrize("word", ["shop", "step", "mine", "wine", "nine", "kelp", "held", "hood", "thank", "bus"])
def test_a_real_word_is_not_a_misspelt_key_word(word: str) -> None:
    assert lexicon.nearest(word) is None
    assert read(word, Asked.OK).kind not in {Kind.YES, Kind.STOP, Kind.HELP}


@pytest.mark.parametrize("text", ["hello", "Hi!", "GOOD MORNING", "ey up", "Bore da", "dzień dobry", "hello there."])
def test_a_greeting_is_a_greeting(text: str) -> None:
    assert greets(text)


@pytest.mark.parametrize(
    "text", ["hello help me", "hi stop", "morning all good", "hello is anyone there", "", "hi " * 40]
)
def test_what_says_more_than_hello_is_no_greeting(text: str) -> None:
    assert not greets(text)
