"""Playing a scenario, and saying what came of it."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from checkin.demo.play import SMALL
from checkin.demo.supervisor import interruptible
from checkin.errors import CheckinError
from checkin.rehearsal import cast, outcome
from checkin.rehearsal.night import Night
from checkin.rehearsal.scenario import ZONE, Scenario, find
from checkin.rehearsal.stage import stage


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
        with interruptible():
            lines, cases = _played(scenario, organisation, outer, console)
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


def _played(
    scenario: Scenario, organisation: Path | None, outer: Mapping[str, str], console: Console
) -> tuple[list[outcome.Line], list[outcome.Reached]]:
    lines: list[outcome.Line] = []
    with (
        console.status("Starting the line ...") as status,
        stage(outer, scenario.starts, lambda line: cast.load(line, scenario, organisation, SMALL)) as ready,
    ):

        def tell(told: outcome.Line) -> None:
            lines.append(told)
            status.update(f"{told.at.astimezone(ZONE):%H:%M:%S} ...")

        parts = cast.Cast(ready.line, scenario.starts)
        Night(scenario, parts, ready.handsets(), kill=ready.kill, start=ready.start, tell=tell).play()
        lines += outcome.happened(ready.line)
        # What happened at one moment stays in the order in which it was seen, the line's own deeds first.
        return sorted(lines, key=lambda told: (told.at, bool(told.whose))), outcome.reached(ready.line)
