"""A backup comes back whole, or says why not; and afterwards nobody is flooded and no page is lost."""

import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, ColumnElement, literal_column, select, text

from checkin import audit
from checkin import backup as backups
from checkin.bootstrap import Line
from checkin.conversation.effects import Severity, Stream
from checkin.conversations import due
from checkin.conversations.texts import Text, hear
from checkin.dispatch import Dispatcher
from checkin.errors import BadInput
from checkin.escalations import open_case
from checkin.outbox import owe
from checkin.store.models import Base
from checkin.store.vault import new_key
from tests.parts import NOON, Carrier, environment, loads, opened, person, rows, value
from tests.stories import leaks

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins], pin: 4711,
     plan: {days: every day, at: "10:00", ladder: [text, call, staff]}}
  - {ref: sue, name: Sue, phones: 07700 900131}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 00:00, minutes: 1440}
"""
LATER = NOON + timedelta(hours=5)
ANN, BEA, SUE = "+447700900101", "+447700900102", "+447700900131"
SECRETS = ("CHECKIN_KEYS", "CHECKIN_SECRET", "TWILIO_AUTH_TOKEN", "DATABASE_URL", "REDIS_URL")


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with somebody in danger, whose page is owed, and a text that is owed to somebody else."""
    with opened(database_url) as found:
        loads(found, TOWN)
        with found.store.work(NOON) as work:
            open_case(work, Severity.RED, "words", person_id=person(found, "ann"), words="words nobody else sees")
            owe(work, person(found, "ann"), "text", Stream.CHECKINS, "back.done", {"name": "Ann"})
        yield found


def written(line: Line, folder: Path) -> Path:
    """Make a backup."""
    file = folder / "line.zip"
    backups.backup(line.store, file, environment("postgresql://x/y"), NOON, lambda _: None)
    return file


def contents(line: Line) -> dict[str, list[str]]:
    """Return every row of every table, as text."""
    row: ColumnElement[str] = literal_column("t::text")
    whole = {t.name: select(row).select_from(t.alias("t")) for t in Base.metadata.sorted_tables}
    with line.store.work(NOON) as work:
        return {name: sorted(work.conn.execute(rows_of).scalars()) for name, rows_of in whole.items()}


def test_everything_comes_back_and_nothing_else(line: Line, empty_database_url: str, tmp_path: Path) -> None:
    before = contents(line)
    file = written(line, tmp_path)
    with opened(empty_database_url, CHECKIN_KEYS=line.settings.keys) as other:
        sizes: list[int] = []
        found = backups.restore(other.store, file, LATER, sizes.append)
        assert sizes == sorted(sizes)
        assert sizes[-1] > 0
        after = contents(other)
        leaks.opens(other.store.engine, other.store.vault)
        # Beside what restoring does itself: a case for staff, an entry in the audit, one text that is not sent.
        own = {"cases", "case_events", "audit", "messages", "timers", "codes", "alerts"}
        assert {name for name in before if before[name] != after[name]} <= own
        assert len(before["people"]) == 2
        assert found.dropped == 1


def test_pages_are_sent_and_the_rest_is_dropped_in_sight(line: Line, empty_database_url: str, tmp_path: Path) -> None:
    pages = value(line, "SELECT count(*) FROM messages WHERE wording = 'page.ask' AND status = 'owed'")
    file = written(line, tmp_path)
    with opened(empty_database_url, CHECKIN_KEYS=line.settings.keys) as other:
        backups.restore(other.store, file, LATER, lambda _: None)
        owed = "SELECT count(*) FROM messages WHERE wording = 'page.ask' AND status = 'owed'"
        assert value(other, owed) == pages > 0
        assert rows(other, "SELECT wording, reason FROM messages WHERE status = 'dropped'") == [
            ("back.done", "restored")
        ]
        assert rows(other, "SELECT severity FROM cases WHERE reason = 'restored'") == [("amber",)]


def test_restored_a_day_later_pages_go_out_nobody_is_flooded_and_every_ladder_goes_on(
    line: Line, empty_database_url: str, tmp_path: Path
) -> None:
    # Of these Ann is in somebody's hands, whom she is asked by; Bea has her check-ins as ever.
    bea = '  - {ref: bea, name: Bea, phones: 07700 900102, streams: [checkins], plan: {days: every day, at: "10:00"}}'
    loads(line, TOWN.replace("people:\n", f"people:\n{bea}\n"), NOON - timedelta(hours=3))
    file, tomorrow = written(line, tmp_path), NOON + timedelta(days=1)
    carrier = Carrier()
    with opened(empty_database_url, CHECKIN_KEYS=line.settings.keys) as other:
        backups.restore(other.store, file, tomorrow, lambda _: None)
        dispatcher = Dispatcher(other.store, carrier, threads=2)
        for minutes in (0, 0, 30, 60):
            now = tomorrow + timedelta(minutes=minutes)
            due.ask_plans(other.store, now, most=100)
            due.fire_timers(other.store, now, most=100)
            for lane in other.lanes.values():
                while dispatcher.send(lane, now):
                    pass
            if not minutes:
                at_once = {to: [words for _, other, words in carrier.took if other == to] for to in (ANN, BEA, SUE)}
        dispatcher.close()
    # Two check-ins of Bea's are due: the one that is not too old is asked. What Ann was owed is a day old.
    assert [len(at_once[ANN]), len(at_once[BEA])] == [0, 1]
    assert "How are you" in at_once[BEA][0]
    # The page that was owed, and the one that would have followed it. Nobody has taken the case: she is paged on.
    assert 1 <= sum("needs a person now" in words for words in at_once[SUE]) <= 2
    assert len([to for _, to, _ in carrier.took if to == SUE]) > len(at_once[SUE])


