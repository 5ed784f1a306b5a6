"""Searches in every form with what people really write: nonsense, a whole address, somebody else's postcode, danger.

Whatever the form, nonsense comes to a person, of a place no more than its district is used and kept, and danger comes
before whatever was looked for.
"""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from checkin.bootstrap import Line
from checkin.cli import main
from checkin.conversations import calls, texts
from checkin.conversations.calls import Given, Spoken
from checkin.conversations.texts import Text
from checkin.wording.segments import size
from tests.directory.town import serve, settle
from tests.parts import NOON, environment, loads, opened, rows

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, area: Leeds, streams: [checkins]}
  - {ref: sue, name: Sue, phones: 07700 900131}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720}
"""
ANN = "+447700900101"
_sids = count(1)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that Ann belongs to, with help and a group in Leeds and in York."""
    with opened(database_url) as found:
        loads(found, TOWN)
        settle(found)
        with found.store.work(NOON) as work:
            for town, district in (("leeds", "LS6"), ("york", "YO1")):
                near = (f"t:{town}", f"d:{district}", f"a:{district[:2]}")
                serve(work, f"Debt Help {town.title()}", "n:debt", *near, town=town.title())
                serve(work, f"Tea and Talk {town.title()}", "n:groups", *near, town=town.title())
        yield found


def text(line: Line, body: str) -> str:
    """Have the line hear a text of Ann's; return its answer."""
    with line.store.work(NOON) as work:
        return texts.hear(work, Text(f"SM{next(_sids)}", ANN, body))


def said(spoken: Spoken) -> str:
    """What a caller is told."""
    return " ".join((*spoken.say, *spoken.prompt))


def aloud(line: Line, words: str) -> str:
    """Ann rings, and says it; return what she is told."""
    sid = f"CA{next(_sids)}"
    with line.store.work(NOON) as work:
        begun = calls.ring_in(work, sid, ANN)
    with line.store.work(NOON) as work:
        return said(calls.press(work, begun.call, begun.place, Given(words=words, confidence=0.9), sid=sid, step=1))


def find(line: Line, words: str) -> str:
    """FIND by text."""
    return text(line, f"FIND {words}")


def find_aloud(line: Line, words: str) -> str:
    """FIND by telephone."""
    return aloud(line, f"find {words}")


def after_the_question(line: Line, words: str) -> str:
    """What for? In their own words."""
    assert "What are you looking for?" in text(line, "FIND")
    return text(line, words)


def group(line: Line, words: str) -> str:
    """GROUP by text."""
    return text(line, f"GROUP {words}")


def where(line: Line, words: str) -> str:
    """A place, or what is meant for one, in answer to a list."""
    text(line, "FIND DEBT")
    return text(line, words)


FORMS: dict[str, Callable[[Line, str], str]] = {
    "FIND": find, "FIND aloud": find_aloud, "what for?": after_the_question, "GROUP": group, "where?": where,
}  # fmt: skip
# What is said for each input where the form itself does not say what is looked for.
NEED = {"FIND": "debt ", "FIND aloud": "debt ", "what for?": "debt "}


@pytest.mark.parametrize("form", FORMS)
def test_nonsense_comes_to_a_person_and_finds_nothing(line: Line, form: str) -> None:
    answer = FORMS[form](line, "asdfgh qwerty")
    if form == "where?":
        assert "a place" in answer
        return
    assert "asked a person here" in answer
    assert rows(line, "SELECT reason FROM cases")[0].reason in {"wants_help_finding", "wants_a_group"}


@pytest.mark.parametrize("form", FORMS)
def test_of_an_address_the_district_is_used_and_kept_and_no_more(line: Line, form: str) -> None:
    answer = FORMS[form](line, f"{NEED.get(form, '')}12 Cardigan Road YO1 7HH")
    assert "York" in answer.splitlines()[0] or "York" in answer.split("To hear more")[0].split("2.")[0]
    if form != "FIND aloud":
        with line.store.work(NOON) as work:
            bodies = work.conn.exec_driver_sql("SELECT body FROM messages WHERE body IS NOT NULL").scalars().all()
            kept = " ".join(work.vault.open(body, "messages.body") for body in bodies)
        assert "YO1" in kept
        assert "Cardigan" not in kept
        assert "7HH" not in kept


