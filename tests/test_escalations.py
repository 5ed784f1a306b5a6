"""Cases: who is on call, who is paged after whom, who has it, and how it is closed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest

from checkin import casebook, escalations, people
from checkin.bootstrap import Line
from checkin.conversation.effects import Severity
from checkin.conversations import due
from checkin.errors import BadInput
from checkin.escalations import CHECK_WAIT, EVERYBODY_WAIT, PAGE_WAIT
from checkin.store.work import Work
from tests.parts import NOON, loads, opened, person, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101}
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132}
  - {ref: lin, name: Lin, phones: 07700 900133}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720}
  - {ref: second, person: omar, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720, rank: 2}
  - {ref: again, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 09:00, minutes: 600, rank: 3}
staff:
  - {person: sue, email: sue@example.org, role: safeguarding}
  - {person: lin, email: lin@example.org, role: coordinator}
"""
NIGHT = NOON.replace(hour=23)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line on which Sue, then Omar, are on call by day, and nobody at night; Lin is staff."""
    with opened(database_url) as found:
        loads(found, TOWN)
        yield found


def opens(line: Line, now: datetime = NOON, severity: Severity = Severity.RED, ref: str = "ann") -> UUID:
    """Open a case about somebody."""
    with line.store.work(now) as work:
        return escalations.open_case(work, severity, "words", person_id=person(line, ref), words="help")


def paged(line: Line) -> list[tuple[str, str]]:
    """Who was paged, in order, with the round."""
    events = "SELECT p.ref, e.detail FROM case_events e JOIN people p ON p.id = e.person_id WHERE e.kind = 'paged'"
    return [(ref, detail) for ref, detail in rows(line, f"{events} ORDER BY e.id")]  # no input


def alarms(line: Line) -> list[str]:
    """What the alarm said."""
    return [d for (d,) in rows(line, "SELECT detail FROM case_events WHERE kind = 'alarm' ORDER BY id")]


def waits(line: Line, now: datetime) -> None:
    """Let the timers fire that are due."""
    due.fire_timers(line.store, now, most=50)


# --- paging ---


def test_one_after_another_is_paged_and_then_everybody_until_somebody_comes(line: Line) -> None:
    opens(line)
    for minutes in (5, 10, 25, 40):
        waits(line, NOON + timedelta(minutes=minutes))
    everybody = sorted(["lin", "omar", "sue"], key=lambda ref: person(line, ref))
    assert paged(line) == [("sue", "round 1"), ("sue", "round 2"), ("omar", "round 2")] + [
        (ref, f"round {n}") for n in (3, 4, 5) for ref in everybody
    ]
    assert alarms(line) == ["nobody on call has accepted"]
    assert value(line, "SELECT due_at FROM timers WHERE kind = 'page'") == NOON + timedelta(minutes=40) + EVERYBODY_WAIT


def test_a_minute_early_nobody_else_is_paged(line: Line) -> None:
    opens(line)
    waits(line, NOON + PAGE_WAIT - timedelta(seconds=1))
    assert paged(line) == [("sue", "round 1")]


def test_with_nobody_on_call_everybody_is_paged_and_the_alarm_sounds(line: Line) -> None:
    opens(line, NIGHT)
    assert {ref for ref, _ in paged(line)} == {"sue", "omar", "lin"}
    assert alarms(line) == ["nobody is on call"]


def test_with_nobody_at_all_that_stands_on_the_case(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("DELETE FROM shifts")
        work.conn.exec_driver_sql("DELETE FROM staff")
    opens(line)
    assert alarms(line) == ["nobody is on call", "there is nobody to page"]
    assert value(line, "SELECT count(*) FROM timers WHERE kind = 'page'") == 1


@pytest.mark.parametrize("severity", [Severity.AMBER, Severity.TASK])
def test_what_can_wait_pages_nobody(line: Line, severity: Severity) -> None:
    opens(line, severity=severity)
    waits(line, NOON + timedelta(hours=3))
    assert paged(line) == []
    assert value(line, "SELECT count(*) FROM messages") == 0


def test_a_page_of_an_older_round_does_nothing(line: Line) -> None:
    case = opens(line)
    with line.store.work(NOON) as work:
        escalations.fire(work, case, 0)
        escalations.fire(work, case, 7)
    assert paged(line) == [("sue", "round 1")]


def test_who_cannot_passes_it_on_at_once(line: Line) -> None:
    case = opens(line)
    with line.store.work(NOON) as work:
        escalations.decline(work, case, person(line, "sue"))
    assert paged(line) == [("sue", "round 1"), ("omar", "round 2")]
    assert value(line, "SELECT count(*) FROM timers WHERE kind = 'page'") == 1


def test_who_says_late_that_they_cannot_takes_no_time_from_whoever_is_asked_now(line: Line) -> None:
    case = opens(line)
    waits(line, NOON + PAGE_WAIT)
    with line.store.work(NOON + PAGE_WAIT + timedelta(minutes=1)) as work:
        escalations.decline(work, case, person(line, "sue"))
    assert paged(line) == [("sue", "round 1"), ("sue", "round 2"), ("omar", "round 2")]
    assert value(line, "SELECT due_at FROM timers WHERE kind = 'page'") == NOON + 2 * PAGE_WAIT


def test_who_cannot_is_asked_again_only_when_nobody_else_is_left(line: Line) -> None:
    case = opens(line)
    for ref in ("sue", "omar"):
        with line.store.work(NOON) as work:
            escalations.decline(work, case, person(line, ref))
    assert paged(line)[2:] == [("lin", "round 3")]
    with line.store.work(NOON) as work:
        escalations.decline(work, case, person(line, "lin"))
    waits(line, NOON + EVERYBODY_WAIT)
    assert {ref for ref, n in paged(line) if n == "round 4"} == {"sue", "omar", "lin"}


# --- joining ---


def test_what_comes_after_joins_the_case_and_can_only_make_it_worse(line: Line) -> None:
    case = opens(line, severity=Severity.TASK)
    assert opens(line, severity=Severity.AMBER) == case
    assert opens(line, severity=Severity.TASK) == case
    assert value(line, "SELECT severity FROM cases") == "amber"
    assert opens(line, ref="sue") != case


def test_what_turns_red_is_open_again_and_pages_though_somebody_had_it(line: Line) -> None:
    case = opens(line, severity=Severity.AMBER)
    with line.store.work(NOON) as work:
        escalations.take(work, case, person(line, "lin"))
    opens(line)
    assert rows(line, "SELECT severity, status, taken_by FROM cases") == [("red", "open", None)]
    assert paged(line) == [("sue", "round 1")]


def test_strangers_have_cases_by_their_phone(line: Line) -> None:
    with line.store.work(NOON) as work:
        one, other = (people.phone_for(work, n) for n in ("+447700900171", "+447700900172"))
        cases = [
            escalations.open_case(work, Severity.TASK, "stranger", person_id=None, phone_id=phone)
            for phone in (one, other, one)
        ]
    assert cases[0] == cases[2] != cases[1]


def at_once(line: Line, count: int, do: Callable[[Work], UUID]) -> list[UUID]:
    """Do something in so many transactions that begin at the same moment."""
    gate = Barrier(count)

    def one() -> UUID:
        with line.store.work(NOON) as work:
            work.conn.exec_driver_sql("SELECT 1")
            gate.wait(10)
            return do(work)

    with ThreadPoolExecutor(count) as pool:
        return [job.result() for job in [pool.submit(one) for _ in range(count)]]


def test_first_texts_of_a_stranger_at_the_same_moment_are_one_case(line: Line) -> None:
    def texts(work: Work) -> UUID:
        phone = people.phone_for(work, "+447700900171")
        return escalations.open_case(work, Severity.RED, "words", person_id=None, phone_id=phone, words="help")

    assert len(set(at_once(line, 4, texts))) == 1
    assert value(line, "SELECT count(*) FROM case_events WHERE kind IN ('opened', 'joined')") == 4
    assert paged(line) == [("sue", "round 1")]


def test_worries_about_one_person_voiced_at_the_same_moment_are_one_case(line: Line) -> None:
    ann = person(line, "ann")
    found = at_once(line, 4, lambda work: escalations.open_case(work, Severity.AMBER, "buddy_worried", person_id=ann))
    assert len(set(found)) == 1
    assert value(line, "SELECT count(*) FROM timers WHERE kind = 'page'") == 1


# --- taking ---


def test_one_of_two_who_take_it_at_once_has_it(line: Line) -> None:
    case, gate = opens(line), Barrier(2)

    def take(ref: str) -> str:
        with line.store.work(NOON) as work:
            work.conn.exec_driver_sql("SELECT 1")
            gate.wait(10)
            try:
                escalations.take(work, case, person(line, ref))
            except BadInput as error:
                return str(error)
        return ref

    with ThreadPoolExecutor(2) as pool:
        said = [job.result() for job in [pool.submit(take, ref) for ref in ("sue", "omar")]]
    (has_it,) = {"sue", "omar"} & set(said)
    assert f"Case 1 has been taken by {has_it.capitalize()}." in said
    assert value(line, "SELECT count(*) FROM case_events WHERE kind = 'taken'") == 1
    assert value(line, "SELECT ref FROM people JOIN cases ON taken_by = people.id") == has_it


def test_taking_it_again_is_having_it_and_ends_the_paging(line: Line) -> None:
    case = opens(line)
    for _ in range(2):
        with line.store.work(NOON) as work:
            escalations.take(work, case, person(line, "omar"))
    assert value(line, "SELECT due_at FROM timers WHERE kind = 'page'") == NOON + CHECK_WAIT
    waits(line, NOON + CHECK_WAIT)
    assert paged(line) == [("sue", "round 1")]
    told = "SELECT p.ref, m.wording FROM messages m JOIN people p ON p.id = m.person_id"
    assert ("sue", "page.taken") in [tuple(row) for row in rows(line, told)]


# --- closing ---


def closes(line: Line, case: UUID, ref: str, words: str = "Rang, all is well.") -> bool:
    """Close it."""
    with line.store.work(NOON) as work:
        return escalations.close(work, case, person(line, ref), words)


def takes(line: Line, case: UUID, ref: str) -> None:
    """Take it."""
    with line.store.work(NOON) as work:
        escalations.take(work, case, person(line, ref))


def test_a_case_is_closed_by_who_has_it_with_a_note(line: Line) -> None:
    case = opens(line, severity=Severity.AMBER)
    with pytest.raises(BadInput, match="Take case 1 before you close it"):
        closes(line, case, "sue")
    takes(line, case, "sue")
    for words in ("", "  \n "):
        with pytest.raises(BadInput, match="Write a note"):
            closes(line, case, "sue", words)
    with pytest.raises(BadInput, match="Only who has case 1 can close it"):
        closes(line, case, "omar")
    assert closes(line, case, "sue")
    for again in (lambda: closes(line, case, "sue"), lambda: takes(line, case, "sue")):
        with pytest.raises(BadInput, match="is closed"):
            again()
    with pytest.raises(BadInput, match="no such case"), line.store.work(NOON) as work:
        escalations.find(work, UUID(int=9))


def test_red_is_closed_by_two_and_only_who_has_it_asks(line: Line) -> None:
    case = opens(line)
    takes(line, case, "sue")
    with pytest.raises(BadInput, match="Only who has case 1 can ask"):
        closes(line, case, "omar")
    assert not closes(line, case, "sue")
    assert not closes(line, case, "sue", "Still well.")
    assert closes(line, case, "lin")
    assert rows(line, "SELECT status, severity FROM cases") == [("closed", "red")]
    assert value(line, "SELECT count(*) FROM alerts WHERE cleared_at IS NULL") == 0


def test_after_the_end_a_new_word_opens_a_new_case(line: Line) -> None:
    case = opens(line, severity=Severity.TASK)
    takes(line, case, "sue")
    closes(line, case, "sue")
    assert opens(line, severity=Severity.TASK) != case


def test_being_well_after_all_closes_what_was_only_silence(line: Line) -> None:
    with line.store.work(NOON) as work:
        escalations.open_case(work, Severity.AMBER, "nobody_confirmed", person_id=person(line, "ann"))
        escalations.answered_late(work, person(line, "ann"), well=True)
    assert value(line, "SELECT status FROM cases") == "closed"


def test_being_well_after_all_does_not_close_what_was_more(line: Line) -> None:
    ann = person(line, "ann")
    with line.store.work(NOON) as work:
        escalations.open_case(work, Severity.AMBER, "nobody_confirmed", person_id=ann)
        escalations.open_case(work, Severity.AMBER, "buddy_worried", person_id=ann)
        escalations.answered_late(work, ann, well=True)
    assert value(line, "SELECT status FROM cases") == "open"
    assert value(line, "SELECT count(*) FROM case_events WHERE kind = 'heard_from'") == 1


def test_what_was_said_last_is_what_is_told_on_acceptance(line: Line) -> None:
    case = opens(line)
    with line.store.work(NOON) as work:
        escalations.note(work, case, "said", words="in the kitchen", person_id=person(line, "ann"))
        escalations.note(work, case, "paged")
        assert escalations.last_words(work, case) == "in the kitchen"
        assert escalations.last_words(work, UUID(int=9)) == ""


def test_what_was_heard_and_who_said_it_is_sealed_on_the_timeline_and_read_in_the_console(line: Line) -> None:
    with line.store.work(NOON) as work:
        case_id = escalations.open_case(work, Severity.AMBER, "words", person_id=person(line, "ann"), words="oh dear",
            detail="; intent: kill myself; hopeless: no point, said by Ben")  # fmt: skip
        escalations.note(work, case_id, "offered", detail="Fay")
    assert value(line, "SELECT detail FROM case_events WHERE kind = 'opened'") == "amber: words; intent; hopeless"
    assert value(line, "SELECT detail FROM case_events WHERE kind = 'offered'") is None
    with line.store.work(NOON) as work:
        opened = casebook.case(work, value(line, "SELECT number FROM cases"), reader=person(line, "ann"))
    assert opened is not None
    assert [e.detail for e in opened.events] == [
        "amber: words; intent: kill myself; hopeless: no point, said by Ben",
        "Fay",
    ]


def test_a_case_that_is_taken_as_it_is_opened_pages_nobody(line: Line) -> None:
    with line.store.work(NOON) as work:
        case_id = escalations.open_case(work, Severity.RED, "urgent", person_id=person(line, "ann"))
        escalations.take(work, case_id, person(line, "lin"))
    assert value(line, "SELECT count(*) FROM messages WHERE wording = 'page.ask' AND status = 'owed'") == 0


def test_a_case_paged_twice_at_one_moment_has_one_round_of_pages(line: Line) -> None:
    with line.store.work(NOON) as work:
        case_id = escalations.open_case(work, Severity.RED, "urgent", person_id=person(line, "ann"))
        escalations.take(work, case_id, person(line, "lin"))
        escalations.hand_over(work, case_id, person(line, "lin"), person(line, "sue"), "She knows her.")
        escalations.hand_over(work, case_id, person(line, "lin"), person(line, "sue"), "Please ring her.")
    owed = "SELECT medium FROM messages WHERE wording = 'page.ask' AND status = 'owed' ORDER BY medium"
    assert rows(line, owed) == [("call",), ("text",)]
