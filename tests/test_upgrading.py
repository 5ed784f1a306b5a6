"""An upgrade is done once, beside the version before it, which goes on working and may be wanted back."""

import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from checkin.conversation.effects import Severity
from checkin.conversations.texts import Text, hear
from checkin.errors import CheckinError
from checkin.escalations import open_case
from checkin.load import load_file
from checkin.store import migrate
from checkin.store.migrate import FOLDER, RELEASED, State, check, config, state, upgrade
from tests.parts import NOON, opened, person
from tests.services import Databases

DEMO = FOLDER.parent.parent / "demo" / "organisation.yaml"
SCRIPTS = ScriptDirectory(str(FOLDER))
HEAD = SCRIPTS.get_current_head() or ""

# Tables that grow with every text and every day: whatever reads or writes all of one holds up the line.
BIG = {"audit", "case_events", "check_ins", "consents", "delivery_events", "messages", "name_marks", "people",
    "person_phones", "phones", "plans", "reminders", "timers"}  # fmt: skip

_NAME = r'"?(?P<table>\w+)"?'
_CONTRACTS = {
    r"^DROP (TABLE|VIEW|TYPE|INDEX|FUNCTION|TRIGGER|SEQUENCE)\b": "takes away what the older version may use",
    r"\bDROP COLUMN\b": "takes away what the older version may use",
    r"\bRENAME\b": "takes a name away",
    r"\bALTER COLUMN \w+ (SET DATA )?TYPE\b": "rewrites the table, and the older version reads it otherwise",
    r"\bSET NOT NULL\b": "refuses what the older version writes",
    r"\bDROP DEFAULT\b": "refuses what the older version writes",
    r"\bADD COLUMN (?!.*\bDEFAULT\b).*\bNOT NULL\b": "refuses what the older version writes",
    r"\bADD (CONSTRAINT|CHECK|UNIQUE|FOREIGN|PRIMARY)\b": "may refuse what the older version writes",
    r"^CREATE UNIQUE INDEX\b": "may refuse what the older version writes",
    r"^(UPDATE|DELETE|TRUNCATE|INSERT)\b": "changes rows that the older version is working on",
}


def refused(statements: Sequence[str]) -> list[str]:
    """Return what in a migration does not get on with a running line of the version before, statement by statement."""
    flat = [" ".join(statement.split()) for statement in statements]
    new = {made["table"] for s in flat if (made := re.match(rf"CREATE TABLE {_NAME}", s))}
    # A rule that is given a wider sense under its old name: somebody has looked at which way it changes.
    again = {rule[1] for s in flat if (rule := re.search(r"\bADD CONSTRAINT (\w+)", s))}
    found: list[str] = []
    for statement in flat:
        where = re.search(rf"(?:TABLE|ON|UPDATE|FROM|INTO) (?:ONLY )?{_NAME}", statement)
        table = where["table"] if where else ""
        dropped = re.search(r"\bDROP CONSTRAINT (\w+)", statement)
        if table == "alembic_version" or table in new or (dropped and dropped[1] in again):
            continue
        if (added := re.search(r"\bADD CONSTRAINT (\w+)", statement)) and f"DROP CONSTRAINT {added[1]}" in " ".join(
            flat
        ):
            continue
        # The older version writes nothing into a column it does not know, and so nothing that leads nowhere.
        leads = re.search(r"FOREIGN KEY ?\((\w+)\)", statement)
        if leads and any(f"ALTER TABLE {table} ADD COLUMN {leads[1]} " in f"{s} " for s in flat):
            continue
        found += [f"{statement}: {why}" for pattern, why in _CONTRACTS.items() if re.search(pattern, statement)]
        if table in BIG and re.match(r"CREATE INDEX (?!CONCURRENTLY)", statement):
            found.append(f"{statement}: nobody can write into {table} meanwhile; build it CONCURRENTLY")
    return found


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Collect every statement that goes to a database."""
    found: list[str] = []

    def hears(_c: Connection, _u: object, statement: str, *_more: Any) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", hears)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", hears)


def further(folder: Path, contract: str = "", body: str = "pass") -> Path:
    """Return the migrations of a later version: ours, and one more."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    mark = f'CONTRACT = "{contract}"\n' if contract else ""
    revision = f"{int(HEAD) + 1:04}"
    (folder / "versions" / f"{revision}_later.py").write_text(
        f'from alembic import op\n\nrevision = "{revision}"\ndown_revision = "{HEAD}"\n{mark}\n'
        f"def upgrade() -> None:\n    {body}\n"
    )
    return folder


