"""What a scenario may say, as values. The format is described in docs/rehearsal.md."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from checkin.errors import BadFile, BadInput
from checkin.load.nodes import Node, read_yaml

FOLDER = Path(__file__).parent / "scenarios"
# The wall clock of every scenario.
ZONE = ZoneInfo("Europe/London")
PROCESSES = ("worker", "clock", "web")
STATES = ("awake", "asleep", "off", "busy")

State = Literal["awake", "asleep", "off", "busy"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody's telephone and its owner behave by themselves.

    `rings`: after how many rings they answer a call, None: never; `keys` are pressed then, one at each question.
    `reads`: after how many minutes they answer a text that asks something, None: never; with the words `replies`.
    """

    state: State = "awake"
    rings: int | None = None
    keys: str = "11"
    reads: int | None = None
    replies: str = "1"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens at a moment: somebody texts or rings, their manner changes, a process is killed or started
    again."""

    at: datetime
    who: str = ""
    texts: str = ""
    becomes: Manner | None = None
    kill: str = ""
    start: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A night. Moments are aware; `promise` is within how long a person must have each RED case; `organisation` is the
    text of an organisation file, empty: that of `checkin play`."""

    name: str
    title: str
    starts: datetime
    ends: datetime
    promise: timedelta
    phones: tuple[tuple[str, Manner], ...]
    happenings: tuple[Happening, ...]
    organisation: str = field(default="", repr=False)


def shipped() -> Sequence[Scenario]:
    """Return the scenarios that ship, by name."""
    return [read(path) for path in sorted(FOLDER.glob("*.yaml"))]


def find(name: str) -> Scenario:
    """Return a shipped scenario by its name, or one from a file. Raises BadInput or BadFile with what is wrong."""
    path = FOLDER / f"{name}.yaml" if "/" not in name and not name.endswith(".yaml") else Path(name)
    if not path.is_file():
        names = ", ".join(file.stem for file in sorted(FOLDER.glob("*.yaml")))
        raise BadInput(f"There is no scenario {name}: name a file, or one of {names}.")
    return read(path)


def read(path: Path) -> Scenario:
    """Return the scenario of a file. Raises BadFile with every mistake, by line and field."""
    root, mistakes = read_yaml(path.read_text(encoding="utf-8"))
    found = _scenario(root, path) if root is not None else None
    told = sorted(dict.fromkeys(root.mistakes), key=lambda m: m.line) if root is not None else mistakes
    if told or found is None:
        raise BadFile([f"{path.name} line {m.line}: {m.field + ': ' if m.field else ''}{m.why}" for m in told])
    return found


def _scenario(root: Node, path: Path) -> Scenario:
    root.only("title", "starts", "minutes", "promise", "organisation", "phones", "events")
    starts = root.moment("starts").replace(tzinfo=ZONE)
    ends = starts + timedelta(minutes=root.whole("minutes", 60, 1, 1440))
    organisation = root.maybe("organisation") or ""
    if organisation:
        organisation = (path.parent / organisation).read_text(encoding="utf-8")
    return Scenario(
        name=path.stem,
        title=root.text("title"),
        starts=starts,
        ends=ends,
        promise=timedelta(minutes=root.whole("promise", 15, 1, 1440)),
        phones=tuple((n.text("who"), _manner(n)) for n in root.children("phones")),
        happenings=tuple(_happening(n, starts, ends) for n in root.children("events")),
        organisation=organisation,
    )


def _manner(n: Node, *also: str) -> Manner:
    n.only("who", "is", "answers_after_rings", "keys", "replies_after_minutes", "replies", *also)
    named = n.one_of("is", STATES, "awake")
    keys = n.text("keys", "11")
    if set(keys) - set("0123456789*#"):
        n.wrong(f"must be keys of a telephone, not {keys!r}", "keys")
    return Manner(
        state=next(state for state in ("awake", "asleep", "off", "busy") if state == named),
        rings=n.whole("answers_after_rings", 2, 1, 20) if n.has("answers_after_rings") else None,
        keys=keys,
        reads=n.whole("replies_after_minutes", 1, 0, 600) if n.has("replies_after_minutes") else None,
        replies=n.text("replies", "1"),
    )


def _happening(n: Node, starts: datetime, ends: datetime) -> Happening:
    at = datetime.combine(starts.date(), n.time("at"), ZONE)
    at = at if at >= starts else at + timedelta(days=1)
    if at > ends:
        n.wrong(f"is after the end of the night, {ends:%H:%M}", "at")
    kill = n.one_of("kill", PROCESSES, "worker") if n.has("kill") else ""
    start = n.one_of("start", PROCESSES, "worker") if n.has("start") else ""
    if kill or start:
        n.only("at", "kill", "start")
        return Happening(at, kill=kill, start=start)
    texts = n.maybe("texts") or ""
    becomes = None if texts else _manner(n, "at")
    if texts:
        n.only("at", "who", "texts")
    return Happening(at, n.text("who"), texts, becomes)
