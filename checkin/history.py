"""Messages about which nothing is left to be done move to `past_messages`, a partition for each month.

The live table stays as small as what is going on, however many years lie behind it; and a month whose time is over is
dropped as a whole. What asks about the past reads the view `every_message`; what a text, a call or a tick waits for
reads `messages` alone. A message moves in one statement: it is always in one of the two, and in one only.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from checkin.store.models import Message, PastMessage
from checkin.store.work import Store, Work

# Rows in one transaction: a few dozen milliseconds, and nobody waits for any of them.
_LOT = 1000

# Any number: it only has to be ours. Two jobs must not make the same partition.
_LOCK = 0x70617374
# Making or dropping a partition waits for whoever reads, and everybody else behind it. Then rather the next night.
_PATIENCE = "SET LOCAL lock_timeout = '2s'"

_COLUMNS = ", ".join(f'"{column.name}"' for column in Message.__table__.columns)

# A key against doing something twice holds as long as what it is about goes on: a meeting that is called off months
# ahead is not called off again by its reminder. What nobody has read yet waits where the queue looks for it.
_GOES_ON = """
    m.unread OR EXISTS (SELECT FROM occurrences o WHERE o.id = m.subject AND o.starts_at >= :before)
    OR EXISTS (SELECT FROM cases k WHERE k.id = m.subject AND (k.status <> 'closed' OR k.closed_at >= :before))
    OR EXISTS (SELECT FROM check_ins c WHERE c.id = m.subject AND c.status = 'open')
    OR EXISTS (SELECT FROM duties d WHERE d.id = m.subject AND d.ends >= :before)
"""
# The oldest by id, from where the last lot ended: ids grow with time, and what stays is passed over once.
_MOVE = text(
    f"""
    WITH oldest AS MATERIALIZED (SELECT id, at FROM messages WHERE id > :after ORDER BY id LIMIT :lot),
    lot AS (
        SELECT m.id FROM oldest o JOIN messages m ON m.id = o.id
        WHERE greatest(m.at, m.due_at, m.sent_at) < :before
        AND m.status IN ('received', 'sent', 'dropped', 'failed') AND NOT ({_GOES_ON})
        FOR UPDATE OF m SKIP LOCKED
    ),
    gone AS (DELETE FROM messages m USING lot WHERE m.id = lot.id RETURNING m.*),
    moved AS (INSERT INTO past_messages ({_COLUMNS}) SELECT {_COLUMNS} FROM gone RETURNING id)
    SELECT (SELECT count(*) FROM moved) AS moved, (SELECT count(*) FROM oldest WHERE at < :before) AS old,
        (SELECT id FROM oldest ORDER BY id DESC LIMIT 1) AS last
    """  # noqa: S608  # the columns of our own table
)


def move(store: Store, now: datetime) -> int:
    """Move what is older than the setting says and return how many rows. Safe to break off, to run twice, and at
    once."""
    before = now - store.settings.history_after
    with store.work(now) as work:
        make_partitions(work, before)
    return sum(_lots(store, now, before))


def _lots(store: Store, now: datetime, before: datetime) -> Iterator[int]:
    after = UUID(int=0)
    while True:
        with store.work(now) as work:
            row = work.conn.execute(_MOVE, {"after": after, "before": before, "lot": _LOT}).one()
        yield row.moved
        if row.last is None or not row.old:
            return
        after = row.last


_MONTHS = text("SELECT DISTINCT date_trunc('month', at, 'UTC') AS month FROM messages WHERE at < :before")


def make_partitions(work: Work, before: datetime) -> None:
    """Make the partitions of the months of all that is older than `before`, and those of its own month and the next:
    a month is there weeks before anything moves into it."""
    own = before.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    wanted = {month.astimezone(UTC) for month in work.conn.execute(_MONTHS, {"before": before}).scalars()}
    missing = sorted((wanted | {own, _next(own)}) - set(_partitions(work).values()))
    if not missing:
        return
    work.conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    work.conn.exec_driver_sql(_PATIENCE)
    for month in missing:
        work.conn.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS {_name(month)} PARTITION OF {PastMessage.__tablename__} "
            f"FOR VALUES FROM ('{month.isoformat()}') TO ('{_next(month).isoformat()}')"
        )


def drop(work: Work, before: datetime) -> int:
    """Drop each month all of which is older than `before`, and return how many rows were in them."""
    rows = 0
    for name, month in _partitions(work).items():
        if _next(month) <= before:
            work.conn.exec_driver_sql(_PATIENCE)
            rows += work.conn.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()  # noqa: S608  # our own
            work.conn.exec_driver_sql(f"DROP TABLE {name}")
    return rows


def _partitions(work: Work) -> dict[str, datetime]:
    """Return the partitions there are, each with the first moment of its month (UTC), the oldest first."""
    names = work.conn.execute(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'past_messages'::regclass ORDER BY 1")
    ).scalars()
    return {name: datetime.strptime(name, _FORM).replace(tzinfo=UTC) for name in names}


_FORM = f"{PastMessage.__tablename__}_%Y_%m"


def _name(month: datetime) -> str:
    return month.strftime(_FORM)


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
