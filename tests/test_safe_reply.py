"""What somebody in danger is answered is true at this hour, and harms nobody who reads along."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from checkin import escalations, wording
from checkin.bootstrap import Line
from checkin.conversations.texts import Text, hear
from checkin.store.models import Case
from tests.parts import NOON, loads, opened, person

PEOPLE = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}
  - {ref: sue, name: Sue, phones: 07700 900131}
"""
STAFF = "staff: [{person: sue, email: sue@example.org, role: safeguarding}]\n"
ROTA = "rota: [{ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720}]\n"
COUNTRIES = {"GB": ("999", "116 123"), "IE": ("112", "116 123"), "US": ("911", "988"), "AU": ("000", "13 11 14")}


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that knows Ann, and Sue, who has no part in it yet."""
    with opened(database_url) as found:
        loads(found, PEOPLE)
        yield found


def answer(line: Line, words: str, sid: str = "SM1", sender: str = "+447700900101") -> str:
    """What a text is answered with."""
    with line.store.work(NOON) as work:
        return hear(work, Text(sid=sid, sender=sender, body=words))


def test_those_on_call_are_being_told_when_there_are_any(line: Line) -> None:
    loads(line, PEOPLE + STAFF + ROTA)
    assert "our people on call are being told now" in answer(line, "I want to die")


def test_with_a_hole_in_the_rota_everybody_is_tried_and_nothing_else_is_said(line: Line) -> None:
    loads(line, PEOPLE + STAFF)
    said = answer(line, "I want to die")
    assert "trying everybody" in said
    assert "on call are being told" not in said


def test_with_nobody_at_all_nobody_is_promised(line: Line) -> None:
    said = answer(line, "I want to die")
    assert "we cannot reach any of our people" in said
    assert "being told" not in said
    assert "being told" not in answer(line, "I want to die", sid="SM2", sender="+447700900199")


def test_whoever_has_the_case_is_told_of_more(line: Line) -> None:
    loads(line, PEOPLE + STAFF + ROTA)
    answer(line, "I want to die")
    with line.store.work(NOON) as work:
        case = work.conn.execute(select(Case.id)).scalar_one()
        escalations.take(work, case, person(line, "sue"))
    assert "the person who knows of your earlier message" in answer(line, "I will kill myself", sid="SM2")


@pytest.mark.parametrize("words", ["he hit me again cant talk", "my husband scares me"])
@pytest.mark.parametrize("sender", ["+447700900101", "+447700900199"])
def test_a_phone_that_may_be_watched_hears_no_detail(line: Line, words: str, sender: str) -> None:
    loads(line, PEOPLE + STAFF + ROTA)
    said = answer(line, words, sender=sender)
    assert said == "Got your message."


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_is_named_its_own_numbers(country: str, language: str) -> None:
    emergency, helpline = COUNTRIES[country]
    own = wording.country(country, language)
    for key in ("safety.red", "safety.red_everybody", "safety.red_nobody", "safety.red_taken", "safety.amber"):
        for variant in ("text", "discreet"):
            said = wording.say(key, language, variant, own)
            assert emergency in said
            assert helpline in said
