"""The files that set up, test and start the line: pinned, closed, and saying what is wrong."""

import importlib.metadata
import os
import re
import runpy
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text().splitlines()
PINS = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in LOCK)}


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environment, check=False, capture_output=True, text=True, timeout=120
    )


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(line) for lines in (project["dependencies"], *extras) for line in lines]


def test_the_lock_names_exact_versions_and_no_place_to_fetch_them_from() -> None:
    assert [line for line in LOCK if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9._!+]+", line)] == []


@pytest.mark.parametrize("wanted", declared(), ids=str)
def test_everything_the_project_asks_for_is_pinned_to_a_version_it_accepts(wanted: Requirement) -> None:
    assert PINS[canonicalize_name(wanted.name)] in wanted.specifier


def test_the_lock_is_closed_so_that_every_machine_gets_the_same() -> None:
    missing = []
    for name in PINS:
        for line in importlib.metadata.requires(name) or []:
            needed = Requirement(line)
            applies = needed.marker is None or needed.marker.evaluate({"extra": ""})
            if applies and canonicalize_name(needed.name) not in PINS:
                missing.append(f"{name} needs {needed}")
    assert missing == []


def test_what_is_installed_here_is_what_the_lock_says() -> None:
    assert {name: importlib.metadata.version(name) for name in PINS} == PINS


def test_make_help_names_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    told = [line.split()[0] for line in run("make").stdout.splitlines()]
    assert told == phony[1].split()


def test_make_demo_passes_the_port_and_the_wish_to_start_over() -> None:
    assert run("make", "-n", "demo", "PORT=8100", "RESET=1").stdout.strip().endswith("demo --port 8100 --reset")
    assert run("make", "-n", "demo").stdout.strip().endswith("demo --port 8000")


def test_a_machine_without_a_new_python_is_told_so(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "set_up.py", tmp_path / "deploy")
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    told = run("make", "test", "PYTHON=false no-such-python", cwd=tmp_path)
    assert told.returncode == 2
    assert told.stderr.startswith("Python 3.11 or newer is needed and none was found")


def test_packages_that_cannot_be_installed_are_one_sentence_after_pips_own_words(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("no-such-package==1.0\n")
    told = run(sys.executable, ROOT / "deploy" / "set_up.py", tmp_path / "venv", lock, cwd=tmp_path, PIP_NO_INDEX="1")
    assert told.returncode == 2
    assert "no-such-package" in told.stderr
    assert told.stderr.splitlines()[-1].startswith("The packages could not be installed; pip says why above.")
    assert "Traceback" not in told.stderr


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = run(sys.executable, ROOT / "deploy" / "set_up.py", tmp_path / "file" / "venv", ROOT / "requirements.lock")
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert len(told.stderr.splitlines()[1:]) == 1


def test_ci_runs_the_readmes_command_and_needs_no_one_at_the_keyboard() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    assert run("bash", "-n", script).returncode == 0
    assert script.read_text().splitlines()[-1] == "exec make test"


def test_gunicorn_listens_on_this_machine_only_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for name in ("HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    assert runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))["bind"] == "127.0.0.1:8000"
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104 - what a container sets
    assert runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))["bind"] == "0.0.0.0:9000"
