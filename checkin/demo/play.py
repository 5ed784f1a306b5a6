"""`checkin play`: be a member at the keyboard, with the whole line behind it and nobody's real telephone.

The processes are the demo's (production's own), on a database of their own that is emptied each time. Time stands still
until it is moved, and begins on a Monday at eight in the morning, so that what happens can be told again as a story.
"""

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from checkin.bootstrap import open_line
from checkin.demo import CHECKOUT, environment, processes, simulator_command
from checkin.demo.handsets import Handsets
from checkin.demo.network import Network
from checkin.demo.phones import DemoPhone, stored_phones
from checkin.demo.session import HELP, Session, named
from checkin.demo.story import Story
from checkin.demo.supervisor import Supervisor, interruptible
from checkin.errors import CheckinError
from checkin.load import load_file
from checkin.services import services
from checkin.store.migrate import upgrade

SMALL = Path(__file__).parent / "small.yaml"
ZONE = ZoneInfo("Europe/London")
# A Monday in winter, far from any clock change: the one on which every story begins.
MORNING = datetime(2027, 1, 11, 8, 0, tzinfo=ZONE)


def run(
    person: str | None,
    *,
    file: Path = SMALL,
    repro: bool = False,
    root: Path = CHECKOUT / ".checkin" / "play",
    outer: Mapping[str, str] = os.environ,
) -> int:
    """Play until /quit or the end of what is typed; return the exit code, 1 when something failed and was said.

    `person` is whose phone is in hand, the file's first when None. With `repro` the session is printed at the end as a
    story test, on standard output; everything else that is shown goes to standard error then.
    """
    console = Console(stderr=True, highlight=False)
    try:
        with interruptible(), ExitStack() as stack:
            session = _opened(stack, console, person, file=file, root=root, outer=outer, quietly=repro)
            session.show(HELP)
            session.run(_typed())
            if repro:
                click.echo(session.story.written(), nl=False)
    except KeyboardInterrupt:
        return 0
    except CheckinError as problem:
        console.print(str(problem), style="red", markup=False, soft_wrap=True)
        return 1
    return 0


def _opened(
    stack: ExitStack,
    console: Console,
    person: str | None,
    *,
    file: Path,
    root: Path,
    outer: Mapping[str, str],
    quietly: bool,
) -> Session:
    root.mkdir(parents=True, exist_ok=True)
    # What a real line is told must not lead here, and its database must not be emptied.
    outer = {name: value for name, value in outer.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    with console.status("Starting the line ..."):
        found = stack.enter_context(services(root, outer, reset=True, durable=False))
        supervisor = stack.enter_context(Supervisor(root / "logs", cwd=CHECKOUT, also=found.children))
        upgrade(found.database_url)
        own, _ = environment.kept(root / "play.env")
        children = environment.for_children(outer, own, found, port=free_ports())
        network = Network(children["TWILIO_API_URL"])
        port = int(children["PORT"]) - 1
        supervisor.start("simulator", [*simulator_command(children, port=port, start=MORNING), "--frozen"], children)
        supervisor.wait_for(f"{network.url}/sim/clock")
        phones = _phones(children, network, file)
        for name, command in processes().items():
            # Somebody waits for what follows from every move.
            argv = [part.replace("workers.schedule", "workers.rehearsal") for part in command]
            supervisor.start(name, argv, children)
        supervisor.wait_for(f"{children['PUBLIC_URL']}/healthz")
    names = {phone.number: phone.names for phone in phones}
    kinds = {phone.number: phone.line for phone in phones if phone.line != "unknown"}
    me = named(phones, person).number if person else phones[0].number
    story = Story(file.read_text(encoding="utf-8"), names, kinds)
    handsets = Handsets(network, children["PUBLIC_URL"])
    return Session(handsets, phones, me, ZONE, lambda line: click.echo(line, err=quietly), story)


def _phones(children: Mapping[str, str], network: Network, file: Path) -> list[DemoPhone]:
    line = open_line(children, pool=1, plain_logs=True)
    try:
        with line.store.work(line.clock()) as work:
            load_file(work, file)
        phones = stored_phones(line.store)
    finally:
        line.store.engine.dispose()
    for phone in phones:
        network.place(phone)
    return phones


def free_ports() -> int:
    """Return a free port that is followed by a free port."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def _typed() -> Iterator[str]:
    """What is typed, line by line, with a prompt where somebody sits at a keyboard."""
    while True:
        try:
            yield input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return
