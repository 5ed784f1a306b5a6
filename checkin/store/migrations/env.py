"""Alembic's entry: run inside the caller's connection, or open one for the `alembic` command."""

from alembic import context
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import Connection

from checkin.store.models import Base


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        # Each lets go of its tables before the next begins, and one may build an index beside the running line.
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    url = context.config.get_main_option("sqlalchemy.url") or ""
    with create_engine(url, poolclass=NullPool).connect() as opened:
        _run(opened)
