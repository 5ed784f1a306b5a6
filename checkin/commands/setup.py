"""`checkin setup`: from nothing to a line that can be started, in questions. It can be run again at any time: what was
answered is offered, and keys are never made a second time."""

import io
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checkin.errors import BadInput, BadSetting

if TYPE_CHECKING:
    from checkin.bootstrap import Line
    from checkin.commands.questions import Question, Section
    from checkin.staff import Account

_SECRET = ("KEY", "SECRET", "TOKEN", "DATABASE_URL", "REDIS_URL")
_TRIES = 3


@click.command()
@click.option(
    "--file", type=click.Path(dir_okay=False, path_type=Path), default=".env", show_default=True,
    help="The settings file; on a machine with systemd /etc/checkin-line.env.",
)  # fmt: skip
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="An answer, or any other setting.")
@click.option("--no-input", is_flag=True, help="Ask nothing: what is not given stays as it was.")
@click.option("--untested", is_flag=True, help="Do not try the answers out.")
@click.option("--admin-email", default="", help="Who logs in first. Their password may be in SETUP_PASSWORD.")
@click.option("--admin-name", default="", help="What colleagues call them.")
def setup(
    *, file: Path, given: tuple[str, ...], no_input: bool, untested: bool, admin_email: str, admin_name: str
) -> None:
    """Set up a line, step by step: settings, keys, database, the first admin; at the end the doctor looks at it."""
    from checkin.commands.doctor import report
    from checkin.commands.questions import SECTIONS
    from checkin.settings import file as files

    before = files.read(file)
    values = _begin(before, given)
    for section in SECTIONS:
        _ask(section, values, no_input=no_input, untested=untested, fixed={g.partition("=")[0] for g in given})
    line = _open(values)
    try:
        _refuse_strange_keys(line)
        _write(file, before, values, no_input=no_input)
        _tables(line)
        _admin(line, admin_email, admin_name, no_input=no_input)
        _numbers(line)
        click.echo("\nThe doctor looks at it:\n")
        report(line.patient(), tries=[])
    finally:
        line.store.engine.dispose()
    click.echo(
        f"\nNow start web, worker and clock with {file}, then `checkin --settings {file} twilio connect`, and ask"
        f" `checkin --settings {file} doctor` again. The whole way: docs/going-live.md"
    )


