"""Stopping and starting: the ledger, the one confirmation, and the words that may mean more than texts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from checkin import delivery, wording
from checkin.bootstrap import Line
from checkin.conversation import agenda
from checkin.conversation.effects import Stream
from checkin.conversation.topics import TOPICS
from checkin.conversations import due, texts
from checkin.conversations.texts import Text
from checkin.gateways import Fault
from tests.parts import NOON, loads, opened, person, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, reminders, buddy],
     plan: {days: every day, at: "12:30", ladder: [text, staff]}}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [checkins]}
  - {ref: sue, name: Sue, phones: 07700 900131}
"""
ANN, BEN, SUE = "+447700900101", "+447700900111", "+447700900131"
LEDGER = "SELECT stream, change, how, wording FROM consents WHERE person_id = :who AND how <> 'file' ORDER BY id"


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that Ann and Ben belong to; nobody has agreed to anything for Sue. The carrier leaves STOP to us."""
    with opened(database_url, CHECKIN_ADVANCED_OPT_OUT="yes") as found:
        loads(found, TOWN)
        yield found


_sids = iter(range(10**6))


def hears(line: Line, sender: str, body: str, carrier_did: str | None = None) -> str:
    """Have the line hear a text; return its answer."""
    text = Text(f"SM{next(_sids)}", sender, body, carrier_did=carrier_did)
    with line.store.work(NOON) as work:
        return texts.hear(work, text)


def ledger(line: Line, ref: str) -> list[tuple[str, str, str, str | None]]:
    """What somebody said by themselves, oldest first."""
    return [tuple(row) for row in rows(line, LEDGER, who=person(line, ref))]


def streams(line: Line, ref: str) -> list[str]:
    """What somebody is sent."""
    found: list[str] = value(line, "SELECT streams FROM people WHERE ref = :ref", ref=ref)
    return found


def cases(line: Line) -> list[tuple[str, str]]:
    """Every case: how severe, and why."""
    return [tuple(row) for row in rows(line, "SELECT severity, reason FROM cases ORDER BY number")]


def test_stop_names_the_sentence_it_was_said_under_and_keeps_the_words(line: Line) -> None:
    assert "won't get any more" in hears(line, ANN, "please stop texting me")
    said = ledger(line, "ann")
    assert {(change, how) for _, change, how, _ in said} == {("withdrawn", "text")}
    assert {under for *_, under in said} == {wording.version("stop.done", "en")}
    assert [stream for stream, *_ in said] == ["checkins", "reminders", "buddy", "caring", "tips"]
    with line.store.work(NOON) as work:
        sealed = value(line, "SELECT words FROM consents ORDER BY id DESC LIMIT 1")
        assert work.vault.open(sealed, "consents.words") == "please stop texting me"


def test_a_version_changes_with_the_words_and_not_without() -> None:
    first, second = wording.version("stop.done", "en"), wording.version("stop.done", "pl")
    assert first == wording.version("stop.done", "en")
    assert first.startswith("stop.done en ")
    assert first.split()[-1] != second.split()[-1]


def test_a_second_stop_is_silent_and_kept(line: Line) -> None:
    assert hears(line, ANN, "STOP")
    assert hears(line, ANN, "stop all of it please") == ""
    assert len(ledger(line, "ann")) == 10
    assert hears(line, ANN, "START")
    assert hears(line, ANN, "STOP")


def test_somebody_who_was_never_sent_anything_is_told_once_too(line: Line) -> None:
    assert "won't get any more" in hears(line, SUE, "STOP")
    assert hears(line, SUE, "STOP") == ""


@pytest.mark.parametrize(
    ("said", "gone", "left"),
    [
        ("STOP REMINDERS", "reminders of meetings", ["buddy", "checkins"]),
        ("STOP CHECKINS", "questions how you are", ["buddy", "reminders"]),
        ("please stop asking me how i am", "questions how you are", ["buddy", "reminders"]),
        ("STOP BUDDY", "messages from your buddy", ["checkins", "reminders"]),
    ],
)
def test_one_stream_is_stopped_by_name_and_the_rest_goes_on(line: Line, said: str, gone: str, left: list[str]) -> None:
    answer = hears(line, ANN, said)
    stopped, _, on = answer.partition("You'll still get")
    assert gone in stopped
    assert gone not in on
    assert streams(line, "ann") == left
    assert hears(line, ANN, f"{said} please") == ""
    assert {under for *_, under in ledger(line, "ann")} == {wording.version("stop.stream", "en")}


def test_the_last_stream_stopped_is_everything_stopped(line: Line) -> None:
    assert "any more of these messages" in hears(line, BEN, "STOP CHECKINS")


def test_start_brings_back_what_was_agreed_to_and_nothing_else(line: Line) -> None:
    hears(line, BEN, "STOP")
    assert "Welcome back" in hears(line, BEN, "START")
    assert streams(line, "ben") == ["checkins"]
    assert "reminders of meetings" in hears(line, BEN, "START REMINDERS")
    assert streams(line, "ben") == ["checkins", "reminders"]


def test_start_is_no_consent_from_somebody_who_never_agreed_to_anything(line: Line) -> None:
    assert "person" in hears(line, SUE, "START")
    assert streams(line, "sue") == []
    assert cases(line) == [("task", "wants_to_join")]


@pytest.mark.parametrize("word", ["QUIT", "cancel", "Quit."])
def test_a_farewell_out_of_the_blue_is_for_a_person_to_ring_about(line: Line, word: str) -> None:
    assert "999" in hears(line, ANN, word)
    assert streams(line, "ann") == []
    assert cases(line) == [("amber", "may_be_farewell")]


def test_a_plain_stop_is_a_task(line: Line) -> None:
    hears(line, ANN, "STOP")
    assert cases(line) == [("task", "stopped")]


def test_the_carriers_own_stop_is_never_answered_and_its_sentence_is_not_ours(line: Line) -> None:
    assert hears(line, ANN, "CANCEL", carrier_did="STOP") == ""
    assert value(line, "SELECT text_blocked FROM people WHERE ref = 'ann'")
    assert {(how, under) for _, _, how, under in ledger(line, "ann")} == {("carrier", None)}
    assert cases(line) == [("amber", "may_be_farewell")]


def test_end_is_danger_and_an_opt_out(line: Line) -> None:
    assert hears(line, ANN, "END", carrier_did="STOP") == ""
    assert streams(line, "ann") == []
    assert cases(line)[0][0] == "red"


def test_start_in_words_the_carrier_does_not_know_is_a_task(line: Line) -> None:
    hears(line, ANN, "STOP", carrier_did="STOP")
    hears(line, ANN, "text me again please")
    assert streams(line, "ann") == ["buddy", "checkins", "reminders"]
    assert value(line, "SELECT count(*) FROM case_events WHERE detail LIKE '%carrier_opt_out%'") == 1


def test_stopping_check_ins_takes_the_open_question_away(line: Line) -> None:
    due.ask_plans(line.store, NOON + timedelta(minutes=31), most=9)
    assert value(line, "SELECT status FROM check_ins") == "open"
    hears(line, ANN, "STOP CHECKINS")
    assert value(line, "SELECT status FROM check_ins") == "settled"
    assert value(line, "SELECT state->'open' FROM people WHERE ref = 'ann'") is False
    assert value(line, "SELECT count(*) FROM timers WHERE kind = 'silence'") == 0


def test_a_refusal_by_the_carrier_is_one_task_however_many_texts_were_on_their_way(line: Line) -> None:
    with line.store.work(NOON) as work:
        out = delivery.Out(
            id=person(line, "ann"), medium="text", person_id=person(line, "ann"), phone_id=None, subject=None,
            wording="thanks", stream="service", reached=False, arguments=None, sender=None, attempt=1,
            expires_at=None, dedupe=None,
        )  # fmt: skip
        delivery.follow(work, out, Fault.UNSUBSCRIBED, 21610)
        delivery.follow(work, out, Fault.UNSUBSCRIBED, 21610)
    assert value(line, "SELECT text_blocked FROM people WHERE ref = 'ann'")
    assert value(line, "SELECT count(*) FROM case_events") == 1


# --- the organisation file ---


def test_a_stream_taken_out_of_the_file_is_withdrawn_in_the_ledger_and_can_come_back(line: Line) -> None:
    loads(line, TOWN.replace("[checkins, reminders, buddy]", "[checkins, buddy]"))
    newest = "SELECT stream, change, how FROM consents WHERE person_id = :who ORDER BY id DESC LIMIT 1"
    assert [tuple(r) for r in rows(line, newest, who=person(line, "ann"))] == [("reminders", "withdrawn", "file")]
    assert streams(line, "ann") == ["buddy", "checkins"]
    loads(line, TOWN)
    assert streams(line, "ann") == ["buddy", "checkins", "reminders"]


def test_a_file_neither_undoes_a_stop_nor_a_start(line: Line) -> None:
    hears(line, ANN, "STOP BUDDY")
    hears(line, BEN, "START REMINDERS")
    loads(line, TOWN)
    assert streams(line, "ann") == ["checkins", "reminders"]
    assert streams(line, "ben") == ["checkins", "reminders"]


# --- tables ---


def test_every_topic_belongs_to_a_stream() -> None:
    assert set(agenda.STREAM) == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_stop_silences_every_topic_but_safety(topic: str) -> None:
    assert agenda.stopped_by(topic, "all") == (agenda.STREAM[topic] is not Stream.SAFETY)


def test_every_stream_that_can_be_stopped_has_a_name_in_every_language() -> None:
    for language in wording.LANGUAGES:
        names = [wording.stream_names([s.value], language) for s in agenda.STOPPABLE]
        assert len(set(names)) == len(agenda.STOPPABLE)
