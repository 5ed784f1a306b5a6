"""What every view works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import g

from checkin import staff
from checkin.bootstrap import Bell, Line
from checkin.staff import Account
from checkin.store.work import Work
from console.times import Times


@dataclass(frozen=True, slots=True)
class Desk:
    """The line, and the bell that tells the workers that there is something to do."""

    line: Line
    bell: Bell

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Open a transaction at the line's own moment; after its commit have the workers see to what it left."""
        with self.line.store.work(self.line.clock()) as work:
            yield work
        for job in work.wake:
            self.bell.ring(job)

    def moment(self, wall: datetime) -> datetime:
        """Return the moment at which the line's clocks show `wall`; of an hour that comes twice, the first."""
        return wall.replace(tzinfo=self.line.settings.zone)

    def groups(self, work: Work) -> frozenset[UUID] | None:
        """Return the groups that whoever is logged in may see: a facilitator's own; None is every group there is."""
        return staff.own_groups(work, me())

    def times(self, work: Work) -> Times:
        """Return how moments are said on a page that was put together in `work`."""
        return Times(work.now, self.line.settings.zone)


def me() -> Account:
    """Return who is logged in. Only for views behind the log-in."""
    account: Account = g.account
    return account
