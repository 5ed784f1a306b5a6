"""`checkin directory`: feeds of services in and out, places, helplines. `checkin find`: what the line would find."""

import csv
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checkin.errors import BadFile, BadInput

if TYPE_CHECKING:
    from checkin.bootstrap import Line
    from checkin.directory.report import Report

_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="For machines.")
_MOST_LINES = 20
_TICKS = 5000


@click.group()
def directory() -> None:
    """Services of others, places, and helplines."""


@directory.command("import")
@click.argument("source")
@click.option("--as", "name", help="The name the feed of a file is kept under; else the file's own.")
@click.option("--accept-shrink", is_flag=True, help="Take a feed that has lost more than 30 % of its services.")
@_JSON
def import_(source: str, name: str | None, *, accept_shrink: bool, as_json: bool) -> None:
    """Import SOURCE, a file or the web address of an Open Referral feed (HSDS 3.x, HSDS-UK, ORUK 1.0)."""
    from checkin.directory import importing

    def told(records: int) -> None:
        if records % _TICKS < _TICKS // 10:
            click.echo(f"{records:,} records read", err=True)

    with _line() as line:
        now = line.clock()
        if source.startswith(("http://", "https://")):
            report = importing.import_url(line.store, source, now, accept_shrink=accept_shrink, told=told)
        else:
            file = Path(source)
            if not file.is_file():
                raise BadInput(f"{source} is neither a file nor a web address.")
            report = importing.import_file(line.store, file, now, address=name, accept_shrink=accept_shrink, told=told)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print_report(report)
    sys.exit(1 if report.status == "held" else 0)


@directory.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path | None) -> None:
    """Write every service, as members are told of it, to FILE (else here) as a list of HSDS 3.1, in JSON."""
    from checkin.directory import exporting

    with _line() as line, line.store.work(line.clock()) as work:
        if file is None:
            exporting.export(work, sys.stdout)
            return
        # Under its name only when it is whole.
        part = file.with_name(f"{file.name}.part")
        try:
            with part.open("w", encoding="utf-8") as out:
                count = exporting.export(work, out)
            part.replace(file)
        except OSError as error:
            raise BadInput(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"{count:,} services are in {file}.")


@directory.command()
@click.argument("file", type=_EXISTING)
def places(file: Path) -> None:
    """Read FILE, a table (CSV) of places with name, latitude, longitude: postcode districts, or towns by kind."""
    from checkin.directory import knowing

    with _line() as line, line.store.work(line.clock()) as work:
        count = knowing.import_places(work, file)
    click.echo(f"{count:,} places are known from {file.name}.")


@directory.group()
def helplines() -> None:
    """Helplines: which are checked, and ticking those that somebody has rung."""


@helplines.command("list")
@click.option("--country", help="Another country than the organisation's, such as IE.")
@_JSON
def list_(country: str | None, *, as_json: bool) -> None:
    """List the helplines, and what staff have to know of each."""
    from checkin.directory import helplines as kept

    with _line() as line, line.store.work(line.clock()) as work:
        day, found = kept.today(work), kept.standing(work, country)
    for one in found:
        status, sent = one.status(day), one.may_be_sent(day)
        if as_json:
            numbers = {"number": one.number, "text_to": one.text_number}
            expires = one.expires_on.isoformat() if one.expires_on else None
            row: dict[str, Any] = {"ref": one.ref, "kind": one.kind, "name": one.name, **numbers, "status": status}
            row |= {"expires_on": expires, "sent": sent}
            click.echo(json.dumps(row, ensure_ascii=False))
            continue
        until = f" until {one.expires_on}" if one.expires_on else ""
        given = "given to members" if sent else "not given to members"
        click.echo(f"{one.ref}: {one.name}, {one.number_shown or one.text_number}: {status}{until}, {given}.")


@helplines.command()
@click.argument("ref")
@click.option("--days", default=365, show_default=True, help="For how many days the check holds.")
@click.option("--by", "email", help="Who rang it: a staff e-mail address.")
def check(ref: str, days: int, email: str | None) -> None:
    """Tick the helpline REF: somebody has rung it today, and it is what it says."""
    from checkin.commands.wording import whose
    from checkin.directory import helplines as kept

    with _line() as line, line.store.work(line.clock()) as work:
        found = kept.check(work, ref, whose(work, email), holds=timedelta(days=days), how="command")
    click.echo(f"{found.name} is checked until {found.expires_on}.")


@click.command()
@click.argument("words", nargs=-1)
@click.option("--file", "file", type=_EXISTING, help="Rows with a column text, with a header (tabs; commas in a .csv).")
@click.option("--most", default=3, show_default=True, help="How many services for each.")
def find(words: tuple[str, ...], file: Path | None, most: int) -> None:
    """Print what the line would find for somebody who asks for help in these words, as JSON lines.

    Without DATABASE_URL there is no directory: need and place are read, and no services are found.
    """
    texts = [" ".join(words)] if file is None else list(_texts(file))
    if not os.environ.get("DATABASE_URL"):
        from checkin.directory import search

        click.echo("DATABASE_URL is not set: no services are looked up.", err=True)
        _print([_told(search.read(None, asked), []) for asked in texts])
        return
    from checkin.directory import search

    with _line() as line, line.store.work(line.clock()) as work:
        lines = []
        for asked in texts:
            query = search.read(work, asked)
            lines.append(_told(query, [f.as_json() for f in search.find(work, query, work.now, most=most)]))
    _print(lines)


def _told(query: Any, services: list[dict[str, Any]]) -> str:
    place = query.place.shown if query.place else None
    return json.dumps({"need": query.need, "place": place, "services": services}, ensure_ascii=False)


def _print(lines: list[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _texts(file: Path) -> Iterator[str]:
    from checkin.commands.rows import rows

    if file.suffix.lower() != ".csv":
        yield from (row["text"] for _, row in rows(file, ("text",)))
        return
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            table = csv.DictReader(stream)
            if "text" not in (table.fieldnames or ()):
                raise BadFile([f"{file.name} line 1: there is no column 'text'."])
            yield from (row["text"] or "" for row in table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{file} cannot be read as a table: {error}.") from error


def _print_report(report: "Report") -> None:
    if report.status == "held":
        click.echo(f"Held: {report.why} --accept-shrink takes it.")
    click.echo(
        f"{report.records:,} records, {report.services:,} services: {report.added:,} new, {report.changed:,} changed, "
        f"{report.unchanged:,} as before, {report.retired:,} retired, {report.repeated:,} repeated, "
        f"{report.skipped:,} skipped.{f' {report.why}' if report.status == 'ok' and report.why else ''}"
    )
    for where, source, why in report.problems[:_MOST_LINES]:
        click.echo(f"{where}{f' ({source})' if source else ''}: {why}.")
    if report.problem_count > _MOST_LINES:
        click.echo(f"and {report.problem_count - _MOST_LINES:,} more problems (--json lists the first 500).")
    if report.losses:
        lost = sum(report.losses.values())
        click.echo(f"Not mapped, kept with the record: {lost:,} fields of {len(report.losses)} kinds:")
        for path, count in sorted(report.losses.items(), key=lambda item: -item[1])[:_MOST_LINES]:
            click.echo(f"  {path}: {count:,}")


@contextmanager
def _line() -> Iterator["Line"]:
    from checkin.commands.opening import open_here

    line = open_here()
    try:
        yield line
    finally:
        line.store.engine.dispose()
