"""Child processes that outlive no one: their own process group, their own log, their pid written down.

A child gets its own session so that Ctrl-C reaches only us and we decide the order of stopping. The price is that a
`kill -9` of ours leaves it running; so each is noted in a file with its pid and the moment it started, and whoever
starts next ends what was left behind. The moment matters: pids are used again.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from checkin.errors import CheckinError


class ServiceFailed(CheckinError):
    """A server or process that the line needs here could not be started; the message says how to mend it."""


class InUse(ServiceFailed):
    """Another process of ours holds that folder."""


@dataclass(frozen=True, slots=True)
class RunAs:
    """The user a child runs as: ourselves, unless a name and numbers say otherwise."""

    name: str = ""
    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> tuple[int, ...] | None:
        """No further groups for another user; our own for ourselves."""
        return None if self.uid is None else ()

    def own(self, path: Path) -> None:
        """Give `path` to that user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


OURSELVES = RunAs()


@dataclass(frozen=True, slots=True)
class Child:
    """A process that we started, and the file its output goes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    note: Path
    stop_signal: signal.Signals

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, *, patience: float = 15.0) -> None:
        """Ask it to stop, insist after `patience` seconds; safe to call twice."""
        if self.alive:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                kill_group(self.process.pid)
                self.process.wait()
        self.note.unlink(missing_ok=True)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return last_lines(self.log, lines)


def start(
    name: str,
    argv: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    run_as: RunAs = OURSELVES,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Child:
    """Start `argv`; its log is `folder/name.log`, which begins anew, and its note `folder/name.pid`.

    A process of that name left behind by an earlier start is ended first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / f"{name}.pid"
    end_leftover(note)
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - starting programs is this module's job; no shell
                list(argv),
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
                user=run_as.uid,
                group=run_as.gid,
                extra_groups=run_as.groups,
            )
        except FileNotFoundError as problem:
            raise ServiceFailed(f"{name} cannot be started: {argv[0]} is missing.") from problem
    note.write_text(f"{process.pid} {_started_at(process.pid)}\n")
    return Child(name=name, process=process, log=log, note=note, stop_signal=stop_signal)


def end_leftover(note: Path, *, patience: float = 10.0) -> None:
    """End the process a note speaks of, if that very process still runs."""
    try:
        pid, started_at = note.read_text().split()
        if _started_at(int(pid)) == float(started_at):
            # SIGINT is a quick, clean stop for PostgreSQL, Valkey, gunicorn and Python alike.
            os.kill(int(pid), signal.SIGINT)
            if not _gone(int(pid), patience):
                kill_group(int(pid))
                _gone(int(pid), patience)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        pass  # never noted, noted by halves, or long gone: there is nothing to end
    note.unlink(missing_ok=True)


def kill_group(pid: int) -> None:
    """Kill a child that does not listen, and whatever it started in turn."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def last_lines(log: Path, lines: int) -> str:
    """The last `lines` lines of a file, or nothing when there is no such file."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 64 * 1024))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


@contextmanager
def exclusively(lock: Path) -> Iterator[None]:
    """Hold `lock` while inside; `InUse` when another process holds it. The kernel lets go if we die."""
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            file.seek(0)
            raise InUse(
                f"{lock.parent} is in use by process {file.read().strip() or 'unknown'}: stop that one first."
            ) from problem
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _started_at(pid: int) -> float:
    """When that process began, in seconds since 1970; 0 when it runs no longer."""
    import psutil

    try:
        process = psutil.Process(pid)
        # A container's first process may be slow to bury the dead; a zombie is gone all the same.
        return 0.0 if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.NoSuchProcess:
        return 0.0


def _gone(pid: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while _started_at(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
