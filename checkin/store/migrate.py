"""Bringing a database to this version's tables while the version before it goes on working beside them.

A migration only adds: the older version's processes run until they are restarted, and may be wanted back. One that
takes something away or forbids something (a *contract step*) names the oldest version that can live with it:

    CONTRACT = "0034"  # nothing since 0034 reads the column

which must be `RELEASED` or older: what is taken away was given up by a release before. After the step the database
itself says so to versions that are too old (`State.TOO_NEW`). tests/test_upgrading.py reads every migration since
`RELEASED`.
"""

import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from checkin.errors import CheckinError

# The last migration of the last release, with which every later one must get on. Before the first release this is where
# the promise begins.
RELEASED = "0039"

FOLDER = Path(__file__).parent / "migrations"
# Any number: it only has to be ours. Two releases that start together must not both migrate.
_LOCK = 0x636865636B
_LOOK_AGAIN = 0.5
# A change that waits for a table holds up every text behind it: it gives way, and tries again.
_LOCK_TIMEOUT_MS = 2000
_TRIES = 30
_LOCK_NOT_AVAILABLE = "55P03"


class State(Enum):
    """How a database stands to this version of the code; the value is its name for machines."""

    UP_TO_DATE = "up_to_date"
    BEHIND = "behind"
    """Older: to be upgraded before this version starts."""
    NEWER = "newer"
    """A later version has upgraded it, and this one may run beside that."""
    TOO_NEW = "too_new"
    """A later version has taken away what this one needs."""

    @property
    def runs(self) -> bool:
        """Tell whether this version may run with it."""
        return self in {State.UP_TO_DATE, State.NEWER}


def upgrade(url: str, waits: Callable[[], None] = lambda: None, *, folder: Path = FOLDER) -> State:
    """Run every migration the database has not had, and return how it stands then: up to date, or newer.

    Safe to run twice or at the same time: one process migrates, each other calls `waits` once, waits, and finds it
    done. Each migration is a transaction of its own, so that one that breaks off goes on where it stopped. Raises
    CheckinError when the database is too new, or when a table is in use for a minute on end.
    """
    engine = create_engine(url, connect_args={"options": f"-c lock_timeout={_LOCK_TIMEOUT_MS}"})
    try:
        with engine.connect() as lock:
            _take(lock, waits)
            found = state(url, folder=folder)
            if found is State.TOO_NEW:
                raise CheckinError(
                    "The database belongs to a later version, which has taken away what this one needs:"
                    " install that version, or restore a backup from before."
                )
            if found is State.BEHIND:
                _run(engine, config(url, folder))
            # The lock goes with its connection.
            return found if found is State.NEWER else State.UP_TO_DATE
    finally:
        engine.dispose()


def check(url: str, *, folder: Path = FOLDER) -> tuple[str | None, str | None]:
    """Return (the database's revision, the newest this code knows): equal when nothing is to be done."""
    engine = create_engine(url)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return current, ScriptDirectory.from_config(config(url, folder)).get_current_head()


def state(url: str, *, folder: Path = FOLDER) -> State:
    """Return how the database stands to this version."""
    current, newest = check(url, folder=folder)
    if current == newest:
        return State.UP_TO_DATE
    known = {script.revision for script in ScriptDirectory.from_config(config(url, folder)).walk_revisions()}
    if current is None or current in known:
        return State.BEHIND
    engine = create_engine(url)
    with engine.connect() as connection:
        oldest = connection.execute(text("SELECT obj_description('alembic_version'::regclass)")).scalar()
    engine.dispose()
    return State.NEWER if oldest is None or (newest or "") >= oldest else State.TOO_NEW


def config(url: str, folder: Path = FOLDER) -> Config:
    """Return Alembic's settings for the database at `url` and the migrations in `folder`."""
    found = Config()
    found.set_main_option("script_location", str(folder))
    found.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return found


def _take(connection: Connection, waits: Callable[[], None]) -> None:
    """Take the lock, by asking again and again: to wait inside PostgreSQL would hold up an index that is built beside
    the running line, which waits until every older statement has ended."""
    told = False
    while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar_one():
        connection.commit()
        if not told:
            waits()
            told = True
        time.sleep(_LOOK_AGAIN)
    connection.commit()


def _run(engine: Engine, settings: Config) -> None:
    for left in reversed(range(_TRIES)):
        try:
            with engine.connect() as connection:
                settings.attributes["connection"] = connection
                command.upgrade(settings, "head")
                _say_who_may_run(connection, settings)
                connection.commit()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            if not left:
                raise CheckinError(
                    "A table is in use all the time: run checkin db upgrade in a quieter hour."
                ) from error
        else:
            return


def _say_who_may_run(connection: Connection, settings: Config) -> None:
    """Leave word in the database for older versions, which do not know these migrations."""
    scripts = ScriptDirectory.from_config(settings).walk_revisions()
    oldest = max((str(getattr(script.module, "CONTRACT", "")) for script in scripts), default="")
    if oldest:
        # COMMENT takes no parameters; a revision is four digits of our own.
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{oldest}'"))