def _begin(before: Mapping[str, str], given: tuple[str, ...]) -> dict[str, str]:
    """Return what is known before anything is asked: what is given, else the file's, else the environment's; and keys,
    made now if there are none."""
    from checkin.settings import NAMES
    from checkin.store.vault import new_key

    answers = dict(one.partition("=")[::2] for one in given)
    if wrong := [name for name in answers if name not in NAMES]:
        raise BadInput(f"{wrong[0]} is not a setting of the line; see docs/settings.md for those that are.")
    around = {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    made = {"CHECKIN_KEYS": new_key(), "CHECKIN_SECRET": secrets.token_urlsafe(32)}
    return {**made, **around, **before, **answers}


def _ask(section: "Section", values: dict[str, str], *, no_input: bool, untested: bool, fixed: set[str]) -> None:
    """Ask the questions of a section until their answers hold."""
    if not no_input:
        click.echo(f"\n{section.title}")
    while True:
        for question in section.questions:
            if question.name in fixed or no_input:
                _take(question, values)
            else:
                _prompt(question, values)
        found = [] if untested else list(section.trouble(values))
        if not found:
            return
        if no_input or all(question.name in fixed for question in section.questions):
            raise BadInput(found[0])
        for sentence in found:
            click.echo(f"  {sentence}", err=True)
        if click.confirm("  Go on all the same?", default=False):
            return


def _take(question: "Question", values: dict[str, str]) -> None:
    from checkin.settings import check_one

    # What is offered to somebody who can look at it is not taken for an answer of nobody's.
    if not question.optional or values.get(question.name):
        check_one(question.name, values.get(question.name, ""))


def _prompt(question: "Question", values: dict[str, str]) -> None:
    from checkin.commands.questions import NOTHING
    from checkin.settings import check_one

    while True:
        known = values.get(question.name, "")
        offers = known or question.offers or (NOTHING if question.optional else None)
        hidden = question.hidden or (question.name == "DATABASE_URL" and bool(known))
        told = click.prompt(f"  {question.asks}", default=offers, hide_input=question.hidden, show_default=not hidden)
        answer = "" if question.optional and told == NOTHING else str(told).strip()
        try:
            if answer:
                check_one(question.name, answer)
            elif not question.optional:
                raise BadSetting(f"{question.name} is needed.")
        except BadSetting as error:
            click.echo(f"  {error}", err=True)
            continue
        values[question.name] = answer
        return


def _open(values: Mapping[str, str]) -> "Line":
    from checkin.bootstrap import open_line

    line = open_line({name: value for name, value in values.items() if value}, pool=1, plain_logs=True)
    click.get_current_context().call_on_close(line.store.engine.dispose)
    return line


def _refuse_strange_keys(line: "Line") -> None:
    """A database that was filled under other keys is somebody's line: new ones would make it unreadable for good."""
    from sqlalchemy import inspect

    from checkin.doctor import here

    if inspect(line.store.engine).has_table("phones") and list(here.keys(line.patient())):
        raise BadInput(
            "This database belongs to a line with other keys, and cannot be read without them. Give them with"
            " --set CHECKIN_KEYS=..., or name an empty database."
        )


def _write(file: Path, before: Mapping[str, str], values: Mapping[str, str], *, no_input: bool) -> None:
    from checkin.settings import file as files

    kept = {name: value for name, value in values.items() if value or name in before}
    changed = {name: value for name, value in kept.items() if before.get(name) != value}
    if before and changed:
        click.echo(f"\nIn {file} this changes:")
        for name, value in changed.items():
            secret = any(part in name for part in _SECRET)
            told = "a new one" if secret else f"{before.get(name) or 'nothing'} -> {value or 'nothing'}"
            click.echo(f"  {name}: {told}")
        if not no_input:
            click.confirm("Write it?", default=True, abort=True)
    if changed:
        files.write(file, kept)
    click.echo(f"\nThe settings are in {file}, for its owner's eyes only.")
    if "CHECKIN_KEYS" in changed:
        click.echo("Keep CHECKIN_KEYS in a second, safe place as well: without it nothing stored can ever be read.")


def _tables(line: "Line") -> None:
    from checkin.store import migrate

    migrate.upgrade(line.settings.database_url, lambda: click.echo("Another process upgrades the database; waiting."))
    click.echo("The database has its tables.")


def _admin(line: "Line", email: str, name: str, *, no_input: bool) -> None:
    """Make the first admin, with a password and a second step; nothing when there is one who can log in."""
    from checkin import audit
    from checkin import staff as accounts

    with line.store.work(line.clock()) as work:
        if any(one.role == "admin" and one.ready and one.ended_at is None for one in accounts.everybody(work)):
            click.echo("There is an admin who can log in.")
            return
    if no_input and not email:
        click.echo("Nobody can log in yet: checkin staff add EMAIL --role admin --name NAME")
        return
    click.echo("\nThe first admin")
    email = email or click.prompt("  Your e-mail address")
    name = name or click.prompt("  Your name, as colleagues say it")
    password = _password(email, name, no_input=no_input)
    with line.store.work(line.clock()) as work:
        known = accounts.by_email(work, email)
        person_id = known[0].person_id if known else accounts.add(work, name=name, email=email, role="admin")
        if known:
            accounts.change_role(work, person_id, "admin")
        accounts.set_password(work, person_id, password)
        who = accounts.find(work, person_id)
        audit.record(work, None, "add_staff", f"person {person_id}", "admin")
    if who and "admin" in line.settings.second_factor:
        if no_input:
            click.echo("You set up your second step at your first log-in.")
        else:
            _second_step(line, who)


def _password(email: str, name: str, *, no_input: bool) -> str:
    from checkin.staff import weakness

    given = os.environ.get("SETUP_PASSWORD", "")
    while True:
        if not given and no_input:
            raise BadInput("Give the admin's password in SETUP_PASSWORD.")
        password = given or click.prompt("  A password", hide_input=True, confirmation_prompt="  Once more")
        wrong = weakness(password, (email, name))
        if wrong is None:
            return str(password)
        if given:
            raise BadInput(f"SETUP_PASSWORD: {wrong}.")
        click.echo(f"  {wrong}.", err=True)


def _second_step(line: "Line", who: "Account") -> None:
    """Show the secret as a picture for an app's camera, and have its code typed in."""
    import segno

    from checkin import staff as accounts

    with line.store.work(line.clock()) as work:
        secret = accounts.propose(work, who)
    picture = io.StringIO()
    segno.make(secret.link, error="m").terminal(out=picture, compact=True)
    click.echo("\nYour second step: have an app for codes on your telephone look at this.")
    click.echo(picture.getvalue())
    click.echo(f"Or type it in: {secret.typed}")
    for _ in range(_TRIES):
        code = click.prompt("  The code it shows (or nothing: at your first log-in)", default="", show_default=False)
        if not code:
            return
        with line.store.work(line.clock()) as work:
            recovery = accounts.confirm(work, who, code)
        if recovery is not None:
            click.echo("\nTen codes for the day you lose that telephone, each good once. Print them:")
            for one in recovery:
                click.echo(f"  {one}")
            return
        click.echo("  That is not the code of this moment.", err=True)
    click.echo("You can set it up at your first log-in.")


def _numbers(line: "Line") -> None:
    """Say which numbers the line will name to somebody in danger; a person has to check them."""
    from checkin.directory import helplines

    with line.store.work(line.clock()) as work:
        standing = [one for one in helplines.standing(work) if one.protected]
        day = helplines.today(work)
    click.echo(f"\nTo people in danger in {line.settings.country} the line names:")
    for one in standing:
        checked = "" if one.verified(day) else f"   not checked yet: checkin directory helplines check {one.ref}"
        click.echo(f"  {one.name} {one.number_shown or one.text_number or ''}{checked}")
    if not standing:
        click.echo(
            "  nobody: there is no emergency or crisis line for this country. Add them first (docs/directory.md)."
        )
