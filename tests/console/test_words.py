"""Every code the line can write has a sentence, and every moment is said as people say it."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

import checkin
from checkin.casebook import Event, Phone, Profile, Said
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


def test_when_somebody_may_be_rung_is_said_in_words() -> None:
    told = words.told(_event("opened", "task: call_me; ring: 10:00 to 15:00 only, Europe/London"))
    assert told.heard == ["Ringing them: 10:00 to 15:00 only, Europe/London"]


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
SENT = Said(
    id=UUID(int=1), at=NOW, direction="out", medium="text", words="Hello", answer="", unread=False, stream="service",
    status="sent", reason=None, reached=False, due_at=NOW + timedelta(hours=14), carrier_status=None, carrier_code=None,
)  # fmt: skip
ANN = Profile(
    name="Ann", language="en", zone="Europe/London", area=None, status="active", prefers="text", discreet=False,
    safe_to_text=True, safe_to_call=True, safe_hours=None, shared_phone=False, voicemail="full", text_blocked=False,
    has_pin=False, missed_call_ok=False, text_relay=False,
    paused_until=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ({"status": "owed"}, "Waiting to go out"),
        (
            {"status": "owed", "reason": "hours"},
            "Held back until Fri 4 Dec, 09:12: it is outside the hours in which they may be disturbed",
        ),
        ({"status": "leased"}, "Being sent now"),
        ({"status": "unknown"}, "May have been sent: the carrier is being asked"),
        ({"status": "dropped", "reason": "paused"}, "Not sent: they have paused messages"),
        ({"status": "dropped", "reason": "brand_new"}, "Not sent: brand_new"),
        (
            {"status": "failed", "reason": "no_such_number", "carrier_code": 21211},
            "Failed: there is no such number (carrier code 21211)",
        ),
        ({}, "On its way"),
        ({"carrier_status": "delivered"}, "Delivered"),
        ({"carrier_status": "undelivered", "carrier_code": 30005}, "Not delivered (carrier code 30005)"),
        ({"medium": "call", "carrier_status": "no-answer"}, "No answer"),
        (
            {"medium": "call", "carrier_status": "completed"},
            "Answered, but no key was pressed, so nobody may have heard it",
        ),
        ({"medium": "call", "carrier_status": "completed", "reached": True}, "Reached: somebody pressed a key"),
        ({"direction": "in", "status": "received"}, ""),
        ({"direction": "in", "status": "received", "unread": True}, "Not understood: a person should read it"),
    ],
)
def test_what_became_of_a_text_or_call_is_said(changes: dict[str, Any], fate: str) -> None:
    assert words.fate(replace(SENT, **changes), Times(NOW, LONDON)) == fate


def test_what_is_still_to_come_and_what_was_lost_are_told_apart() -> None:
    assert words.is_pending(replace(SENT, status="owed"))
    assert words.is_lost(replace(SENT, carrier_status="undelivered"))
    assert not words.is_lost(SENT)


@pytest.mark.parametrize(
    ("changes", "label", "value"),
    [
        ({"text_blocked": True}, "Text", "Texts do not arrive: they or the carrier stopped them"),
        ({"safe_to_call": False}, "Ring", "Not safe: do not ring"),
        (
            {"zone": "Europe/Paris", "safe_hours": (time(9), time(17, 30))},
            "Hours",
            "09:00 to 17:30 only (Europe/Paris time)",
        ),
        ({"language": "pl"}, "Language", "Polish"),
        ({"status": "suspended"}, "On the line", "Suspended"),
    ],
)
def test_what_asks_for_care_says_so(changes: dict[str, Any], label: str, value: str) -> None:
    assert not any(line.care for line in words.safe_contact(ANN, Times(NOW, LONDON)))
    assert words.Line(label, value, care=True) in words.safe_contact(replace(ANN, **changes), Times(NOW, LONDON))


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
