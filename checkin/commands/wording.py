"""`checkin wording`: the line's sentences in your own words, what they would cost, and who changed what."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from checkin.errors import BadInput

if TYPE_CHECKING:
    from checkin.phrases import Change
    from checkin.store.work import Work
    from checkin.wording.overrides import Checked

_LANGUAGE = click.option("--language", default="en", show_default=True, help="en, cy or pl.")
_VARIANT = click.option("--variant", default="text", show_default=True, help="text, discreet or voice.")
_JSON = click.option("--json", "as_json", is_flag=True, help="For machines.")
_BY = click.option("--by", "email", help="Who changes it: a staff e-mail address, for the history.")
_PRICE = click.option("--price", type=click.FloatRange(min=0), help="What one segment costs you, to show the cost.")


@click.group()
def wording() -> None:
    """The line's sentences in your own words."""


@wording.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are the line's own.")
@click.option("--history", "key", help="Every change of one sentence, the newest first.")
@_JSON
def list_(key: str | None, *, everything: bool, as_json: bool) -> None:
    """List the sentences that you have changed."""
    from checkin import phrases

    with _opened() as work:
        if key is not None:
            rows = [_told(work, change) for change in phrases.history(work, key)]
        else:
            changed = [c for c in phrases.standing(work) if c.text is not None]
            rows = [_told(work, change) for change in changed]
            rows += _own({(c.key, c.language, c.variant) for c in changed}) if everything else []
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else _shown(row))
    if not rows and not as_json:
        click.echo("Nothing has been changed: every sentence is the line's own.")


@wording.command("set")
@click.argument("key")
@click.argument("words", nargs=-1, required=True)
@_LANGUAGE
@_VARIANT
@_BY
@_PRICE
@_JSON
def set_(
    key: str,
    words: tuple[str, ...],
    language: str,
    variant: str,
    email: str | None,
    price: float | None,
    *,
    as_json: bool,
) -> None:
    """Say WORDS in place of the sentence KEY, in every process within two seconds."""
    from checkin import phrases
    from checkin.wording.overrides import variant_named

    with _opened() as work:
        by = whose(work, email)
        checked = phrases.put(work, key, language, variant_named(variant), " ".join(words), by=by, how="command")
    _show(checked, price, as_json=as_json)


@wording.command()
@click.argument("key")
@_LANGUAGE
@_VARIANT
@_BY
def reset(key: str, language: str, variant: str, email: str | None) -> None:
    """Give the sentence KEY back the line's own words."""
    from checkin import phrases
    from checkin.wording.overrides import variant_named

    with _opened() as work:
        by = whose(work, email)
        done = phrases.reset(work, key, language, variant_named(variant), by=by, how="command")
    click.echo(f"{key} is the line's own again." if done else f"{key} was the line's own already.")


@wording.command()
@click.argument("key")
@click.argument("words", nargs=-1)
@_LANGUAGE
@_VARIANT
@_PRICE
@_JSON
def check(key: str, words: tuple[str, ...], language: str, variant: str, price: float | None, *, as_json: bool) -> None:
    """Tell what WORDS would cost as the sentence KEY, and change nothing; without WORDS, what the line's own costs."""
    from checkin.wording import overrides

    named = overrides.variant_named(variant)
    home = os.environ.get("CHECKIN_COUNTRY") or "GB"
    if words:
        checked = overrides.check(key, language, named, " ".join(words), home=home)
    else:
        checked = overrides.look(key, language, named, home=home)
    _show(checked, price, as_json=as_json)


@contextmanager
def _opened() -> Iterator["Work"]:
    from checkin.commands.opening import open_here

    line = open_here()
    try:
        with line.store.work(line.clock()) as work:
            yield work
    finally:
        line.store.engine.dispose()


def whose(work: "Work", email: str | None) -> UUID | None:
    """Return the id of the staff member with this address. Raises BadInput when there is none."""
    from sqlalchemy import select

    from checkin.store.models import Staff

    if email is None:
        return None
    found = work.conn.execute(select(Staff.person_id).where(Staff.email == email.lower())).scalar_one_or_none()
    if found is None:
        raise BadInput(f"Nobody among the staff has the address {email}.")
    return found


def _told(work: "Work", change: "Change") -> dict[str, Any]:
    """Return a change as a row, with the name of whoever made it."""
    from sqlalchemy.exc import NoResultFound

    from checkin import people
    from checkin.wording.overrides import fits

    try:
        by = people.first_name(work, change.by) if change.by else None
    except NoResultFound:
        by = "somebody who has left"
    fit = change.text is None or fits(change.key, change.language, change.variant, change.text)
    return {**asdict(change), "at": change.at.isoformat(), "by": by, "fits": fit}


def _own(changed: set[tuple[str, str, str]]) -> list[dict[str, Any]]:
    from checkin.wording import LANGUAGES, VARIANTS, sentences

    return [
        {"key": key, "language": language, "variant": variant, "text": sentence.variant(variant), "how": "own"}
        for language in LANGUAGES
        for key, sentence in sentences(language).items()
        for variant in VARIANTS
        if (key, language, variant) not in changed
    ]


def _shown(row: dict[str, Any]) -> str:
    which = f"{row['key']} ({row['language']}, {row['variant']})"
    said = "given back its own words" if row["text"] is None else row["text"]
    if row["how"] == "own":
        return f"{which}: {said}"
    who = f" by {row['by']}" if row["by"] else ""
    lost = "" if row["fits"] else " It no longer fits: the line says its own sentence."
    return f"{which}, {row['at'][:16].replace('T', ' ')}{who} ({row['how']}): {said}{lost}"


def _show(checked: "Checked", price: float | None, *, as_json: bool) -> None:
    segments = checked.size.segments if checked.size else None
    cost = None if price is None or segments is None else round(price * segments, 4)
    if as_json:
        size = asdict(checked.size) if checked.size else {}
        warnings = list(checked.warnings)
        row = {"text": checked.text, "example": checked.example, **size, "cost": cost, "warnings": warnings}
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    click.echo(f"For example: {checked.example}")
    if checked.size is not None:
        parts = "1 segment" if segments == 1 else f"{segments} segments"
        money = "" if cost is None else f", {cost:g} each time"
        click.echo(f"{parts} ({checked.size.units} characters, {checked.size.encoding}){money}.")
    for warning in checked.warnings:
        click.echo(f"Mind: {warning}")
