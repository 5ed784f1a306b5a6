"""The past lies by the month, and whoever asks about it is told the same as before; what goes on stays where it is."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from checkin import backup as backups
from checkin import casebook, escalations, history, meetings, people, retention
from checkin.bootstrap import Line
from checkin.casebook import file, talk
from checkin.conversations.texts import Text, hear
from checkin.meetings import Cancel, Restore, board, held
from checkin.records import erasing, exporting
from checkin.reports import counting, weeks
from checkin.store import rotation
from checkin.store.ids import new_id
from checkin.store.models import Message, PastMessage
from checkin.store.vault import new_key
from checkin.store.work import Work
from tests.parts import NOON, environment, loads, opened, person, rows, value
from tests.stories import leaks
from tests.test_meeting_changes import TOWN, ticks

STRANGER = "+447700900177"
DAY = date(2027, 1, 14)
# Words are kept longer than messages stay, so that readers have something to compare.
LATER = datetime(2027, 6, 10, 12, tzinfo=UTC)


_HELD = text(
    "INSERT INTO holds (message_id, why, person_id, at, until) SELECT id, 'quiet_hours', person_id, at, "
    "at + interval '9 hours' FROM messages WHERE wording = 'back.done' AND status = 'sent'"
)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with a winter behind it: words to and fro, a stranger, something held back and something dropped, a
    meeting that was called off and told of, a closed case."""
    with opened(database_url, CHECKIN_KEEP_WORDS_DAYS="400") as found:
        loads(found, TOWN)
        comes_in(found, "is there a bus to the hall")
        comes_in(found, "who are you then", sender=STRANGER)
        with found.store.work(NOON) as work:
            series = work.conn.execute(text("SELECT id FROM meetings")).scalar_one()
            meetings.make(work, series, DAY, Cancel(), by=person(found, "sue"), version=0)
            for case_id in work.conn.execute(text("SELECT id FROM cases")).scalars():
                escalations.take(work, case_id, person(found, "sue"))
                escalations.close(work, case_id, person(found, "sue"), "Seen to.")
        ticks(found, NOON)
        with found.store.work(NOON) as work:
            work.conn.execute(text("UPDATE messages SET status = 'sent', sent_at = at, sid = 'SM' || id "
                                   "WHERE status = 'owed'"))  # fmt: skip
            work.conn.execute(text("UPDATE messages SET unread = false"))
            work.conn.execute(text("INSERT INTO delivery_events (message_id, sid, at, status) "
                                   "SELECT id, sid, at, 'delivered' FROM messages WHERE status = 'sent'"))  # fmt: skip
            work.conn.execute(text("DELETE FROM timers"))
            ann = person(found, "ann")
            for status, reason in (("dropped", "too_late"), ("sent", None)):
                work.add(Message, id=new_id(), at=NOON, direction="out", medium="text", person_id=ann, status=status,
                         reason=reason, stream="reminders", wording="back.done", due_at=NOON,
                         arguments=work.vault.seal_json({"name": "Ann"}, "messages.arguments"))  # fmt: skip
            work.flush()
            work.conn.execute(_HELD)
        yield found


def comes_in(line: Line, body: str, at: datetime = NOON, *, sender: str = "+447700900101") -> None:
    """A text comes in."""
    before = value(line, "SELECT count(*) FROM every_message")
    with line.store.work(at) as work:
        hear(work, Text(sid=f"SM{before:032}", sender=sender, to="+441632960000", body=body))


def whole(line: Line) -> list[str]:
    """Every message, wherever it lies."""
    return [row[0] for row in rows(line, "SELECT m::text FROM every_message m ORDER BY id")]


def live(line: Line) -> int:
    """How many messages are in the live table."""
    found: int = value(line, "SELECT count(*) FROM messages")
    return found


# --- what reads the past ---


def a_meeting(work: Work) -> object:
    """What staff see of the meeting that was called off."""
    occurrence_id = work.conn.execute(text("SELECT id FROM occurrences WHERE day = :day"), {"day": DAY}).scalar_one()
    found = board.meeting(work, held.find(work, occurrence_id)).progress
    assert found is not None
    assert (found.told, found.ringing) == (3, 1)
    return found


def counted(work: Work) -> object:
    """A week that is counted for the first time long after it was."""
    counting.count(work, weeks.monday(NOON.date()))
    found = work.conn.execute(text("SELECT code, n FROM tallies WHERE measure = 'delivery' ORDER BY 1, 2")).all()
    assert {row.code for row in found} >= {"text:dropped:too_late", "text:held:quiet_hours"}
    return found


def ann(work: Work) -> UUID:
    """Ann's id."""
    found: UUID = work.conn.execute(text("SELECT id FROM people WHERE ref = 'ann'")).scalar_one()
    return found


def messages_of(work: Work) -> object:
    """What is handed over of Ann's messages."""
    found = exporting.export(work, ann(work))["tables"]
    assert "past_messages" not in found
    return sorted(found["messages"], key=lambda row: str(row["id"]))


