"""`checkin keys rotate`: everything sealed anew, with progress."""

import json

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from checkin.bootstrap import Line
from checkin.people import refile
from checkin.store.rotation import Progress
from checkin.store.rotation import rotate as seal_anew


def rotate(line: Line, *, as_json: bool) -> bool:
    """Seal everything anew, showing how far it is. True when nothing is left under another key."""
    left: dict[str, Progress] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), disable=as_json) as bar:
        tasks = {}
        for step in seal_anew(line.store, line.clock(), {"people": refile}):
            if step.table not in tasks:
                tasks[step.table] = bar.add_task(step.table)
            bar.update(tasks[step.table], completed=step.done, total=step.done + step.left)
            left[step.table] = step
    rows = {table: step.left for table, step in left.items() if step.left}
    if as_json:
        click.echo(json.dumps({"sealed_anew": sum(step.done for step in left.values()), "left": rows}))
    elif rows:
        click.echo(f"Rows are left in {', '.join(rows)}, written under an older key meanwhile: run this again.")
    else:
        click.echo("Everything is sealed under the first key. The older ones are needed no more, except for backups.")
    return not rows