@pytest.mark.parametrize("form", FORMS)
def test_somebody_elses_postcode_counts_and_not_where_they_are_themselves(line: Line, form: str) -> None:
    answer = FORMS[form](line, f"{NEED.get(form, '')}for my mum in YO1 7HH")
    assert "York" in answer
    assert "1 Debt Help Leeds" not in answer
    assert "1. Debt Help Leeds" not in answer


@pytest.mark.parametrize("form", FORMS)
def test_danger_comes_before_what_is_looked_for(line: Line, form: str) -> None:
    answer = FORMS[form](line, "i am going to kill myself tonight")
    assert "999" in answer.replace("9 9 9", "999")
    assert rows(line, "SELECT severity FROM cases WHERE severity = 'red'")


def test_the_command_finds_as_the_line_does(line: Line, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "asked.csv"
    asked = [
        "asdfgh qwerty",
        "debt 12 Cardigan Road YO1 7HH",
        "debt for my mum in YO1 7HH",
        "i am going to kill myself",
    ]
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows([["text"], *([one] for one in asked)])
    assert line.settings.database_url == database_url
    told = CliRunner().invoke(
        main, ["find", "--file", str(file)], env=environment(database_url), catch_exceptions=False
    )
    found = [json.loads(row) for row in told.stdout.splitlines()]
    assert [(one["need"], one["place"]) for one in found] == [
        (None, None), ("debt", "YO1"), ("debt", "YO1"), ("crisis", None),
    ]  # fmt: skip
    assert found[0]["services"] == []
    assert [one["services"][0]["name"] for one in found[1:3]] == ["Debt Help York"] * 2
    assert found[3]["services"][0]["phone"] == "999"


@pytest.mark.parametrize(("day", "found"), [("tuesday", True), ("sunday", False)])
def test_a_group_of_the_directory_is_found_by_its_day(line: Line, day: str, found: bool) -> None:
    assert ("Tea and Talk Leeds" in group(line, f"{day} leeds")) is found


def test_our_own_group_is_found_from_a_district_nearby_and_not_from_far_away(line: Line) -> None:
    loads(line, TOWN.replace("rota:", "groups:\n  - {ref: thu, name: Thursday Circle, area: Leeds}\nrota:"))
    assert "Thursday Circle" in group(line, "LS6")
    assert "Thursday Circle" not in group(line, "York")


LONG = "Community Money and Debt Advice Partnership Office for the Whole of Leeds and its Villages"
WALK = (
    "FIND", "7", "7", "7", "FIND DEBT", "MORE", "purple", "FIND DEBT LS6", "2", "4", "7", "3", "9", "purple rain",
    "FIND SAMARITANS",    "FIND lonely", "1", "4", "GROUP", "1", "GROUP LS6", "TIPS", "TIP", "FIND WELDING",
)  # fmt: skip


def test_no_answer_on_the_way_is_longer_than_two_texts_or_empty(line: Line) -> None:
    with line.store.work(NOON) as work:
        for number in range(5):
            about = "Free advice on debts, rent and council tax. Bring your letters with you, if you can. " * 4
            near = ("t:leeds", "d:LS6", "a:LS")
            serve(work, f"{LONG} {number}", "n:debt", "n:groups", *near, town="Leeds", description=about)
    for minute, body in enumerate(WALK):
        with line.store.work(NOON + timedelta(minutes=2 * minute)) as work:
            answer = texts.hear(work, Text(f"SM{next(_sids)}", ANN, body))
        assert answer, body
        assert size(answer).segments <= 2, (body, answer)


def test_our_own_group_is_found_by_its_name_and_whoever_is_hurt_gets_no_list(line: Line) -> None:
    loads(line, TOWN.replace("rota:", "groups:\n  - {ref: thu, name: Haven Circle, area: York}\nrota:"))
    assert "1 Haven Circle" in find(line, "debt, the havn circle")
    assert "Got your message" in find(line, "domestic abuse haven circle")
