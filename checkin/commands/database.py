"""`checkin db`: the database's tables, and whether this version fits them."""

import json
import os
import sys

import click

_UP_TO_DATE = "The database is up to date."
_NEWER = "The database belongs to a later version, and this one may run beside it."


@click.group()
def db() -> None:
    """The database's tables."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's tables. Of several that run at once one does it, and the others wait."""
    from checkin.settings import database_url
    from checkin.store.migrate import State, upgrade

    def waits() -> None:
        click.echo("Another process is upgrading the database: waiting until it is done ...", err=True)

    found = upgrade(database_url(os.environ), waits)
    click.echo(_NEWER if found is State.NEWER else _UP_TO_DATE)


@db.command("check")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def db_check(*, as_json: bool) -> None:
    """Tell whether this version may run with the database.

    The exit code is 0 when it may (the database is up to date, or a later version's that this one gets on with), 1 when
    the database is to be upgraded first, 3 when it is too new for this version.
    """
    from checkin.settings import database_url
    from checkin.store.migrate import State, check, state

    url = database_url(os.environ)
    (current, newest), found = check(url), state(url)
    if as_json:
        told = {"current": current, "newest": newest, "up_to_date": current == newest, "state": found.value}
        click.echo(json.dumps({**told, "runs": found.runs}))
    else:
        click.echo(
            {
                State.UP_TO_DATE: _UP_TO_DATE,
                State.NEWER: _NEWER,
                State.BEHIND: f"The database is at {current or 'nothing'}, this version needs {newest}: "
                "run checkin db upgrade.",
                State.TOO_NEW: f"The database is at {current}, and this version ({newest}) is too old for it: "
                "install the later one.",
            }[found]
        )
    sys.exit(0 if found.runs else 1 if found is State.BEHIND else 3)


@db.command("fields")
def db_fields() -> None:
    """Print every stored field, its kind and how long it is kept (docs/fields.md)."""
    from checkin.store.fields import page

    click.echo(page(), nl=False)
