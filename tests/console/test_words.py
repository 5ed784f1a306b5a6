"""Every code the line can write has a sentence, and every moment is said as people say it."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import checkin
from checkin.casebook import Event, Phone
from checkin.gateways import Fault
from console import words
from console.times import Times, lasting

LONDON = ZoneInfo("Europe/London")
_SOURCE = Path(checkin.__file__).parent


def _calls(*names: str) -> Iterator[ast.Call]:
    for file in _SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in names:
                    yield node


def _texts(nodes: list[ast.expr]) -> set[str]:
    return {
        part.value
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def test_every_reason_for_a_case_has_a_sentence() -> None:
    written = _texts([call.args[1] for call in _calls("Escalate")])
    written |= _texts([call.args[2] for call in _calls("open_case", "_task")])
    assert len(written) >= 28
    assert written <= set(words.REASONS)


def test_every_kind_of_event_has_a_sentence() -> None:
    written = _texts([call.args[2] for call in _calls("note") if len(call.args) > 2])
    assert {"opened", "taken", "said"} <= written
    assert written <= words.EVENT_KINDS


def test_every_reason_why_something_was_not_sent_has_a_sentence() -> None:
    gate = ast.parse((_SOURCE / "gate.py").read_text(encoding="utf-8"))
    drops = [call.args[-1] for call in _calls("Drop", "Defer", "withdraw") if call.args]
    drops += [node.value for node in ast.walk(gate) if isinstance(node, ast.Return) and node.value]
    written = _texts(drops) | {fault.name.lower() for fault in Fault}
    assert {"weekly_cap", "hours", "answered", "taken", "paused"} <= written
    assert written <= set(words.WHY_NOT)


def _event(kind: str, detail: str = "", who: str | None = "Ann") -> Event:
    return Event(1, datetime(2026, 12, 3, tzinfo=UTC), kind, who, detail, "")


def test_what_was_heard_is_said_piece_by_piece() -> None:
    told = words.told(_event("opened", "red: words; plan: saving my tablets; intent: want to die (denied)"))
    assert told.what == "Opened as RED: Words that may mean danger"
    assert told.heard == [
        "a way, a time, a note, things given away: “saving my tablets”",
        "the wish to die or not to be here: “want to die (denied)”",
    ]


def test_who_said_it_and_what_the_carrier_said_are_kept() -> None:
    assert words.told(_event("joined", "amber: buddy_worried, said by Ben")).what == (
        "More came in as AMBER: Somebody who looks out for them is worried (said by Ben)"
    )
    assert words.told(_event("opened", "task: number_unreachable (carrier code 30005)")).what.endswith(
        "cannot be reached (carrier code 30005)"
    )


def test_a_code_without_a_sentence_is_shown_as_it_is() -> None:
    assert words.reason("brand_new") == "brand_new"
    assert words.told(_event("brand_new", "of some kind")).what == "brand_new: of some kind"
    assert words.told(_event("opened", "no such form")).what == "Opened: no such form"
    assert words.told(_event("closed", who=None)).what == "Closed by itself"


def test_numbers_are_written_as_at_home() -> None:
    assert words.number(Phone("+447700900101", "mobile", suspended=False), "GB") == "07700 900101 · mobile"
    assert words.number(Phone("+447700900101", "unknown", suspended=False), "IE") == "+44 7700 900101"
    assert (
        words.number(Phone("Heron", "unknown", suspended=True), "GB") == "Heron · out of use until somebody has looked"
    )


NOW = datetime(2026, 12, 3, 19, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOW - timedelta(seconds=20), "Thu 3 Dec, 19:12 · just now"),
        (NOW - timedelta(seconds=40), "Thu 3 Dec, 19:11 · 1 minute ago"),
        (NOW - timedelta(minutes=12), "Thu 3 Dec, 19:00 · 12 minutes ago"),
        (NOW - timedelta(minutes=65), "Thu 3 Dec, 18:07 · 1 hour 5 minutes ago"),
        (NOW - timedelta(hours=25), "Wed 2 Dec, 18:12 · 1 day 1 hour ago"),
        (NOW - timedelta(days=12), "Sat 21 Nov, 19:12 · 12 days ago"),
        (NOW + timedelta(days=2), "Sat 5 Dec, 19:12 · in 2 days"),
        (datetime(2025, 7, 1, 12, tzinfo=UTC), "Tue 1 Jul 2025, 13:00 · 520 days ago"),  # summer time
    ],
)
def test_moments_are_said_as_people_say_them(moment: datetime, said: str) -> None:
    assert Times(NOW, LONDON).both(moment) == said


def test_lengths_of_time_leave_out_what_is_nothing() -> None:
    assert lasting(timedelta(hours=2)) == "2 hours"
    assert lasting(timedelta(days=1)) == "1 day"
    assert lasting(timedelta(seconds=5)) == "under a minute"
    assert Times(NOW, LONDON).waited(NOW) == "under a minute"