def test_a_backup_is_of_one_moment_while_texts_come_in(line: Line, empty_database_url: str, tmp_path: Path) -> None:
    stop = threading.Event()

    def chatter() -> None:
        for number in range(10_000):
            if stop.is_set():
                return
            with line.store.work(NOON) as work:
                hear(work, Text(sid=f"SM{number:032}", sender="+447700900101", body=f"text {number}"))

    talking = threading.Thread(target=chatter)
    talking.start()
    try:
        file = written(line, tmp_path)
    finally:
        stop.set()
        talking.join()
    with opened(empty_database_url, CHECKIN_KEYS=line.settings.keys) as other:
        # It compares each table with what the manifest counted.
        backups.restore(other.store, file, LATER, lambda _: None)


def test_no_key_token_or_password_is_in_it(line: Line, tmp_path: Path) -> None:
    given = environment("postgresql://checkin:a-password@db/x")
    file = tmp_path / "line.zip"
    backups.backup(line.store, file, given, NOON, lambda _: None)
    with zipfile.ZipFile(file) as archive:
        settings = archive.read(backups.SETTINGS).decode()
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert "CHECKIN_NAME=Harbour Line" in settings
    for name in SECRETS:
        assert name not in settings
        assert given[name].encode() not in whole, name
    assert line.settings.keys.encode() not in whole
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_no_backup_or_damaged_or_of_another_line_is_refused(
    line: Line, empty_database_url: str, tmp_path: Path
) -> None:
    file = written(line, tmp_path)
    whole = file.read_bytes()
    place = whole.index(b"PGDMP") + 2000
    bad = {
        "nothing.zip": b"",
        "short.zip": whole[: len(whole) // 2],
        "damaged.zip": whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :],
    }
    with opened(empty_database_url, CHECKIN_KEYS=line.settings.keys) as other:
        for name, content in bad.items():
            (tmp_path / name).write_bytes(content)
            with pytest.raises((BadInput, backups.BackupFailed)):
                backups.restore(other.store, tmp_path / name, LATER, lambda _: None)
            assert value(other, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0, name
    with opened(empty_database_url, CHECKIN_KEYS=new_key()) as stranger, pytest.raises(BadInput, match="needs the key"):
        backups.restore(stranger.store, file, LATER, lambda _: None)
    with pytest.raises(BadInput, match="not empty"):
        backups.restore(line.store, file, LATER, lambda _: None)
    with pytest.raises(BadInput, match="cannot be written"):
        backups.backup(line.store, tmp_path / "no" / "such" / "folder", {}, NOON, lambda _: None)


def test_an_audit_that_was_tampered_with_does_not_come_back_unseen(
    line: Line, empty_database_url: str, tmp_path: Path
) -> None:
    with line.store.work(NOON) as work:
        audit.record(work, None, "read_case", "case 1")
        audit.record(work, None, "read_case", "case 2")
        work.conn.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        work.conn.execute(text("UPDATE audit SET subject = 'case 9' WHERE subject = 'case 1'"))
    file = written(line, tmp_path)
    with (
        opened(empty_database_url, CHECKIN_KEYS=line.settings.keys) as other,
        pytest.raises(backups.BackupFailed, match="audit"),
    ):
        backups.restore(other.store, file, LATER, lambda _: None)


@pytest.mark.parametrize("password", ["a-password", "with:@/signs", ""])
def test_postgresqls_programs_are_told_the_password_where_nobody_else_sees_it(password: str) -> None:
    url = URL.create("postgresql+psycopg", "checkin", password or None, "db.example.org", 5433, "line")
    address, environ = backups._address(url.render_as_string(hide_password=False))
    assert address == "postgresql://checkin@db.example.org:5433/line"
    assert environ.get("PGPASSWORD", "") == password


def test_the_programs_are_those_of_the_servers_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pg_dump 18 writes of a PostgreSQL 12, as an older machine has it, cannot be loaded into that again."""
    for name in ("pg_dump", "pg_restore"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 12.4 (Ubuntu 12.4-1)'\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name in ("pg_dump", "pg_restore"):
        assert backups._program(name, 12) == str(tmp_path / name)
        newest = backups._program(name)
        assert backups._version(Path(newest)) > 12
        assert backups._program(name, 99) == newest


def test_by_command_and_a_file_is_there_whole_or_not_at_all(
    line: Line, empty_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "line.zip"

    def checkin(url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        settings = {**os.environ, **environment(url, CHECKIN_KEYS=line.settings.keys)}
        command = [sys.executable, "-m", "checkin.cli", *arguments]
        return subprocess.run(command, env=settings, capture_output=True, text=True, check=False)

    done = checkin(line.settings.database_url, "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "rows of" in done.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["line.zip"]
    done = checkin(empty_database_url, "restore", str(file))
    assert done.returncode == 0, done.stderr
    assert "the audit is in order" in done.stdout
    done = checkin(empty_database_url, "restore", str(file))
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "The database is not empty: make a new one, and set DATABASE_URL to it.",
    )
