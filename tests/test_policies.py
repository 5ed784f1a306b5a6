"""Policies: who is told about a case, by what, and by when; and what happens when one leads nowhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from checkin import escalations
from checkin.bootstrap import Line
from checkin.conversation.effects import Severity
from checkin.conversations import due
from checkin.errors import BadInput
from checkin.escalations import policies
from checkin.escalations.policies import DEFAULTS, Policy, Step
from tests.parts import NOON, loads, opened, person, rows, value

LONDON = ZoneInfo("Europe/London")
TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101}
  - {ref: bob, name: Bob, phones: 07700 900102}
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: [0113 496 0132]}
  - {ref: lin, name: Lin, phones: 07700 900133, safe_to_call: no}
  - {ref: meg, name: Meg, phones: 07700 900134, safe_hours: {from: "18:00", to: "20:00"}}
  - {ref: ted, name: Ted}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720}
  - {ref: second, person: omar, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720, rank: 2}
staff:
  - {person: lin, email: lin@example.org, role: coordinator}
  - {person: meg, email: meg@example.org, role: safeguarding}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line on which Sue, then Omar (a landline), are on call by day; Lin (no calls) and Meg are staff."""
    with opened(database_url) as found:
        loads(found, TOWN)
        yield found


def opens(line: Line, severity: Severity = Severity.RED, now: datetime = NOON, ref: str = "ann") -> UUID:
    """Open a case."""
    with line.store.work(now) as work:
        return escalations.open_case(work, severity, "words", person_id=person(line, ref), words="help")


def waits(line: Line, now: datetime) -> None:
    """Let what is due fire."""
    due.fire_timers(line.store, now, most=50)


def paged(line: Line) -> list[tuple[str, str, int]]:
    """Who is owed a page by which medium, with the round."""
    found = rows(
        line,
        "SELECT p.ref, m.medium, split_part(m.dedupe, ':', 3)::int FROM messages m JOIN people p ON p.id = m.person_id "
        "WHERE m.wording = 'page.ask' ORDER BY 3, 1, 2 DESC",
    )
    return [(ref, medium, number) for ref, medium, number in found]


def has(line: Line, policy: Policy, severity: Severity = Severity.RED) -> None:
    """Give the organisation a policy of its own."""
    with line.store.work(NOON) as work:
        policies.keep(work, severity, policy)


def told(line: Line, key: str) -> list[tuple[str, datetime]]:
    """Who is owed a sentence, and when."""
    return [
        (ref, at)
        for ref, at in rows(
            line,
            "SELECT p.ref, m.due_at FROM messages m JOIN people p ON p.id = m.person_id WHERE m.wording = :key "
            "ORDER BY m.due_at, p.ref",
            key=key,
        )
    ]


# --- whom, by what ---


def test_by_default_the_first_then_the_first_and_second_then_everybody_by_what_each_can_take(line: Line) -> None:
    opens(line)
    for minutes in (5, 10):
        waits(line, NOON + timedelta(minutes=minutes))
    assert paged(line) == [
        ("sue", "text", 1), ("sue", "call", 1),
        ("omar", "call", 2), ("sue", "text", 2), ("sue", "call", 2),
        ("lin", "text", 3), ("meg", "text", 3), ("meg", "call", 3), ("omar", "call", 3), ("sue", "text", 3),
        ("sue", "call", 3),
    ]  # fmt: skip


def test_a_policy_of_ones_own_names_people_media_waits_and_repeats(line: Line) -> None:
    file = (
        TOWN
        + "policies: {red: {again: 7, steps: [{whom: bob, by: text, wait: 2, times: 2}, {whom: [staff], by: call}]}}\n"
    )
    loads(line, file)
    opens(line)
    for minutes in (2, 4, 9):
        waits(line, NOON + timedelta(minutes=minutes))
    assert paged(line)[:5] == [
        ("bob", "text", 1), ("bob", "text", 2), ("lin", "text", 3), ("meg", "call", 3), ("bob", "text", 4),
    ]  # fmt: skip
    assert {ref for ref, _, number in paged(line) if number == 4} == {"bob", "lin", "meg", "omar", "sue"}
    assert value(line, "SELECT due_at FROM timers WHERE kind = 'page'") == NOON + timedelta(minutes=16)


def test_what_is_loaded_is_what_is_read_back(line: Line) -> None:
    mine = Policy((Step(("on_call 2", "staff"), "call", 3, 2),), 9, 33, 77, time(8), time(16, 30), time(11, 15))
    has(line, mine, Severity.AMBER)
    with line.store.work(NOON) as work:
        assert policies.policy(work, Severity.AMBER) == mine
        assert policies.policy(work, Severity.RED) == DEFAULTS[Severity.RED]