def first_week(work: Work) -> object:
    """How far back the weeks go that are to be counted."""
    return counting.due(work)[-1]


def erased(work: Work) -> object:
    """What an erasure removes, by its receipt; not done."""
    work.conn.execute(text("UPDATE people SET status = 'ended' WHERE ref = 'ann'"))
    receipt = erasing.erase(work, ann(work))
    assert receipt.removed["messages"] == receipt.removed["delivery_events"] + 3 == 4
    return receipt.removed, receipt.blanked


READERS: dict[str, Callable[[Work], object]] = {
    "the conversation with a member": lambda work: talk.conversation(work, ann(work), None),
    "and with a stranger": lambda work: talk.conversation(work, None, people.phone_for(work, STRANGER)),
    "why something was not sent": lambda work: casebook.why_not_sent(work, ann(work)),
    "whether a case has changed": lambda work: file.mark(work, 1),
    "a meeting's page": a_meeting,
    "a report": counted,
    "how far back reports go": first_week,
    "one person's data": messages_of,
    "an erasure": erased,
}


class NotDone(Exception):
    """Nothing that a reader wrote is kept."""


def read(line: Line) -> dict[str, Any]:
    """What each reader finds."""
    found = {}
    for name, reader in READERS.items():
        try:
            with line.store.work(LATER) as work:
                found[name] = reader(work)
                raise NotDone
        except NotDone:
            assert found[name]
    return found


def test_every_reader_finds_in_the_past_what_it_found_before(line: Line) -> None:
    before, every = read(line), whole(line)
    assert history.move(line.store, LATER) == len(every) == value(line, "SELECT count(*) FROM past_messages")
    assert live(line) == 0
    assert whole(line) == every
    after = read(line)
    for name in READERS:
        assert after[name] == before[name], name
    comes_in(line, "and is there one back", LATER)
    with line.store.work(LATER) as work:
        said = [one.words for one in talk.conversation(work, ann(work), None, most=2, skip=0)]
        assert (
            [one.words for one in talk.conversation(work, ann(work), None)][-1] == said[-1] == "and is there one back"
        )


def test_both_tables_and_the_view_have_the_same_columns_in_the_same_order(line: Line) -> None:
    """The view and the downgrade say `*`; a column that is added to one has to be added to all."""
    order = "SELECT column_name FROM information_schema.columns WHERE table_name = :name ORDER BY ordinal_position"
    columns = {name: rows(line, order, name=name) for name in ("messages", "past_messages", "every_message")}
    assert columns["messages"] == columns["past_messages"] == columns["every_message"]
    assert {c.name for c in Message.__table__.columns} == {c.name for c in PastMessage.__table__.columns}


# --- what stays ---

STAYS = {
    "nobody has read it": "UPDATE messages SET unread = true WHERE direction = 'in'",
    "it is still owed": "UPDATE messages SET status = 'owed' WHERE direction = 'out' AND status <> 'dropped'",
    "it went out late": "UPDATE messages SET sent_at = '2027-06-09' WHERE direction = 'out'",
    "its meeting is to come": "UPDATE occurrences SET starts_at = '2027-06-19'",
    "its case is open": "UPDATE messages SET subject = (SELECT id FROM cases LIMIT 1); "
                        "UPDATE cases SET status = 'open', taken_by = NULL, closed_by = NULL, closed_at = NULL",
}  # fmt: skip


@pytest.mark.parametrize("why", STAYS)
def test_what_is_not_over_stays_and_moves_afterwards(line: Line, why: str) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql(STAYS[why])
    total = live(line)
    moved = history.move(line.store, LATER)
    assert moved < total
    assert live(line) == total - moved
    with line.store.work(LATER) as work:
        work.conn.exec_driver_sql("UPDATE messages SET unread = false, status = 'sent' WHERE status = 'owed' OR unread "
                                  "AND direction = 'out'")  # fmt: skip
        work.conn.exec_driver_sql("UPDATE messages SET unread = false")
        work.conn.exec_driver_sql("DELETE FROM occurrences")
        work.conn.exec_driver_sql("DELETE FROM cases")
    assert history.move(line.store, LATER + timedelta(days=120)) == total - moved


def test_a_meeting_called_off_long_ahead_is_called_off_once_and_its_return_is_told(database_url: str) -> None:
    far = date(2027, 7, 8)
    with opened(database_url) as line:
        loads(line, TOWN)
        series = value(line, "SELECT id FROM meetings")
        with line.store.work(NOON) as work:
            meetings.make(work, series, far, Cancel(), by=person(line, "sue"), version=0)
        ticks(line, NOON)
        with line.store.work(NOON) as work:
            work.conn.exec_driver_sql("UPDATE messages SET status = 'sent', sent_at = at WHERE status = 'owed'")
        told = value(line, "SELECT count(*) FROM messages WHERE wording = 'meeting.cancelled'")
        late = datetime(2027, 7, 5, 12, tzinfo=UTC)
        history.move(line.store, late)
        ticks(line, late)
        assert value(line, "SELECT count(*) FROM every_message WHERE wording = 'meeting.cancelled'") == told > 0
        version = value(line, "SELECT version FROM occurrences WHERE day = :far", far=far)
        with line.store.work(late) as work:
            meetings.make(work, series, far, Restore(), by=person(line, "sue"), version=version)
        assert value(line, "SELECT count(*) FROM messages WHERE wording = 'meeting.restored'") == told


