"""The auditor: finds each kind of thing that did not happen, and nothing where all did."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import text

from checkin import auditor, escalations, health
from checkin.bootstrap import Line
from checkin.conversation.effects import Severity
from checkin.store.models import Base
from console import words
from tests.parts import NOON, Carrier, loads, opened, person, rows, tick, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, reminders, buddy],
     plan: {days: every day, at: "12:00", ladder: [text, call, buddy, staff]}}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy, reminders]}
  - {ref: sue, name: Sue, phones: 07700 900131}
pairs:
  - {ref: ann-ben, member: ann, buddy: ben, report: {days: sun, at: "17:00"}}
groups:
  - ref: leeds
    name: Leeds group
    members: [ann]
    facilitators: [ben]
    meetings:
      - {ref: thursdays, rule: FREQ=WEEKLY;BYDAY=TH, starts: 2026-01-08 19:00, venue: Friends Meeting House}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 00:00, minutes: 1440}
staff:
  - {person: sue, email: sue@example.org, role: coordinator}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that asks Ann at noon."""
    with opened(database_url, CHECKIN_TEXTS_A_SECOND="100000", CHECKIN_CALLS_A_SECOND="100000") as found:
        loads(found, TOWN, now=NOON - timedelta(hours=1))
        yield found


def run(line: Line, minutes: int, *, every: int = 5) -> None:
    """Live through so many minutes from noon as the workers do."""
    carrier = Carrier()
    for minute in range(0, minutes + 1, every):
        now = NOON + timedelta(minutes=minute)
        tick(line, carrier, now)
        with line.store.work(now) as work:
            # Nobody listens there, and nothing comes back: the carrier of this test tells nothing of its texts.
            found = {name: many for name, many in auditor.look(work).items() if name != "carrier_tells_nothing"}
        assert found == {}, f"after {minute} minutes"


def spoil(line: Line, statement: str) -> None:
    """Do to the tables what no code of ours should do; LATE is half an hour before noon."""
    with line.store.work(NOON) as work:
        work.conn.execute(text(statement.replace("LATE", "'2027-01-11 11:30Z'")))


def test_while_a_ladder_is_climbed_to_its_end_nothing_is_found(line: Line) -> None:
    run(line, 60 * 6)
    assert value(line, "SELECT count(*) FROM check_ins WHERE status = 'unconfirmed'") == 1
    assert value(line, "SELECT count(*) FROM cases") == 1


_REMINDED = (
    "INSERT INTO occurrences (id, meeting_id, day, starts_at) "
    "SELECT gen_random_uuid(), id, '2027-01-14', '2027-01-14 19:00Z' FROM meetings; "
    "INSERT INTO reminders (occurrence_id, person_id, days_before, at) "
    "SELECT o.id, p.id, 3, LATE FROM occurrences o, people p WHERE p.ref = 'ann'"
)
_PACED = (
    "INSERT INTO paces VALUES ('texts', clock_timestamp() - interval '20 minutes') "
    "ON CONFLICT (name) DO UPDATE SET free_at = EXCLUDED.free_at"
)
# What goes wrong, after a quarter of an hour of a line that is well; each must be found, and by its own name.
_CASE = (
    "INSERT INTO cases (id, person_id, severity, reason, status, opened_at, page_round) "
    "SELECT gen_random_uuid(), id, 'red', 'words', 'open', LATE, "
)
WRONG: Mapping[str, tuple[str, ...]] = {
    "not_begun": ("UPDATE plans SET next_due_at = LATE", "UPDATE pairs SET next_due_at = LATE",
        "UPDATE meetings SET ask_due_at = LATE", "UPDATE timers SET due_at = LATE"),
    "fails_again": ("UPDATE timers SET tries = 4",),
    "page_waits": ("UPDATE messages SET status = 'owed', class = 0, due_at = '2027-01-11 12:12Z'",),
    "not_sent": ("UPDATE messages SET status = 'owed', due_at = LATE; DELETE FROM paces",
        "UPDATE messages SET status = 'owed', due_at = '2027-01-11 06:00Z'"),
    "in_nobodys_hands": ("UPDATE messages SET status = 'leased', lease_until = LATE",),
    "never_looked_up": ("UPDATE messages SET status = 'unknown', leased_at = '2027-01-11 10:00Z'",),
    "plan_without_outcome": ("DELETE FROM check_ins",),
    "ladder_stands_still": ("DELETE FROM timers",),
    "ladder_ended_silently": ("UPDATE check_ins SET status = 'unconfirmed'",),
    "case_without_clock": (_CASE + "1 FROM people WHERE ref = 'ben'",),
    "nobody_paged": (_CASE + "0 FROM people WHERE ref = 'ben'",),
    "reminder_without_message": (_REMINDED,),
    "carrier_refuses_us": ("UPDATE messages SET status = 'failed', reason = 'config'",),
    "carrier_tells_nothing": (_PACED,),
}  # fmt: skip


@pytest.mark.parametrize(("name", "statement"), [(name, one) for name, each in WRONG.items() for one in each])
def test_each_kind_of_thing_that_did_not_happen_is_found(line: Line, name: str, statement: str) -> None:
    run(line, 15)
    for one in statement.split("; "):
        spoil(line, one)
    with line.store.work(NOON + timedelta(minutes=20)) as work:
        assert auditor.look(work).get(name, 0) > 0