# --- what a migration may do ---


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE tips",
        "ALTER TABLE people DROP COLUMN pin",
        "ALTER TABLE people RENAME TO persons",
        "ALTER TABLE people RENAME pin TO secret",
        "ALTER TABLE people ALTER COLUMN pin TYPE INTEGER",
        "ALTER TABLE people ALTER COLUMN pin SET NOT NULL",
        "ALTER TABLE people ALTER COLUMN language DROP DEFAULT",
        "ALTER TABLE groups ADD COLUMN colour TEXT NOT NULL",
        "ALTER TABLE groups ADD CONSTRAINT ck_groups_colour CHECK (colour <> '')",
        "CREATE UNIQUE INDEX uq_groups_name ON groups (name)",
        "CREATE INDEX ix_messages_colour ON messages (colour)",
        "CREATE INDEX ix_messages_at ON messages USING brin (at)",
        "DROP INDEX ix_messages_at",
        "UPDATE messages SET status = 'sent'",
    ],
)
def test_what_takes_away_or_forbids_is_refused(statement: str) -> None:
    assert refused([statement])


@pytest.mark.parametrize(
    "statements",
    [
        [
            "CREATE TABLE tips (id UUID NOT NULL)",
            "CREATE UNIQUE INDEX uq_tips ON tips (id)",
            "INSERT INTO tips VALUES (1)",
        ],
        ["ALTER TABLE people ADD COLUMN pin BYTEA"],
        [
            "ALTER TABLE calls ADD COLUMN case_id UUID",
            "ALTER TABLE calls ADD CONSTRAINT fk_calls_case_id FOREIGN KEY(case_id) REFERENCES cases (id)",
        ],
        ["ALTER TABLE people ADD COLUMN show_number BOOLEAN DEFAULT false NOT NULL"],
        ["CREATE INDEX CONCURRENTLY ix_messages_colour ON messages (colour)"],
        ["CREATE INDEX ix_groups_name ON groups (name)"],
        [
            "ALTER TABLE memberships DROP CONSTRAINT ck_memberships_role",
            "ALTER TABLE memberships ADD CONSTRAINT ck_memberships_role CHECK (role IN ('member', 'trying'))",
        ],
    ],
)
def test_what_only_adds_is_allowed(statements: list[str]) -> None:
    assert refused(statements) == []


def test_every_migration_since_the_last_release_only_adds_or_says_what_it_takes_away(empty_database_url: str) -> None:
    command.upgrade(config(empty_database_url), RELEASED)
    later = [script for script in SCRIPTS.walk_revisions() if script.revision > RELEASED]
    for script in reversed(later):
        with overheard() as statements:
            command.upgrade(config(empty_database_url), script.revision)
        contract = getattr(script.module, "CONTRACT", None)
        if contract is None:
            assert refused(statements) == [], f"{script.revision}: see checkin/store/migrate.py"
        else:
            assert contract <= RELEASED, f"{script.revision} takes away what the last release still needs"


def test_every_big_table_is_one_of_ours(database_url: str) -> None:
    engine = create_engine(database_url)
    assert set(inspect(engine).get_table_names()) >= BIG
    engine.dispose()


def test_rows_as_the_last_release_wrote_them_can_be_written_still(databases: Databases, database_url: str) -> None:
    """A day's rows without anything that was added since, put into today's tables."""
    with opened(database_url) as line:
        with line.store.work(NOON) as work:
            load_file(work, DEMO)
        with line.store.work(NOON) as work:
            open_case(work, Severity.RED, "words", person_id=person(line, "ann"), words="help")
        for sid, words in (("SM1", "next"), ("SM2", "pause 2 weeks"), ("SM3", "buddy hello"), ("SM4", "I can't go on")):
            with line.store.work(NOON) as work:
                hear(work, Text(sid, "+447700900101", words))
    with databases.empty() as old, databases.clean() as new:
        command.upgrade(config(old), RELEASED)
        engine = create_engine(old)
        tables = {
            name: [c["name"] for c in inspect(engine).get_columns(name)] for name in inspect(engine).get_table_names()
        }
        engine.dispose()
        written = 0
        for table, columns in tables.items():
            written += copied(database_url, new, table, columns) if table != "alembic_version" else 0
    assert written > 100


