"""`checkin rehearse`: a bad night, or one's own scripts, played through the production processes with nobody's real
telephone."""

import sys
from pathlib import Path

import click

from checkin.errors import BadInput

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("scenario", required=False)
@click.option("--list", "listing", is_flag=True, help="Say which scenarios ship.")
@click.option(
    "--organisation",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Your own file plays; every number in it is replaced by one that reaches nobody.",
)
@click.option("--record", "recording", type=_FOLDER, help="Play the scripts of a folder and keep what is heard there.")
@click.option("--compare", "comparing", type=_FOLDER, help="Play them again, and say what is heard otherwise.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def rehearse(
    scenario: str | None,
    organisation: Path | None,
    recording: Path | None,
    comparing: Path | None,
    *,
    listing: bool,
    as_json: bool,
) -> None:
    """Play SCENARIO, a bad night, and say who got what when; or with --record and --compare scripts of your own, before
    and after an upgrade.

    SCENARIO is the name of one that ships (--list) or a file, see docs/rehearsal.md. The exit code is 1 when nobody
    was reached in the promised time, or when something is heard otherwise.
    """
    from checkin import rehearsal

    if sum(given is not None for given in (scenario, recording, comparing)) > 1:
        raise BadInput("Name a scenario, or --record, or --compare: one of them.")
    if recording is not None:
        sys.exit(rehearsal.record(recording, organisation=organisation, as_json=as_json))
    if comparing is not None:
        sys.exit(rehearsal.compare(comparing, organisation=organisation, as_json=as_json))
    if listing or scenario is None:
        for one in rehearsal.shipped():
            click.echo(f"{one.name:16}{one.title}")
        return
    sys.exit(rehearsal.run(scenario, organisation=organisation, as_json=as_json))
