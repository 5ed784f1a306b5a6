"""Questions about how it goes: who is asked, when, and what an answer comes to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from checkin import outcomes
from checkin.bootstrap import Line
from checkin.conversations import due
from checkin.errors import BadInput
from checkin.outcomes import Question
from tests.parts import loads, opened, rows, value

# A Wednesday.
ELEVEN = datetime(2027, 1, 13, 11, 0, tzinfo=UTC)
HOPE = """
outcomes:
  - ref: hope
    ask: {en: "How hopeful do you feel today, 1 not at all to 5 very?", pl: "Ile jest dziś nadziei, 1 wcale, 5 dużo?"}
    low: 2
    starts: 2027-01-13 11:00
"""
TOWN = (
    """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}
  - {ref: carol, name: Carol, phones: 07700 900103, streams: [checkins], discreet: yes}
  - {ref: dai, name: Dai, phones: 07700 900104, streams: [checkins], language: cy}
  - {ref: ola, name: Ola, phones: 07700 900105, streams: [checkins], language: pl}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy]}
"""
    + HOPE
)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line of an organisation that asks how hopeful people are."""
    with opened(database_url) as found:
        loads(found, TOWN, ELEVEN - timedelta(days=1))
        yield found


def asked(line: Line) -> list[str]:
    """Who is owed the question."""
    found = rows(
        line,
        "SELECT p.ref FROM messages m JOIN people p ON p.id = m.person_id WHERE m.wording = 'outcome.ask' ORDER BY 1",
    )
    return [row[0] for row in found]


def ticks(line: Line, now: datetime) -> int:
    """Do what a tick does, as far as these questions go."""
    done = due.ask_outcomes(line.store, now, most=50)
    due.fire_timers(line.store, now, most=50)
    return done


@pytest.mark.parametrize(
    ("value", "judged"), [(0, "outside"), (1, "low"), (2, "low"), (3, "kept"), (5, "kept"), (6, "outside")]
)
def test_an_answer_is_kept_low_or_none(value: int, judged: str) -> None:
    assert Question("How hopeful?", least=1, most=5, low=2).judge(value) == judged


def test_who_agreed_is_asked_in_their_language_every_eight_weeks(line: Line) -> None:
    assert ticks(line, ELEVEN - timedelta(minutes=1)) == 0
    assert ticks(line, ELEVEN) == 1
    assert ticks(line, ELEVEN) == 0
    assert asked(line) == ["ann", "ola"]
    assert value(line, "SELECT next_due_at FROM outcome_questions") == ELEVEN + timedelta(weeks=8)


def test_a_question_that_is_off_is_asked_no_more(line: Line) -> None:
    loads(line, TOWN + "    off: yes\n", ELEVEN - timedelta(hours=1))
    assert ticks(line, ELEVEN) == 0


def test_a_line_that_was_down_waits_for_the_next_time(line: Line) -> None:
    assert ticks(line, ELEVEN + timedelta(days=2)) == 1
    assert asked(line) == []


def test_nobody_is_asked_who_is_in_danger_or_has_paused(line: Line) -> None:
    with line.store.work(ELEVEN) as work:
        work.conn.exec_driver_sql("UPDATE people SET paused_until = '2027-02-01 09:00+00' WHERE ref = 'ann'")
        work.conn.exec_driver_sql(
            "INSERT INTO cases (id, person_id, severity, reason, opened_at) "
            "SELECT gen_random_uuid(), id, 'red', 'words', '2027-01-13 10:00+00' FROM people WHERE ref = 'ola'"
        )
    ticks(line, ELEVEN)
    assert asked(line) == []


def test_an_answer_is_stored_once_it_lies_in_the_range(line: Line) -> None:
    ticks(line, ELEVEN)
    with line.store.work(ELEVEN) as work:
        mine = work.conn.exec_driver_sql(
            "SELECT o.id FROM outcomes o JOIN people p ON p.id = o.person_id WHERE p.ref = 'ann'"
        ).scalar_one()
        assert outcomes.find(work, mine, "en").words.startswith("How hopeful")
        assert outcomes.find(work, mine, "pl").words.startswith("Ile jest")
        assert outcomes.keep(work, mine, 9) == "outside"
        assert outcomes.is_open(work, mine)
        assert outcomes.keep(work, mine, 4) == "kept"
        assert not outcomes.is_open(work, mine)
    assert value(line, "SELECT value FROM outcomes WHERE value IS NOT NULL") == 4


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("    low: 2\n", "    low: 2\n    scale: swemwbs\n", "swemwbs is licensed: say in licence who allows its use"),
        ("    low: 2\n", "    low: 5\n", "must be one of the answers, and not the highest"),
        ("    low: 2\n", "    least: 5\n    most: 5\n", "must be more than least, 5"),
        ('ask: {en: "How hopeful', f'ask: {{en: "{"x" * 150}', "must be plain text of at most 140 characters"),
        ("    starts: 2027-01-13 11:00\n", "", "needs `starts`"),
    ],
)
def test_a_mistake_is_named(line: Line, was: str, now: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        loads(line, TOWN.replace(was, now))
    assert why in str(refused.value)


def test_a_licensed_scale_without_a_licence_cannot_be_stored(line: Line) -> None:
    loads(line, TOWN.replace("    low: 2\n", "    low: 2\n    scale: reqol-10\n    licence: granted to us in 2026\n"))
    with pytest.raises(IntegrityError), line.store.work(ELEVEN) as work:
        work.conn.exec_driver_sql("UPDATE outcome_questions SET licence = NULL")
