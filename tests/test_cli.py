"""The command: what a person can mend is one sentence and exit code 2, and never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checkin.cli import main
from checkin.conversation.replies import Asked, read
from checkin.conversation.risk import read_risk
from checkin.conversation.topics import TOPICS
from checkin.store.vault import Vault
from tests.parts import environment

HEADER = "asked\ttext\n"


def run(*arguments: str) -> Result:
    """Run a command that needs no database."""
    return CliRunner().invoke(main, list(arguments))


def rows_of(*arguments: str) -> list[dict[str, object]]:
    """Run a command that prints JSON lines."""
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(*arguments: str) -> str:
    """Run a command that cannot be done; return the one sentence."""
    done = run(*arguments)
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of replies."""
    return tmp_path / "replies.tsv"


# --- one text ---


def test_a_reply_is_read() -> None:
    assert rows_of("read", "--asked", "mood", "2") == [{"reading": "number", "value": 2}]
    assert rows_of("read", "please", "stop") == [{"reading": "stop", "value": "all"}]
    assert rows_of("read") == rows_of("read", "") == [{"reading": "unclear", "value": read("").value}]


def test_danger_is_heard_and_says_why() -> None:
    (found,) = rows_of("risk", "i want to end it all tonight")
    assert found["level"] == "red"
    assert found["why"]
    assert rows_of("risk", "lovely day") == [{"level": "none", "why": []}]


def test_what_cannot_be_asked_is_refused() -> None:
    assert refused("read", "--asked", "weather", "yes") == (
        "'weather' is not something that can be asked; those are ok mood rsvp contact reach menu none."
    )


# --- files ---


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_is_read_row_by_row_whatever_wrote_it(file: Path, ending: str, mark: str) -> None:
    file.write_bytes(f"{mark}asked\ttext{ending}ok\tyes{ending}mood\t3{ending}".encode())
    assert [row["reading"] for row in rows_of("read", "--file", str(file))] == ["yes", "number"]
    assert len(rows_of("risk", "--file", str(file))) == 2


def test_there_is_one_answer_for_each_row_in_order(file: Path) -> None:
    """Also for a text of nothing, one with quotation marks, and one that holds what other programs take for an end."""
    texts = [
        "yes",
        "",
        "   ",
        '"',
        'it\'s "fine"',
        "a\x0bb",
        "a\x0cb",
        "a\u2028b",
        "a\x85b",
        "a\rb",
        "no",
        "💚",
        "\x00",
    ]
    file.write_bytes((HEADER + "".join(f"none\t{t}\n" for t in texts)).encode())
    found = rows_of("read", "--file", str(file))
    assert [row["reading"] for row in found] == [read(t, Asked.NONE).kind.value for t in texts]
    assert [row["level"] for row in rows_of("risk", "--file", str(file))] == [
        read_risk(t).level.name.lower() for t in texts
    ]


def test_the_last_line_may_have_no_end_and_a_blank_text_no_tab(file: Path) -> None:
    file.write_text(HEADER + "none\nok\tyes")
    assert [row["reading"] for row in rows_of("read", "--file", str(file))] == ["unclear", "yes"]


def test_columns_may_come_in_any_order_with_others_between(file: Path) -> None:
    file.write_text("id\ttext\tasked\n7\t2\tmood\n")
    assert rows_of("read", "--file", str(file)) == [{"reading": "number", "value": 2}]


def test_a_file_with_nothing_but_a_header_has_no_answers(file: Path) -> None:
    file.write_text(HEADER)
    assert rows_of("read", "--file", str(file)) == []


FILES = [
    ("", "line 1: there is no column 'asked'."),
    ("ok\tyes\n", "line 1: there is no column 'asked'."),
    ("asked text\nok yes\n", "line 1: there is no column 'asked'."),
    ("asked\tbody\nok\tyes\n", "line 1: there is no column 'text'."),
    ("asked\ttext\ttext\nok\tyes\tno\n", "line 1: there are two columns 'text'."),
    (HEADER + "ok\tyes\nok\tyes\tno\n", "line 3: 3 fields where the header has 2."),
    (HEADER + "ok\tyes\nweather\tfine\n", "line 3: 'weather' is not something that can be asked"),
    (HEADER + "ok\tyes\n\nok\tno\n", "line 3: '' is not something that can be asked"),
]


