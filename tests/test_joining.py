"""Joining: names and codes as people write them, and what the line makes of two who come at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from checkin import joining, people
from checkin.bootstrap import Line
from checkin.conversation.contact import questions
from checkin.conversation.effects import Reach
from checkin.conversation.replies import Asked, read
from checkin.conversation.topics import TOPICS
from checkin.conversations import texts
from checkin.conversations.texts import Text
from checkin.errors import BadFile
from tests.parts import NOON, loads, opened, person, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins], discreet: yes}
  - {ref: joy, name: Joy, phones: 07700 900141, streams: [buddy]}
groups:
  - {ref: leeds, name: Leeds group, join: Leeds-7, members: [ann]}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with one group, that can be joined."""
    with opened(database_url) as found:
        loads(found, TOWN)
        yield found


_sids = iter(range(10**6))


def hears(line: Line, sender: str, body: str) -> str:
    """Have the line hear a text; return its answer."""
    with line.store.work(NOON) as work:
        return texts.hear(work, Text(f"SM{next(_sids)}", sender, body))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Fran", "Fran"),
        ("fran", "Fran"),
        ("FRAN", "Fran"),
        ("Hi my name is Fran", "Fran"),
        ("my name's fran", "Fran"),
        ("I'm Mary-Jane", "Mary-Jane"),
        ("its Siân xx", "Siân"),
        ("call me Al", "Al"),
        ("everyone calls me Jo", "Jo"),
        ("Joy", "Joy"),
        ("Will.", "Will"),
        ("O'Brien", "O'Brien"),
        ("mam na imię Łucja", "Łucja"),
        ("مريم", "مريم"),
        ("Im", "Im"),
        ("Mary Ann Lou", "Mary Ann Lou"),
        ("", None),
        ("12345", None),
        ("skip", None),
        ("No", None),
        ("\x00\x07\u202e", None),
        ("I would rather not say that here", None),
        ("A" * 60, None),
    ],
)
def test_a_name_is_found_in_what_people_write(words: str, name: str | None) -> None:
    assert joining.name_in(words) == name


@pytest.mark.parametrize(
    "said",
    ["LEEDS7", "leeds 7", "Leeds-7", "1EEDS7", "l e e d s 7", "my code is leeds7 thanks", "sorry its leeds 7 ta"],
)
def test_a_code_is_found_however_it_is_written(line: Line, said: str) -> None:
    with line.store.work(NOON) as work:
        assert joining.find_group(work, [said]) is not None


@pytest.mark.parametrize("said", ["leeds", "the Leeds group", "leeeds please"])
def test_a_group_with_a_code_is_found_by_its_name_where_no_other_is_called_so(line: Line, said: str) -> None:
    with line.store.work(NOON) as work:
        assert joining.find_group(work, [said]) is not None
    loads(line, f"{TOWN}  - {{ref: second, name: Leeds Sunday group, join: SECOND}}\n")
    with line.store.work(NOON) as work:
        assert joining.find_group(work, [said]) is None


def test_a_group_without_a_code_is_joined_through_a_person(line: Line) -> None:
    loads(line, TOWN.replace(", join: Leeds-7", ""))
    with line.store.work(NOON) as work:
        assert joining.find_group(work, ["leeds"]) is None


@pytest.mark.parametrize("said", ["LEEDS8", "", "7", "york", "'; DROP TABLE groups; --", "\x00", "L" * 5000])
def test_what_is_no_code_finds_nothing(line: Line, said: str) -> None:
    with line.store.work(NOON) as work:
        assert joining.find_group(work, [said]) is None


def test_two_groups_cannot_have_codes_that_look_alike(line: Line) -> None:
    with pytest.raises(BadFile, match="given twice"):
        loads(line, TOWN + "  - {ref: york, name: York group, join: 1EEDS7}\n")
    with pytest.raises(BadFile, match="3 to 20 letters and digits"):
        loads(line, TOWN + "  - {ref: york, name: York group, join: A}\n")


def test_a_stranger_whose_two_texts_come_at_once_is_one_person(line: Line) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: hears(line, "+447700900161", "JOIN LEEDS7"), range(4)))
    # The same words again may be taken for the same text sent twice.
    assert any(answers)
    assert value(line, "SELECT count(*) FROM people WHERE ref IS NULL") == 1


