"""Starting everything that a rehearsal needs, playing it, and saying what came of it."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from checkin.bootstrap import open_line
from checkin.demo import CHECKOUT, environment, processes, simulator_command
from checkin.demo.handsets import Handsets
from checkin.demo.network import Network
from checkin.demo.phones import stored_phones
from checkin.demo.play import SMALL, free_ports
from checkin.demo.supervisor import Supervisor, interruptible
from checkin.errors import CheckinError
from checkin.rehearsal import cast, outcome
from checkin.rehearsal.night import Night
from checkin.rehearsal.scenario import ZONE, Scenario, find
from checkin.services import services
from checkin.store.migrate import upgrade


def run(
    name: str, *, organisation: Path | None = None, as_json: bool = False, outer: Mapping[str, str] = os.environ
) -> int:
    """Play a scenario, shipped or a file; print its timeline and the times to a human.

    Returns 0 when a person had every RED case within the promised time, else 1; also 1 when something failed and was
    said. Raises BadInput when the scenario or the organisation cannot be read.
    """
    scenario = find(name)
    console = Console(stderr=True, highlight=False)
    try:
        with interruptible(), _folder() as root:
            lines, cases = _played(scenario, organisation, root, outer, console)
    except KeyboardInterrupt:
        return 1
    except CheckinError as problem:
        console.print(str(problem), style="red", markup=False, soft_wrap=True)
        return 1
    good = outcome.kept(cases, scenario.promise)
    if as_json:
        click.echo(json.dumps(_plainly(lines, cases, good=good)))
        return 0 if good else 1
    click.echo(f"{scenario.title}\n{scenario.starts.astimezone(ZONE):%A %d %B %Y}\n")
    for line in lines:
        click.echo(str(line))
    click.echo("")
    for case in cases:
        click.echo(str(case))
    minutes = int(scenario.promise.total_seconds() // 60)
    click.echo(f"A person within {minutes} minutes: {'yes' if good else 'NO'}.")
    return 0 if good else 1


def _plainly(lines: list[outcome.Line], cases: list[outcome.Reached], *, good: bool) -> dict[str, object]:
    return {
        "kept": good,
        "timeline": [asdict(line) | {"at": line.at.isoformat()} for line in lines],
        "cases": [
            asdict(case)
            | {
                name: span.total_seconds() if span else None
                for name, span in (("paged", case.paged), ("taken", case.taken))
            }
            for case in cases
        ],
    }


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a folder that PostgreSQL's own user may enter, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="checkin-rehearsal-") as found:
        Path(found).chmod(0o755)
        yield Path(found)


def _played(
    scenario: Scenario, organisation: Path | None, root: Path, outer: Mapping[str, str], console: Console
) -> tuple[list[outcome.Line], list[outcome.Reached]]:
    # What a real line is told must not lead here.
    outer = {name: value for name, value in outer.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    with ExitStack() as stack:
        status = stack.enter_context(console.status("Starting the line ..."))
        found = stack.enter_context(services(root, outer, durable=False))
        supervisor = stack.enter_context(Supervisor(root / "logs", cwd=CHECKOUT, also=found.children))
        upgrade(found.database_url)
        own, _ = environment.kept(root / "rehearsal.env")
        children = environment.for_children(outer, own, found, port=free_ports())
        network = Network(children["TWILIO_API_URL"])
        port = int(children["PORT"]) - 1
        command = simulator_command(children, port=port, start=scenario.starts)
        supervisor.start("simulator", [*command, "--frozen"], children)
        supervisor.wait_for(f"{network.url}/sim/clock")
        line = open_line(children, pool=1, plain_logs=True)
        try:
            cast.load(line, scenario, organisation, SMALL)
            for phone in stored_phones(line.store):
                network.place(phone)
            commands = {
                name: [part.replace("workers.schedule", "workers.rehearsal") for part in argv]
                for name, argv in processes().items()
            }
            for name, argv in commands.items():
                supervisor.start(name, argv, children)
            supervisor.wait_for(f"{children['PUBLIC_URL']}/healthz")
            lines: list[outcome.Line] = []

            def tell(told: outcome.Line) -> None:
                lines.append(told)
                status.update(f"{told.at.astimezone(ZONE):%H:%M:%S} ...")

            Night(
                scenario,
                cast.Cast(line, scenario),
                Handsets(network, children["PUBLIC_URL"]),
                kill=supervisor.kill,
                start=lambda name: supervisor.start(name, commands[name], children),
                tell=tell,
            ).play()
            lines += outcome.happened(line)
            # What happened at one moment stays in the order in which it was seen, the line's own deeds first.
            return sorted(lines, key=lambda told: (told.at, bool(told.whose))), outcome.reached(line)
        finally:
            line.store.engine.dispose()
