"""`checkin play`: be a member at the keyboard."""

import sys
from pathlib import Path

import click


@click.command()
@click.option("--person", help="Whose phone is in your hand, by name; the file's first when left out.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An organisation file (docs/organisation-file.md) in place of the small one that is built in.",
)
@click.option("--repro", is_flag=True, help="Print the session at the end as a story test.")
def play(person: str | None, file: Path | None, *, repro: bool) -> None:
    """Be a member at the keyboard: text the line, ring it, let time pass. No carrier is contacted."""
    from checkin.demo import play as playing

    sys.exit(playing.run(person, file=file or playing.SMALL, repro=repro))
