"""`checkin setup`: what is wrong is said in plain words, what was answered stays, and keys are made once."""

import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from checkin.cli import main
from checkin.commands.questions import QUESTIONS, SECTIONS
from checkin.errors import BadFile, BadInput
from checkin.settings import NAMES
from checkin.settings import file as files
from checkin.store.vault import new_key
from tests.parts import environment, loads, opened

VALUES = {
    "PLAIN": "redis://127.0.0.1:6379/0", "SPACES": "Leeds Circle", "APOSTROPHE": "Ann's line", "EMPTY": "",
    "SIGNS": 'a "b" $HOME `id` \\ #c', "KEYS": "k1:AbC+/=,k2:xyz=", "EQUALS": "a=b", "MARKS": "Łódź – line",
}  # fmt: skip


def run(file: Path, settings: dict[str, str], *more: str, says: str | None = None) -> Result:
    """Run `checkin setup` with every answer given, and without trying them out."""
    given = [f"--set={name}={value}" for name, value in settings.items()]
    ask = [] if says is not None else ["--no-input"]
    arguments = ["setup", "--file", str(file), "--untested", *ask, *given, *more]
    bare = dict.fromkeys((*NAMES, "SETUP_PASSWORD"))
    return CliRunner().invoke(main, arguments, input=says, env={**bare, "SETUP_PASSWORD": "four quiet herons wading"})


# --- the file ---


def test_a_file_of_settings_means_the_same_to_us_and_to_a_shell(tmp_path: Path) -> None:
    file = tmp_path / "line.env"
    file.write_text("# ours\nPLAIN=old\nOTHER='stays'\n")
    files.write(file, VALUES)
    assert files.read(file) == {**VALUES, "OTHER": "stays"}
    assert file.read_text().startswith("# ours\nPLAIN=redis")
    assert file.stat().st_mode & 0o777 == 0o600
    told = subprocess.run(
        ["sh", "-c", f'. {shlex.quote(str(file))}; printf %s "$SIGNS|$APOSTROPHE|$SPACES"'],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == "|".join(VALUES[name] for name in ("SIGNS", "APOSTROPHE", "SPACES"))


def test_a_file_that_cannot_be_read_or_written_says_where(tmp_path: Path) -> None:
    file = tmp_path / "line.env"
    file.write_text("A=1\nnonsense\n")
    with pytest.raises(BadFile, match="line 2: not NAME=value"):
        files.read(file)
    for value, said in (("a\nb", "more than one line"), ("it's $5", "apostrophe together")):
        with pytest.raises(BadInput, match=said):
            files.write(file, {"NAME": value})
    with pytest.raises(BadInput, match="cannot be written"):
        files.write(tmp_path / "no" / "where", {})
    assert file.read_text() == "A=1\nnonsense\n"


# --- the questions ---


def test_what_is_wrong_with_a_database_or_redis_is_said_in_plain_words(database_url: str, redis_url: str) -> None:
    trouble = {section.title: section.trouble for section in SECTIONS}
    good = make_url(database_url).set(drivername="postgresql")
    assert list(trouble["PostgreSQL"]({"DATABASE_URL": good.render_as_string(hide_password=False)})) == []
    nowhere = good.set(database="nothing_here").render_as_string(hide_password=False)
    for url, said in (
        ("postgresql://checkin@127.0.0.1:1/checkin", "Nothing listens at 127.0.0.1:1"),
        (nowhere, "There is no database nothing_here"),
    ):
        (sentence,) = trouble["PostgreSQL"]({"DATABASE_URL": url})
        assert sentence.startswith(said)
    assert list(trouble["Redis"]({"REDIS_URL": redis_url})) == []
    (sentence,) = trouble["Redis"]({"REDIS_URL": "redis://127.0.0.1:1/0"})
    assert sentence.startswith("Redis does not answer")
    live = environment(database_url)
    (sentence,) = trouble["Twilio"](live)
    assert sentence.startswith("Twilio could not be asked")


def test_every_question_is_about_a_setting() -> None:
    assert set(QUESTIONS) <= set(NAMES)


# --- the whole ---


def test_it_can_be_run_again_and_makes_no_key_twice(empty_database_url: str, redis_url: str, tmp_path: Path) -> None:
    file = tmp_path / "line.env"
    answers = {k: v for k, v in environment(empty_database_url, REDIS_URL=redis_url).items() if "KEYS" not in k}
    del answers["CHECKIN_SECRET"]
    first = run(file, answers, "--admin-email", "ada@example.org", "--admin-name", "Ada")
    assert first.exit_code == 0, first.output
    assert "not checked yet: checkin directory helplines check gb-" in first.stdout
    made = files.read(file)
    assert len(made["CHECKIN_SECRET"]) >= 32
    again = run(file, {"CHECKIN_NAME": "Quay Line"})
    assert "CHECKIN_NAME: Harbour Line -> Quay Line" in again.stdout
    assert "There is an admin who can log in." in again.stdout
    assert files.read(file) == {**made, "CHECKIN_NAME": "Quay Line"}
    typed = run(file, {}, says="\n" * 3 + "25:00-09:00\n" + "\n" * 30)
    assert "CHECKIN_QUIET_HOURS must be two times" in typed.output
    assert files.read(file) == {**made, "CHECKIN_NAME": "Quay Line"} | {
        name: question.offers for name, question in QUESTIONS.items() if name not in made and question.offers
    }


def test_a_database_of_other_keys_is_left_alone(database_url: str, redis_url: str, tmp_path: Path) -> None:
    with opened(database_url) as line:
        loads(line, "people: [{ref: sue, name: Sue, phones: 07700 900131}]")
    file = tmp_path / "line.env"
    refused = run(file, environment(database_url, REDIS_URL=redis_url, CHECKIN_KEYS=new_key()))
    assert (refused.exit_code, refused.stderr.startswith("This database belongs to a line with other keys")) == (
        2,
        True,
    )
    assert not file.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"CHECKIN_COUNTRY": "gb"}, "CHECKIN_COUNTRY must be"),
        ({"TWILIO_NUMBER": "07700"}, "TWILIO_NUMBER must be"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL is not set"),
        ({"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID is not set"),
        ({"CHECKIN_NONSENSE": "1"}, "CHECKIN_NONSENSE is not a setting"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_nothing_is_written(
    changes: dict[str, str], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "line.env"
    refused = run(file, {**environment("postgresql://nobody@127.0.0.1:1/nothing"), **changes})
    assert (refused.exit_code, refused.stderr.startswith(said)) == (2, True), refused.output
    assert not file.exists()