# --- moving ---


def test_several_jobs_at_once_and_one_broken_off_lose_nothing_and_double_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_LOT", 3)
    for i in range(60):
        comes_in(line, f"text number {i}")
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE messages SET unread = false, at = at - (random() * 80) * interval '1 day'")
    every = whole(line)
    with line.store.work(LATER) as work:
        history.make_partitions(work, LATER - timedelta(days=90))
    # Broken off between two lots, and within one: what that had begun is undone.
    next(history._lots(line.store, LATER, LATER - timedelta(days=90)))
    with pytest.raises(NotDone):
        breaks_off(line)
    assert live(line) == len(every) - 3
    assert whole(line) == every
    jobs = [threading.Thread(target=history.move, args=(line.store, LATER)) for _ in range(4)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    history.move(line.store, LATER)
    assert whole(line) == every
    assert live(line) == 0
    months = rows(line, "SELECT DISTINCT tableoid::regclass::text FROM past_messages ORDER BY 1")
    assert {name for (name,) in months} <= {
        "past_messages_2026_10", "past_messages_2026_11", "past_messages_2026_12", "past_messages_2027_01"
    }  # fmt: skip
    assert len(months) > 2


def breaks_off(line: Line) -> None:
    """Begin to move a lot, and raise NotDone."""
    with line.store.work(LATER) as work:
        values = {"after": UUID(int=0), "before": LATER - timedelta(days=90), "lot": 10}
        assert work.conn.execute(history._MOVE, values).one().moved == 10
        raise NotDone


def test_a_row_in_somebodys_hands_is_passed_over(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("SELECT FROM messages ORDER BY id LIMIT 1 FOR UPDATE")
        history.move(line.store, LATER)
        assert live(line) == 1
    assert history.move(line.store, LATER) == 1


# --- what goes, and is sealed anew ---


def test_words_go_from_the_past_and_then_whole_months(line: Line) -> None:
    total = history.move(line.store, LATER) and len(whole(line))
    worded = value(line, "SELECT count(*) FROM past_messages WHERE num_nonnulls(body, answer, arguments) > 0")
    assert retention.run(line.store, NOON + timedelta(days=401))["past_words"] == worded > 0
    assert value(line, "SELECT count(*) FROM past_messages WHERE num_nonnulls(body, answer, arguments) > 0") == 0
    # Two years on, the rest of January is not over yet.
    assert retention.run(line.store, NOON + timedelta(days=731))["past_messages"] == 0
    with line.store.work(NOON) as work:
        goes = {c.rule.name: c.next_at for c in retention.countdown(work)}["past_messages"]
    assert goes == datetime(2027, 2, 1, tzinfo=UTC) + timedelta(days=730)
    assert retention.run(line.store, goes)["past_messages"] == total
    assert whole(line) == []
    assert rows(line, "SELECT relname FROM pg_class WHERE relname = 'past_messages_2027_01'") == []
    assert value(line, "SELECT count(*) FROM holds") == 0


def test_the_past_is_sealed_anew_and_opens_under_its_own_names(line: Line) -> None:
    history.move(line.store, LATER)
    fresh = new_key()
    with opened(line.settings.database_url, CHECKIN_KEYS=f"{fresh},{line.settings.keys}") as both:
        done = {step.table: step.done for step in rotation.rotate(both.store, LATER, {"people": people.refile})}
        assert done["past_messages"] > 3
    with opened(line.settings.database_url, CHECKIN_KEYS=fresh) as new:
        leaks.opens(new.store.engine, new.store.vault)
        assert read(new)["the conversation with a member"]


def test_a_backup_brings_the_past_back(line: Line, empty_database_url: str, tmp_path: Any) -> None:
    history.move(line.store, LATER)
    target = tmp_path / "line.zip"
    backups.backup(line.store, target, environment("postgresql://x/y"), LATER, lambda _: None)
    with opened(empty_database_url, CHECKIN_KEYS=line.settings.keys) as other:
        backups.restore(other.store, target, LATER, lambda _: None)
        assert whole(other) == whole(line) != []


def test_nothing_that_is_still_to_be_done_can_be_stored_in_the_past(line: Line) -> None:
    with line.store.work(LATER) as work:
        history.make_partitions(work, NOON)
    insert = "INSERT INTO past_messages (id, at, direction, medium, status) VALUES (:id, :at, 'out', 'text', :status)"
    for status in ("owed", "leased", "unknown"):
        with pytest.raises(DBAPIError, match="ck_past_messages_status"):
            rows(line, insert, id=new_id(), at=NOON, status=status)
