"""`checkin consent-pack`."""

from pathlib import Path

import click


@click.command("consent-pack")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def consent_pack(folder: Path) -> None:
    """Write proof of how people opt in and out into FOLDER, for a carrier's registration (A2P 10DLC) or an auditor.

    Every sentence of it in each language, sample conversations, and counts; nobody is in it.
    """
    from checkin.commands.opening import open_here
    from checkin.records import consent_pack as packing

    line = open_here()
    with line.store.work(line.clock()) as work:
        written = packing.write(work, folder)
    click.echo(f"Written: {', '.join(str(file) for file in written)}. Read it before you hand it over.")
