"""`checkin people` and `checkin person`: a table of people in and out, one person's data out, one person erased."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checkin.errors import BadFile, BadInput

if TYPE_CHECKING:
    from uuid import UUID

    from checkin.store.work import Work

_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)


@click.group()
def people() -> None:
    """People, as a table (CSV, see docs/people.md)."""


@people.command("import")
@click.argument("file", type=_EXISTING)
@click.option("--check", "only_check", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def people_import(file: Path, *, only_check: bool, as_json: bool) -> None:
    """Bring people in from FILE (CSV): all of it, or nothing and every mistake by its line."""
    from checkin import audit
    from checkin.commands.opening import open_here
    from checkin.register import importing, sheet

    line = open_here()
    with line.store.work(line.clock()) as work, _progress(file.name, shown=not as_json) as progress:
        made = importing.plan(work, sheet.decoded(_bytes(file)))
        if made.wrongs and not as_json:
            raise BadFile([f"{file.name} {wrong}" for wrong in made.wrongs])
        if not made.wrongs and not only_check:
            for done, total in importing.bring_in(work, made):
                progress(done, total)
            audit.record(work, None, "imported_people", f"{made.new} new, {made.changed} changed")
    counts = {"new": made.new, "changed": made.changed, "same": made.same, "invited": made.invited}
    wrongs = [{"line": w.line, "column": w.column, "why": w.why} for w in made.wrongs]
    if as_json:
        click.echo(json.dumps({**counts, "done": not (wrongs or only_check), "wrong": wrongs}, ensure_ascii=False))
        sys.exit(2 if wrongs else 0)
    verb = "Would bring in" if only_check else "Brought in"
    click.echo(f"{verb} {made.new} people, change {made.changed}, leave {made.same} as they are.")


@people.command("export")
@click.argument("file", type=_NEW)
def people_export(file: Path) -> None:
    """Write everybody to FILE (CSV, for your eyes only). PINs and code words are not in it."""
    from checkin import audit
    from checkin.commands.opening import open_here
    from checkin.register import importing, sheet

    line = open_here()
    with line.store.work(line.clock()) as work:
        written = sheet.write(importing.export(work))
        audit.record(work, None, "exported_people", "people")
    _write(file, written)
    click.echo(f"Written to {file}. It holds names and numbers: keep it where nobody else reads it.")


@click.group()
def person() -> None:
    """One person's data. WHO is their reference, id, or number."""


@person.command("export")
@click.argument("who")
@click.argument("file", type=_NEW)
def person_export(who: str, file: Path) -> None:
    """Write all that is stored of WHO to FILE: to read when it ends in .html, else as JSON."""
    from checkin import audit
    from checkin.commands.opening import open_here
    from checkin.records import exporting

    line = open_here()
    with line.store.work(line.clock()) as work:
        person_id = _one(work, who)
        found = exporting.export(work, person_id)
        audit.record(work, None, "exported_person", f"person {person_id}")
    html = file.suffix.lower() in {".html", ".htm"}
    _write(file, exporting.readable(found, "What we hold") if html else json.dumps(found, ensure_ascii=False, indent=1))
    click.echo(f"Written to {file}. Words of others about them are in it: read it before you hand it over.")


@person.command("erase")
@click.argument("who")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def person_erase(who: str, *, yes: bool, as_json: bool) -> None:
    """Erase WHO, who has left the line: for good, but for RED cases, which the law wants kept."""
    from checkin import audit
    from checkin.commands.opening import open_here
    from checkin.records import erasing

    line = open_here()
    if not yes:
        click.confirm("This cannot be taken back. Erase them?", abort=True)
    with line.store.work(line.clock()) as work:
        receipt = erasing.erase(work, _one(work, who))
        audit.record(work, None, "erased_person", f"person {receipt.person_id}", erasing.told(receipt))
    kept = [{"case": one.number, "until": one.until.isoformat()} for one in receipt.kept]
    if as_json:
        click.echo(json.dumps({"removed": receipt.removed, "blanked": receipt.blanked, "kept": kept}))
        return
    click.echo(f"Erased: {erasing.told(receipt)}.")
    for one in receipt.kept:
        click.echo(f"Case {one.number} was RED: it is kept, sealed and without a name, until {one.until:%d %B %Y}.")


@person.command("kept")
@click.argument("number", type=int)
@click.argument("file", type=_NEW)
def person_kept(number: int, file: Path) -> None:
    """Open what is kept of the RED case NUMBER of somebody erased, and write it to FILE as JSON. That is audited."""
    from checkin import audit
    from checkin.commands.opening import open_here
    from checkin.records import kept_files

    line = open_here()
    with line.store.work(line.clock()) as work:
        found = kept_files.opened(work, number)
        audit.record(work, None, "opened_kept_file", f"case {number}")
    _write(file, json.dumps(found, ensure_ascii=False, indent=1))
    click.echo(f"Written to {file}. It says who it was: keep it where nobody else reads it.")


def _one(work: "Work", who: str) -> "UUID":
    """Return who is meant. Raises BadInput for nobody, and for several."""
    from checkin.casebook import people as register
    from checkin.store.work import as_uuid

    if (person_id := as_uuid(who)) is not None:
        return person_id
    found = register.find(work, who, everybody=True)
    if found.total != 1:
        raise BadInput(f"{found.total or 'No'} people are found by {who!r}: use the id that stands in their address.")
    return found.people[0].id


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error


def _write(file: Path, text: str) -> None:
    """Write a file that nobody else on the machine may read, as bytes: line ends stay as they are."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(text.encode())
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}.") from error


@contextmanager
def _progress(what: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Show how far something long has come, where somebody is watching."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not (shown and sys.stderr.isatty()), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield show
