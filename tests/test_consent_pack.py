"""The consent pack: true of the line as it speaks, readable by itself, and nobody is in it."""

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from click.testing import CliRunner

from checkin import people, phrases, wording
from checkin.bootstrap import Line
from checkin.cli import main
from checkin.conversation.effects import Stream
from checkin.conversations import texts
from checkin.conversations.texts import Text
from checkin.records import consent_pack, samples
from tests.parts import NOON, environment, loads, opened, person, rows

TOWN = "people:\n" + "".join(
    f"  - {{ref: p{n}, name: Zebedee{n}, phones: 07700 90010{n}, streams: [checkins, reminders]}}\n"
    for n in range(1, 7)
)
SECRET = "my very own words"


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with six members, each of whom has agreed to check-ins; one has stopped them in words of their own."""
    with opened(database_url, CHECKIN_ADVANCED_OPT_OUT="yes") as found:
        loads(found, TOWN)
        with found.store.work(NOON) as work:
            streams = (Stream.CHECKINS,)
            people.consent(work, person(found, "p1"), streams, given=False, how="text", words=SECRET)
        yield found


def packed(line: Line) -> dict[str, str]:
    """Return the pack's files by name."""
    with line.store.work(NOON) as work:
        return consent_pack.files(work)


def test_nobody_is_in_it(line: Line) -> None:
    ids = [str(row[0]) for row in rows(line, "SELECT id FROM people")]
    for content in packed(line).values():
        for never in ("Zebedee", SECRET, "07700", "7700900", "900101", *ids):
            assert never not in content, never


def test_counts_are_true_and_small_ones_are_not_told(line: Line) -> None:
    found = json.loads(packed(line)["pack.json"])
    told = {(c["stream"], c["change"], c["how"]): c["people"] for c in found["counts"]}
    assert told == {
        ("checkins", "given", "file"): 6,
        ("reminders", "given", "file"): 6,
        ("checkins", "withdrawn", "text"): None,
    }
    assert found["agreed_now"] == {"checkins": 5, "reminders": 6}
    assert "first" not in next(c for c in found["counts"] if c["people"] is None)


def test_every_sentence_the_ledger_names_is_in_it_in_every_language_and_variant(line: Line) -> None:
    source = "\n".join(p.read_text(encoding="utf-8") for p in Path("checkin/conversations").glob("*.py"))
    named = set(re.findall(r'wording\.version\("([\w.]+)"', source)) | set(
        re.findall(r'say = "((?:stop|start)\.\w+)"', source)
    )
    assert {"joining.ask", "found.group"} <= named <= set(consent_pack.KEYS)
    found = json.loads(packed(line)["pack.json"])["sentences"]
    assert {(s["key"], s["language"], s["variant"]) for s in found} == {
        (key, language, variant)
        for key in consent_pack.KEYS
        for language in wording.LANGUAGES
        for variant in wording.VARIANTS
    }
    assert all(s["words"] and "{" not in s["words"] and "  " not in s["words"] for s in found)
    assert {s["version"] for s in found} >= {wording.version("joining.ask", language) for language in wording.LANGUAGES}


def test_an_organisations_own_words_are_in_it_and_since_when(line: Line) -> None:
    mine = "This is {line} for {group}. May I send: {streams}? STOP ends it. Reply 1 yes, 2 no."
    with line.store.work(NOON) as work:
        phrases.put(work, "joining.ask", "en", "text", mine, by=None, how="command")
    files = packed(line)
    assert "May I send: questions how you are" in files["index.html"]
    one = next(s for s in json.loads(files["pack.json"])["sentences"] if s["key"] == "joining.ask")
    assert one["own_words_since"] == NOON.isoformat()


def test_the_samples_are_what_somebody_would_hear(line: Line) -> None:
    """Each first text of a sample, sent by a member for real, gets the same first words."""
    with line.store.work(NOON) as work:
        found = consent_pack.pack(work)["samples"]
    english = {s["title"]: s["lines"] for s in found if s["language"] == "en"}
    for number, script in enumerate(samples.SCRIPTS):
        if script.texts[0].startswith("JOIN"):
            continue
        with line.store.work(NOON) as work:
            sender = "+447700900106" if script.texts == ("START",) else f"+44770090010{number % 5 + 1}"
            work.conn.exec_driver_sql("SAVEPOINT before")
            answer = texts.hear(work, Text(f"SM{number}", sender, script.texts[0]))
            work.conn.exec_driver_sql("ROLLBACK TO before")
        if sender != "+447700900101":  # who has stopped already is not told so again
            assert answer.split(".")[0] == english[script.title][1]["words"].split(".")[0], script.title
    whole = english["Opting in: somebody texts the code of a group"]
    assert [said["words"] for said in whole if said["who"] == "member"] == list(samples.SCRIPTS[0].texts)
    assert whole[-1]["who"] == "line"
    assert whole[-1]["words"].startswith("Thank you, that's all")
    assert any("agreed to" in said["words"] for said in whole if said["who"] == "note")


def test_a_no_is_declined_and_a_stop_is_stopped(line: Line) -> None:
    with line.store.work(NOON) as work:
        found = consent_pack.pack(work)["samples"]
    kept = {s["title"]: [said["words"] for said in s["lines"] if said["who"] == "note"] for s in found}
    for title, done in (("Saying no", "declined"), ("Opting out", "stopped"), ("Opting in again", "agreed to")):
        assert kept[title][0].startswith(f"Kept in the ledger: what was {done}, when"), title


def test_members_are_told_about_their_data_in_every_language(line: Line) -> None:
    files, keep = packed(line), line.settings.keep
    told = json.loads(files["pack.json"])["privacy"]
    assert list(told) == list(wording.LANGUAGES)
    assert len(set(told.values())) == len(told)
    for language, words in told.items():
        assert "Harbour Line " in words, language
        for said in (f"{keep.words.days} ", f"{keep.records.days} ", "STOP"):
            assert said in words, language
        assert f'<p lang="{language}">{escape(words)}</p>' in files["index.html"]


def test_it_is_written_by_a_command(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(line.settings.database_url, CHECKIN_KEYS=line.settings.keys).items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["consent-pack", str(tmp_path / "pack")])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "pack" / "index.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("https://line.example.org", "")
    assert page.count("<h2>") == 9
    (tmp_path / "file").write_text("x")
    refused = CliRunner().invoke(main, ["consent-pack", str(tmp_path / "file" / "x")])
    assert refused.exit_code != 0
