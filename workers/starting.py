"""How a worker starts: `rq worker --worker-class workers.starting.Worker`."""

import sys

from rq import SimpleWorker

from checkin.errors import CheckinError
from workers import jobs


class Worker(SimpleWorker):
    """RQ's worker that does not fork (decision 7). Before it takes its first job it looks whether the line can work;
    where it cannot, it ends with one sentence instead of failing at every job."""

    def work(self, *arguments: object, **named: object) -> bool:
        """Open the line, then work until told to stop."""
        try:
            jobs.the_line()
        except CheckinError as error:
            sys.exit(str(error))
        return super().work(*arguments, **named)  # type: ignore[arg-type]  # handed on as RQ gives them
