"""One search of the logs follows a text from the door to the page it caused, and to what the carrier told of that."""

import json
from typing import Any

from tests.stories.town import Phone, Town


def logged(town: Town) -> list[tuple[str, dict[str, Any]]]:
    """What the processes have logged in this story, each line with the name of its process."""
    lines = [(name, line) for name, text in town.written().items() for line in text.splitlines()]
    return [(name, json.loads(line)) for name, line in lines if line.startswith("{")]


def footprints(town: Town, trace: str) -> set[tuple[str, ...]]:
    """What a search for one trace finds: the process, the event, and what it is about."""
    about = ("path", "word", "wording", "topic")
    return {
        (name, line["event"], *(line[key] for key in about if line.get(key)))
        for name, line in logged(town)
        if line.get("trace") == trace
    }


def test_one_search_follows_a_text_to_the_page_it_caused_and_back(
    ann: Phone, sue: Phone, omar: Phone, clock: Town
) -> None:
    ann.texts("i want to end it all tonight").hears("999")
    sue.hears("needs a person now")
    came = next(line for name, line in logged(clock) if name == "web" and line.get("path") == "/twilio/sms")
    trace = came["trace"]
    # By the carrier's own id of the text the search begins.
    assert came["sid"] == clock.scalar("SELECT sid FROM messages WHERE direction = 'in'")
    at_once = {
        ("web", "answered", "/twilio/sms"),
        ("worker", "sent", "page.ask"),
        ("web", "answered", "/twilio/sms/status", "delivered"),
    }
    assert at_once <= footprints(clock, trace)
    # Nobody takes it: what was set for later, minutes on and in another process, is still about that text.
    clock.moves(minutes=5)
    omar.hears("needs a person now").is_rung().answers().presses("1").hangs_up()
    sue.hears("needs a person now").is_rung().lets_it_ring()
    later = {
        ("worker", "timer_fired"),
        ("web", "answered", "/twilio/voice/out", "in-progress"),
        ("web", "answered", "/twilio/voice/key", "in-progress"),
        ("web", "answered", "/twilio/voice/status", "completed"),
    }
    assert later <= footprints(clock, trace)
    # Another text is another story.
    omar.texts("1").hears("is yours")
    sue.hears("has been taken by Omar")
    others = {line["trace"] for _, line in logged(clock) if "trace" in line} - {trace}
    assert others
    assert all(("worker", "sent", "page.ask") not in footprints(clock, other) for other in others)
