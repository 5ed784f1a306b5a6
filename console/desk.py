"""What every view works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import g

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

    def times(self, work: Work) -> Times:
        """Return how moments are said on a page that was put together in `work`."""
        return Times(work.now, self.line.settings.zone)


def me() -> Account:
    """Return who is logged in. Only for views behind the log-in."""
    account: Account = g.account
    return account