def test_a_medium_that_is_not_safe_is_used_when_nobody_could_be_paged_otherwise(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET safe_to_text = false, safe_to_call = false WHERE ref = 'sue'")
    has(line, Policy((Step(("on_call 1",)), Step(("on_call 1", "on_call 2")))))
    opens(line)
    waits(line, NOON + timedelta(minutes=5))
    assert paged(line) == [("sue", "text", 1), ("sue", "call", 1), ("omar", "call", 2)]


# --- what leads nowhere ---


@pytest.mark.parametrize(
    "steps",
    [
        (Step(("on_call 7",)),),
        (Step((str(UUID(int=7)),)),),
        (Step(("ted",)),),
        (),
    ],
    ids=["a rank nobody has", "somebody who is gone", "somebody without a phone", "no steps at all"],
)
def test_a_policy_that_leads_to_nobody_brings_everybody_and_an_alarm(line: Line, steps: tuple[Step, ...]) -> None:
    ted = str(person(line, "ted"))
    found = Policy(tuple(Step(tuple(ted if w == "ted" else w for w in s.whom)) for s in steps))
    with line.store.work(NOON) as work:
        if steps:
            policies.keep(work, Severity.RED, found)
        else:
            # Not storable by us; by somebody at the database all the same.
            work.conn.exec_driver_sql("ALTER TABLE policies DROP CONSTRAINT ck_policies_steps")
            policies.keep(work, Severity.RED, found)
    opens(line)
    assert {ref for ref, *_ in paged(line)} == {"lin", "meg", "omar", "sue"}
    assert value(line, "SELECT count(*) FROM case_events WHERE kind = 'alarm'") == 1
    assert value(line, "SELECT alarm_at FROM cases") == NOON


def test_a_policy_nobody_can_read_brings_everybody(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.execute(text("INSERT INTO policies VALUES ('red', '{\"steps\": [1]}')"))
    opens(line)
    assert {ref for ref, *_ in paged(line)} == {"lin", "meg", "omar", "sue"}


def test_a_policy_without_steps_cannot_be_stored(line: Line) -> None:
    for rule in ("{}", '{"steps": []}'):
        with pytest.raises(IntegrityError), line.store.work(NOON) as work:
            work.conn.execute(text("INSERT INTO policies VALUES ('red', CAST(:rule AS jsonb))"), {"rule": rule})


# --- AMBER and TASK ---

DUE = [
    ("2027-01-11 09:00", "2027-01-11 13:00"),
    ("2027-01-11 07:30", "2027-01-11 13:00"),
    ("2027-01-11 13:00", "2027-01-11 17:00"),
    ("2027-01-11 13:01", "2027-01-12 10:00"),
    ("2027-01-11 22:00", "2027-01-12 10:00"),
    ("2027-03-27 20:00", "2027-03-28 10:00"),
]


@pytest.mark.parametrize(("since", "by"), DUE)
def test_an_amber_case_is_due_after_four_hours_of_work_or_next_morning(since: str, by: str) -> None:
    def at(written: str) -> datetime:
        return datetime.fromisoformat(written).replace(tzinfo=LONDON).astimezone(UTC)

    assert DEFAULTS[Severity.AMBER].due(at(since), LONDON) == at(by)


def test_amber_that_nobody_takes_is_told_of_step_by_step_and_raised(line: Line) -> None:
    opens(line, Severity.AMBER, NOON - timedelta(hours=3))
    waits(line, NOON + timedelta(hours=1) - timedelta(seconds=1))
    assert told(line, "page.overdue") == []
    waits(line, NOON + timedelta(hours=1))
    assert told(line, "page.overdue") == [("sue", NOON + timedelta(hours=1))]
    assert value(line, "SELECT overdue_at FROM cases") == NOON + timedelta(hours=1)
    waits(line, NOON + timedelta(hours=2))
    # Meg's day begins at six in the evening.
    assert told(line, "page.overdue")[1:] == [("lin", NOON + timedelta(hours=2)), ("meg", NOON + timedelta(hours=6))]
    waits(line, NOON + timedelta(hours=3))
    assert {ref for ref, _ in told(line, "page.overdue")} == {"lin", "meg", "omar", "sue"}
    assert value(line, "SELECT count(*) FROM timers WHERE kind = 'page'") == 1


def test_amber_that_somebody_took_is_told_of_no_more(line: Line) -> None:
    case = opens(line, Severity.AMBER)
    with line.store.work(NOON) as work:
        escalations.take(work, case, person(line, "lin"))
    waits(line, NOON + timedelta(days=2))
    assert told(line, "page.overdue") == []


def test_tasks_that_wait_for_more_than_a_day_are_told_of_together_each_morning(line: Line) -> None:
    opens(line, Severity.TASK)
    opens(line, Severity.TASK, NOON + timedelta(hours=1), ref="bob")
    waits(line, NOON + timedelta(days=1, hours=20))
    assert told(line, "page.digest") == []
    for day in (2, 3):
        waits(line, NOON.replace(hour=9, minute=30) + timedelta(days=day))
    assert [ref for ref, _ in told(line, "page.digest")] == ["lin", "meg", "lin", "meg"]


def test_what_gets_worse_goes_by_the_new_severitys_clock(line: Line) -> None:
    opens(line, Severity.TASK)
    opens(line, Severity.AMBER)
    assert value(line, "SELECT due_at FROM timers WHERE kind = 'page'") == NOON + timedelta(hours=4)
    opens(line, Severity.RED)
    assert value(line, "SELECT due_at FROM timers WHERE kind = 'page'") == NOON + timedelta(minutes=5)


# --- in somebody's hands ---


def acts(line: Line, minutes: float, ref: str, do: str, case: UUID, *arguments: object) -> None:
    """Have somebody do something with a case, some minutes after noon."""
    with line.store.work(NOON + timedelta(minutes=minutes)) as work:
        getattr(escalations, do)(work, case, person(line, ref), *arguments)


def status(line: Line) -> tuple[str, str | None]:
    """How the one case stands, and whose it is."""
    found = rows(line, "SELECT c.status, p.ref FROM cases c LEFT JOIN people p ON p.id = c.taken_by")
    return found[0][0], found[0][1]


def test_console_work_counts_as_a_sign_of_life(line: Line) -> None:
    case = opens(line)
    acts(line, 1, "lin", "take", case)
    for minutes in range(10, 120, 10):
        with line.store.work(NOON + timedelta(minutes=minutes)) as work:
            escalations.sign_of_life(work, person(line, "lin"))
        waits(line, NOON + timedelta(minutes=minutes))
    assert value(line, "SELECT count(*) FROM case_events WHERE kind = 'checked'") == 0
    for minutes in (130, 140, 150):
        waits(line, NOON + timedelta(minutes=minutes))
    assert status(line) == ("open", None)


def test_a_case_is_handed_to_somebody_who_must_accept(line: Line) -> None:
    case = opens(line)
    acts(line, 1, "sue", "take", case)
    with pytest.raises(BadInput, match="Write a note"):
        acts(line, 2, "sue", "hand_over", case, person(line, "lin"), " ")
    with pytest.raises(BadInput, match="Only who has case 1"):
        acts(line, 2, "omar", "hand_over", case, person(line, "lin"), "Please.")
    with pytest.raises(BadInput, match="Ted has no telephone"):
        acts(line, 2, "sue", "hand_over", case, person(line, "ted"), "Please.")
    acts(line, 2, "sue", "hand_over", case, person(line, "lin"), "Rang twice, no answer.")
    assert status(line) == ("taken", "sue")
    acts(line, 3, "lin", "take", case)
    assert status(line) == ("taken", "lin")
    assert [ref for ref, _ in told(line, "page.taken")] == ["sue"]


def test_an_offer_that_is_declined_or_forgotten_leaves_the_case_where_it_was(line: Line) -> None:
    case = opens(line)
    acts(line, 1, "sue", "take", case)
    acts(line, 2, "sue", "hand_over", case, person(line, "lin"), "Please.")
    acts(line, 3, "lin", "decline", case)
    acts(line, 4, "sue", "hand_over", case, person(line, "meg"), "Please.")
    waits(line, NOON + timedelta(minutes=9))
    assert status(line) == ("taken", "sue")
    assert [ref for ref, _ in told(line, "page.not_handed")] == ["sue", "sue"]
    with pytest.raises(BadInput, match="has been taken by Sue"):
        acts(line, 10, "meg", "take", case)


def test_a_case_that_is_given_back_pages_on_and_leaves_out_who_gave_it(line: Line) -> None:
    case = opens(line)
    acts(line, 1, "sue", "take", case)
    acts(line, 2, "sue", "hand_over", case, None, "I have to go.")
    assert status(line) == ("open", None)
    assert {ref for ref, _, number in paged(line) if number == 2} == {"omar"}


def test_somebody_else_can_open_a_case_again_and_who_had_it_is_told(line: Line) -> None:
    case = opens(line)
    with pytest.raises(BadInput, match="is open already"):
        acts(line, 1, "lin", "reopen", case, "Nobody answers.")
    acts(line, 1, "sue", "take", case)
    with pytest.raises(BadInput, match="Write a note"):
        acts(line, 2, "lin", "reopen", case, "")
    acts(line, 2, "lin", "reopen", case, "Sue has gone home.")
    assert status(line) == ("open", None)
    assert [ref for ref, _ in told(line, "page.reopened")] == ["sue"]


def test_what_is_laid_aside_comes_back_at_its_time_or_when_they_write(line: Line) -> None:
    case = opens(line, Severity.AMBER)
    acts(line, 1, "lin", "take", case)
    with pytest.raises(BadInput, match="Choose a time"):
        acts(line, 2, "lin", "snooze", case, NOON)
    acts(line, 2, "lin", "snooze", case, NOON + timedelta(hours=5))
    waits(line, NOON + timedelta(hours=5))
    assert value(line, "SELECT snoozed_until FROM cases") is None
    acts(line, 301, "lin", "snooze", case, None)
    opens(line, Severity.TASK, NOON + timedelta(hours=6))
    assert value(line, "SELECT snoozed_until FROM cases") is None
    assert [ref for ref, _ in told(line, "page.woke")] == ["lin", "lin"]
    opens(line, Severity.RED, NOON + timedelta(hours=7))
    acts(line, 425, "lin", "take", case)
    with pytest.raises(BadInput, match="never laid aside"):
        acts(line, 426, "lin", "snooze", case, None)
