"""Scripts played again after an upgrade: exactly what is heard otherwise is shown, and an exit code says so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checkin import phrases
from checkin.bootstrap import Line
from checkin.demo.session import HELP
from checkin.errors import BadInput
from checkin.rehearsal import compare
from checkin.rehearsal.replay import STARTERS, Replay
from tests.parts import NOON, environment, opened

ROOT = Path(__file__).parent.parent
# One that will be heard otherwise, one with a code that is drawn by lot and a link, which are not differences.
SCRIPTS = {
    "a-break": "# Going away.\n/as ann\npause 1 week\nback\n",
    "danger": "/as a member\nI want to kill myself\n/as first on call\n1\n",
}


def rehearse(outer: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command where a real line's settings stand in the environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHECKIN_", "TWILIO_", "DATABASE_", "REDIS_"))}
    return subprocess.run(
        [sys.executable, "-m", "checkin.cli", "rehearse", *arguments],
        cwd=ROOT, env=clean | outer, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.timeout(620)
def test_a_sentence_said_otherwise_is_shown_and_nothing_else(database_url: str, tmp_path: Path) -> None:
    for name, lines in SCRIPTS.items():
        (tmp_path / f"{name}.txt").write_text(lines)
    ours = environment(database_url, CHECKIN_NAME="Leeds Circle")
    del ours["TWILIO_API_URL"]
    recorded = rehearse(ours, "--record", tmp_path)
    assert (recorded.returncode, recorded.stderr) == (0, "")
    heard = (tmp_path / "danger.heard").read_text()
    assert "> I want to kill myself\n" in heard
    assert "Leeds Circle: case 1 needs a person now. Reply 1 or … to take it" in heard
    assert "Open it: …/cases/1" in heard

    with opened(database_url, CHECKIN_KEYS=ours["CHECKIN_KEYS"]) as line:
        says(line, "back.done", "Good that you are back, {name}. Messages go on.")
    compared = rehearse(ours, "--compare", tmp_path)
    assert compared.returncode == 1
    assert compared.stdout.splitlines() == [
        "a-break.txt (- was heard before, + is heard now)",
        "  ...",
        "  > back",
        "-   Ann: Welcome back, Ann. Messages are on again.  [1 x GSM-7]",
        "+   Ann: Good that you are back, Ann. Messages go on.  [1 x GSM-7]",
        "",
        "1 of 2 scripts are heard otherwise.",
    ]


def says(line: Line, key: str, words: str) -> None:
    """Put a sentence into other words, as `checkin wording set` does."""
    with line.store.work(NOON) as work:
        phrases.put(work, key, "en", "text", words, by=None, how="command")


def test_what_differs_is_shown_with_what_led_to_it() -> None:
    before = ("> help", "  Ann: one", "> next", "  Ann: two", "> thanks", "  Ann: three")
    now = ("> help", "  Ann: one", "> next", "  Ann: 2", "        Ben: new", "> thanks", "  Ann: three")
    assert Replay("x", before, now).differences() == [
        "  ...", "  > next", "-   Ann: two", "+   Ann: 2", "+         Ben: new", "  > thanks",
    ]  # fmt: skip
    assert Replay("x", before, before).differences() == []


def test_what_was_never_recorded_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--record first"):
        compare(tmp_path)
    (tmp_path / "mine.txt").write_text("hello\n")
    with pytest.raises(BadInput, match=r"mine\.txt"):
        compare(tmp_path)


def test_one_thing_at_a_time(tmp_path: Path) -> None:
    told = rehearse({}, "red-at-three", "--record", tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("Name a scenario, or --record, or --compare")


@pytest.mark.parametrize("path", sorted(STARTERS.glob("*.txt")), ids=lambda path: path.stem)
def test_the_scripts_that_ship_say_what_they_are_and_fit_any_organisation(path: Path) -> None:
    first, *rest = path.read_text().splitlines()
    assert first.startswith("# ")
    assert {line for line in rest if line.startswith("/as ")} <= {"/as a member", "/as first on call"}
    assert rest[0].startswith("/as ")
    for line in rest:
        assert not line.startswith("/") or line.split()[0] in HELP


def test_a_comparison_can_be_read_by_machines(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("/as ann\nthanks\n")
    (tmp_path / "mine.heard").write_text("> /as ann\n  You are Ann.\n> thanks\n  Ann: nothing like it\n")
    told = rehearse({}, "--compare", tmp_path, "--json")
    assert told.returncode == 1, told.stderr
    differing = json.loads(told.stdout)
    assert set(differing) == {"mine"}
    assert "-   Ann: nothing like it" in differing["mine"]
