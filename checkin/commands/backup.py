"""`checkin backup` and `checkin restore`."""

import os
from pathlib import Path

import click
from rich.console import Console
from rich.progress import DownloadColumn, Progress, TextColumn, TimeElapsedColumn


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), DownloadColumn(), TimeElapsedColumn(), console=Console(stderr=True)
    )


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write everything the line knows to FILE, while it runs: the database and the settings, without keys and
    passwords."""
    from checkin import health
    from checkin.backup import backup as make
    from checkin.backup import note, reread
    from checkin.commands.opening import open_here

    line = open_here()
    with _bar() as bar:
        task = bar.add_task("Backing up")
        manifest = make(line.store, file, os.environ, line.clock(), lambda done: bar.update(task, completed=done))
        bar.update(task, description="Reading it again")
        reread(file)
    with line.store.work(line.clock()) as work:
        # The doctor asks how old the newest is.
        health.beat(work, "backup")
        note(work, manifest)
    taken = manifest.taken_at[:16].replace("T", " ")
    click.echo(f"{file} holds {sum(manifest.rows.values()):,} rows of {taken} UTC. It was read again: whole.")
    click.echo(f"To open it you need: {', '.join(manifest.keys) or 'no key'}, from CHECKIN_KEYS, kept somewhere else.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Bring the backup FILE into the empty database that DATABASE_URL names, and prove that all of it is there."""
    from checkin.backup import restore as bring
    from checkin.commands.opening import open_here

    line = open_here()
    with _bar() as bar:
        task = bar.add_task("Restoring")
        found = bring(line.store, file, line.clock(), lambda done: bar.update(task, completed=done))
    rows, taken = sum(found.manifest.rows.values()), found.manifest.taken_at[:16].replace("T", " ")
    click.echo(f"Restored {rows:,} rows of {taken} UTC; the audit is in order.")
    click.echo(
        f"{found.dropped:,} messages that were due since then are dropped, but pages are sent. Staff have a case."
    )
