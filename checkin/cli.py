"""The `checkin` command. Exit code 2 and one sentence for what a person can mend; `--json` for machines."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from checkin.commands.backup import backup, restore
from checkin.commands.consents import consent_pack
from checkin.commands.database import db
from checkin.commands.directory import directory, find
from checkin.commands.doctor import doctor
from checkin.commands.leaflets import leaflets
from checkin.commands.people import people, person
from checkin.commands.play import play
from checkin.commands.rehearse import rehearse
from checkin.commands.rota import rota, who_would_answer
from checkin.commands.rows import rows
from checkin.commands.setup import setup
from checkin.commands.staff import staff
from checkin.commands.twilio import twilio
from checkin.commands.wording import wording
from checkin.errors import BadFile, BadInput, BadSetting, CheckinError

_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Sentences(click.Group):
    """A group whose commands end with one sentence and exit code 2 when something can be mended."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadFile as error:
            for mistake in error.mistakes:
                click.echo(mistake, err=True)
            ctx.exit(2)
        except (BadInput, BadSetting) as error:
            click.echo(str(error), err=True)
            ctx.exit(2)
        except CheckinError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)
        except Exception as error:
            sentence = _about_database(error)
            if sentence is None:
                raise
            click.echo(sentence, err=True)
            ctx.exit(1)


def _about_database(error: Exception) -> str | None:
    from sqlalchemy.exc import DBAPIError

    from checkin.store.work import is_away

    if not isinstance(error, DBAPIError):
        return None
    if is_away(error):
        return f"The database cannot be reached: {str(error.orig).splitlines()[0]}"
    # PostgreSQL, appendix A: undefined_table.
    missing = getattr(error.orig, "sqlstate", None) == "42P01"
    return "The database has no tables yet: run checkin db upgrade." if missing else None