@pytest.mark.parametrize(("written", "said"), FILES)
def test_a_file_that_is_wrong_prints_nothing_but_where(file: Path, written: str, said: str) -> None:
    file.write_text(written)
    assert refused("read", "--file", str(file)).startswith(f"replies.tsv {said}")


@pytest.mark.parametrize("command", ["read", "risk"])
def test_a_file_that_is_no_text_is_refused(file: Path, command: str) -> None:
    file.write_bytes(b"asked\ttext\nok\t\xff\xfe\n")
    assert refused(command, "--file", str(file)).endswith("it is not UTF-8 text.")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for name in ("nothing.tsv", "."):
        done = run("read", "--file", str(tmp_path / name))
        assert done.exit_code == 2
        assert "Traceback" not in done.output


def test_twenty_thousand_rows_are_twenty_thousand_answers(file: Path) -> None:
    file.write_text(HEADER + "".join(f"mood\t{i % 5}\n" for i in range(20_000)))
    found = rows_of("read", "--file", str(file))
    assert len(found) == 20_000
    assert found[:5] == found[5:10]


# --- topics, keys ---


def test_the_topics_are_listed_and_drawn(tmp_path: Path) -> None:
    assert [line.partition(":")[0] for line in run("topics").stdout.splitlines()] == list(TOPICS)
    folder = tmp_path / "new" / "folder"
    assert run("topics", "--diagram", str(folder)).exit_code == 0
    assert sorted(f.stem for f in folder.iterdir()) == sorted([*TOPICS, "agenda"])
    for page in (folder / f"{name}.md" for name in TOPICS):
        assert "```mermaid\nstateDiagram-v2" in page.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused("topics", "--diagram", str(tmp_path / "file" / "folder"))


def test_a_fresh_key_is_one_that_the_line_takes() -> None:
    assert Vault(run("keys", "new").stdout.strip())


def test_every_command_explains_itself_and_an_unknown_one_is_refused() -> None:
    def explain(command: object, path: list[str]) -> None:
        done = run(*path, "--help")
        assert done.exit_code == 0
        assert len(done.stdout) > 80
        for name, inner in getattr(command, "commands", {}).items():
            explain(inner, [*path, name])

    explain(main, [])
    assert run("nonsense").exit_code == 2
    assert run("read", "--nonsense").exit_code == 2


# --- the database ---


def command(database_url: str | None, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command with the line's settings."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHECKIN_", "TWILIO_", "DATABASE_", "REDIS_"))}
    line = environment(database_url, **changes) if database_url else {}
    return subprocess.run(
        [sys.executable, "-m", "checkin.cli", *arguments],
        env={**clean, **line}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_database_is_brought_up_to_date_and_says_so(empty_database_url: str) -> None:
    before = command(empty_database_url, "db", "check")
    assert (before.returncode, before.stderr) == (1, "")
    assert before.stdout.endswith("run checkin db upgrade.\n")
    for _ in range(2):
        upgraded = command(empty_database_url, "db", "upgrade")
        assert (upgraded.returncode, upgraded.stdout) == (0, "The database is up to date.\n")
    assert command(empty_database_url, "db", "check").returncode == 0
    after = json.loads(command(empty_database_url, "db", "check", "--json").stdout)
    assert after["up_to_date"] is True
    assert after["current"] == after["newest"]


@pytest.mark.parametrize("arguments", [("db", "upgrade"), ("db", "check"), ("load", "pyproject.toml")])
def test_without_settings_a_command_says_which(arguments: tuple[str, ...]) -> None:
    done = command(None, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "not set" in done.stderr or done.stderr.startswith("Set TWILIO_NUMBER")


@pytest.mark.parametrize("arguments", [("db", "upgrade"), ("db", "check")])
def test_a_database_that_is_away_is_a_sentence(arguments: tuple[str, ...]) -> None:
    done = command("postgresql://127.0.0.1:1/nothing", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("The database cannot be reached: ")
    assert done.stderr.count("\n") == 1


def test_a_wrong_setting_is_a_sentence(database_url: str) -> None:
    done = command(database_url, "load", "pyproject.toml", CHECKIN_QUIETHOURS="x")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "CHECKIN_QUIETHOURS is not a setting of the line; see docs/settings.md for those that are.\n"
    )
