"""Own words in the store: kept with their history, heard by every process, and no text asks for them."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from checkin import phrases
from checkin.bootstrap import Line, open_line
from checkin.cli import main
from checkin.conversations.sentences import render, render_plainly
from checkin.conversations.texts import Text, hear, keep
from checkin.errors import BadFile, BadInput
from tests.parts import NOON, environment, loads, opened, person, rows, value

GOOD = "Lovely to hear from you, {name}."
ANN = "people: [{ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}]\n"
SUE = (
    "people: [{ref: sue, name: Sue, phones: 07700 900131}]\n"
    "staff: [{person: sue, email: sue@example.org, role: coordinator}]\n"
)


@pytest.fixture
def settings(database_url: str) -> dict[str, str]:
    """The settings of every process of one line."""
    return environment(database_url)


@pytest.fixture
def line(settings: dict[str, str]) -> Iterator[Line]:
    """A process of the line."""
    found = open_line(settings)
    yield found
    found.store.engine.dispose()


def put(line: Line, text: str, key: str = "checkin.good") -> None:
    """Say something else from now on."""
    with line.store.work(NOON) as work:
        phrases.put(work, key, "en", "text", text, by=None, how="console")


def said(line: Line) -> str:
    """What the line says now."""
    with line.store.work(NOON) as work:
        return render(work, "checkin.good", "en", "text", {"name": "Ann"})


def test_a_change_is_heard_by_another_process_a_moment_later(
    settings: dict[str, str], line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phrases, "FRESH_SECONDS", 0.0)
    other = open_line(settings)
    try:
        own = said(other)
        put(line, GOOD)
        assert said(other) == "Lovely to hear from you, Ann."
        with line.store.work(NOON) as work:
            assert phrases.reset(work, "checkin.good", "en", "text", by=None, how="console")
        assert said(other) == own
    finally:
        other.store.engine.dispose()


def test_no_text_asks_for_them(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    # As long as a test can take, and longer: what was asked once is not asked again.
    monkeypatch.setattr(phrases, "FRESH_SECONDS", 3600.0)
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM phrases" in statement:
            asked.append(statement)

    event.listen(line.store.engine, "before_cursor_execute", listen)
    loads(line, ANN)
    for n, said in enumerate(("who is this", "who are you", "whos this", "who is that", "who dis")):
        with line.store.work(NOON) as work:
            assert hear(work, Text(f"SM{n}", "+447700900101", said))
    assert len(asked) == 1


def test_a_sentence_in_own_words_is_what_is_answered(line: Line) -> None:
    loads(line, ANN)
    put(line, "Diolch, this is the Thursday line. {line}", "who")
    with line.store.work(NOON) as work:
        answer = hear(work, Text("SM1", "+447700900101", "who is this"))
    assert answer == "Diolch, this is the Thursday line. Harbour Line"


def test_when_something_is_broken_the_lines_own_words_are_said(line: Line) -> None:
    put(line, "Passed.", "passed_on")
    with line.store.work(NOON) as work:
        own = render_plainly(work, "passed_on", "en", "discreet")
        assert keep(work, Text("SM1", "+447700900199", "hello")) == own


def test_every_change_is_kept_with_who_and_when(line: Line) -> None:
    loads(line, SUE)
    sue = person(line, "sue")
    put(line, GOOD)
    put(line, GOOD)
    with line.store.work(NOON + timedelta(hours=1)) as work:
        phrases.put(work, "checkin.good", "en", "text", "Good, {name}.", by=sue, how="console")
        phrases.reset(work, "checkin.good", "en", "text", by=sue, how="console")
        assert not phrases.reset(work, "checkin.good", "en", "text", by=sue, how="console")
    with line.store.work(NOON) as work:
        kept = phrases.history(work, "checkin.good")
        assert [(c.text, c.by, c.how) for c in kept] == [
            (None, sue, "console"),
            ("Good, {name}.", sue, "console"),
            (GOOD, None, "console"),
        ]
        assert [c.text for c in phrases.standing(work)] == [None]
        assert [c.at for c in kept] == [NOON + timedelta(hours=1)] * 2 + [NOON]


@pytest.mark.parametrize("change", ["UPDATE phrases SET text = 'x'", "DELETE FROM phrases"])
def test_history_is_only_added_to(line: Line, change: str) -> None:
    put(line, GOOD)
    with pytest.raises(DBAPIError, match="only ever added to"):
        rows(line, change)


def test_to_put_the_lines_own_is_to_give_it_back(line: Line) -> None:
    put(line, GOOD)
    put(line, "Good to hear from you, {name}. Take care.")
    with line.store.work(NOON) as work:
        assert [c.text for c in phrases.history(work, "checkin.good")] == [None, GOOD]
    put(line, "Good to hear from you, {name}. Take care.")
    assert value(line, "SELECT count(*) FROM phrases") == 2


def test_nothing_is_kept_of_what_cannot_be_said(line: Line) -> None:
    with pytest.raises(BadInput, match="must keep"):
        put(line, "Good.")
    with line.store.work(NOON) as work, pytest.raises(BadInput, match="no sentence"):
        phrases.reset(work, "checkin.gone", "en", "text", by=None, how="console")
    assert value(line, "SELECT count(*) FROM phrases") == 0


def test_what_a_newer_version_has_outgrown_is_not_said(line: Line) -> None:
    rows(
        line,
        "INSERT INTO phrases (at, key, language, variant, text, how) VALUES "
        "(now(), 'checkin.good', 'en', 'text', 'Hello {nobody}.', 'console'), "
        "(now(), 'checkin.gone', 'en', 'text', 'Hello.', 'console') RETURNING id",
    )
    assert said(line) == "Good to hear from you, Ann. Take care."
    with line.store.work(NOON) as work:
        assert phrases.reset(work, "checkin.gone", "en", "text", by=None, how="console")


# --- from a file ---

WORDING = """
wording:
  - {sentence: checkin.good, text: "Thanks {name}.", voice: "Thank you, {name}."}
  - {sentence: checkin.good, language: pl, text: "Dzięki, {name}."}
