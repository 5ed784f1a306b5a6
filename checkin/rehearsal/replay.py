"""`checkin rehearse --record` and `--compare`: an organisation's own scripts played again, and what is heard otherwise.

A script is a text file of typed lines, as `checkin play` takes them; what everybody heard stands beside it in a file
with the same name and the ending `.heard`. Lines that begin with `#` say what the script is about.
"""

import difflib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import click
from rich.console import Console
from sqlalchemy import select, text

from checkin import dangers, phrases
from checkin.bootstrap import Line, open_line
from checkin.demo.play import SMALL
from checkin.demo.session import Session
from checkin.demo.story import Story
from checkin.demo.supervisor import interruptible
from checkin.errors import BadInput, CheckinError
from checkin.rehearsal import cast
from checkin.rehearsal.stage import Stage, stage
from checkin.settings import kinds
from checkin.store.models import Base, Code, Phrase, RiskPhrase

STARTERS = Path(__file__).parent / "scripts"
# A Monday in winter, far from any clock change, at eight in the morning where the line is.
_MONDAY, _EIGHT = date(2027, 1, 11), time(8)
# What a real line's own settings must not bring along: its keys, its carrier, what it tells the world outside.
_NOT_HERE = {"CHECKIN_KEYS", "CHECKIN_SECRET", "CHECKIN_HEARTBEAT_URL", "CHECKIN_CLOCK_URL", "CHECKIN_SECOND_FACTOR",
    "CHECKIN_ADVANCED_OPT_OUT", "CHECKIN_BEHIND_PROXY"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What a real line says, and hears as danger, in its organisation's own words."""

    said: tuple[phrases.Change, ...] = ()
    danger: tuple[dangers.Added, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """A script, what was heard when it was recorded, and what is heard now, line by line."""

    name: str
    before: tuple[str, ...]
    now: tuple[str, ...]

    def differences(self) -> list[str]:
        """Return what differs: "- " was heard before, "+ " is heard now, with a line of either side around it."""
        lines = difflib.unified_diff(self.before, self.now, n=1, lineterm="")
        return ["  ..." if line.startswith("@@") else f"{line[0]} {line[1:]}" for line in list(lines)[2:]]


def record(
    folder: Path, *, organisation: Path | None = None, as_json: bool = False, outer: Mapping[str, str] = os.environ
) -> int:
    """Play every script of `folder` and keep what was heard beside it; an empty folder gets the scripts that ship.

    Returns the exit code: 0, or 1 when something failed and was said. Raises BadInput when the folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not _scripts(folder):
            for script in _scripts(STARTERS):
                shutil.copy(script, folder)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}.") from error
    found = _played(folder, organisation, outer)
    if found is None:
        return 1
    for name, lines in found.items():
        (folder / f"{name}.heard").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    click.echo(json.dumps({"recorded": sorted(found)}) if as_json else f"Recorded {len(found)} scripts in {folder}.")
    return 0


def compare(
    folder: Path, *, organisation: Path | None = None, as_json: bool = False, outer: Mapping[str, str] = os.environ
) -> int:
    """Play every script of `folder` again and print what is heard otherwise than when it was recorded.

    Returns the exit code: 0 when nothing is, 1 when something is, or failed and was said. Raises BadInput when there is
    nothing to compare with.
    """
    scripts = _scripts(folder)
    missing = [path.name for path in scripts if not path.with_suffix(".heard").is_file()]
    if not scripts or missing:
        raise BadInput(
            f"There is nothing recorded of {missing[0] if missing else folder}: run checkin rehearse --record first."
        )
    found = _played(folder, organisation, outer)
    if found is None:
        return 1
    replays = [
        Replay(name, tuple((folder / f"{name}.heard").read_text(encoding="utf-8").splitlines()), tuple(now))
        for name, now in found.items()
    ]
    differing = [replay for replay in replays if replay.before != replay.now]
    if as_json:
        click.echo(json.dumps({replay.name: replay.differences() for replay in differing}, ensure_ascii=False))
    for replay in () if as_json else differing:
        click.echo(f"{replay.name}.txt (- was heard before, + is heard now)")
        click.echo("".join(f"{line}\n" for line in replay.differences()))
    if not as_json:
        click.echo(
            f"{len(differing)} of {len(replays)} scripts are heard otherwise." if differing else "All as before."
        )
    return 1 if differing else 0


def _scripts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.txt"))


def _played(folder: Path, organisation: Path | None, outer: Mapping[str, str]) -> dict[str, list[str]] | None:
    """Return what was heard in each script, by its name; None when something failed and was said."""
    console = Console(stderr=True, highlight=False)
    own = {k: v for k, v in outer.items() if k.startswith("CHECKIN_") and v and k not in _NOT_HERE}
    found: dict[str, list[str]] = {}
    try:
        starts = datetime.combine(_MONDAY, _EIGHT, kinds.zone(kinds.Reader(own), "CHECKIN_TIMEZONE"))
        words = _own_words(outer)
        with interruptible(), console.status("Starting the line ...") as status:

            def load(line: Line) -> None:
                _load(line, organisation or SMALL, words)

            with stage(outer, starts, load, own) as ready:
                for script in _scripts(folder):
                    status.update(f"{script.name} ...")
                    ready.network.ask("POST", "/sim/reset", {"start": starts.isoformat()})
                    load(ready.line)
                    found[script.stem] = _heard(ready, script)
    except KeyboardInterrupt:
        return None
    except CheckinError as problem:
        console.print(str(problem), style="red", markup=False, soft_wrap=True)
        return None
    return found


def _load(line: Line, file: Path, words: Words) -> None:
    """Empty the rehearsal's own database and load the organisation, in the words that a real line has now."""
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with line.store.work(line.clock()) as work:
        work.conn.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
        cast.store(work, file)
        for said in words.said:
            # Not `phrases.put`: where words no longer fit, the line's own are to be heard, as they would be.
            work.add(Phrase, at=work.now, key=said.key, language=said.language, variant=said.variant, text=said.text,
                by=None, how="file")  # fmt: skip
        for added in words.danger:
            work.add(RiskPhrase, at=work.now, phrase=added.phrase, level=added.level, by=None, how="file")


def _own_words(outer: Mapping[str, str]) -> Words:
    """Return what the line that `outer` describes says in its own words; nothing where it describes none."""
    if not outer.get("DATABASE_URL") or not outer.get("CHECKIN_KEYS"):
        return Words()
    line = open_line(outer, pool=1, plain_logs=True)
    try:
        with line.store.work(line.clock()) as work:
            return Words(tuple(phrases.standing(work)), tuple(reversed(dangers.history(work))))
    finally:
        line.store.engine.dispose()


def _heard(ready: Stage, script: Path) -> list[str]:
    """Play one script; return what was typed, and what everybody heard, line by line."""
    phones = ready.place()
    names = {phone.number: phone.names for phone in phones}
    shown: list[str] = []
    zone = ready.line.settings.zone
    session = Session(ready.handsets(), phones, phones[0].number, zone, shown.append, Story("", names))
    parts = cast.Cast(ready.line, ready.line.clock())
    session.run(_typed(script, session, parts, shown.append))
    with ready.line.store.work(ready.line.clock()) as work:
        codes = list(work.conn.scalars(select(Code.code)))
    # Codes of cases are drawn by lot, and where this rehearsal's console is, too. They are spoken figure by figure.
    drawn = [re.escape(ready.address), *codes, *("[ ,]+".join(code) for code in codes)]
    differs = re.compile("|".join(rf"(?<!\d){each}(?!\d)" for each in drawn))
    return [differs.sub("…", line) for told in shown for line in told.splitlines()]


def _typed(script: Path, session: Session, parts: cast.Cast, show: Callable[[str], None]) -> Iterator[str]:
    """Yield what is typed, each line shown before it is done. `/as` names a person, a ref, or a part ("a member")."""
    for line in script.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        show(f"> {line}")
        who = line.removeprefix("/as ")
        if who != line and (number := _part(parts, who.strip())):
            session.me = number
            show(f"  You are {parts.name(number)}.")
        else:
            yield line


def _part(parts: cast.Cast, who: str) -> str:
    try:
        return parts.number(who)
    except BadInput:
        # A name, then: the session knows those.
        return ""
