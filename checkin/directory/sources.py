"""What staff do with a feed: see how its readings went, decide about one that shrank, pause it, have it read now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from checkin import audit
from checkin.errors import BadInput
from checkin.store.models import Feed, FeedRun
from checkin.store.work import Work

_MOST_RUNS = 30
_MOST_FEEDS = 100


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, and how the last reading went (`report`: see `directory.report.Report`; {} when it was never read).

    `going` are names of services that would go if it were taken as it is, the first of `gone`. `accepted`: it is taken
    as it is when it is read next. Moments are aware, UTC.
    """

    id: UUID
    address: str
    status: str
    tried_at: datetime | None
    read_at: datetime | None
    paused_at: datetime | None
    kept_at: datetime | None
    asked_at: datetime | None
    begun_at: datetime | None
    progress: int
    accepted: bool
    report: Mapping[str, Any]

    @property
    def on_the_web(self) -> bool:
        """Tell whether the line can read it by itself; else it came from a file."""
        return self.address.startswith(("http://", "https://"))

    @property
    def services(self) -> int:
        """How many services its last reading had."""
        return int(self.report.get("services") or 0)

    @property
    def why(self) -> str:
        """What the last reading has to say for itself."""
        return str(self.report.get("why") or "")

    @property
    def problems(self) -> Sequence[Sequence[str]]:
        """The first of what was wrong with single records: where, the source's id, why."""
        return self.report.get("problems") or []

    @property
    def gone(self) -> int:
        """How many services would go if it were taken as it is."""
        return int(self.report.get("gone") or 0)

    @property
    def going(self) -> Sequence[str]:
        """The names of the first of them."""
        return self.report.get("going") or []


@dataclass(frozen=True, slots=True)
class Run:
    """One reading of a feed; `counts` by the names that `directory.report.Report` has."""

    at: datetime
    status: str
    counts: Mapping[str, int]
    why: str


def feeds(work: Work) -> list[Source]:
    """Return every feed, those that wait for somebody first."""
    order = (Feed.status != "held", Feed.status != "failed", Feed.address)
    return [_read(row) for row in work.conn.execute(select(Feed.__table__).order_by(*order).limit(_MOST_FEEDS))]


def find(work: Work, feed_id: UUID) -> Source | None:
    """Return one feed, or None."""
    row = work.conn.execute(select(Feed.__table__).where(Feed.id == feed_id)).first()
    return _read(row) if row else None


def runs(work: Work, feed_id: UUID) -> list[Run]:
    """Return how a feed's last readings went, the newest first."""
    rows = work.conn.execute(
        select(FeedRun.at, FeedRun.status, FeedRun.counts, FeedRun.why)
        .where(FeedRun.feed_id == feed_id)
        .order_by(FeedRun.at.desc(), FeedRun.id.desc())
        .limit(_MOST_RUNS)
    )
    return [Run(*row) for row in rows]


def accept(work: Work, feed_id: UUID, by: UUID) -> None:
    """Take a feed that is held as it is, once: when it is read next, which is now for one on the web. Raises BadInput
    when nothing is held."""
    found = _held(work, feed_id)
    asked = {"asked_at": work.now} if found.on_the_web else {}
    _put(work, feed_id, by, "accept_feed", accept_next=True, kept_at=None, **asked)


def keep(work: Work, feed_id: UUID, by: UUID) -> None:
    """Go on holding a feed: what was there stays, and nobody is asked again until it has been whole. Raises BadInput
    when nothing is held."""
    _held(work, feed_id)
    _put(work, feed_id, by, "hold_feed", accept_next=False, kept_at=work.now, asked_at=None)


def pause(work: Work, feed_id: UUID, by: UUID) -> None:
    """Read a feed no more at night. What it said stays."""
    _put(work, feed_id, by, "pause_feed", paused_at=work.now, asked_at=None)


def resume(work: Work, feed_id: UUID, by: UUID) -> None:
    """Read a feed again every night that was paused."""
    _put(work, feed_id, by, "resume_feed", paused_at=None)


def ask(work: Work, feed_id: UUID, by: UUID) -> None:
    """Have a feed read now. Raises BadInput for one from a file, and for one that is paused or being read."""
    found = _locked(work, feed_id)
    if not found.on_the_web:
        raise BadInput("This feed came from a file: bring the file in again with checkin directory import.")
    if found.paused_at is not None:
        raise BadInput("This feed is paused: resume it first.")
    if found.asked_at is not None:
        raise BadInput("It is being read already.")
    _put(work, feed_id, by, "read_feed", asked_at=work.now)


def _held(work: Work, feed_id: UUID) -> Source:
    found = _locked(work, feed_id)
    if found.status != "held":
        raise BadInput("This feed is not held any more.")
    return found


def _locked(work: Work, feed_id: UUID) -> Source:
    row = work.conn.execute(select(Feed.__table__).where(Feed.id == feed_id).with_for_update()).first()
    if row is None:
        raise BadInput("There is no such feed.")
    return _read(row)


def _put(work: Work, feed_id: UUID, by: UUID, what: str, **values: object) -> None:
    work.conn.execute(update(Feed).where(Feed.id == feed_id).values(**values))
    audit.record(work, by, what, f"feed {feed_id}")


def _read(row: Any) -> Source:
    return Source(
        row.id, row.address, row.status, row.tried_at, row.read_at, row.paused_at, row.kept_at, row.asked_at,
        row.begun_at, row.progress, row.accept_next, row.report or {},
    )  # fmt: skip