@click.group(cls=_Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--settings", "file", type=_EXISTING, help="Read the settings from FILE, as `checkin setup` writes it.")
@click.pass_context
def main(ctx: click.Context, file: Path | None) -> None:
    """A check-in line for peer-support groups, by plain text and plain telephone call."""
    if file is not None:
        from checkin.settings.file import read

        before = dict(os.environ)
        os.environ.update(read(file))
        ctx.call_on_close(lambda: _restore(before))


def _restore(before: dict[str, str]) -> None:
    """A command is a guest in its process: what it was told stays with it."""
    os.environ.clear()
    os.environ.update(before)


main.add_command(db)
main.add_command(directory)
main.add_command(find)
main.add_command(doctor)
main.add_command(setup)
main.add_command(twilio)
main.add_command(backup)
main.add_command(restore)
main.add_command(leaflets)
main.add_command(play)
main.add_command(people)
main.add_command(person)
main.add_command(consent_pack)
main.add_command(rehearse)
main.add_command(wording)
main.add_command(staff)


@main.command()
@click.option("--port", default=8000, show_default=True, help="The simulator's page; the line is one above.")
@click.option("--reset", is_flag=True, help="Forget what was done before, and start over.")
def demo(port: int, *, reset: bool) -> None:
    """Try the line on this machine: phones on a page, the console beside it."""
    from checkin import demo as demonstration

    sys.exit(demonstration.run(port=port, reset=reset))


@main.group()
def keys() -> None:
    """The encryption keys."""


@keys.command("new")
def keys_new() -> None:
    """Print a fresh key, as CHECKIN_KEYS has it."""
    from checkin.store.vault import new_key

    click.echo(new_key())


@keys.command("rotate")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def keys_rotate(*, as_json: bool) -> None:
    """Seal everything anew under the first key of CHECKIN_KEYS, while the line runs. It can be broken off and run
    again; exit code 1 when rows are left. See docs/operations.md for the steps before and after."""
    from checkin.commands.keys import rotate
    from checkin.commands.opening import open_here

    sys.exit(0 if rotate(open_here(), as_json=as_json) else 1)


@main.group()
def audit() -> None:
    """Who did and read what."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def audit_verify(*, as_json: bool) -> None:
    """Tell whether nothing in the audit was changed, left out or slipped in; exit code 1 when something was."""
    from checkin.audit import record, verify
    from checkin.commands.opening import open_here

    line = open_here()
    with line.store.work(line.clock()) as work:
        broken = verify(work)
        record(work, None, "check_audit", "audit", "whole" if broken is None else "broken")
    if as_json:
        click.echo(json.dumps({"in_order": broken is None, "first_broken_row": broken}))
    elif broken is None:
        click.echo("The audit is in order: every row fits the one before it.")
    else:
        click.echo(f"The audit is broken: row {broken} does not fit the rows before it.")
    sys.exit(0 if broken is None else 1)


@main.command()
@click.argument("file", type=_EXISTING)
@click.option("--check", "only_check", is_flag=True, help="Read the file, and change nothing.")
def load(file: Path, *, only_check: bool) -> None:
    """Load an organisation from FILE (YAML, see docs/organisation-file.md): all of it, or nothing."""
    from checkin.commands.opening import open_here
    from checkin.load import load_file, read_file
    from checkin.rota import told_holes

    line = open_here()
    if only_check:
        read_file(file, line.settings.country, str(line.settings.zone))
        click.echo("The file is in order.")
        return
    with line.store.work(line.clock()) as work:
        loaded = load_file(work, file)
        holes = told_holes(work)
    click.echo(f"Loaded {loaded}.")
    for sentence in holes:
        click.echo(sentence)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def fallback(folder: Path) -> None:
    """Write what callers get when the line cannot answer, for each country, to FOLDER (deploy/fallback)."""
    from checkin.wording.fallback import documents

    for name, document in documents().items():
        try:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(document, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{folder} cannot be written: {error.strerror}.") from error
        click.echo(str(folder / name))


@main.command()
@click.argument("words", nargs=-1)
@click.option(
    "--asked", default="none", show_default=True, help="What was asked: ok mood rsvp contact reach menu none."
)
@click.option("--file", "file", type=_EXISTING, help="Rows asked<TAB>text, with a header.")
def read(words: tuple[str, ...], asked: str, file: Path | None) -> None:
    """Print what the line makes of a reply, as JSON lines."""
    from checkin.conversation.replies import Asked
    from checkin.conversation.replies import read as read_reply

    def asked_as(name: str, where: str) -> Asked:
        try:
            return Asked(name)
        except ValueError as error:
            names = " ".join(a.value for a in Asked)
            raise BadInput(f"{where}{name!r} is not something that can be asked; those are {names}.") from error

    if file is None:
        reading = read_reply(" ".join(words), asked_as(asked, ""))
        click.echo(json.dumps({"reading": reading.kind.value, "value": reading.value}, ensure_ascii=False))
        return
    lines = []
    for number, row in rows(file, ("asked", "text")):
        reading = read_reply(row["text"], asked_as(row["asked"], f"{file.name} line {number}: "))
        lines.append(json.dumps({"reading": reading.kind.value, "value": reading.value}, ensure_ascii=False))
    _print(lines)


@main.command()
@click.argument("words", nargs=-1)
@click.option("--file", "file", type=_EXISTING, help="Rows with a column text, with a header.")
def risk(words: tuple[str, ...], file: Path | None) -> None:
    """Print how much danger is heard in a text, and why, as JSON lines: with the organisation's own phrases where a
    line is set up (DATABASE_URL)."""
    from checkin import dangers
    from checkin.commands.opening import open_here
    from checkin.conversation.risk import read_risk

    texts = [" ".join(words)] if file is None else [row["text"] for _, row in rows(file, ("text",))]
    if os.environ.get("DATABASE_URL"):
        line = open_here()
        with line.store.work(line.clock()) as work:
            found = [dangers.read(work, text) for text in texts]
    else:
        found = [read_risk(text) for text in texts]
    _print([json.dumps({"level": r.level.name.lower(), "why": list(r.why)}, ensure_ascii=False) for r in found])


def _print(lines: list[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


@main.command()
@click.option(
    "--diagram", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write diagrams to a folder."
)
def topics(folder: Path | None) -> None:
    """List the topics of conversation, or draw them."""
    from checkin.conversation.diagram import AGENDA, agenda_page, mermaid
    from checkin.conversation.topics import TOPICS

    if folder is None:
        for topic in TOPICS.values():
            click.echo(f"{topic.name}: {', '.join(topic.steps)}")
        return
    for name, page in {**{t.name: mermaid(t) for t in TOPICS.values()}, AGENDA: agenda_page()}.items():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.md").write_text(page, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{folder} cannot be written: {error.strerror}.") from error
        click.echo(str(folder / f"{name}.md"))


main.add_command(rota)
main.add_command(who_would_answer)


if __name__ == "__main__":
    main()
