"""The audit shows what was done to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from checkin import audit
from checkin.bootstrap import Line, open_line
from checkin.store.vault import new_key
from checkin.store.work import Work

NOON = datetime(2026, 12, 3, 12, 0, 0, 123456, tzinfo=UTC)
SUE = UUID(int=1)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with an empty audit."""
    found = open_line(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "PUBLIC_URL": "https://line.example.org",
            "TWILIO_ACCOUNT_SID": "AC" + "5" * 32,
            "TWILIO_AUTH_TOKEN": "a-token-for-tests",
            "TWILIO_NUMBER": "+441632960000",
            "CHECKIN_KEYS": new_key(),
            "CHECKIN_SECRET": "a-secret-for-tests",
        }
    )
    yield found
    found.store.engine.dispose()


@pytest.fixture
def kept(line: Line) -> list[int]:
    """Five rows that fit; their ids."""
    for number in range(5):
        with line.store.work(NOON) as work:
            audit.record(work, SUE if number else None, "read_case", f"case {number}", "" if number % 2 else "é")
    with line.store.work(NOON) as work:
        return list(work.conn.exec_driver_sql("SELECT id FROM audit ORDER BY id").scalars())


def _tampers(line: Line, sql: str, **values: int) -> int | None:
    """Do what only a superuser could, and return what the chain says to it."""
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER audit_append_only")
        work.conn.execute(text(sql), values)
        work.conn.exec_driver_sql("ALTER TABLE audit ENABLE TRIGGER audit_append_only")
    return _verified(line)


def _verified(line: Line) -> int | None:
    with line.store.work(NOON) as work:
        return audit.verify(work)


def test_an_empty_audit_fits(line: Line) -> None:
    assert _verified(line) is None


def test_rows_that_were_only_added_fit(line: Line, kept: list[int]) -> None:
    assert len(kept) == 5
    assert _verified(line) is None


def test_rows_cannot_be_changed_or_taken_away(line: Line, kept: list[int]) -> None:
    for sql in ("UPDATE audit SET action = 'x'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError, match="only ever added"), line.store.work(NOON) as work:
            work.conn.exec_driver_sql(sql)
    assert len(kept) == 5


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit SET at = at + interval '1 microsecond' WHERE id = :id",
        "UPDATE audit SET actor = '00000000-0000-0000-0000-000000000002' WHERE id = :id",
        "UPDATE audit SET actor = NULL WHERE id = :id",
        "UPDATE audit SET action = 'take' WHERE id = :id",
        "UPDATE audit SET subject = 'case 9' WHERE id = :id",
        "UPDATE audit SET detail = 'x' WHERE id = :id",
        "UPDATE audit SET row_hash = sha256('x') WHERE id = :id",
    ],
)
def test_a_changed_row_shows(line: Line, kept: list[int], sql: str) -> None:
    assert _tampers(line, sql, id=kept[2]) == kept[2]


def test_a_row_left_out_shows_at_the_next(line: Line, kept: list[int]) -> None:
    assert _tampers(line, "DELETE FROM audit WHERE id = :id", id=kept[0]) == kept[1]


def test_a_row_slipped_in_shows(line: Line, kept: list[int]) -> None:
    again = "INSERT INTO audit (id, at, action, row_hash) SELECT :new, at, action, row_hash FROM audit WHERE id = :id"
    assert _tampers(line, again, new=kept[-1] + 1, id=kept[-1]) == kept[-1] + 1


def test_a_transaction_that_failed_leaves_a_chain_that_fits(line: Line, kept: list[int]) -> None:
    with line.store.engine.connect() as connection:
        audit.record(Work(connection, line.store.vault, line.settings, NOON), SUE, "read_case", "case 7")
        connection.rollback()
    with line.store.work(NOON) as work:
        audit.record(work, SUE, "read_case", "case 8")
    assert _verified(line) is None
    assert len(kept) == 5


def test_many_at_once_make_one_chain(line: Line) -> None:
    def add(number: int) -> None:
        with line.store.work(NOON) as work:
            audit.record(work, SUE, "read_case", f"case {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    with line.store.work(NOON) as work:
        assert work.conn.exec_driver_sql("SELECT count(*) FROM audit").scalar_one() == 40
    assert _verified(line) is None