def test_nothing_is_agreed_to_before_the_yes_and_the_ledger_says_under_what(line: Line) -> None:
    hears(line, "+447700900161", "join leeds7")
    assert value(line, "SELECT count(*) FROM consents WHERE how = 'text'") == 0
    assert value(line, "SELECT streams FROM people WHERE ref IS NULL") == []
    hears(line, "+447700900161", "maybe")
    assert value(line, "SELECT count(*) FROM consents WHERE how = 'text'") == 0
    hears(line, "+447700900161", "yes")
    wording = {w for (w,) in rows(line, "SELECT wording FROM consents WHERE how = 'text'")}
    assert len(wording) == 1
    assert wording.pop().startswith("joining.ask en ")


def test_a_name_is_sealed(line: Line) -> None:
    for said in ("join leeds7", "yes", "Francesca"):
        hears(line, "+447700900161", said)
    stored = value(line, "SELECT name FROM people WHERE ref IS NULL")
    assert b"Francesca" not in stored
    assert line.store.vault.open(stored, "people.name") == "Francesca"


def test_somebody_nameless_is_spoken_to_without_a_gap(line: Line) -> None:
    for said in ("join leeds7", "yes", "skip", "1", "2", "1", "1"):
        hears(line, "+447700900161", said)
    assert value(line, "SELECT count(*) FROM case_events WHERE detail LIKE '%name_needed%'") == 1
    assert hears(line, "+447700900161", "im fine thanks") == "Good to hear from you. Take care."


def test_a_contact_who_joins_is_asked_first_and_stays_a_contact_when_not(line: Line) -> None:
    assert "Would you like to get" in hears(line, "+447700900141", "JOIN LEEDS7")
    assert "Nothing more" in hears(line, "+447700900141", "2")
    assert value(line, "SELECT status || streams::text FROM people WHERE ref = 'joy'") == "active{buddy}"


def test_somebody_suspended_is_for_a_person(line: Line) -> None:
    with line.store.work(NOON) as work:
        people.set_status(work, person(line, "joy"), "suspended")
    assert "Would you" not in hears(line, "+447700900141", "JOIN LEEDS7")
    assert value(line, "SELECT reason FROM cases") == "wants_to_join"


def test_what_people_answer_survives_the_file_until_the_file_says_otherwise(line: Line) -> None:
    hears(line, "+447700900101", "POLSKI")
    with line.store.work(NOON) as work:
        ann = people.lock(work, person(line, "ann"))
        assert ann is not None
        people.reach(work, people.reach(work, ann, "mornings"), "private")
    loads(line, TOWN)
    profile = "SELECT language || ' ' || safe_from || ' ' || discreet FROM people WHERE ref = 'ann'"
    # The file names `discreet`, and neither of the others.
    assert value(line, profile) == "pl 09:00:00 true"


def test_only_texts_is_never_taken_from_the_silence_of_somebody_who_is_rung(line: Line) -> None:
    loads(line, "people:\n  - {ref: gus, name: Gus, phones: 0113 496 0151, streams: [checkins]}\n")
    with line.store.work(NOON) as work:
        gus = people.lock(work, person(line, "gus"))
        assert gus is not None
        people.reach(work, gus, "texts_unsaid")
    assert value(line, "SELECT safe_to_call FROM people WHERE ref = 'gus'")


# --- tables ---


def test_every_answer_that_a_table_orders_is_known_and_none_is_idle() -> None:
    gos = [
        go
        for topic in TOPICS.values()
        for step in topic.steps.values()
        for go in (*step.hears.values(), *step.checked.values(), step.silence.go)
    ]
    assert {e.answer for go in gos for e in go.effects if isinstance(e, Reach)} == set(people.REACH)


def test_every_question_of_the_profile_can_be_skipped_and_is_answered_by_its_silence() -> None:
    for step in questions(unasked=(), done="joining.done").values():
        assert any(isinstance(e, Reach) for e in step.silence.go.effects)
        skipped = read("skip", step.asked)
        assert skipped.kind.value in {heard.value for heard in step.hears}
        assert step.asked is Asked.MENU


def test_no_thread_of_joining_is_about_somebody_elses_row(line: Line) -> None:
    hears(line, "+447700900161", "join leeds7")
    subject = value(line, "SELECT state->'threads'->0->>2 FROM people WHERE ref IS NULL")
    assert UUID(subject) == value(line, "SELECT id FROM groups")
