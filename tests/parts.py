"""What a room of the line is tested with: settings, an organisation in a few lines, a carrier that obeys."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import text

from checkin.bootstrap import Line, open_line
from checkin.claims import Claimed, claim
from checkin.conversations import due
from checkin.dispatch import Dispatcher
from checkin.errors import CarrierError
from checkin.gate import Medium
from checkin.gateways import Fault, Machines, Receipt
from checkin.load import Loaded, load_file
from checkin.store.vault import new_key
from checkin.store.work import Work

# A Monday in winter, far from any clock change.
NOON = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)


def environment(database_url: str, **changes: str) -> dict[str, str]:
    """Return settings that are in order. Texts go to a carrier that is a stand-in, so that drama numbers may be texted;
    nobody listens there."""
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PUBLIC_URL": "https://line.example.org",
        "TWILIO_ACCOUNT_SID": "AC" + "5" * 32,
        "TWILIO_AUTH_TOKEN": "a-token-for-tests",
        "TWILIO_NUMBER": "+441632960000",
        "TWILIO_API_URL": "http://127.0.0.1:1",
        "CHECKIN_KEYS": new_key(),
        "CHECKIN_SECRET": "a-secret-for-tests",
        "CHECKIN_NAME": "Harbour Line",
        **changes,
    }


@contextmanager
def opened(database_url: str, **changes: str) -> Iterator[Line]:
    """An opened line; its connections are closed at the end."""
    line = open_line(environment(database_url, **changes))
    try:
        yield line
    finally:
        line.store.engine.dispose()


def loads(line: Line, written: str, now: datetime = NOON) -> Loaded:
    """Load an organisation (YAML) as `checkin load` does."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "town.yaml"
        file.write_text(written, encoding="utf-8")
        with line.store.work(now) as work:
            return load_file(work, file)


def rows(line: Line, statement: str, **values: object) -> list[Any]:
    """Return what a query finds."""
    with line.store.work(NOON) as work:
        return list(work.conn.execute(text(statement), values).all())


def value(line: Line, statement: str, **values: object) -> Any:
    """Return the one value that a query finds; None when it finds nothing."""
    found = rows(line, statement, **values)
    return found[0][0] if found else None


def person(line: Line, ref: str) -> UUID:
    """Return the id of the person with this ref."""
    found: UUID = value(line, "SELECT id FROM people WHERE ref = :ref", ref=ref)
    return found


def claimed(work: Work, *, classes: Sequence[int], media: Sequence[Medium], batch: int) -> list[Claimed]:
    """Lease what is due, the most urgent first, as a lane of these classes and media does."""
    found: list[Claimed] = []
    for urgency in classes:
        left = batch - len(found)
        found += claim(work, urgency, dict.fromkeys(media, left)) if left else []
    return found


@dataclass
class Carrier:
    """A carrier in ten lines. What it took stands in `took`; `trouble` holds, by number, what it raises instead, and
    `faults` what a code means to it."""

    took: list[tuple[str, str, str]] = field(default_factory=list)
    trouble: dict[str, Exception] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    listed: dict[str, Receipt] = field(default_factory=dict)
    senders: list[str | None] = field(default_factory=list)

    def text(self, message_id: UUID, to: str, body: str, *, sender: str | None = None) -> Receipt:
        """Take a text, or raise."""
        self.senders.append(sender)
        return self._take("text", message_id, to, body)

    def call(
        self, message_id: UUID, to: str, *, ring_seconds: int, machines: Machines, sender: str | None = None
    ) -> Receipt:
        """Ring, or raise."""
        self.senders.append(sender)
        return self._take("call", message_id, to, f"rings {ring_seconds}s, {machines}")

    def hang_up(self, sid: str) -> None:
        """End a call, or raise."""
        if sid in self.trouble:
            raise self.trouble[sid]
        self.took.append(("hang up", sid, ""))

    def find_text(self, to: str, body: str, since: datetime) -> Receipt | None:
        """Return what is on the carrier's list for a number."""
        assert since.tzinfo, body
        return self._find(to)

    def find_call(self, to: str, since: datetime) -> Receipt | None:
        """Return what is on the carrier's list for a number."""
        assert since.tzinfo
        return self._find(to)

    def fault(self, code: int) -> Fault:
        """Return what a code means."""
        return self.faults.get(code, Fault.TRANSIENT)

    def _take(self, medium: str, message_id: UUID, to: str, what: str) -> Receipt:
        if to in self.trouble:
            raise self.trouble[to]
        self.took.append((medium, to, what))
        return Receipt(f"sid-{message_id}", "queued", 1)

    def _find(self, to: str) -> Receipt | None:
        if "list" in self.trouble:
            raise self.trouble["list"]
        return self.listed.get(to)


TIMED_OUT = CarrierError("The answer did not arrive.", ambiguous=True)


def tick(line: Line, carrier: Carrier, now: datetime) -> None:
    """One tick at `now`, and all that follows from it at that moment."""
    dispatcher = Dispatcher(line.store, carrier, threads=1)
    due.all_that_has(line.store, now, most=100, most_plans=100)
    dispatcher.reconcile(now)
    while sum(dispatcher.send(lane, now) for lane in line.lanes.values()):
        pass
    dispatcher.close()
