"""What is looked after every night: feeds from the web are read again, and staff hear whose check runs out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from checkin import escalations, logs
from checkin.conversation.effects import Severity
from checkin.directory import helplines
from checkin.directory.importing import import_url
from checkin.directory.reading import FeedError
from checkin.store.models import Feed
from checkin.store.work import Store, Work

_log = logs.get("directory")


def read_feeds(store: Store, now: datetime) -> Sequence[str]:
    """Read every feed that has a web address again; return those that could not be read. One that fails stops none."""
    with store.work(now) as work:
        every = work.conn.scalars(select(Feed.address).where(Feed.address.regexp_match("^https?://"))).all()
    failed = []
    for address in every:
        try:
            report = import_url(store, address, now)
        except FeedError as error:
            failed.append(address)
            _log.warning("feed_failed", why=str(error))
        else:
            counts = {name: getattr(report, name) for name in ("status", "services", "added", "changed", "retired")}
            _log.info("feed_read", **counts)
    return failed


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
