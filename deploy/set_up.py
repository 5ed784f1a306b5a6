"""Make .venv and put the locked packages and this project into it, showing how far it is.

Run by the Makefile with whatever Python the machine has, so it uses nothing beyond the standard library.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

WIDTH = 72
_PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input"]


class Progress:
    """One line that is written over on a terminal; one line per step elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._began = time.monotonic()

    def step(self, what: str) -> None:
        """Begin something."""
        if self._terminal:
            self._show(what)
        else:
            say(f"{what} ...\n")

    def detail(self, what: str) -> None:
        """Say how far it is; only a terminal shows it."""
        if self._terminal:
            self._show(what)

    def done(self, what: str) -> None:
        """End the line."""
        self.detail("")
        say(f"{what} ({time.monotonic() - self._began:.0f} s)\n")

    def _show(self, what: str) -> None:
        say(f"\r{what[:WIDTH]:<{WIDTH}}\r")


def main(folder: Path, lock: Path) -> None:
    """Set up `folder`; whatever goes wrong is one sentence and exit code 2."""
    progress = Progress()
    progress.step(f"Setting up Python packages in {folder}")
    try:
        make_venv(folder)
        python = folder / "bin" / "python"
        names = [line.split("==")[0] for line in lock.read_text().splitlines() if "==" in line]
        install(python, ["--no-compile", "--requirement", str(lock)], progress, count=len(names))
        install(python, ["--no-deps", "--editable", "."], progress)
    except PermissionError as problem:
        fail(f"{problem.filename} belongs to somebody else: remove {folder}, or run this as the user who made it.")
    except OSError as problem:
        fail(f"{folder} cannot be set up: {problem.strerror or problem}.")
    progress.done(f"Python packages are ready in {folder}")


def make_venv(folder: Path) -> None:
    """Make a virtual environment, again when the Python of an older one is gone."""
    python = folder / "bin" / "python"
    if python.exists():
        works = subprocess.run([python, *_PIP, "--version"], check=False, capture_output=True)
        if works.returncode == 0:
            return
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(folder)],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if made.returncode != 0:
        words = made.stdout + made.stderr
        if "ensurepip" in words:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            fail(f"This Python has no `venv`: on Debian and Ubuntu `apt-get install python{version}-venv` brings it.")
        fail(f"{folder} could not be made: {last_line(words)}")


def install(python: Path, what: list[str], progress: Progress, count: int = 0) -> None:
    """Run pip, which is kept in a log and only quoted when it fails."""
    log = python.parent.parent / "set_up.log"
    seen = 0
    with log.open("a") as kept:
        for line in said_by([str(python), *_PIP, "install", "--progress-bar=off", *what]):
            kept.write(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")) and count:
                seen += 1
                name = line.removeprefix("Requirement already satisfied: ").removeprefix("Collecting ").split("=")[0]
                progress.detail(f"Python packages: {min(seen, count)} of {count}, {name}")
            elif line.startswith("Installing collected") and count:
                progress.step("Python packages: unpacking")


def said_by(command: list[str]) -> Iterator[str]:
    """Each line the command says; ends this program when the command fails."""
    said = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            yield line
    if process.returncode != 0:
        say("\n" + "".join(said[-15:]))
        if any("No space left on device" in line for line in said):
            fail("The disk is full: the packages need about 700 MB.")
        fail("The packages could not be installed; pip says why above. Running the same command again continues.")


def last_line(words: str) -> str:
    """The last line that says anything."""
    return ([line for line in words.splitlines() if line.strip()] or ["it gave no reason"])[-1]


def say(words: str) -> None:
    """Write to where people look, at once."""
    sys.stderr.write(words)
    sys.stderr.flush()


def fail(sentence: str) -> None:
    """Say what is wrong and leave."""
    say(f"\r{sentence}\n" if sys.stderr.isatty() else f"{sentence}\n")
    sys.exit(2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
