"""From a RED text to its page at the carrier, while much else happens.

Fifty texts a second come in, one in twenty-five of them RED, each from somebody else; ten thousand bulk messages are
owed and going out at the line's pace. Web, two workers and the clock run as the Procfile says; the carrier
(`_carrier.py`) takes 150 ms for everything. Measured is from the moment a RED text is handed to the line until the
first page of its case reaches the carrier.
"""

import http.client
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from statistics import median

from redis import Redis
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from bench import _people
from bench._load import send
from bench._tools import TOKEN, Figure, free_port, get, ground, percentile, python, show
from bench.webhook import written
from checkin.bootstrap import Line, open_line
from checkin.conversation.effects import Stream
from checkin.store.ids import new_id
from checkin.store.models import Message
from checkin.store.work import Work

A_SECOND, SECONDS, ONE_IN, BULK, CARRIER_MS = 50, 30, 25, 10_000, 150
PROMISED = 2.0
# As in the Procfile.
_WORKER = ("--worker-class", "workers.starting.Worker", "--quiet", "urgent", "clock", "normal", "bulk")
RED, EVERYDAY = "i want to kill myself", "im fine thank you love"

_PAGES = text(
    "SELECT m.id, c.person_id FROM messages m JOIN cases c ON c.id = m.subject "
    "WHERE m.wording = 'page.ask' AND m.medium = 'text'"
)


def main() -> None:
    """Measure and print."""
    port, carrier = free_port(), free_port()
    web = ["--config", "deploy/gunicorn.conf.py", "--log-level", "warning", "wsgi:app"]
    more = {"TWILIO_API_URL": f"http://127.0.0.1:{carrier}", "WEB_CONCURRENCY": "2", "WEB_THREADS": "8"}
    with ground() as found, found.children(**more) as (supervisor, environment):
        with Redis.from_url(environment["REDIS_URL"]) as redis:
            redis.flushdb()
        line = open_line(environment)
        with line.store.work(datetime.now(UTC)) as work:
            _people.empty(work)
            members = _people.settle_in(work, BULK)
            _owe_bulk(work, members)
        supervisor.start("carrier", python("bench._carrier", str(carrier), str(CARRIER_MS)), environment)
        supervisor.wait_for(f"http://127.0.0.1:{carrier}/count")
        for name in ("worker1", "worker2"):
            supervisor.start(name, python("rq.cli", "worker", *_WORKER), environment)
        supervisor.start("clock", python("rq.cli", "cron", "workers.schedule"), environment)
        supervisor.start("web", python("gunicorn", *web), environment | {"PORT": str(port)})
        supervisor.wait_for(f"http://127.0.0.1:{port}/healthz")
        supervisor.wait_until(lambda: json.loads(get(carrier, "/count"))["taken"] > 0, "sends nothing")
        # Every process has imported and connected what it needs before anything counts.
        warm, many = _hand_in(port, members[-A_SECOND * 2 :]), A_SECOND * SECONDS
        handed = _hand_in(port, members[:many])
        supervisor.wait_until(lambda: len(_pages(line)) == len(warm) + len(handed), "pages nobody")
        time.sleep(2 * PROMISED)
        came = json.loads(get(carrier, "/came"))
        with line.store.engine.connect() as connection:
            left = connection.exec_driver_sql("SELECT count(*) FROM messages WHERE status = 'owed'").scalar_one()
        pages = _pages(line)
        line.store.engine.dispose()
    missing = [who for who in handed if not any(str(page) in came for page in pages[who])]
    assert not missing, f"{len(missing)} of {len(handed)} RED texts have no page at the carrier"
    took = [min(came[str(page)] for page in pages[who] if str(page) in came) - at for who, at in handed.items()]
    worst = percentile(took, 99)
    show(
        "From a RED text to its page at the carrier",
        [
            Figure("p50, seconds", f"{median(took):.2f}"),
            Figure("p99, seconds", f"{worst:.2f}", f"{PROMISED:.0f}", f"{worst / PROMISED:.2f}", "<= 1.00",
                   worst <= PROMISED),
        ],
        f"{len(took)} RED among {A_SECOND * SECONDS} texts, {A_SECOND} a second; {left} bulk messages were still owed.",
    )  # fmt: skip


def _owe_bulk(work: Work, people: Sequence[_people.Somebody]) -> None:
    arguments = work.vault.seal_json({"name": "Sam"}, "messages.arguments")
    common = {"at": work.now, "direction": "out", "medium": "text", "status": "owed", "class": 2, "due_at": work.now}
    said = {"stream": Stream.CHECKINS.value, "wording": "checkin.ask", "arguments": arguments}
    rows = [{"id": new_id(), "person_id": p.id, "dedupe": f"bench:{p.id}", **common, **said} for p in people]
    work.add_all(Message, rows)


def _pages(line: Line) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with line.store.engine.connect() as connection:
        for row in connection.execute(_PAGES):
            found.setdefault(str(row.person_id), []).append(str(row.id))
    return found


def _hand_in(port: int, members: Sequence[_people.Somebody]) -> dict[str, float]:
    """Hand in the texts at their pace, whatever the answers take; return when each RED one was, by its person."""
    validator, handed = RequestValidator(TOKEN), dict[str, float]()
    texts = [
        (number, member, written(validator, member.number, RED if number % ONE_IN == 0 else EVERYDAY))
        for number, member in enumerate(members)
    ]
    begins = time.time() + 1

    def hand(number: int, member: _people.Somebody, request: bytes) -> None:
        time.sleep(max(0.0, begins + number / A_SECOND - time.time()))
        if number % ONE_IN == 0:
            handed[str(member.id)] = time.time()
        _, _, statuses = send(port, 1, iter([request]))
        assert statuses == {http.client.OK: 1}, statuses

    with ThreadPoolExecutor(32) as pool:
        for done in [pool.submit(hand, *one) for one in texts]:
            done.result()
    return handed


if __name__ == "__main__":
    main()
