"""What goes wrong is logged with its kind and its place, and without anything that anybody said."""

import inspect
import json
import logging

import pytest
import redis
import sqlalchemy as sa
from flask import Flask
from rq import Queue, SimpleWorker
from rq.registry import FailedJobRegistry

from checkin import logs
from checkin.bootstrap import Line
from tests.parts import NOON, environment, opened
from tests.stories import leaks
from workers import jobs, queues

WORDS = "i cannot go on, ring me on 07700 900123"


def of_ours() -> None:
    """An exception that quotes what could not be read, with another behind it."""
    try:
        int(WORDS)
    except ValueError as error:
        raise KeyError(WORDS) from error


def of_the_database(line: Line) -> None:
    """An exception that quotes a statement's values."""
    with line.store.work(NOON) as work:
        work.conn.execute(sa.text("SELECT CAST(:words AS uuid)"), {"words": WORDS})


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Return the last line of the log."""
    written = capsys.readouterr().err
    assert WORDS not in written
    assert "900123" not in written
    line: dict[str, object] = json.loads(written.splitlines()[-1])
    return line


def test_an_exception_is_logged_with_its_causes_and_places_and_without_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    try:
        of_ours()
    except KeyError:
        logs.get("test").exception("went_wrong")
    line = logged(capsys)
    assert (line["event"], line["level"]) == ("went_wrong", "error")
    assert [(e["kind"], e["at"][-1].rpartition(" ")[2]) for e in line["exception"]] == [  # type: ignore[attr-defined]  # JSON
        ("KeyError", "of_ours"),
        ("ValueError", "of_ours"),
    ]


def test_what_the_database_refused_is_logged_with_its_state(
    capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    with opened(database_url) as line:
        try:
            of_the_database(line)
        except sa.exc.DBAPIError:
            logs.get("test").exception("went_wrong")
    # invalid_text_representation (PostgreSQL, appendix A)
    assert "22P02" in str(logged(capsys)["exception"])


def test_a_page_that_breaks_is_logged_by_flask_in_the_same_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    app = Flask("a page")

    def page() -> str:
        of_ours()
        return ""

    app.add_url_rule("/", "break", page)
    assert WORDS not in app.test_client().get("/").text
    line = logged(capsys)
    assert (line["event"], line["logger"]) == ("library_error", "a page")
    logging.getLogger("a library").warning("%s things", 3)
    assert logged(capsys)["event"] == "3 things"


def test_a_job_that_fails_leaves_nothing_of_it_in_redis(
    capsys: pytest.CaptureFixture[str], redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database cannot be reached, and its address stands in the message."""
    for name, value in environment(f"postgresql+psycopg://{'x' * 30}@127.0.0.1:1/nothing").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(jobs, "the_line", jobs.the_line.__wrapped__)
    queues.ask(redis_url, queues.URGENT, "fire")
    with redis.Redis.from_url(redis_url) as client:
        queue = Queue(queues.URGENT, connection=client)
        SimpleWorker([queue], connection=client).work(burst=True, logging_level="CRITICAL")
        failed = FailedJobRegistry(queue=queue).get_job_ids()
        assert len(failed) == 1
        assert "OperationalError in fire" in leaks.all_of(client)
        assert leaks.in_redis(client, {"x" * 30}) == []
    written = capsys.readouterr().err
    assert '"event": "job_failed"' in written
    assert "x" * 30 not in written


def test_every_job_is_one_of_those() -> None:
    named = {
        name: job for name, job in vars(jobs).items() if inspect.isfunction(job) and job.__module__ == jobs.__name__
    }
    assert {name for name, job in named.items() if name[0] != "_" and not hasattr(job, "__wrapped__")} == set()
    assert "tick" in named
