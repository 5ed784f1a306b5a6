"""What is looked after every night, or when staff ask for it: feeds from the web are read again; and staff hear whose
check runs out."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, update

from checkin import escalations, logs
from checkin.conversation.effects import Severity
from checkin.directory import helplines
from checkin.directory.importing import import_url
from checkin.directory.reading import FeedError
from checkin.store.models import Feed
from checkin.store.work import Store, Work

_log = logs.get("directory")

# A reading that somebody asked for and that was not finished within this is begun again: its worker has died.
_LEASE = timedelta(hours=2)


def read_feeds(store: Store, now: datetime) -> Sequence[str]:
    """Read every feed that has a web address and is not paused again; return those that could not be read. One that
    fails stops none."""
    every = select(Feed.address).where(Feed.address.regexp_match("^https?://"), Feed.paused_at.is_(None))
    with store.work(now) as work:
        addresses = work.conn.scalars(every).all()
    return [address for address in addresses if not _read(store, address, now)]


_CLAIM = text(
    "UPDATE directory_feeds SET begun_at = :now, progress = 0 WHERE id = (SELECT id FROM directory_feeds "
    "WHERE asked_at IS NOT NULL AND (begun_at IS NULL OR begun_at < :broken) ORDER BY asked_at LIMIT 1 "
    "FOR UPDATE SKIP LOCKED) RETURNING id, address"
)


def read_asked(store: Store, now: datetime) -> int:
    """Read the feeds that staff asked for, one after another, each telling how far it is; return how many."""
    done = 0
    while True:
        with store.work(now) as work:
            asked = work.conn.execute(_CLAIM, {"now": now, "broken": now - _LEASE}).one_or_none()
        if asked is None:
            return done
        _read(store, asked.address, now, _telling(store, asked.id, now))
        with store.work(now) as work:
            over = {"asked_at": None, "begun_at": None, "progress": 0}
            work.conn.execute(update(Feed).where(Feed.id == asked.id).values(over))
        done += 1


def _telling(store: Store, feed: UUID, now: datetime) -> Callable[[int], None]:
    """Return what notes how many records were read, for whoever watches: in a transaction of its own."""

    def told(records: int) -> None:
        with store.work(now) as work:
            work.conn.execute(update(Feed).where(Feed.id == feed).values(progress=records))

    return told


def _read(store: Store, address: str, now: datetime, told: Callable[[int], None] | None = None) -> bool:
    """Read one feed; tell whether it could be."""
    try:
        report = import_url(store, address, now, told=told)
    except FeedError as error:
        _log.warning("feed_failed", why=str(error))
        return False
    counts = {name: getattr(report, name) for name in ("status", "services", "added", "changed", "retired")}
    _log.info("feed_read", **counts)
    return True


def warn(work: Work) -> int:
    """Tell staff of helplines whose check runs out in 30 days, in 7, today: each once; return how many."""
    found = helplines.coming_due(work)
    for helpline, left in found:
        when = f"expires in {left} days" if left else "has expired"
        still = " It is still given: it is an emergency or crisis entry." if helpline.protected and not left else ""
        after = "" if left or helpline.protected else " It is not given to anybody any more."
        words = f"{helpline.name} ({helpline.ref}): its check {when}. Ring it and tick it again.{still}{after}"
        escalations.open_case(work, Severity.TASK, "helpline_expires", person_id=None, words=words)
    return len(found)
