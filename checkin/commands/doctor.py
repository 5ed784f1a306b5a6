"""`checkin doctor`: what is wrong with this line, and how each of it is mended."""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from checkin.doctor import Result
    from checkin.doctor.found import Patient
    from checkin.doctor.trying import Way

_MARKS: Mapping[str, tuple[str, str]] = {
    "OK": ("ok", "green"),
    "WARNING": ("warning", "yellow"),
    "PROBLEM": ("PROBLEM", "red"),
}


@click.command()
@click.option("--cheap", is_flag=True, help="Only what is asked at every start: no request leaves the machine.")
@click.option("--rehearsal", is_flag=True, help="The line is meant to reach no real telephone: that is no warning.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--text", "text_to", metavar="NUMBER", help="Send a real text to your own number, and follow it.")
@click.option("--call", "call_to", metavar="NUMBER", help="Ring your own number, and follow the call.")
@click.option("--yes", is_flag=True, help="Do not ask before texting or ringing.")
def doctor(*, cheap: bool, rehearsal: bool, as_json: bool, text_to: str | None, call_to: str | None, yes: bool) -> None:
    """Look whether this line can be depended on; each thing found comes with what mends it.

    Exit code 0: all is well. 1: warnings. 2: problems, or the settings cannot be read.
    """
    from checkin.commands.opening import open_here

    patient = replace(open_here().patient(), rehearsal=rehearsal)
    tries: list[tuple[Way, str]] = [(w, n) for w, n in _ways(text_to, call_to) if n]
    sys.exit(report(patient, cheap=cheap, as_json=as_json, tries=tries, yes=yes))


def _ways(text_to: str | None, call_to: str | None) -> "tuple[tuple[Way, str | None], ...]":
    return (("text", text_to), ("call", call_to))


def report(
    patient: "Patient", *, cheap: bool = False, as_json: bool = False, tries: "list[tuple[Way, str]]", yes: bool = False
) -> int:
    """Examine the line and print what is found; return the exit code."""
    from checkin.doctor import examine, trying

    numbers = [(way, trying.number_of(patient, typed)) for way, typed in tries]
    found: list[Result] = []
    for one in examine(patient, cheap=cheap):
        found.append(one)
        if not as_json:
            _show(one.check.name, one.level.name, one.sentence, one.mend)
    rows = [
        {"check": one.check.name, "asks": one.check.asks, "level": one.level.name.lower(), "sentence": one.sentence,
         "mend": one.mend} for one in found
    ]  # fmt: skip
    level = max((one.level for one in found), default=0)
    for way, number in numbers:
        if not yes:
            click.confirm(f"{'Text' if way == 'text' else 'Ring'} {number} now?", abort=True, err=True)
        for news in trying.attempt(patient, way, number):
            if isinstance(news, str):
                click.echo(f"            {news} ...", err=True)
                continue
            level = max(level, news.level)
            rows.append({"check": way, "asks": "", "level": news.level.name.lower(), "sentence": news.sentence,
                         "mend": news.mend})  # fmt: skip
            if not as_json:
                _show(way, news.level.name, news.sentence, news.mend)
    if as_json:
        click.echo(json.dumps({"level": ("ok", "warning", "problem")[level], "found": rows}, indent=1))
    return int(level)


def _show(name: str, level: str, sentence: str, mend: str) -> None:
    mark, colour = _MARKS[level]
    click.echo(f"{click.style(f'{mark:8}', fg=colour)} {name:11} {sentence}")
    if mend:
        click.echo(f"{'':20} mend it: {mend}")
