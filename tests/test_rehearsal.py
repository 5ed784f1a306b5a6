"""A bad night, played: the three that ship end as they should, and a broken promise is an exit code."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from checkin.errors import BadFile, BadInput
from checkin.load import read_file
from checkin.rehearsal import shipped
from checkin.rehearsal.cast import harmless
from checkin.rehearsal.scenario import find, read

ROOT = Path(__file__).parent.parent
NOBODY_WAKES = """
title: Nobody wakes.
starts: 2027-01-12 02:59
minutes: 7
promise: 5
phones: [{who: everybody else, is: asleep}]
events: [{at: "03:00", who: ann, texts: I want to die}]
"""


@dataclass
class Played:
    """What came of a night."""

    code: int
    kept: bool
    lines: list[dict[str, str]]
    cases: list[dict[str, Any]]

    def saw(self, whose: str, *words: str) -> bool:
        """Whether one line at this phone ("": of the line itself) held all these words."""
        return any(line["whose"] == whose and all(word in line["what"] for word in words) for line in self.lines)


def play(scenario: str, *arguments: str) -> Played:
    """Play a scenario as `checkin rehearse` does."""
    done = subprocess.run(
        [sys.executable, "-m", "checkin.cli", "rehearse", scenario, "--json", *arguments],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    return Played(done.returncode, told["kept"], told["timeline"], told["cases"])


@pytest.mark.timeout(420)
def test_red_at_three_reaches_the_third_though_the_worker_died() -> None:
    night = play("red-at-three")
    assert (night.code, night.kept) == (0, True)
    assert night.saw("Ann", "texts:")
    assert night.saw("Ann", "our people on call are being told now", "999")
    assert night.saw("", "worker process is killed")
    assert night.saw("Omar", "does not get the text")
    assert night.saw("Sue", "is not reached: no-answer")
    assert night.saw("Fay", "presses: 1")
    assert night.saw("Sue", "taken by Fay")
    first = night.cases[0]
    assert (first["severity"], first["about"], first["taker"]) == ("red", "Ann", "Fay")
    assert not night.saw("Sue", "end it all")


@pytest.mark.timeout(420)
def test_with_nobody_on_call_everybody_is_paged_and_the_answer_says_so() -> None:
    night = play("nobody-on-call")
    assert (night.code, night.kept) == (0, True)
    assert night.saw("", "ALARM", "nobody is on call")
    assert night.saw("Ann", "trying everybody")
    assert all(night.saw(name, "needs a person now") for name in ("Sue", "Omar", "Fay"))
    assert night.saw("Fay", "is not reached: busy")
    assert night.cases[0]["taker"] == "Omar"


@pytest.mark.timeout(420)
def test_a_quiet_evening_ends_with_the_all_clear() -> None:
    evening = play("quiet-evening")
    assert evening.code == 0
    assert evening.saw("Ben", "Bill", "hasn't answered")
    assert evening.saw("Ben", "Ann", "hasn't answered")
    assert evening.saw("Ann", "texts: sorry")
    assert evening.saw("", "Cath has been heard from, and is well")
    assert not any(case["severity"] == "red" for case in evening.cases)


@pytest.mark.timeout(420)
def test_a_promise_that_is_not_kept_is_exit_code_1(tmp_path: Path) -> None:
    file = tmp_path / "nobody-wakes.yaml"
    file.write_text(NOBODY_WAKES, encoding="utf-8")
    night = play(str(file))
    assert (night.code, night.kept) == (1, False)
    assert night.cases[0]["taken"] is None


def test_every_scenario_that_ships_can_be_read_and_says_what_it_is() -> None:
    assert {one.name for one in shipped()} == {"red-at-three", "nobody-on-call", "quiet-evening"}
    assert all(one.title and one.happenings for one in shipped())


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("is: asleep", "is: tired"),
        ('at: "03:00"', 'at: "04:30"'),
        ("texts: I want to die", "kill: printer"),
        ("title: Nobody wakes.", "name: Nobody wakes."),
    ],
)
def test_a_mistake_is_named_by_its_line(tmp_path: Path, wrong: str, why: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(NOBODY_WAKES.replace(wrong, why), encoding="utf-8")
    with pytest.raises(BadFile, match=r"odd\.yaml line \d"):
        read(file)


def test_an_unknown_scenario_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="red-at-three"):
        find("red-at-four")


def test_ones_own_organisation_plays_with_numbers_that_reach_nobody(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "people:\n"
        "  - {ref: a, name: A, phones: [07700 900777, 0113 496 0555]}\n"
        "  - {ref: b, name: B, phones: 07700 900777}\n",
        encoding="utf-8",
    )
    first, second = harmless(read_file(file, "GB", "Europe/London")).people
    assert first.phones == [("+447700900100", "mobile"), ("+441632960100", "landline")]
    assert second.phones == [("+447700900100", "mobile")]
