"""`checkin leaflets`: a page for members and one for buddies, with the line's own name and number, to be printed."""

import html
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import click

from checkin.errors import BadInput, CheckinError

SOURCES = Path(__file__).parent.parent.parent / "docs" / "leaflets"
LEAFLETS = ("member", "buddy")
_SLOT = re.compile(r"\{\{([a-z_.:]+)\}\}")
# Who stands in the messages that are shown as examples: the demo's own.
_NAMES = {"name": "Ann", "member": "Sam"}
_PATIENCE = 120


def filled(which: str, language: str, *, name: str, number: str, country: str) -> str:
    """Return a leaflet as HTML. `number` is international. What the line says, and whom to ring, is from its tables."""
    from checkin.phone import shown
    from checkin.wording import country as helpers
    from checkin.wording import say

    values = {"name": name, "number": shown(number, country), **helpers(country, language)}

    def fill(slot: re.Match[str]) -> str:
        if slot[1] == "style":
            return (SOURCES / "style.css").read_text(encoding="utf-8")
        kind, _, key = slot[1].rpartition(":")
        # A buddy is asked once a week unless their pair says otherwise.
        examples = {**_NAMES, "line": name, "span": say("buddy_report.week", language, "voice", {})}
        words = say(key, language, "text", examples) if kind == "said" else values[key]
        return html.escape(words)

    return _SLOT.sub(fill, (SOURCES / f"{which}.{language}.html").read_text(encoding="utf-8"))


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", help="What the line is called; CHECKIN_NAME if left out.")
@click.option("--number", help="Its number; TWILIO_NUMBER if left out.")
def leaflets(folder: Path, name: str | None, number: str | None) -> None:
    """Write the leaflets for members and buddies, in each language, to FOLDER: as HTML, and as PDF where there is a
    Chromium."""
    from checkin.phone import parse
    from checkin.wording import LANGUAGES

    country = os.environ.get("CHECKIN_COUNTRY") or "GB"
    called = name or os.environ.get("CHECKIN_NAME") or "The check-in line"
    given = number or os.environ.get("TWILIO_NUMBER") or ""
    if not given:
        raise BadInput("Which number do members text? Set TWILIO_NUMBER, or give --number.")
    if not SOURCES.is_dir():
        raise BadInput(f"The leaflets are not here: {SOURCES} belongs to the line's own folder.")
    printer = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for language in LANGUAGES:
            for which in LEAFLETS:
                page = folder / f"{which}.{language}.html"
                words = filled(which, language, name=called, number=parse(given, country), country=country)
                page.write_text(words, encoding="utf-8")
                if printer:
                    _print(printer, page, page.with_suffix(".pdf"))
                click.echo(str(page.with_suffix(".pdf") if printer else page))
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}.") from error
    if not printer:
        click.echo("There is no Chromium here to make PDFs: open the pages in a browser, and print them.", err=True)


def _print(printer: str, page: Path, pdf: Path, outer: Mapping[str, str] = os.environ) -> None:
    """Print a page of our own to PDF. Raises CheckinError."""
    # Chromium's sandbox refuses to be root's; what is printed is a file of ours that loads nothing.
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [printer, "--headless", "--disable-gpu", *alone, "--no-pdf-header-footer", f"--print-to-pdf={pdf}"]
    try:
        done = subprocess.run(
            [*command, page.absolute().as_uri()], env=dict(outer), capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CheckinError(f"{page.name} could not be printed: Chromium did not answer.") from error
    if done.returncode != 0 or not pdf.is_file():
        raise CheckinError(f"{page.name} could not be printed: Chromium ended with exit code {done.returncode}.")
