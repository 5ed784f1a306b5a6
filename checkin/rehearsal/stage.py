"""Everything that a rehearsal is played on: the line's processes, a database of their own, and a phone network."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checkin.bootstrap import Line, open_line
from checkin.demo import CHECKOUT, environment, processes, simulator_command
from checkin.demo.handsets import Handsets
from checkin.demo.network import Network
from checkin.demo.phones import DemoPhone, stored_phones
from checkin.demo.play import free_ports
from checkin.demo.supervisor import Supervisor
from checkin.services import services
from checkin.store.migrate import upgrade


@dataclass(frozen=True, slots=True)
class Stage:
    """A line that runs: `address` is where its web process answers, `kill` and `start` end and begin a process by its
    name in the Procfile."""

    line: Line
    network: Network
    address: str
    kill: Callable[[str], None]
    start: Callable[[str], None]

    def handsets(self) -> Handsets:
        """Return the telephones, to which nothing has come so far."""
        return Handsets(self.network, self.address)

    def place(self) -> list[DemoPhone]:
        """Put everybody's telephones into the network, and return them."""
        phones = stored_phones(self.line.store)
        for phone in phones:
            self.network.place(phone)
        return phones


@contextmanager
def stage(
    outer: Mapping[str, str], starts: datetime, load: Callable[[Line], None], own: Mapping[str, str] | None = None
) -> Iterator[Stage]:
    """Start everything in a temporary folder, with the organisation that `load` stores; all is gone at the end.

    Time stands still at `starts` (aware) until it is moved. `own` are settings of a real line that hold here as well.
    Raises CheckinError with one sentence when something does not start.
    """
    # What a real line is told must not lead here.
    outer = {name: value for name, value in outer.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    with ExitStack() as stack:
        root = stack.enter_context(_folder())
        found = stack.enter_context(services(root, outer, durable=False))
        supervisor = stack.enter_context(Supervisor(root / "logs", cwd=CHECKOUT, also=found.children))
        upgrade(found.database_url)
        secrets, _ = environment.kept(root / "rehearsal.env")
        children = environment.for_children(outer, secrets, found, port=free_ports()) | dict(own or {})
        network = Network(children["TWILIO_API_URL"])
        port = int(children["PORT"]) - 1
        supervisor.start("simulator", [*simulator_command(children, port=port, start=starts), "--frozen"], children)
        supervisor.wait_for(f"{network.url}/sim/clock")
        line = open_line(children, pool=1, plain_logs=True)
        stack.callback(line.store.engine.dispose)
        load(line)
        commands = {
            # Somebody waits for what follows from every move.
            name: [part.replace("workers.schedule", "workers.rehearsal") for part in argv]
            for name, argv in processes().items()
        }

        def start(name: str) -> None:
            supervisor.start(name, commands[name], children)

        ready = Stage(line, network, children["PUBLIC_URL"], supervisor.kill, start)
        ready.place()
        for name in commands:
            start(name)
        supervisor.wait_for(f"{children['PUBLIC_URL']}/healthz")
        yield ready


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a folder that PostgreSQL's own user may enter, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="checkin-rehearsal-") as found:
        Path(found).chmod(0o755)
        yield Path(found)