def test_every_check_is_tried_here_and_has_words_for_staff() -> None:
    assert set(WRONG) == set(auditor.CHECKS) == set(words.FINDINGS)


def test_everything_that_can_come_due_is_looked_at() -> None:
    """A table that is given a moment of its own at which something is due must be given to the auditor too."""
    ours = {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns
        if column.name.endswith("due_at") and column.name not in {"last_due_at", "overdue_at"}}  # fmt: skip
    # What lies in the past is over.
    elsewhere = {("messages", "due_at"), ("past_messages", "due_at"), ("check_ins", "due_at"), ("proposals", "due_at")}
    assert ours - elsewhere == set(auditor._DUE)


def test_texts_that_wait_for_their_turn_at_the_carriers_pace_are_not_missed(line: Line) -> None:
    run(line, 5)
    spoil(line, "UPDATE messages SET status = 'owed', due_at = LATE")
    spoil(line, _PACED.replace("20 minutes", "0 minutes"))
    with line.store.work(NOON + timedelta(minutes=20)) as work:
        assert "not_sent" not in auditor.look(work)
        assert health.ready(health.waiting(work), work.now)["nothing_overdue"]


# --- what is found becomes an alarm ---


def audit(line: Line, minutes: float) -> bool:
    """Let the auditor do its round so many minutes after noon."""
    with line.store.work(NOON + timedelta(minutes=minutes)) as work:
        return auditor.audit(work)


def proven(line: Line, minutes: float) -> bool:
    """Tell whether the outside heartbeat would be sent."""
    now = NOON + timedelta(minutes=minutes)
    with line.store.work(now) as work:
        health.beat(work, "clock")
    with line.store.work(now) as work:
        return health.proven(health.waiting(work), now)


def test_what_is_found_twice_is_one_case_and_closes_when_it_is_mended(line: Line) -> None:
    run(line, 5)
    assert audit(line, 5)
    assert proven(line, 6)
    spoil(line, "UPDATE timers SET tries = 4 WHERE kind = 'silence'")
    assert not audit(line, 10)
    assert not proven(line, 10), "the outside hears at once"
    assert value(line, "SELECT count(*) FROM cases") == 0, "it may be being mended just now"
    for minutes in (15, 20, 25):
        assert not audit(line, minutes)
    assert rows(line, "SELECT severity, reason, status FROM cases") == [("amber", "not_done", "open")]
    told = "SELECT kind, detail FROM case_events WHERE kind IN ('opened', 'joined', 'mended', 'closed') ORDER BY id"
    assert rows(line, told) == [("opened", "amber: not_done (fails_again: 1)")]
    spoil(line, "UPDATE timers SET tries = 0")
    assert audit(line, 30)
    assert [kind for kind, _ in rows(line, told)] == ["opened", "mended", "closed"]
    assert value(line, "SELECT count(*) FROM findings") == 0
    assert proven(line, 31)


def test_two_findings_are_one_case_that_stays_until_both_are_mended(line: Line) -> None:
    run(line, 5)
    spoil(line, "UPDATE timers SET tries = 4 WHERE kind = 'silence'")
    spoil(line, "UPDATE messages SET status = 'failed', reason = 'bug'")
    audit(line, 10)
    audit(line, 15)
    assert value(line, "SELECT count(*) FROM cases") == 1
    spoil(line, "UPDATE timers SET tries = 0")
    audit(line, 20)
    assert value(line, "SELECT status FROM cases") == "open"
    spoil(line, "UPDATE messages SET status = 'sent', reason = NULL")
    assert audit(line, 25)
    assert value(line, "SELECT status FROM cases") == "closed"


def test_a_case_that_stands_for_something_else_as_well_is_not_closed_by_a_mending(line: Line) -> None:
    run(line, 5)
    with line.store.work(NOON) as work:
        escalations.open_case(work, Severity.TASK, "rota_hole", person_id=None)
    spoil(line, "UPDATE timers SET tries = 4 WHERE kind = 'silence'")
    audit(line, 10)
    audit(line, 15)
    spoil(line, "UPDATE timers SET tries = 0")
    assert audit(line, 20)
    assert rows(line, "SELECT severity, status FROM cases") == [("amber", "open")]


def test_the_heartbeat_needs_a_proof_that_is_not_old(line: Line) -> None:
    run(line, 5)
    assert not proven(line, 5), "never audited"
    audit(line, 5)
    assert proven(line, 19)
    assert not proven(line, 21)
    with line.store.work(NOON + timedelta(minutes=70)) as work:
        assert not health.ready(health.waiting(work), work.now)["nothing_missed"], "the auditor itself has stopped"


def test_danger_to_somebody_is_not_hidden_by_a_case_of_the_lines_own(line: Line) -> None:
    run(line, 5)
    spoil(line, "UPDATE timers SET tries = 4 WHERE kind = 'silence'")
    audit(line, 10)
    audit(line, 15)
    with line.store.work(NOON) as work:
        escalations.open_case(work, Severity.RED, "words", person_id=person(line, "ann"))
    assert value(line, "SELECT count(*) FROM cases") == 2
