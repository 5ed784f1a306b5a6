"""What is stored and for how long: every field is known, sealed where it must be, sealed anew, and removed in time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from checkin import audit, escalations, people, retention
from checkin.bootstrap import Line
from checkin.casebook import talk
from checkin.conversation.effects import Stream
from checkin.conversations.texts import Text, hear
from checkin.outbox import owe
from checkin.store import rotation
from checkin.store.fields import KEEPS, KINDS, PROTECTED, fields, page
from checkin.store.ids import new_id
from checkin.store.models import Base, Message, NameMark
from checkin.store.vault import CannotOpen, new_key
from tests.parts import NOON, environment, loads, opened, person, rows, value
from tests.stories import leaks

ANN, STRANGER = "+447700900101", "+447700900177"
TOWN = """
people:
  - {ref: ann, name: Ann, phones: [07700 900101, 0113 496 0102], streams: [checkins], pin: 4711, code_word: marmalade}
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 1439}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that knows the town and has heard something from everybody."""
    with opened(database_url) as found:
        loads(found, TOWN)
        comes_in(found, "I want to end it all tonight", NOON)
        comes_in(found, "is there a bus", NOON, sender=STRANGER)
        with found.store.work(NOON) as work:
            owe(work, person(found, "ann"), "text", Stream.SERVICE, "back.done", {"name": "Ann"})
        yield found


def comes_in(line: Line, body: str, at: datetime, *, sender: str = ANN) -> None:
    """A text comes in."""
    before = value(line, "SELECT count(*) FROM messages")
    with line.store.work(at) as work:
        hear(work, Text(sid=f"SM{before:032}", sender=sender, to="+441632960000", body=body))


def checkin(line: Line, *arguments: str, keys: str = "") -> tuple[int, str]:
    """Run the command on the line's database; return its exit code and what it printed."""
    settings = environment(line.settings.database_url, CHECKIN_KEYS=keys or line.settings.keys)
    done = subprocess.run(
        [sys.executable, "-m", "checkin.cli", *arguments],
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


# --- the inventory ---


def test_every_field_is_in_the_inventory_once() -> None:
    named = [(field.table, field.column) for field in fields()]
    stored = {(t.name, c.name) for t in Base.metadata.sorted_tables for c in t.columns}
    assert set(named) == stored, "checkin/store/fields.toml names each column of each table, its kind and its keeping"
    assert len(named) == len(set(named))
    assert {f.kind for f in fields()} <= set(KINDS)
    assert {f.keep for f in fields()} <= set(KEEPS)


def test_who_somebody_is_and_what_they_said_is_sealed_or_has_its_reason() -> None:
    for field in fields():
        sealed = Base.metadata.tables[field.table].columns[field.column].type.python_type is bytes
        if field.kind in PROTECTED:
            assert sealed != bool(field.open_because), f"{field.table}.{field.column}"
        else:
            assert not field.open_because
            assert not sealed or field.column.endswith(("_hash", "digest")), f"{field.table}.{field.column}"


def test_the_page_of_the_inventory_is_true() -> None:
    kept = Path(__file__).parent.parent / "docs" / "fields.md"
    assert kept.read_text(encoding="utf-8") == page(), "make it anew: checkin db fields > docs/fields.md"


# --- sealed anew ---


def test_everything_is_sealed_anew_while_texts_come_in_and_the_old_key_is_needed_no_more(line: Line) -> None:
    fresh = new_key()
    with opened(line.settings.database_url, CHECKIN_KEYS=f"{fresh},{line.settings.keys}") as both:
        steps = rotation.rotate(both.store, NOON, {"people": people.refile})
        next(steps)
        # Somebody texts from a process that has not been started again yet.
        comes_in(line, "hello there my friends", NOON)
        assert sum(step.done for step in {s.table: s for s in steps}.values()) > 10
        comes_in(both, "and once more to you all", NOON)
    with opened(line.settings.database_url, CHECKIN_KEYS=fresh) as new:
        leaks.opens(new.store.engine, new.store.vault)
        with new.store.work(NOON) as work:
            assert people.id_behind(work, ANN) == person(new, "ann")
            assert people.phone_for(work, STRANGER) in {row[0] for row in rows(new, "SELECT phone_id FROM messages")}
            assert people.check_pin(work, person(new, "ann"), "4711")
            marks = people.sought(work, "Ann")[0].whole
            filed = work.conn.execute(select(NameMark.person_id).where(NameMark.mark.in_(marks))).scalars().all()
            assert filed == [person(new, "ann")]


def test_broken_off_it_goes_on_where_it_was(line: Line) -> None:
    with opened(line.settings.database_url, CHECKIN_KEYS=f"{new_key()},{line.settings.keys}") as both:
        for step in rotation.rotate(both.store, NOON, {"people": people.refile}):
            if step.table == "messages" and step.done:
                break
        with both.store.work(NOON) as work:
            left = {s.table.name: rotation.left(work, s) for s in rotation.sealed_tables()}
        assert left["case_events"] == left["messages"] == 0 < left["people"]
        again = {step.table: step for step in rotation.rotate(both.store, NOON, {"people": people.refile})}
        assert again["messages"].done == 0 < again["people"].done == left["people"]
        assert not any(step.left for step in again.values())


def test_killed_in_the_middle_while_texts_come_in_it_goes_on_and_loses_none(line: Line) -> None:
    old, fresh, many = line.settings.keys, new_key(), 4000
    with line.store.work(NOON) as work:
        words = [work.vault.seal(f"text {i}", "messages.body") for i in range(many)]
        kept = {"at": NOON, "direction": "in", "medium": "text", "status": "received"}
        work.add_all(Message, [{"id": new_id(), "body": body, **kept} for body in words])
    whole = value(line, "SELECT count(*) FROM messages WHERE direction = 'in'")
    settings = os.environ | environment(line.settings.database_url, CHECKIN_KEYS=f"{fresh},{old}")
    command = [sys.executable, "-m", "checkin.cli", "keys", "rotate"]
    came, ended = 0, None
    # A process that was not started again yet knows both keys and seals with the older.
    with opened(line.settings.database_url, CHECKIN_KEYS=f"{old},{fresh}") as door:
        first = subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not anew(door, fresh) > 300:
            comes_in(door, f"another {came}", NOON)
            came += 1
            assert first.poll() is None
        first.kill()
        first.wait()
        assert 0 < anew(door, fresh) < many
    for _ in range(5):
        if (ended := subprocess.run(command, env=settings, capture_output=True, check=False).returncode) == 0:
            break
    assert ended == 0
    with opened(line.settings.database_url, CHECKIN_KEYS=fresh) as new:
        leaks.opens(new.store.engine, new.store.vault)
        assert value(new, "SELECT count(*) FROM messages WHERE direction = 'in'") == whole + came
        assert people_known(new) == {"ann", "sue", "omar"}


def anew(line: Line, key: str) -> int:
    """How many texts are sealed under a key."""
    begins = bytes([len(key.partition(":")[0])]) + key.partition(":")[0].encode()
    question = "SELECT count(*) FROM messages WHERE substring(body, 1, :size) = :begins"
    return int(value(line, question, size=len(begins), begins=begins))


def people_known(line: Line) -> set[str]:
    """The refs of those whom the line finds by their numbers."""
    numbers = (ANN, "+447700900131", "+447700900132")
    with line.store.work(NOON) as work:
        found = [people.id_behind(work, number) for number in numbers]
    return {value(line, "SELECT ref FROM people WHERE id = :id", id=one) for one in found}


def test_after_a_lost_key_the_organisation_file_brings_everybody_back(line: Line) -> None:
    """What was sealed is gone, as it must be; who people are, their plans and what they are owed from now on is not."""
    ann = person(line, "ann")
    with opened(line.settings.database_url, CHECKIN_KEYS=new_key()) as lost:
        with lost.store.work(NOON) as work:
            assert people.id_behind(work, ANN) is None
        loads(lost, TOWN)
        assert people_known(lost) == {"ann", "sue", "omar"}
        assert person(lost, "ann") == ann
        comes_in(lost, "I want to end it all tonight", NOON + timedelta(hours=1))
        with lost.store.work(NOON + timedelta(hours=1)) as work:
            assert talk.conversation(work, ann, None)


def test_without_the_old_key_nothing_is_touched(line: Line) -> None:
    with opened(line.settings.database_url, CHECKIN_KEYS=new_key()) as stranger, pytest.raises(CannotOpen):
        list(rotation.rotate(stranger.store, NOON, {}))
    leaks.opens(line.store.engine, line.store.vault)


def test_a_row_in_somebodys_hands_is_left_and_said(line: Line) -> None:
    keys = f"{new_key()},{line.settings.keys}"
    with line.store.work(NOON) as work:
        work.conn.execute(text("SELECT FROM people WHERE ref = 'ann' FOR UPDATE"))
        code, said = checkin(line, "keys", "rotate", keys=keys)
        assert (code, "left in people" in said) == (1, True)
    assert checkin(line, "keys", "rotate", "--json", keys=keys) == (0, '{"sealed_anew": 1, "left": {}}\n')


# --- removed in time ---


def test_words_go_first_then_the_record_and_red_last(line: Line) -> None:
    ann = person(line, "ann")
    with line.store.work(NOON) as work:
        for case_id in work.conn.execute(text("SELECT id FROM cases")).scalars():
            escalations.take(work, case_id, person(line, "sue"))
            if not escalations.close(work, case_id, person(line, "sue"), "Seen to."):
                escalations.close(work, case_id, person(line, "omar"), "Seen to.")
        work.flush()
        work.conn.execute(text("UPDATE messages SET status = 'sent' WHERE status = 'owed'"))
    assert value(line, "SELECT count(*) FROM cases WHERE status = 'closed'") == 2

    def after(days: int) -> dict[str, int]:
        return {name: rows for name, rows in retention.run(line.store, NOON + timedelta(days=days)).items() if rows}

    assert after(89) == {}
    messages = value(line, "SELECT count(*) FROM messages")
    with_words = value(line, "SELECT count(*) FROM messages WHERE num_nonnulls(body, answer, arguments) > 0")
    assert after(91) == {"words": with_words}
    assert value(line, "SELECT count(*) FROM messages WHERE num_nonnulls(body, answer, arguments) > 0") == 0
    with line.store.work(NOON + timedelta(days=91)) as work:
        assert {"removed" in said.words for said in talk.conversation(work, ann, None)} == {True}
    assert after(92) == {}
    assert after(731) == {"messages": messages, "cases": 1}
    assert value(line, "SELECT count(*) FROM case_events WHERE words IS NOT NULL") >= 1
    assert after(2193) == {"red_cases": 1}
    assert value(line, "SELECT count(*) FROM case_events") == 0
    assert value(line, "SELECT count(*) FROM people") == 3


def test_what_is_still_owed_or_open_stays(line: Line) -> None:
    retention.run(line.store, NOON + timedelta(days=9000))
    assert rows(line, "SELECT DISTINCT status FROM messages") == [("owed",)]
    assert value(line, "SELECT count(*) FROM cases WHERE status = 'open'") == 2


def test_each_night_leaves_a_receipt_and_what_stayed_too_long_is_seen(line: Line) -> None:
    with line.store.work(NOON) as work:
        stands = {c.rule.name: c for c in retention.countdown(work)}
        assert stands["words"].ran_at is None
        assert stands["words"].next_at == NOON + timedelta(days=90)
        assert not stands["words"].late(NOON + timedelta(days=91))
        assert stands["words"].late(NOON + timedelta(days=93))
    with line.store.work(NOON) as work:
        work.conn.execute(text("UPDATE messages SET status = 'sent' WHERE status = 'owed'"))
    night = NOON + timedelta(days=91)
    removed = retention.run(line.store, night)["words"]
    with line.store.work(night) as work:
        stands = {c.rule.name: c for c in retention.countdown(work)}
        assert (stands["words"].ran_at, stands["words"].removed, stands["words"].next_at) == (night, removed, None)
        assert len(stands) == len(retention.RULES) == value(line, "SELECT count(*) FROM receipts")


def test_more_than_a_lot_goes_in_one_night(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_LOT", 2)
    with line.store.work(NOON) as work:
        work.conn.execute(text("UPDATE messages SET status = 'sent' WHERE status = 'owed'"))
    for i in range(7):
        comes_in(line, f"text number {i}", NOON)
    left = value(line, "SELECT count(*) FROM messages WHERE status IN ('owed', 'leased')")
    retention.run(line.store, NOON + timedelta(days=731))
    assert value(line, "SELECT count(*) FROM messages") == left


# --- the audit ---


def test_the_audit_is_verified_by_command(line: Line) -> None:
    for number in range(3):
        with line.store.work(NOON) as work:
            audit.record(work, person(line, "sue"), "read_case", f"case {number}")
    assert checkin(line, "audit", "verify") == (0, "The audit is in order: every row fits the one before it.\n")
    with line.store.work(NOON) as work:
        work.conn.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        work.conn.execute(text("UPDATE audit SET subject = 'case 9' WHERE id = 2"))
    assert checkin(line, "audit", "verify", "--json") == (1, '{"in_order": false, "first_broken_row": 2}\n')
