"""Phrases an organisation adds to the reader: kept with their history, heard by every process, never taken away from
what ships."""

import os
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import DBAPIError

from checkin import dangers
from checkin.bootstrap import Line, open_line
from checkin.cli import main
from checkin.conversation.risk import Level
from checkin.conversations.texts import Text, hear
from checkin.errors import BadFile, BadInput
from tests.parts import NOON, environment, loads, opened, value

OWN = """
people: [{ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}]
risk:
  - {phrase: going down the slipway, level: red}
  - {phrase: (bad|black) dog day}
  - {phrase: suicide hill, level: harmless}
"""


@pytest.fixture
def line(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A line whose processes hear of a change at once."""
    monkeypatch.setattr(dangers, "FRESH_SECONDS", 0.0)
    with opened(database_url) as found:
        yield found


def level(line: Line, words: str) -> Level:
    """How gravely somebody's words are read now."""
    with line.store.work(NOON) as work:
        return dangers.read(work, words).level


def put(line: Line, phrase: str, says: dangers.Says) -> bool:
    """Add, change or withdraw a phrase."""
    with line.store.work(NOON) as work:
        return dangers.put(work, phrase, says, by=None, how="command")


def test_what_a_file_adds_is_heard_by_text_and_pages(line: Line) -> None:
    loads(line, OWN)
    assert level(line, "Black dog day again") is Level.AMBER
    with line.store.work(NOON) as work:
        hear(work, Text(sid="SM1", sender="+447700900101", body="im going down the slipway"))
    assert value(line, "SELECT detail FROM case_events WHERE kind = 'opened'") == "red: words; organisation"
    with line.store.work(NOON) as work:
        sealed = value(line, "SELECT private FROM case_events WHERE kind = 'opened'")
        assert "organisation: going down the slipway" in work.vault.open(sealed, "case_events.private")
    assert value(line, "SELECT severity FROM cases") == "red"


def test_the_command_hears_what_the_line_hears(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    loads(line, OWN)
    keys, url = line.settings.keys, line.settings.database_url
    asked = ["risk", "im going down the slipway"]
    for name in [name for name in os.environ if name.startswith(("CHECKIN_", "TWILIO_", "DATABASE_URL"))]:
        monkeypatch.delenv(name)
    assert '"level": "none"' in CliRunner().invoke(main, asked).stdout
    here = CliRunner().invoke(main, asked, env=environment(url, CHECKIN_KEYS=keys))
    assert '"level": "red"' in here.stdout


def test_a_harmless_phrase_lets_go_of_itself_and_of_nothing_beside_it(line: Line) -> None:
    assert level(line, "meet me on suicide hill") > Level.NONE
    put(line, "suicide hill", "harmless")
    assert level(line, "meet me on suicide hill") is Level.NONE
    assert level(line, "meet me on suicide hill, I want to die") is Level.RED


def test_another_process_hears_of_it_and_of_its_withdrawal(database_url: str, line: Line) -> None:
    other = open_line(environment(database_url))
    try:
        assert put(line, "going down the slipway", "red")
        assert level(other, "Going down the slipway") is Level.RED
        assert not put(line, "going  down the slipway", "red")
        assert put(line, "going down the slipway", "none")
        assert level(other, "Going down the slipway") is Level.NONE
    finally:
        other.store.engine.dispose()


def test_every_change_stays(line: Line) -> None:
    put(line, "the slipway", "amber")
    put(line, "the slipway", "red")
    with line.store.work(NOON) as work:
        assert [(a.phrase, a.level) for a in dangers.history(work)] == [
            ("the slipway", "red"),
            ("the slipway", "amber"),
        ]
    with pytest.raises(DBAPIError), line.store.work(NOON) as work:
        work.conn.exec_driver_sql("DELETE FROM risk_phrases")


def test_a_phrase_that_cannot_be_read_any_more_silences_no_other(line: Line) -> None:
    put(line, "going down the slipway", "red")
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql(
            "INSERT INTO risk_phrases (at, phrase, level, how) VALUES (now(), '(never shut', 'red', 'file')"
        )
    assert level(line, "going down the slipway") is Level.RED


@pytest.mark.parametrize(
    ("phrase", "says", "why"),
    [
        ("(never shut", "red", "a bracket that is not closed"),
        ("how are you", "red", "no telling word"),
        ("i want to", "amber", "no telling word"),
        ("i want to die", "harmless", "says danger itself"),
        ("the (hanged|drowned) man", "harmless", "plain words"),
    ],
)
def test_what_cannot_stand_is_refused_with_the_reason(line: Line, phrase: str, says: dangers.Says, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        put(line, phrase, says)
    with pytest.raises(BadFile, match=f"risk.*{why}"):
        loads(line, f"risk: [{{phrase: '{phrase}', level: {says}}}]")


def test_a_phrase_is_given_once(line: Line) -> None:
    with pytest.raises(BadFile, match="given twice"):
        loads(line, "risk: [{phrase: the slipway}, {phrase: the slipway, level: red}]")


def test_nothing_of_it_is_asked_for_twice_within_a_moment(database_url: str) -> None:
    with opened(database_url) as line, line.store.work(NOON) as work:
        assert dangers.read(work, "the slipway").level is Level.NONE
        dangers.put(work, "the slipway", "red", by=None, how="command")
        assert dangers.read(work, "the slipway").level is Level.NONE
