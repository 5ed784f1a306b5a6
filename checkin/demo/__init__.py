"""`checkin demo`: the whole line on this machine, with a phone network in a box in place of the carrier.

Everything that runs is what runs in production, started by the same commands (they are read from the Procfile); only
the settings differ, and they lead to the simulator. Processes meet over HTTP, PostgreSQL and Redis as they would on
several machines.

* `supervisor.py`: starting, waiting for, watching and stopping processes.
* `environment.py`: their settings.
* `organisation.yaml`: the people who are there to be tried out.
* `phones.py`, `network.py`: the organisation's telephones, and the simulator whose page they are put on.
* `play.py`: `checkin play`, the same line with somebody at the keyboard (`session.py`), who uses telephones
  (`handsets.py`), and their session written down as a test (`story.py`).
"""

import json
import os
import shlex
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from checkin.bootstrap import open_line
from checkin.demo import environment
from checkin.demo.network import Network
from checkin.demo.phones import stored_phones
from checkin.demo.supervisor import Supervisor, answer, interruptible, refuse_taken
from checkin.errors import CheckinError
from checkin.load import load_file, read_file
from checkin.services import ServiceFailed, refuse_full_disk, services
from checkin.store.migrate import upgrade
from checkin.store.vault import CannotOpen

CHECKOUT = Path(__file__).parent.parent.parent
_ORGANISATION = Path(__file__).parent / "organisation.yaml"
_LEAST_BYTES = 32 * 1024 * 1024  # two segments of PostgreSQL's log: with less it stops in the middle of something
_MODULES = {"gunicorn": "gunicorn", "rq": "rq.cli"}


def run(
    *, port: int = 8000, reset: bool = False, root: Path = CHECKOUT / ".checkin", outer: Mapping[str, str] = os.environ
) -> int:
    """Run the demo until Ctrl-C, and return the exit code: 0 after Ctrl-C, 1 when something failed and was said.

    The simulator's page is on `port` of this machine, the line with its console on the one after it. Data are kept in
    `root` for the next time, unless `reset`. `outer` is the environment to start from.
    """
    console = Console(stderr=True, highlight=False)
    try:
        with interruptible():
            _run(console, port=port, reset=reset, root=root, outer=outer)
    except KeyboardInterrupt:
        console.print("Stopped. What you did is kept; `make demo RESET=1` starts over.")
        return 0
    except CheckinError as problem:
        console.print(str(problem), style="red", markup=False, soft_wrap=True)
        return 1
    return 0


def _run(console: Console, *, port: int, reset: bool, root: Path, outer: Mapping[str, str]) -> None:
    root.mkdir(exist_ok=True)
    if reset and outer.get("DATABASE_URL"):
        raise ServiceFailed("RESET empties the demo's own database only: empty the one in DATABASE_URL yourself.")
    own, new = environment.kept(root / "demo.env")
    clock = root / "demo.clock"
    if reset or new:
        clock.unlink(missing_ok=True)
    with ExitStack() as stack:
        with _phase(console, "PostgreSQL and Valkey"):
            # Data sealed with keys that are gone can never be read again.
            found = stack.enter_context(services(root, outer, reset=reset or new))
            supervisor = stack.enter_context(Supervisor(root / "logs", cwd=CHECKOUT, also=found.children))
            refuse_taken({port: "the page of phones", port + 1: "the line and its console"})
            upgrade(found.database_url)
        for note in found.notes:
            console.print(note)
        children = environment.for_children(outer, own, found, port=port)
        network = Network(children["TWILIO_API_URL"])
        with _phase(console, "the phone network"):
            supervisor.start("simulator", simulator_command(children, port=port, start=_moment(clock)), children)
            supervisor.wait_for(f"{network.url}/sim/clock")
        with _phase(console, "the organisation"):
            _organisation(children, network)
        with _phase(console, "the line"):
            _line(supervisor, children)
        console.print(_welcome(children, root))
        while True:
            supervisor.check()
            refuse_full_disk(root, _LEAST_BYTES)
            with suppress(ServiceFailed):  # a simulator that is busy keeps its secret for a second; a dead one is seen
                clock.write_text(network.now().isoformat())
            time.sleep(1)


@contextmanager
def _phase(console: Console, what: str) -> Iterator[None]:
    with console.status(f"Starting {what} ..."):
        yield
    console.print(f"[green]\N{HEAVY CHECK MARK}[/] {what}")


def _moment(clock: Path) -> datetime:
    """When the rehearsal goes on: where it stopped, if that is still to come, for what is stored must not be in its
    future."""
    now = datetime.now(UTC)
    return max(now, datetime.fromisoformat(clock.read_text())) if clock.exists() else now


def simulator_command(children: Mapping[str, str], *, port: int, start: datetime) -> list[str]:
    """The command that opens the phone network, connected to the line."""
    return [
        sys.executable, "-m", "simulator", "--port", str(port), "--start", start.isoformat(),
        "--app-url", children["PUBLIC_URL"], "--console-url", children["PUBLIC_URL"],
        "--account-sid", children["TWILIO_ACCOUNT_SID"], "--auth-token", children["TWILIO_AUTH_TOKEN"],
        "--number", children["TWILIO_NUMBER"],
    ]  # fmt: skip


def _line(supervisor: Supervisor, children: Mapping[str, str]) -> None:
    """Start web, worker and clock, and wait until the clock's first tick has come through the worker."""
    for name, argv in processes().items():
        supervisor.start(name, argv, children)

    def ticks() -> bool:
        # Not all of /readyz: after a long pause much is overdue, and that is being seen to.
        status, body = answer(f"{children['PUBLIC_URL']}/readyz")
        return status != 0 and bool(json.loads(body)["parts"].get("clock"))

    supervisor.wait_until(ticks, "has not ticked")


def processes() -> dict[str, list[str]]:
    """The Procfile's web, worker and clock, run by this Python."""
    found = {}
    for line in (CHECKOUT / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        program, *arguments = shlex.split(command)
        if program in _MODULES:
            found[name] = [sys.executable, "-m", _MODULES[program], *arguments]
    return found


def _organisation(children: Mapping[str, str], network: Network) -> None:
    """Load the organisation into an empty store, and put its phones on the page."""
    line = open_line(children, pool=1, plain_logs=True)
    try:
        if not stored_phones(line.store):
            with line.store.work(line.clock()) as work:
                load_file(work, _ORGANISATION)
        for phone in stored_phones(line.store):
            network.place(phone)
    except CannotOpen as problem:
        raise ServiceFailed(
            "The database of DATABASE_URL holds an organisation that this demo did not make: give it an empty one."
        ) from problem
    finally:
        line.store.engine.dispose()


def _welcome(children: Mapping[str, str], root: Path) -> Panel:
    table = Table.grid(padding=(0, 3))
    table.add_row("Phones", f"{children['TWILIO_API_URL']}/", "text, ring, press keys, move the clock")
    table.add_row("Console", f"{children['PUBLIC_URL']}/", "what staff see")
    for staff in read_file(_ORGANISATION, children["CHECKIN_COUNTRY"], children["CHECKIN_TIMEZONE"]).staff:
        table.add_row("", staff.email, f"password: {staff.password}")
    table.add_row("Logs", f"{root / 'logs'}/")
    return Panel(table, title="The check-in line is running", subtitle="Ctrl-C stops it", expand=False)
