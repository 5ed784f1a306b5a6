"""What two hundred open consoles cost the texts that come in: the same texts with them and without, by turns.

    python -m bench.consoles [CONSOLES [ROUNDS]]

The web process serves both doors. Texts come one after the other, as on a busy evening and not as fast as they can:
asked is whether each is answered later, not whether the machine has anything to spare. Rounds with and without consoles
take turns and neighbours are compared; texts that were not understood change the queue again and again meanwhile.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from bench import _people
from bench._tools import FOLDER, ROOT, Figure, free_port, ground, python, show
from bench.webhook import MEMBERS, Round, load, requests
from checkin import staff
from checkin.bootstrap import Line, open_line
from checkin.store.work import Work

CONSOLES, ROUNDS, TEXTS = 200, 6, 300


def main() -> None:
    """Measure and print."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else CONSOLES
    often = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    port = free_port()
    web = ["--config", "deploy/gunicorn.conf.py", "--log-level", "warning"]
    rounds: dict[bool, list[Round]] = {True: [], False: []}
    seen: list[list[float]] = []
    with ground() as found:
        line = open_line(found.environment)
        with found.children(WEB_CONCURRENCY="2", WEB_THREADS="8") as (supervisor, environment):
            supervisor.start("line", python("gunicorn", *web, "wsgi:app"), environment | {"PORT": str(port)})
            supervisor.wait_for(f"http://127.0.0.1:{port}/healthz")
            for number in range(often + 1):
                for looked_on in sorted(rounds, reverse=number % 2 == 0):
                    texts, cookies = _begin(line)
                    with _consoles(port, cookies, many, seen) if looked_on else nullcontext():
                        measured = load(port, texts[:TEXTS], 1)
                    if number:  # The first of each warms it up.
                        rounds[looked_on].append(measured)
        line.store.engine.dispose()
    _report(many, rounds, seen)


def _begin(line: Line) -> tuple[list[bytes], list[str]]:
    """Begin anew: a thousand people, their texts, and a log-in for whoever looks on."""
    with line.store.work(datetime.now(UTC)) as work:
        _people.empty(work)
        members = _people.settle_in(work, MEMBERS, asked=True)
        cookies = [log_in(line, work)]
    return list(requests([member.number for member in members])), cookies


def log_in(line: Line, work: Work) -> str:
    """Return the cookie of a browser with which Sue has just logged in."""
    found = staff.by_email(work, "sue@example.org")
    assert found is not None
    secret = staff.begin(work, found[0], whole=True, agent="bench", address="127.0.0.1")
    app = Flask("checkin")
    app.secret_key = line.settings.secret
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return f"__Host-console={signer.dumps({'log-in': secret, '_permanent': True})}"


@contextmanager
def _consoles(port: int, cookies: list[str], many: int, seen: list[list[float]]) -> Iterator[None]:
    """So many consoles that look on meanwhile; what they saw is added to `seen`."""
    file = FOLDER / "cookies.txt"
    file.write_text("\n".join(cookies))
    command = python("bench._consoles", str(port), str(file), str(many))
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pages:
        time.sleep(2)  # All have asked once.
        yield
        printed, _ = pages.communicate("\n", timeout=60)
        seen.append(json.loads(printed))


def _report(many: int, rounds: Mapping[bool, list[Round]], seen: list[list[float]]) -> None:
    pairs = list(zip(rounds[True], rounds[False], strict=True))
    half, slow = ([statistics.median(r.slow(p) for r in rounds[which]) for which in (True, False)] for p in (50, 99))
    later = [statistics.median(a.slow(p) / b.slow(p) for a, b in pairs) for p in (50, 99)]
    asked, news, others = (sum(one[place] for one in seen) for place in range(3))
    assert others == 0, f"{others} answers were neither a list nor that there is none new"
    late = max(one[3] for one in seen)
    show(
        f"Inbound texts while {many} consoles look on",
        [
            Figure("p50, ms", f"{half[0]:.1f}", f"{half[1]:.1f}", f"{later[0]:.2f}", "<= 1.25", later[0] <= 1.25),
            Figure("p99, ms", f"{slow[0]:.1f}", f"{slow[1]:.1f}", f"{later[1]:.2f}", "<= 1.50", later[1] <= 1.5),
            Figure("p99 of a console's answer, ms", f"{1000 * late:.0f}", target="<= 500", ok=late <= 0.5),
        ],
        f"{len(pairs)} rounds of {TEXTS} texts one after the other, each with and without.",
        f"The consoles asked {asked:,.0f} times and were told something new {news:,.0f} times.",
    )


if __name__ == "__main__":
    main()
