"""The one way to a database connection."""

from typing import Any

from sqlalchemy import Engine, create_engine, event


def connect(url: str, *, pool: int = 10) -> Engine:
    """Return an engine for `url` that holds up to `pool` connections. None is made before the first use; a broken one
    is replaced."""
    engine = create_engine(
        url,
        pool_size=pool,
        # One beyond the pool would be closed after each use, and to open one costs more than a text.
        max_overflow=0,
        pool_timeout=5,
        pool_recycle=1800,
        # A dead connection is found by its first statement failing; the doors answer 503 and the carrier tries the
        # fallback, workers try again. Asking before every use would cost each text a round trip.
        connect_args={"connect_timeout": 3, "options": "-c timezone=UTC -c statement_timeout=30000"},
    )
    event.listen(engine, "connect", _keep_what_is_committed)
    return engine


# A server may be set to answer before a commit is written ("off"): when it crashes, the last commits are gone. A lease
# that is gone is a text sent twice, and a text that was answered is one nobody will ever read. Stronger settings stay.
_KEEP = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"


def _keep_what_is_committed(driver: Any, _record: object) -> None:
    with driver.cursor() as cursor:
        cursor.execute(_KEEP)
    driver.commit()
