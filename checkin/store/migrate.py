"""Bringing a database to this version's tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

# Any number: it only has to be ours. Two releases that start together must not both migrate.
_LOCK = 0x636865636B


def upgrade(url: str) -> None:
    """Run every migration the database has not had. Safe to run twice or at the same time."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config = _config(url)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def check(url: str) -> tuple[str | None, str | None]:
    """Return (the database's revision, the newest revision): equal when nothing is to be done."""
    engine = create_engine(url)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return current, ScriptDirectory.from_config(_config(url)).get_current_head()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
