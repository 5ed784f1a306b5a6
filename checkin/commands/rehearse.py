"""`checkin rehearse`: a bad night, played through the production processes with nobody's real telephone."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("scenario", required=False)
@click.option("--list", "listing", is_flag=True, help="Say which scenarios ship.")
@click.option(
    "--organisation",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Your own file plays; every number in it is replaced by one that reaches nobody.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def rehearse(scenario: str | None, organisation: Path | None, *, listing: bool, as_json: bool) -> None:
    """Play SCENARIO, a bad night, and say who got what when.

    SCENARIO is the name of one that ships (--list) or a file, see docs/rehearsal.md. The exit code is 1 when nobody
    was reached in the promised time.
    """
    from checkin import rehearsal

    if listing or scenario is None:
        for one in rehearsal.shipped():
            click.echo(f"{one.name:16}{one.title}")
        return
    sys.exit(rehearsal.run(scenario, organisation=organisation, as_json=as_json))