def copied(source: str, target: str, table: str, columns: list[str]) -> int:
    """Copy some columns of a table from one database to another, which fills in the others; return how many rows.

    Which row refers to which is not looked at: tables are not in order here.
    """
    named = ", ".join(f'"{column}"' for column in columns)
    plain = [url.replace("+psycopg", "") for url in (source, target)]
    with psycopg.connect(plain[0]) as giving, psycopg.connect(plain[1]) as taking:
        taking.execute("SET session_replication_role = replica")
        with giving.cursor().copy(f"COPY (SELECT {named} FROM {table}) TO STDOUT") as out:  # noqa: S608 - names of our own
            rows = b"".join(out)
        with taking.cursor() as cursor:
            with cursor.copy(f"COPY {table} ({named}) FROM STDIN") as into:
                into.write(rows)
            return cursor.rowcount


# --- one at a time, beside a running line ---


def test_the_second_waits_says_so_and_finds_it_done(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    told = []
    with engine.connect() as first:
        first.execute(text("SELECT pg_advisory_lock(:key)"), {"key": migrate._LOCK})
        # The lock is the session's; an index that is built beside others would wait for an open transaction.
        first.commit()

        def waits() -> None:
            told.append("waits")
            command.upgrade(config(empty_database_url), "head")
            first.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": migrate._LOCK})
            first.commit()

        assert upgrade(empty_database_url, waits) is State.UP_TO_DATE
    engine.dispose()
    assert told == ["waits"]
    with overheard() as statements:
        upgrade(empty_database_url, waits)
    assert not [s for s in statements if s.startswith(("CREATE", "ALTER"))]


def test_a_change_that_waits_for_a_table_lets_texts_pass(database_url: str, tmp_path: Path) -> None:
    later = further(tmp_path, body="op.execute('ALTER TABLE groups ADD COLUMN colour TEXT')")
    engine = create_engine(database_url, connect_args={"options": "-c lock_timeout=20000"})
    with ThreadPoolExecutor(1) as pool, engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM groups"))
        running = pool.submit(upgrade, database_url, folder=later)
        with engine.connect() as waiting:
            queue = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'groups'::regclass")
            while not waiting.execute(queue).scalar_one():
                assert not running.done()
            waiting.execute(text("SELECT count(*) FROM groups"))
            waiting.rollback()
            # It gives way, and is not over.
            while waiting.execute(queue).scalar_one():
                waiting.rollback()
        assert not running.done()
        reader.rollback()
        assert running.result() is State.UP_TO_DATE
    engine.dispose()


def test_an_index_is_built_beside_a_line_that_writes(database_url: str, tmp_path: Path) -> None:
    body = (
        "with op.get_context().autocommit_block():\n"
        "        op.create_index('ix_later', 'messages', ['at', 'id'], postgresql_concurrently=True)"
    )
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(upgrade, database_url, folder=further(tmp_path, body=body)) for _ in range(2)]
        assert [one.result() for one in both] == [State.UP_TO_DATE] * 2
    engine = create_engine(database_url)
    assert "ix_later" in {index["name"] for index in inspect(engine).get_indexes("messages")}
    engine.dispose()


# --- going back ---


def test_the_version_before_runs_beside_a_later_one_that_only_added(database_url: str, tmp_path: Path) -> None:
    later = further(tmp_path)
    assert state(database_url, folder=later) is State.BEHIND
    upgrade(database_url, folder=later)
    assert state(database_url, folder=later) is State.UP_TO_DATE
    assert state(database_url) is State.NEWER
    assert upgrade(database_url) is State.NEWER


@pytest.mark.parametrize(("oldest", "then"), [(HEAD, State.NEWER), (f"{int(HEAD) + 1:04}", State.TOO_NEW)])
def test_a_contract_step_tells_versions_that_are_too_old(
    database_url: str, tmp_path: Path, oldest: str, then: State
) -> None:
    later = further(tmp_path, contract=oldest)
    upgrade(database_url, folder=later)
    assert state(database_url, folder=later) is State.UP_TO_DATE
    assert state(database_url) is then
    if then is State.TOO_NEW:
        with pytest.raises(CheckinError, match="later version"):
            upgrade(database_url)


def test_what_was_never_upgraded_is_behind(empty_database_url: str) -> None:
    assert state(empty_database_url) is State.BEHIND
    assert check(empty_database_url) == (None, HEAD)
