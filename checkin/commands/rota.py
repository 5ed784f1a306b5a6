"""`checkin rota` and `checkin who-would-answer`: who has what, where nobody is, and whom a RED would reach."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from checkin.errors import BadInput

if TYPE_CHECKING:
    from checkin.store.work import Work

_JSON = click.option("--json", "as_json", is_flag=True, help="For machines.")
_DAYS = click.IntRange(1, 366)


@click.group()
def rota() -> None:
    """Who is on call when."""


@rota.command("show")
@click.option("--days", default=14, show_default=True, type=_DAYS)
@_JSON
def show(*, days: int, as_json: bool) -> None:
    """Print who has what, and who is on call in the coming days."""
    from checkin import rota as rotas
    from checkin.commands.opening import open_here
    from checkin.rota import words

    line = open_here()
    zone, now = line.settings.zone, line.clock()
    with line.store.work(now) as work:
        found = rotas.read(work)
    spans = rotas.spans(found, now, now + timedelta(days=days))
    if as_json:
        stretches = [
            {
                "starts": span.starts.isoformat(),
                "ends": span.ends.isoformat(),
                "on_call": [found.people[held.person].name for held in span.held],
                "why": [words.why(found, held, zone) for held in span.held],
            }
            for span in spans
        ]
        click.echo(json.dumps({"shifts": words.overview(found, now, zone), "spans": stretches}, ensure_ascii=False))
        return
    for sentence in words.overview(found, now, zone):
        click.echo(sentence)
    click.echo(f"\nThe coming {days} days:")
    for span in spans:
        names = ", then ".join(found.people[held.person].name for held in span.held) or "NOBODY"
        click.echo(f"{words.from_to(span.starts, span.ends, zone)}: {names}")


@rota.command("check")
@click.option("--days", default=28, show_default=True, type=_DAYS)
@_JSON
def check(*, days: int, as_json: bool) -> None:
    """Print every stretch of the coming days in which nobody is on call; exit code 1 when there is one."""
    from checkin import rota as rotas
    from checkin.commands.opening import open_here
    from checkin.rota import words

    line = open_here()
    now = line.clock()
    with line.store.work(now) as work:
        found = rotas.holes(rotas.read(work), now, now + timedelta(days=days))
    if as_json:
        holes = [{"starts": hole.starts.isoformat(), "ends": hole.ends.isoformat()} for hole in found]
        click.echo(json.dumps({"days": days, "holes": holes}))
    elif not found:
        click.echo(f"Somebody is on call at every moment of the coming {days} days.")
    else:
        for hole in found:
            click.echo(words.hole(hole, line.settings.zone))
    raise SystemExit(1 if found else 0)


_BY = click.option("--by", "email", help="Who changes it: a staff e-mail address, for the history.")


@rota.command("swap")
@click.argument("shift")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("person")
@click.option("--agreed", is_flag=True, help="Both have agreed already; otherwise both are asked by text.")
@_BY
def swap(shift: str, day: datetime, person: str, email: str | None, *, agreed: bool) -> None:
    """Let PERSON have the SHIFT that begins on DAY (refs, and a day such as 2026-12-24)."""
    from checkin import duties

    with _changing(email) as (work, by):
        change = duties.swap if agreed else duties.propose_swap
        change(work, by, _id(work, "shift", shift), day.date(), _id(work, "person", person))
    click.echo("The rota is changed." if agreed else "Both will be asked, one after the other.")


@rota.command("put")
@click.argument("person")
@click.argument("starts", metavar="FROM")
@click.argument("ends", metavar="UNTIL")
@click.option("--instead-of", help="Whose shifts they have then; otherwise they are on call in addition.")
@click.option("--rank", default=1, show_default=True, type=click.IntRange(1, 9), help="In addition: their place.")
@_BY
def put(person: str, starts: str, ends: str, instead_of: str | None, rank: int, email: str | None) -> None:
    """Put PERSON (a ref) on call FROM one moment UNTIL another ("2026-12-24 20:00", "Tue 08:00")."""
    from checkin import duties

    with _changing(email) as (work, by):
        other = _id(work, "person", instead_of) if instead_of else None
        span = _span(work, starts, ends)
        duties.override(work, by, _id(work, "person", person), *span, instead_of=other, rank=rank)
        told = _told(work)
    click.echo(told)


@rota.command("away")
@click.argument("person")
@click.argument("starts", metavar="FROM")
@click.argument("ends", metavar="UNTIL")
@_BY
def away(person: str, starts: str, ends: str, email: str | None) -> None:
    """Note that PERSON (a ref) is away FROM one moment UNTIL another: the stand-ins have their shifts."""
    from checkin import duties

    with _changing(email) as (work, by):
        duties.away(work, by, _id(work, "person", person), *_span(work, starts, ends))
        told = _told(work)
    click.echo(told)


@contextmanager
def _changing(email: str | None) -> Iterator[tuple["Work", UUID | None]]:
    from sqlalchemy import select

    from checkin.commands.opening import open_here
    from checkin.store.models import Staff

    line = open_here()
    with line.store.work(line.clock()) as work:
        by = None
        if email is not None:
            whose = select(Staff.person_id).where(Staff.email == email.lower())
            by = work.conn.execute(whose).scalar_one_or_none()
            if by is None:
                raise BadInput(f"Nobody among the staff has the address {email}.")
        yield work, by


def _id(work: "Work", what: str, ref: str) -> UUID:
    from sqlalchemy import select

    from checkin.store.models import Person, Shift

    table = Shift if what == "shift" else Person
    found = work.conn.execute(select(table.id).where(table.ref == ref)).scalar_one_or_none()
    if found is None:
        raise BadInput(f"There is no {what} with the ref {ref!r}.")
    return found


def _span(work: "Work", starts: str, ends: str) -> tuple[datetime, datetime]:
    from checkin.rota import moments

    zone = work.settings.zone
    first = moments.read(starts, work.now, zone)
    return first, moments.read(ends, first, zone)


def _told(work: "Work") -> str:
    from checkin import rota as rotas

    return "\n".join(["The rota is changed.", *rotas.told_holes(work)])


@click.command("who-would-answer")
@click.argument("moment", nargs=-1, required=True)
@click.option("--language", help="The member's language.")
@_JSON
def who_would_answer(moment: tuple[str, ...], language: str | None, *, as_json: bool) -> None:
    """Print whom a RED would reach at MOMENT ("Tue 03:00", "2026-12-01 03:00", "tomorrow 3am", now), and why."""
    from checkin import escalations, people
    from checkin import rota as rotas
    from checkin.commands.opening import open_here
    from checkin.rota import moments, words
    from checkin.wording import LANGUAGES

    if language is not None and language not in LANGUAGES:
        raise BadInput(f"{language!r} is not a language of the line; those are {', '.join(LANGUAGES)}.")
    line = open_here()
    now, zone = line.clock(), line.settings.zone
    at = moments.read(" ".join(moment), now, zone)
    with line.store.work(now) as work:
        turns = {turn.person: turn for turn in rotas.who(work, at, language)}
        found = escalations.would_reach(work, at, language)
        names = {person: people.first_name(work, person) for person in [*dict(found.asked), *found.everybody]}
    asked: list[dict[str, Any]] = [
        {
            "name": names[person],
            "after_minutes": minutes,
            "rank": turns[person].rank if person in turns else None,
            "why": turns[person].why if person in turns else "named by the policy",
            "speaks": list(turns[person].speaks) if person in turns else [],
        }
        for person, minutes in found.asked
    ]
    everybody = sorted(names[person] for person in found.everybody)
    if as_json:
        answer = {"at": at.isoformat(), "language": language, "hole": not turns, "asked": asked}
        click.echo(json.dumps({**answer, "everybody": everybody, "after_minutes": found.last}, ensure_ascii=False))
        return
    when = words.day_and_time(at, zone)
    if not turns:
        click.echo(f"Nobody is on call on {when}.")
    if asked:
        click.echo(f"On {when} a RED would reach, one after another until somebody accepts:")
    for place, one in enumerate(asked, 1):
        speaks = f", speaks {language}" if language in one["speaks"] else ""
        click.echo(f"{place}. {one['name']}: {one['why']}{speaks} ({_after(one['after_minutes'])})")
    if everybody:
        click.echo(f"then everybody, with an alarm ({_after(found.last)}): {words.listed(everybody)}")
    else:
        click.echo("There is nobody to ask. Add people to the rota.")


def _after(minutes: int) -> str:
    return f"after {minutes} minutes" if minutes else "at once"
