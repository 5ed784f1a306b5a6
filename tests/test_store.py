"""The tables: the models and the migrations say the same, and what must never be stored cannot be."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from checkin.bootstrap import Line
from checkin.store.ids import new_id
from checkin.store.migrate import check, upgrade
from checkin.store.models import Base, Person
from checkin.store.work import as_uuid, is_away
from tests.parts import NOON, opened, person, value


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that knows two people, one of them with a case."""
    with opened(database_url) as found:
        with found.store.work(NOON) as work:
            for ref in ("ann", "sue"):
                work.add(Person, id=new_id(), ref=ref, name=b"")
        yield found


# --- migrations ---


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        difference = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert difference == []


def test_the_checks_of_the_models_are_in_the_database(database_url: str) -> None:
    """Alembic does not compare CHECK constraints."""
    engine = create_engine(database_url)
    found = inspect(engine)
    for table in Base.metadata.sorted_tables:
        stored = {c["name"] for c in found.get_check_constraints(table.name)}
        modelled = {str(c.name) for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        assert modelled == stored, table.name
    engine.dispose()


def test_upgrading_twice_is_upgrading_once(empty_database_url: str) -> None:
    assert check(empty_database_url)[0] is None
    upgrade(empty_database_url)
    upgrade(empty_database_url)
    current, newest = check(empty_database_url)
    assert current == newest is not None


def test_two_releases_that_start_together_do_not_both_migrate(empty_database_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(upgrade, empty_database_url) for _ in range(3)]:
            done.result()
    current, newest = check(empty_database_url)
    assert current == newest


def test_a_password_with_signs_in_it_survives_the_way_to_alembic(empty_database_url: str) -> None:
    upgrade(f"{empty_database_url}{'&' if '?' in empty_database_url else '?'}application_name=a%2520b")
    assert check(empty_database_url)[0]


# --- what must never be stored ---

NEVER = {
    "a check-in that is settled at no time":
        "INSERT INTO check_ins (id, person_id, due_at, ladder, status) VALUES (:id, :ann, :now, '{}', 'settled')",
    "two open check-ins of one person":
        "INSERT INTO check_ins (id, person_id, due_at, ladder) SELECT gen_random_uuid(), :ann, :now, '{}' "
        "FROM generate_series(1, 2)",
    "a plan without a ladder":
        "INSERT INTO plans (id, person_id, rule, at, ladder) VALUES (:id, :ann, 'FREQ=DAILY', '10:00', '{}')",
    "two open cases of one person":
        "INSERT INTO cases (id, person_id, severity, reason, opened_at) SELECT gen_random_uuid(), :ann, 'red', 'x', "
        ":now FROM generate_series(1, 2)",
    "a case that is taken by nobody":
        "INSERT INTO cases (id, severity, reason, opened_at, status) VALUES (:id, 'red', 'x', :now, 'taken')",
    "RED closed by one person":
        "INSERT INTO cases (id, severity, reason, opened_at, status, closed_at, closed_by, close_asked_by) "
        "VALUES (:id, 'red', 'x', :now, 'closed', :now, :sue, :sue)",
    "RED closed by nobody who asked":
        "INSERT INTO cases (id, severity, reason, opened_at, status, closed_at, closed_by) "
        "VALUES (:id, 'red', 'x', :now, 'closed', :now, :sue)",
    "RED closed by nobody at all":
        "INSERT INTO cases (id, severity, reason, opened_at, status, closed_at) "
        "VALUES (:id, 'red', 'x', :now, 'closed', :now)",
    "two open cases of one stranger's telephone":
        "WITH phone AS (INSERT INTO phones (id, number, number_index) VALUES (:id, 'x', 'x') RETURNING id) "
        "INSERT INTO cases (id, phone_id, severity, reason, opened_at) "
        "SELECT gen_random_uuid(), phone.id, 'task', 'x', :now FROM phone, generate_series(1, 2)",
    "a case that is part of itself":
        "INSERT INTO cases (id, severity, reason, opened_at, status, closed_at, merged_into) "
        "VALUES (:id, 'task', 'x', :now, 'closed', :now, :id)",
    "an open case that was offered by nobody":
        "INSERT INTO cases (id, severity, reason, opened_at, offered_to) VALUES (:id, 'task', 'x', :now, :sue)",
    "a RED case that was laid aside":
        "INSERT INTO cases (id, severity, reason, opened_at, snoozed_until) VALUES (:id, 'red', 'x', :now, :now)",
    "a policy without steps": "INSERT INTO policies (severity, rule) VALUES ('red', '{}')",
    "a message that is leased for ever":
        "INSERT INTO messages (id, at, direction, medium, status) VALUES (:id, :now, 'out', 'text', 'leased')",
    "a message dropped for no reason":
        "INSERT INTO messages (id, at, direction, medium, status) VALUES (:id, :now, 'out', 'text', 'dropped')",
    "a text that came in and is owed":
        "INSERT INTO messages (id, at, direction, medium, status) VALUES (:id, :now, 'in', 'text', 'owed')",
    "a letter": "INSERT INTO messages (id, at, direction, medium, status) VALUES (:id, :now, 'in', 'fax', 'received')",
    "the same text of the carrier's twice":
        "INSERT INTO messages (id, at, direction, medium, status, sid) SELECT gen_random_uuid(), :now, 'in', 'text', "
        "'received', 'SM1' FROM generate_series(1, 2)",
    "a person's own buddy": "INSERT INTO pairs (id, member_id, buddy_id) VALUES (:id, :ann, :ann)",
    "a phone that rings for an hour": "UPDATE people SET ring_seconds = 3600",
    "two silences of one conversation":
        "INSERT INTO timers (id, due_at, kind, person_id) SELECT gen_random_uuid(), :now, 'silence', :ann "
        "FROM generate_series(1, 2)",
    "an alert about nothing": "INSERT INTO alerts (id, person_id, at) VALUES (:id, :ann, :now)",
    "a role that is none": "INSERT INTO staff (person_id, email, role) VALUES (:ann, 'a@example.org', 'king')",
}  # fmt: skip


@pytest.mark.parametrize("what", NEVER)
def test_what_must_never_be_cannot_be_stored(line: Line, what: str) -> None:
    values = {"id": new_id(), "now": NOON, "ann": person(line, "ann"), "sue": person(line, "sue")}
    used = {k: v for k, v in values.items() if f":{k}" in NEVER[what]}
    with pytest.raises(IntegrityError), line.store.work(NOON) as work:
        work.conn.execute(text(NEVER[what]), used)


def test_work_that_fails_leaves_nothing(line: Line) -> None:
    with suppress(ZeroDivisionError), line.store.work(NOON) as work:
        work.conn.execute(text("UPDATE people SET area = 'Leeds'"))
        raise ZeroDivisionError
    assert value(line, "SELECT count(*) FROM people WHERE area IS NOT NULL") == 0


def test_moments_come_back_as_they_went_in(line: Line) -> None:
    until = NOON + timedelta(microseconds=1)
    with line.store.work(NOON) as work:
        work.conn.execute(text("UPDATE people SET paused_until = :until"), {"until": until})
    back = value(line, "SELECT paused_until FROM people")
    assert back == until
    assert back.utcoffset() == timedelta(0)


# --- ids ---


def test_ids_grow_with_time_and_are_never_the_same() -> None:
    found = [new_id() for _ in range(2000)]
    assert len(set(found)) == 2000
    assert [i.version for i in found[:3]] == [7, 7, 7]
    assert [i.int >> 80 for i in found] == sorted(i.int >> 80 for i in found)


def test_an_id_that_somebody_typed_is_one_or_none() -> None:
    assert as_uuid("01a2041a-d972-767f-9513-b4f39ef075b9") == UUID("01a2041a-d972-767f-9513-b4f39ef075b9")
    for typed in ("", "1", "x" * 36, "01a2041a-d972-767f-9513-b4f39ef075b", "💚", "\x00"):
        assert as_uuid(typed) is None


# --- straight to the driver ---


def test_when_the_server_throws_everybody_out_one_piece_of_work_fails_and_the_next_does_not(line: Line) -> None:
    with line.store.work(NOON) as one, line.store.work(NOON) as other:
        mine = [work.rows("SELECT pg_backend_pid()", {})[0][0] for work in (one, other)]
    server = create_engine(line.settings.database_url)
    with server.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM unnest(:pids) AS pid"), {"pids": mine})
    server.dispose()
    with pytest.raises(DBAPIError) as failed, line.store.work(NOON) as work:
        work.rows("SELECT 1", {})
    assert is_away(failed.value)
    with line.store.work(NOON) as work:
        assert work.rows("SELECT %(so)s", {"so": "well"}) == [("well",)]


def test_nonsense_is_not_taken_for_an_absent_server(line: Line) -> None:
    with pytest.raises(DBAPIError) as failed, line.store.work(NOON) as work:
        work.rows("SELECT nothing FROM nowhere", {})
    assert not is_away(failed.value)
