"""Inbound texts a second through gunicorn, against a ceiling measured in the same run.

The line: signature, risk, who is it, what do they mean, the conversation moved on, everything stored and committed,
TwiML. The ceiling (`_ceiling.py`): signature, one row, commit, TwiML. Same server, settings, database and load; rounds
of the one and the other take turns, and each two that ran one after the other are compared, because a machine is rarely
all ours. No worker runs: answering a text needs none.
"""

import json
import pickle
import random
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bench import _people
from bench._tools import (
    ACCOUNT,
    FOLDER,
    NUMBER,
    ROOT,
    TOKEN,
    Figure,
    fictional_numbers,
    free_port,
    ground,
    percentile,
    python,
    show,
)
from checkin.bootstrap import Line, open_line
from checkin.demo.supervisor import Supervisor
from checkin.store.ids import new_id

MEMBERS, ROUNDS, PARTS, CONNECTIONS = 1000, 12, 4, 16

# What 1,000 texts are. All but the last come from somebody who has just been asked how they are; most are an answer.
MIX = {
    "1": 580,
    "2": 110,
    "3": 40,
    "4": 15,
    "ok thanks": 70,
    "im fine thank you love": 50,
    "not so good today": 20,
    "so so": 30,
    "the boiler man is coming at ten": 25,
    "what time is the meeting on thursday?": 20,
    "next": 20,
    "pause 2 weeks": 5,
    "stop reminders": 3,
    "help": 2,
    "i cant see the point any more": 4,
    "i want to kill myself": 1,
    "hello is that maureen": 5,
}
_STRANGERS = {"hello is that maureen"}


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one round."""

    seconds: float
    took: Sequence[float]

    @property
    def rate(self) -> float:
        """Texts a second."""
        return len(self.took) / self.seconds

    def slow(self, percent: int) -> float:
        """A percentile of how long texts took, in milliseconds."""
        return 1000 * percentile(self.took, percent)


def main() -> None:
    """Measure and print."""
    web = ["--config", "deploy/gunicorn.conf.py", "--log-level", "warning"]
    ports = {"line": free_port(), "ceiling": free_port()}
    with ground() as found:
        line = open_line(found.environment)
        with found.children(WEB_CONCURRENCY="2", WEB_THREADS="8") as (supervisor, environment):
            for name, app in {"line": "wsgi:app", "ceiling": "bench._ceiling:app"}.items():
                supervisor.start(name, python("gunicorn", *web, app), environment | {"PORT": str(ports[name])})
                supervisor.wait_for(f"http://127.0.0.1:{ports[name]}/healthz")
            rounds = _measure(line, supervisor, ports)
        line.store.engine.dispose()
    _report(rounds)


def _measure(line: Line, supervisor: Supervisor, ports: dict[str, int]) -> dict[str, list[Round]]:
    rounds: dict[str, list[Round]] = {name: [] for name in ports}
    for number in range(ROUNDS + 1):
        with line.store.work(datetime.now(UTC)) as work:
            _people.empty(work)
            members = _people.settle_in(work, MEMBERS, asked=True)
        with line.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        texts = {name: list(requests([m.number for m in members])) for name in ports}
        # One right after the other and not for long, so that what else the machine does falls on both; who goes first
        # takes turns.
        for part in range(PARTS):
            for name in sorted(ports, reverse=part % 2 == 0):
                found = load(ports[name], texts[name][part::PARTS])
                supervisor.check()
                if number:  # The first round of each warms it up.
                    rounds[name].append(found)
        _everything_is_stored(line, len(ports) * MEMBERS)
    return rounds


def load(port: int, requests: Sequence[bytes], connections: int = CONNECTIONS) -> Round:
    file = FOLDER / "requests.pickle"
    file.write_bytes(pickle.dumps(requests))
    command = python("bench._load", str(port), str(connections), str(file))
    printed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=120).stdout
    seconds, took, statuses = json.loads(printed)
    assert statuses == {"200": len(requests)}, f"answers by status: {statuses}"
    return Round(seconds, took)


def requests(numbers: Sequence[str]) -> Iterator[bytes]:
    """One text from each number, mixed, signed and written out."""
    bodies = [body for body, times in MIX.items() for _ in range(times * MEMBERS // sum(MIX.values()))]
    random.Random(2).shuffle(bodies)
    strangers = islice(fictional_numbers(), MEMBERS + 2, None)
    validator = RequestValidator(TOKEN)
    for number, body in zip(numbers, bodies, strict=True):
        yield written(validator, next(strangers) if body in _STRANGERS else number, body)


def written(validator: RequestValidator, sender: str, body: str) -> bytes:
    """Return the carrier's request for one text, signed and written out."""
    sid = f"SM{new_id().hex}"
    form = {
        "ToCountry": "GB", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "",
        "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": body,
        "FromCountry": "GB", "To": NUMBER, "ToZip": "", "NumSegments": "1", "MessageSid": sid,
        "AccountSid": ACCOUNT, "From": sender, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    signature = validator.compute_signature("https://line.example.org/twilio/sms", form)
    content = urlencode(form).encode()
    head = (
        "POST /twilio/sms HTTP/1.1\r\nHost: line.example.org\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: {len(content)}\r\n"
        f"X-Twilio-Signature: {signature}\r\nI-Twilio-Idempotency-Token: {new_id()}\r\n\r\n"
    )
    return head.encode() + content


def _everything_is_stored(line: Line, many: int) -> None:
    with line.store.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT count(*) FROM messages WHERE direction = 'in'").scalar_one()
    assert stored == many, f"{many} texts were answered, {stored} are stored"


def _report(rounds: dict[str, list[Round]]) -> None:
    line, ceiling = rounds["line"], rounds["ceiling"]
    pairs = list(zip(line, ceiling, strict=True))
    many = [statistics.median(r.rate for r in of) for of in (line, ceiling)]
    half, slow = ([statistics.median(r.slow(percent) for r in of) for of in (line, ceiling)] for percent in (50, 99))
    more = [a.rate / b.rate for a, b in pairs]
    later = statistics.median(a.slow(99) / b.slow(99) for a, b in pairs)
    ratio = statistics.median(more)
    show(
        "Inbound texts through gunicorn",
        [
            Figure("texts a second", f"{many[0]:.0f}", f"{many[1]:.0f}", f"{ratio:.2f}", ">= 0.50", ratio >= 0.5),
            Figure("p50, ms", f"{half[0]:.1f}", f"{half[1]:.1f}"),
            Figure("p99, ms", f"{slow[0]:.1f}", f"{slow[1]:.1f}", f"{later:.2f}", "<= 3.00", later <= 3),
        ],
        f"{len(pairs)} rounds of {MEMBERS // PARTS} texts each over {CONNECTIONS} connections; medians of the rounds,",
        "and of the ratios of each two that ran one after the other, of which nine in ten are at least "
        f"{percentile(more, 10):.2f}.",
    )


if __name__ == "__main__":
    main()
