"""`checkin twilio connect`: point the number and the Messaging Service at this line, and back."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checkin.errors import BadInput, CarrierError

if TYPE_CHECKING:
    from checkin.bootstrap import Line
    from checkin.gateways.twilio_account import Connected, TwilioAccount

# What is to be changed of a number or a service: by parameter, what it is now and what it is to be.
Changes = Sequence["tuple[Connected, Mapping[str, tuple[str, str]]]"]


@click.group()
def twilio() -> None:
    """The number and the service at Twilio."""


@twilio.command()
@click.option("--dry-run", is_flag=True, help="Show what would be changed, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--keep", type=click.Path(dir_okay=False, path_type=Path),
    help="Where to keep what was there before; else twilio-before-DATE.json, here.",
)  # fmt: skip
@click.option(
    "--undo", "kept", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Put back what such a file holds.",
)  # fmt: skip
def connect(*, dry_run: bool, yes: bool, keep: Path | None, kept: Path | None) -> None:
    """Have texts, calls, statuses and fallbacks of the line's number, of the pairs' own numbers, and of its Messaging
    Service, lead to PUBLIC_URL.

    What is changed is shown first and asked for, and what was there is kept in a file that --undo puts back.
    """
    from checkin import audit, buddies
    from checkin.commands.opening import open_here
    from checkin.gateways.twilio_account import TwilioAccount, connected, difference

    line = open_here()
    account = TwilioAccount(line.settings)
    with line.store.work(line.clock()) as work:
        pool = buddies.pool(work)
    found = connected(account, line.settings, pool)
    changes = _back(found, kept) if kept else [(one, difference(line.settings, one)) for one in found]
    changes = [(one, differs) for one, differs in changes if differs]
    for one, differs in changes:
        click.echo(f"The {'number' if one.kind == 'number' else 'Messaging Service'} {one.name}:")
        for name, (now, wanted) in sorted(differs.items()):
            click.echo(f"  {name:30} {now or 'nothing'}\n  {'':30} -> {wanted or 'nothing'}")
    if not changes:
        click.echo("Everything is as it should be: there is nothing to change.")
    if not changes or dry_run:
        return
    if not yes:
        click.confirm("Change this at Twilio?", abort=True)
    if not kept:
        _keep(line, keep, changes)
    _change(account, changes)
    with line.store.work(line.clock()) as work:
        audit.record(work, None, "disconnect_carrier" if kept else "connect_carrier", "line")
    click.echo("Done. `checkin doctor` looks whether it works.")


def _back(found: "Sequence[Connected]", file: Path) -> "list[tuple[Connected, dict[str, tuple[str, str]]]]":
    try:
        before: Mapping[str, Mapping[str, str]] = json.loads(file.read_text(encoding="utf-8"))["before"]
        known = [(one, before[one.sid]) for one in found if one.sid in before]
        if not known:
            raise BadInput(f"{file} is about another number or service.")
        return [
            (one, {name: (one.set_to[name], value) for name, value in was.items() if one.set_to[name] != value})
            for one, was in known
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{file} is no file that `checkin twilio connect` has kept.") from error


def _keep(line: "Line", file: Path | None, changes: Changes) -> None:
    """Keep what is there now. Addresses may hold passwords, so only the owner can read it; a file that is there is
    something that was kept before, and stays."""
    file = file or Path(f"twilio-before-{line.clock():%Y%m%dT%H%M%S}.json")
    before = {one.sid: {name: now for name, (now, _) in differs.items()} for one, differs in changes}
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
            json.dump({"before": before}, written, indent=1)
    except FileExistsError as error:
        raise BadInput(f"{file} is there already: give another name with --keep.") from error
    except OSError as error:
        raise BadInput(f"{file} cannot be written, so nothing was changed: {error.strerror}.") from error
    click.echo(f"What was there before is in {file}; `checkin twilio connect --undo {file}` puts it back.")


def _change(account: "TwilioAccount", changes: Changes) -> None:
    for one, differs in changes:
        # A method of nothing is one that Twilio never had: it goes with its address.
        values: dict[str, Any] = {n: new for n, (_, new) in differs.items() if new or not n.endswith("_method")}
        account.change(one, values)
    for one, differs in changes:
        again = account.number(one.name) if one.kind == "number" else account.service()
        left = [n for n, (_, new) in differs.items() if again is None or (new and again.set_to.get(n) != new)]
        if left:
            raise CarrierError(f"Twilio has not taken all of it: {', '.join(left)}.")
