"""What a reading of a feed came to: its counts, what is held for a person, and what is kept of it for staff."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from checkin import escalations
from checkin.conversation.effects import Severity
from checkin.directory.fetching import Version
from checkin.directory.mapping import feed_id
from checkin.store.ids import new_id
from checkin.store.models import Feed, FeedRun
from checkin.store.work import Store, Work

_MOST_PROBLEMS = 500
# So many of what would go are named to whoever decides about a feed that has shrunk.
_MOST_NAMED = 200
# What is kept of every reading, for staff to look back on.
_COUNTS = ("records", "services", "added", "changed", "unchanged", "retired", "skipped", "repeated", "problem_count")


@dataclass(slots=True)
class Report:
    """What an import did. `problems` are (where, id, why), the first of them; `losses` count fields by their path.

    Of a feed that is held, `going` names the first of the `gone` services that are no longer in it.
    """

    address: str
    status: str = "ok"
    records: int = 0
    services: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    skipped: int = 0
    repeated: int = 0
    problem_count: int = 0
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    losses: dict[str, int] = field(default_factory=dict)
    why: str = ""
    gone: int = 0
    going: list[str] = field(default_factory=list)

    def problem(self, where: str, source: str, why: str) -> None:
        """Note one."""
        self.problem_count += 1
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append((where, source, why))

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept and as machines are told."""
        return asdict(self)


def live(work: Work, feed: UUID) -> int:
    """Return how many services of a feed are not retired."""
    counted = text("SELECT count(*) FROM directory_services WHERE feed_id = :feed AND retired_at IS NULL")
    return int(work.conn.execute(counted, {"feed": feed}).scalar_one())


_GOING = (
    "FROM directory_services d WHERE feed_id = :feed AND retired_at IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM stage_directory_services s WHERE s.id = d.id)"
)


def hold(work: Work, feed: UUID, report: Report, before: int, *, again: bool) -> None:
    """Hold what has been staged of a feed that had `before` services, and name what would go. Staff get a task, unless
    it was held before (`again`): once, not every night."""
    report.status = "held"
    report.why = f"It has {report.services} services where there were {before}: nothing was changed."
    values = {"feed": feed, "most": _MOST_NAMED}
    report.gone = work.conn.execute(text(f"SELECT count(*) {_GOING}"), values).scalar_one()
    named = text(f"SELECT name {_GOING} ORDER BY name LIMIT :most")
    report.going = list(work.conn.execute(named, values).scalars())
    if not again:
        words = f"{report.address}: {report.why} See what would go, and decide, under Directory, Feeds."
        escalations.open_case(work, Severity.TASK, "feed_held", person_id=None, words=words)


def feed_of(work: Work, address: str) -> UUID:
    """Return the feed of an address, a new one if need be."""
    row = {
        "id": feed_id(address),
        "address": address,
        "country": work.settings.country,
        "zone": str(work.settings.zone),
    }
    work.conn.execute(insert(Feed).values(row).on_conflict_do_nothing())
    return feed_id(address)


def version_of(work: Work, address: str) -> Version:
    """Return which version of a feed was read last; none when that reading was not in order."""
    found = work.conn.execute(
        select(Feed.etag, Feed.last_modified).where(Feed.address == address, Feed.status == "ok")
    ).one_or_none()
    return Version(*found) if found else Version()


def settle(work: Work, feed: UUID, report: Report, version: Version | None) -> None:
    """Keep what a reading came to. Taken as it is, once, is over with a reading that is in order."""
    values: dict[str, Any] = {"status": report.status, "tried_at": work.now, "report": report.as_json()}
    if report.status == "ok":
        version = version or Version()
        values |= {"read_at": work.now, "etag": version.etag, "last_modified": version.last_modified}
        values |= {"accept_next": False, "kept_at": None}
    _note_run(work, feed, report)
    work.conn.execute(update(Feed).where(Feed.id == feed).values(values))


def _note_run(work: Work, feed: UUID, report: Report) -> None:
    counts = {name: getattr(report, name) for name in _COUNTS}
    work.add(FeedRun, id=new_id(), feed_id=feed, at=work.now, status=report.status, counts=counts, why=report.why)


def unchanged(store: Store, address: str, now: datetime) -> Report:
    """Note that there was nothing new to read."""
    with store.work(now) as work:
        feed = feed_of(work, address)
        report = Report(address, services=live(work, feed))
        report.unchanged = report.services
        report.why = "The server says that nothing has changed."
        _note_run(work, feed, report)
        work.conn.execute(update(Feed).where(Feed.id == feed).values(tried_at=now, read_at=now))
    return report


def failed(store: Store, address: str, now: datetime, why: str) -> None:
    """Note that a feed could not be read. Staff get a task the first time."""
    with store.work(now) as work:
        feed = feed_of(work, address)
        had = work.conn.execute(select(Feed.status).where(Feed.id == feed)).scalar_one()
        report = Report(address, status="failed", why=why)
        settle(work, feed, report, None)
        if had == "ok":
            # Once, not every night: what stands in the directory is still given meanwhile.
            words = f"{address} could not be read: {why} What it said before is still given."
            escalations.open_case(work, Severity.TASK, "feed_failed", person_id=None, words=words)
