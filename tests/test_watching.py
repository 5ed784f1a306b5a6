"""What the line tells a watch: true numbers, and rules and pictures that name numbers which exist."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from yamllint import linter
from yamllint.config import YamlLintConfig

import webhooks
from checkin import escalations
from checkin.bootstrap import Line
from checkin.conversation.effects import Severity, Stream
from checkin.outbox import owe
from tests.parts import NOON, loads, opened, person
from tests.test_webhooks import TOWN
from webhooks.metrics import ASKED, COUNTED
from workers.queues import URGENT, Bell, ask

DEPLOY = Path(__file__).parent.parent / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
LABELS = {**COUNTED, **{name: labels for name, (_, labels) in ASKED.items()}, "up": ("job",)}
# What Prometheus makes of a histogram.
LABELS |= {f"checkin_webhook_seconds{end}": ("path", "le") for end in ("_bucket", "_sum", "_count")}
FUNCTIONS = {"absent", "clamp_min", "histogram_quantile", "increase", "rate", "sum", "by", "or", "le"}


def rules() -> list[dict[str, Any]]:
    """Return the alert rules."""
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Return what the dashboard draws."""
    found: list[dict[str, Any]] = json.loads((DEPLOY / "grafana" / "checkin-line.json").read_text())["panels"]
    return found


def expressions() -> list[str]:
    """Return every question that is put to Prometheus."""
    return [rule["expr"] for rule in rules()] + [t["expr"] for panel in panels() for t in panel["targets"]]


@pytest.mark.parametrize("expression", expressions())
def test_a_question_is_well_formed_and_names_what_there_is(expression: str) -> None:
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing)
    named = re.findall(r"\b(up|checkin_\w+)(?:\{(.*?)\})?", expression)
    assert named
    for name, conditions in named:
        assert name in LABELS
        assert set(re.findall(r'(\w+)(?:=~|!=|=)"', conditions)) <= set(LABELS[name])
    bare = re.sub(r'\{.*?\}|\[\w+\]|"[^"]*"|\b(?:up|checkin_\w+)|by \([\w, ]+\)', "", expression)
    assert set(re.findall(r"[a-z_]{2,}", bare)) <= FUNCTIONS


def test_each_rule_says_what_to_do_and_whom_to_wake() -> None:
    problems = linter.run(RULES.read_text(), YamlLintConfig("{extends: default, rules: {line-length: {max: 120}, "
        "document-start: disable, braces: {max-spaces-inside: 1}}}"))  # fmt: skip
    assert list(problems) == []
    assert len({rule["alert"] for rule in rules()}) == len(rules()) >= 12
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "work"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["do"]


def test_the_dashboard_draws_everything_once_and_nothing_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not taken & cells
        taken |= cells
    drawn = set(re.findall(r"checkin_\w+", " ".join(t["expr"] for panel in panels() for t in panel["targets"])))
    assert {*ASKED, *COUNTED} - {re.sub("_(bucket|count|sum)$", "", name) for name in drawn} == set()
    assert len({panel["id"] for panel in panels()}) == len(panels())


# --- what is told ---


@pytest.fixture
def line(database_url: str, redis_url: str) -> Iterator[Line]:
    """A line at noon."""
    with opened(database_url, REDIS_URL=redis_url) as found:
        loads(found, TOWN)
        yield replace(found, clock=lambda: NOON)


def told(line: Line) -> dict[str, float]:
    """Return what /metrics says."""
    client: FlaskClient = webhooks.create_app(line, Bell(line.settings.redis_url)).test_client()
    lines = client.get("/metrics").text.splitlines()
    return {name: float(number) for name, _, number in (row.rpartition(" ") for row in lines if row[0] != "#")}


def test_the_numbers_are_those_of_the_tables(line: Line) -> None:
    ann = person(line, "ann")
    with line.store.work(NOON - timedelta(minutes=20)) as work:
        escalations.open_case(work, Severity.RED, "words", person_id=ann)
        owe(work, ann, "text", Stream.REMINDERS, "back.done", {"name": "Ann"})
        work.conn.exec_driver_sql("INSERT INTO findings (what, since, many) VALUES ('page_waits', now(), 3)")
    with line.store.work(NOON - timedelta(hours=2)) as work:
        # Of four cases that were taken, two after a minute; the slowest took an hour.
        for waited in (60, 60, 120, 3600):
            work.conn.exec_driver_sql(
                "INSERT INTO cases (id, severity, reason, status, opened_at, taken_by, taken_at, closed_at) VALUES "
                "(gen_random_uuid(), 'amber', 'words', 'closed', %(at)s, %(who)s, "
                "CAST(%(at)s AS timestamptz) + %(waited)s * interval '1 second', %(at)s)",
                {"at": work.now, "who": ann, "waited": waited},
            )
    ask(line.settings.redis_url, URGENT, "fire")
    numbers = told(line)
    expected = {
        'checkin_cases_open{severity="red",status="open"}': 1,
        'checkin_case_unanswered_seconds{severity="red"}': 1200,
        'checkin_late_seconds{what="bulk"}': 1200,
        'checkin_late_seconds{what="normal"}': 0,
        'checkin_time_to_human_seconds{severity="amber",share="0.5"}': 60,
        'checkin_time_to_human_seconds{severity="amber",share="1"}': 3600,
        'checkin_findings{what="page_waits"}': 3,
        'checkin_queue_jobs{queue="urgent"}': 1,
        'checkin_queue_jobs{queue="bulk"}': 0,
        'checkin_failed_jobs{queue="urgent"}': 0,
        "checkin_red_cases_untaken": 1,
        "checkin_redis_up": 1,
        "checkin_database_up": 1,
    }
    assert {name: numbers.get(name) for name in expected} == expected


def test_without_redis_and_database_it_still_says_so() -> None:
    with opened("postgresql+psycopg://nobody@127.0.0.1:1/nothing") as nowhere:
        numbers = told(nowhere)
    assert (numbers["checkin_database_up"], numbers["checkin_redis_up"]) == (0, 0)
