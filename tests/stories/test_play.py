"""A session of `checkin play`, written down by it, is a story that passes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stories.town import ROOT, Town

PROGRAM = """
import sys
from pathlib import Path
from checkin.demo import play
sys.exit(play.run("ann", repro=True, root=Path(sys.argv[1])))
"""
TYPED = """
who is this
/wait 10:00
/wait 30m
/answer
/press 1
/press 3
/press 1
/as ben
/wait 2h
I am worried about Ann
/as sue
/who
/wait next
/as ben
i want to die
/as sue
/answer
/press 1
/press 1
/hangup
/as ben
im ok
/wait 30m
/quit
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can enter; pytest's own are closed when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="checkin-play-", dir="/tmp") as found:
        Path(found).chmod(0o755)
        yield Path(found)


def test_what_was_played_can_be_told_again(town: Town, folder: Path) -> None:
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_"))}
    played = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        input=TYPED, capture_output=True, text=True, env=outer, cwd=ROOT, timeout=150, check=False,
    )  # fmt: skip
    assert played.returncode == 0, played.stderr
    assert "How are you today?" in played.stderr
    assert "x GSM-7]" in played.stderr
    found: dict[str, Callable[[Town], None]] = {}
    exec(compile(played.stdout, "the story", "exec"), found)  # noqa: S102  # what it printed
    assert 'presses("3")' in played.stdout
    assert "is_told(" in played.stdout
    found["test_a_session"](town)
    town.everything_was_heard()