"""


def test_a_file_brings_own_words_and_loading_it_again_changes_nothing(line: Line) -> None:
    loads(line, WORDING)
    loads(line, WORDING)
    assert rows(line, "SELECT language, variant, text, how FROM phrases ORDER BY id") == [
        ("en", "text", "Thanks {name}.", "file"),
        ("en", "voice", "Thank you, {name}.", "file"),
        ("pl", "text", "Dzięki, {name}.", "file"),
    ]
    loads(line, "people: []")
    assert said(line) == "Thanks Ann."


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("{sentence: checkin.good, text: Thanks}", "wording[1].text: checkin.good must keep {name}."),
        ("{sentence: checkin.gone, text: Thanks}", "wording[1].text: There is no sentence 'checkin.gone'"),
        ("{sentence: checkin.good}", "wording[1]: needs one of text, discreet, voice"),
        ("{text: Thanks}", "wording[1]: needs `sentence`"),
        ("{sentence: checkin.good, language: fr, text: 'Thanks {name}'}", "must be one of en, cy, pl, not 'fr'"),
        (
            "{sentence: left, text: Fine.}\n  - {sentence: left, voice: Fine.}".replace("left", "checkin.left"),
            "wording[2].sentence: 'checkin.left in en' is given twice",
        ),
    ],
)
def test_a_file_with_words_that_cannot_be_said_is_refused_by_line(line: Line, entry: str, why: str) -> None:
    with pytest.raises(BadFile) as refused:
        loads(line, f"wording:\n  - {entry}\n")
    assert any(why in mistake for mistake in refused.value.mistakes), refused.value.mistakes


# --- by command ---


def run(settings: dict[str, str], *arguments: str) -> Result:
    """Run `checkin wording`."""
    return CliRunner().invoke(main, ["wording", *arguments], env=settings)


def test_words_are_set_listed_and_reset_by_command(settings: dict[str, str], line: Line) -> None:
    loads(line, SUE)
    assert run(settings, "list").output.startswith("Nothing has been changed")
    done = run(settings, "set", "checkin.good", GOOD, "--by", "Sue@example.org", "--price", "0.04")
    assert done.exit_code == 0, done.output
    assert "For example: Lovely to hear from you, Maximiliana." in done.output
    assert "1 segment (37 characters, GSM-7), 0.04 each time." in done.output
    (row,) = [json.loads(text) for text in run(settings, "list", "--json").stdout.splitlines()]
    assert (row["key"], row["text"], row["by"], row["fits"]) == ("checkin.good", GOOD, "Sue", True)
    assert "by Sue (command): Lovely to hear" in run(settings, "list").output
    assert "is the line's own again" in run(settings, "reset", "checkin.good").output
    assert "was the line's own already" in run(settings, "reset", "checkin.good").output
    shown = run(settings, "list", "--history", "checkin.good").output.splitlines()
    assert ["given back" in told for told in shown] == [True, False]


def test_all_sentences_can_be_listed(settings: dict[str, str], line: Line) -> None:
    put(line, GOOD)
    listed = run(settings, "list", "--all").output.splitlines()
    assert sum(told.startswith("checkin.good (en, text)") for told in listed) == 1
    assert any(told.startswith("checkin.good (pl, voice): ") for told in listed)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("set", "checkin.good", "Thanks"), "must keep {name}"),
        (("set", "checkin.good", GOOD, "--variant", "loud"), "There is no variant 'loud'"),
        (("set", "checkin.good", GOOD, "--by", "nobody@example.org"), "Nobody among the staff"),
        (("reset", "nothing"), "There is no sentence 'nothing'"),
        (("check", "safety.endangered", "We heard."), "cannot be changed"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(settings: dict[str, str], arguments: tuple[str, ...], why: str) -> None:
    done = run(settings, *arguments)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert why in done.stderr


def test_a_sentence_is_checked_without_a_database() -> None:
    done = CliRunner().invoke(main, ["wording", "check", "checkin.good", "Hi {name} 🙂", "--json"], env={})
    row = json.loads(done.stdout)
    assert (row["encoding"], row["segments"], row["cost"], len(row["warnings"])) == ("UCS-2", 1, None, 1)
    shown = CliRunner().invoke(main, ["wording", "check", "safety.endangered"], env={})
    assert "For example: Got your message." in shown.output
    assert "Mind: " in CliRunner().invoke(main, ["wording", "check", "checkin.good", "Hi {name}!"], env={}).output


def test_somebody_who_has_left_is_not_named(settings: dict[str, str], line: Line) -> None:
    loads(line, SUE)
    sue = person(line, "sue")
    with line.store.work(NOON) as work:
        phrases.put(work, "checkin.good", "en", "text", GOOD, by=sue, how="console")
    rows(line, "DELETE FROM people WHERE id = :id RETURNING id", id=sue)
    assert "by somebody who has left" in run(settings, "list").output


def test_opening_needs_nothing(database_url: str) -> None:
    with opened(database_url) as line:
        assert said(line) == "Good to hear from you, Ann. Take care."


def test_the_ledger_names_the_words_that_were_said(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases, "FRESH_SECONDS", 0.0)
    loads(line, ANN)
    for n, word in enumerate(("stop checkins", "start", "stop checkins")):
        if n == 2:
            put(line, "No more from us. Ring {emergency} if you must.", "stop.done")
        with line.store.work(NOON + timedelta(minutes=n)) as work:
            hear(work, Text(f"SM{n}", "+447700900101", word))
    first, last = rows(line, "SELECT wording FROM consents WHERE change = 'withdrawn' ORDER BY id")
    assert first.wording.startswith("stop.done en ")
    assert last.wording.startswith("stop.done en ")
    assert first.wording != last.wording
