"""What this machine and its database can be asked."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text

from checkin import health
from checkin.doctor import queue
from checkin.doctor.found import Found, Patient, problem, warning
from checkin.errors import CarrierError
from checkin.store import migrate
from checkin.store.vault import CannotOpen
from checkin.store.work import Work

# The oldest PostgreSQL that its makers still mend, as of November 2026.
_OLDEST_POSTGRES = 15
_SHORTEST_SECRET = 32
_EDGES = "(SELECT number FROM phones ORDER BY id LIMIT 1) UNION (SELECT number FROM phones ORDER BY id DESC LIMIT 1)"
_LITTLE, _TOO_LITTLE = 1 << 30, 200 << 20
# The carrier's Date has whole seconds, and the question takes a moment.
_DRIFT, _FAR_OFF = timedelta(seconds=5), timedelta(seconds=60)


def settings(patient: Patient) -> Iterator[Found]:
    """Secrets are long, the address is one that Twilio may use, and nothing of a rehearsal is left."""
    found = patient.settings
    match found.simulated, patient.rehearsal:
        case True, False:
            yield warning("This is a rehearsal: TWILIO_API_URL leads to a stand-in, and no real telephone is reached.")
        case False, True:
            yield problem("This is no rehearsal: without TWILIO_API_URL real telephones are reached.")
    if not found.simulated and urlsplit(found.public_url).scheme != "https":
        yield problem("PUBLIC_URL is not https: whoever listens on the way could read what members write.")
    if len(found.secret) < _SHORTEST_SECRET:
        yield warning(f"CHECKIN_SECRET is shorter than {_SHORTEST_SECRET} characters and could be guessed.")
    if not found.number:
        yield warning("TWILIO_NUMBER is not set: the line can text, and ring nobody.")
    if found.name == "The check-in line":
        yield warning("CHECKIN_NAME is not set: members are not told who you are.")
    if found.heartbeat_url is None and not found.simulated:
        yield warning("CHECKIN_HEARTBEAT_URL is not set: a line that is down cannot say so itself.")


def database(patient: Patient) -> Iterator[Found]:
    """PostgreSQL answers, is not too old, and has this version's tables and extensions."""
    with patient.store.engine.connect() as connection:
        version = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000
        trigrams = connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"))
        fsync = connection.scalar(text("SHOW fsync"))
    match migrate.state(patient.settings.database_url):
        case migrate.State.BEHIND:
            yield problem("The database has not got this version's tables.", stops=True)
        case migrate.State.TOO_NEW:
            said = "A later version has taken away from the database what this one needs."
            yield problem(said, "install that version, or restore a backup from before", stops=True)
        case migrate.State.NEWER:
            yield warning(
                "A later version has upgraded the database; this one may run beside it.", "install that version"
            )
        case migrate.State.UP_TO_DATE:
            pass
    if version < _OLDEST_POSTGRES:
        yield warning(f"PostgreSQL {version} is no longer mended by its makers.", "a newer PostgreSQL")
    if not trigrams:
        yield warning("Misspelt places are not found: pg_trgm is missing.", "as its owner: CREATE EXTENSION pg_trgm")
    if fsync == "off" and not patient.settings.simulated:
        yield problem("PostgreSQL has fsync off: after a power cut messages are lost or sent twice.", "SET fsync = on")


def keys(patient: Patient) -> Iterator[Found]:
    """The newest and the oldest number in the store open."""
    with patient.store.work(patient.now) as work:
        sealed = work.conn.execute(text(_EDGES)).scalars()
        for value in sealed:
            try:
                patient.store.vault.open(value, "phones.number")
            except CannotOpen:
                yield problem("CHECKIN_KEYS do not open what is stored: they are not this database's keys.", stops=True)
                return


def disk(_patient: Patient) -> Iterator[Found]:
    """There is room where the line runs."""
    free = shutil.disk_usage(Path.cwd()).free
    if free < _LITTLE:
        said = f"Only {free >> 20} MB are free on the disk."
        yield problem(said) if free < _TOO_LITTLE else warning(said)


def ticking(patient: Patient) -> Iterator[Found]:
    """Ticks are done, nothing is overdue, and no alarm stands."""
    with patient.store.work(patient.now) as work:
        waiting = health.waiting(work)
    ready = health.ready(waiting, patient.now)
    if not ready["clock"]:
        ever = "for more than two minutes" if waiting.clock_at else "yet"
        yield problem(f"No tick has been done {ever}: nothing that waits for its time happens.")
    if not ready["nothing_overdue"]:
        yield problem("Something is long overdue: messages or check-ins are not going out.")
    if waiting.alarms:
        yield problem(f"Nobody could be found for {waiting.alarms} RED case(s).", "take them in the console, now")


def clocks(patient: Patient) -> Iterator[Found]:
    """The machine's clock agrees with those of PostgreSQL, Redis and Twilio."""
    with patient.store.work(patient.now) as work:
        others: dict[str, tuple[datetime, datetime]] = {"PostgreSQL": _apart(patient, _database_clock(work))}
    if told := queue.clock(patient):
        others["Redis"] = _apart(patient, told)
    if not patient.settings.simulated:
        with suppress(CarrierError):  # its own check says so; an answer that refuses has a date as well
            _ = patient.connected
        if said := patient.account.clock():
            others["Twilio"] = _apart(patient, said)
    for name, (here, there) in others.items():
        apart = abs(here - there)
        if apart > _DRIFT:
            sentence = f"This machine's clock and {name}'s are {apart.total_seconds():.0f} seconds apart."
            yield problem(sentence) if apart > _FAR_OFF else warning(sentence)


def _apart(patient: Patient, there: datetime) -> tuple[datetime, datetime]:
    return patient.clock(), there


def _database_clock(work: Work) -> datetime:
    told: datetime = work.conn.execute(text("SELECT clock_timestamp()")).scalar_one()
    return told
