"""YAML with line numbers: a reader that collects every mistake instead of stopping at the first."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

import yaml

from checkin.errors import BadInput

T = TypeVar("T")
_TIME = re.compile(r"(\d\d?):(\d\d)")
# What YAML's escapes can write and neither the database nor a TwiML document can hold.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_DAYS = {"mon": "MO", "tue": "TU", "wed": "WE", "thu": "TH", "fri": "FR", "sat": "SA", "sun": "SU"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, where, in words for the person who wrote the file."""

    line: int
    field: str
    why: str


# Days that people plan for. The first and the last of the calendar have no day before or after them.
YEARS = range(2000, 3000)


@dataclass(slots=True)
class Node:
    """One mapping of the file. Every method takes a field, reports what is wrong with it, and gives a default."""

    node: yaml.MappingNode
    where: str
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, why: str, name: str = "", at: yaml.Node | None = None) -> None:
        """Report a mistake in a field of this mapping."""
        place = at or self._value(name) or self.node
        path = ".".join(p for p in (self.where, name) if p)
        self.mistakes.append(Mistake(place.start_mark.line + 1, path, why))

    def only(self, *names: str) -> None:
        """Report fields that are not among `names`, and fields that are written twice."""
        seen: set[str] = set()
        for key, _ in self.node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.wrong("has a field whose name is no text", at=key)
                continue
            if key.value not in names:
                self.wrong(f"is not a field here; those are {', '.join(names)}", key.value, key)
            elif key.value in seen:
                self.wrong("is written twice", key.value, key)
            seen.add(key.value)

    def has(self, name: str) -> bool:
        """Tell whether a field is there."""
        return self._value(name) is not None

    def names(self) -> frozenset[str]:
        """Return the names of the fields that are there."""
        return frozenset(key.value for key, _ in self.node.value if isinstance(key, yaml.ScalarNode))

    def text(self, name: str, default: str | None = None) -> str:
        """Return a field's text; without a default it must be there."""
        value = self._value(name)
        if value is None:
            if default is None:
                self.wrong(f"needs `{name}`")
            return default or ""
        if not _is_text(value):
            self.wrong("must be text", name)
            return default or ""
        return self._clean(name, value) or default or ""

    def _clean(self, name: str, value: yaml.Node) -> str:
        text = str(value.value).strip()
        if _NO_TEXT.search(text):
            self.wrong("holds a character that is no text", name)
            return ""
        return text

    def maybe(self, name: str) -> str | None:
        """Return a field's text, or None when it is not there."""
        return self.text(name) if self.has(name) else None

    def one_of(self, name: str, choices: Sequence[str], default: str) -> str:
        """Return a field's text, which must be one of `choices`."""
        value = self.text(name, default)
        if value not in choices:
            self.wrong(f"must be one of {', '.join(choices)}, not {value!r}", name)
            return default
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes or no."""
        value = self.text(name, "yes" if default else "no").lower()
        if value not in {"yes", "no", "true", "false"}:
            self.wrong(f"must be yes or no, not {value!r}", name)
        return value in {"yes", "true"}

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number between two bounds."""
        value = self.text(name, str(default))
        if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
            self.wrong(f"must be a whole number from {least} to {most}, not {value!r}", name)
            return default
        return int(value)

    def weekly(self) -> tuple[str, int]:
        """Return a weekly rule from a list of days ("mon, wed" or "every day"), and how many days it has."""
        days = self.texts("days")
        if days in ([], ["every day"]):
            return "FREQ=DAILY", 7
        for day in days:
            if day not in _DAYS:
                self.wrong(f"must be days such as mon, or every day, not {day!r}", "days")
        return "FREQ=WEEKLY;BYDAY=" + ",".join(_DAYS.get(d, "MO") for d in days), len(days)

    def time(self, name: str, default: str | None = None) -> time:
        """Return a time of day such as 10:30."""
        value = self.text(name, default)
        found = _TIME.fullmatch(value)
        if found and int(found[1]) < 24 and int(found[2]) < 60:
            return time(int(found[1]), int(found[2]))
        if value:
            self.wrong(f"must be a time such as 10:30, not {value!r}", name)
        return time(0, 0)

    def moment(self, name: str) -> datetime:
        """Return a wall-clock moment such as 2026-01-06 19:00."""
        value = self.text(name)
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None or found.year not in YEARS:
            if value:
                self.wrong(f"must be a day and time such as 2026-01-06 19:00, not {value!r}", name)
            return datetime(2026, 1, 1)  # noqa: DTZ001  # wall-clock time; its zone stands beside it
        return found

    def zone(self, name: str, default: str) -> str:
        """Return the name of an IANA zone."""
        return self.checked(name, self.text(name, default), _zone, default)

    def checked(self, name: str, value: str, check: Callable[[str], T], default: T) -> T:
        """Return `check(value)`; what it raises as BadInput is reported. An empty value has been reported before."""
        if not value:
            return default
        try:
            return check(value)
        except BadInput as error:
            self.wrong(str(error), name)
            return default

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; a single text counts as a list of one."""
        value = self._value(name)
        if value is None:
            return []
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        if not all(_is_text(item) for item in items):
            self.wrong("must be a list of texts", name)
            return []
        return [text for item in items if (text := self._clean(name, item))]

    def child(self, name: str) -> "Node | None":
        """Return a mapping inside this one, or None when it is not there."""
        value = self._value(name)
        if value is None:
            return None
        if not isinstance(value, yaml.MappingNode):
            self.wrong("must have fields of its own", name)
            return None
        return Node(value, f"{self.where}.{name}" if self.where else name, self.mistakes)

    def children(self, name: str) -> list["Node"]:
        """Return a list of mappings."""
        value = self._value(name)
        if value is None:
            return []
        if not isinstance(value, yaml.SequenceNode):
            self.wrong("must be a list", name)
            return []
        found = []
        for i, item in enumerate(value.value, 1):
            path = f"{self.where}.{name}[{i}]" if self.where else f"{name}[{i}]"
            if isinstance(item, yaml.MappingNode):
                found.append(Node(item, path, self.mistakes))
            else:
                self.mistakes.append(Mistake(item.start_mark.line + 1, path, "must have fields of its own"))
        return found

    def _value(self, name: str) -> yaml.Node | None:
        return next((value for key, value in self.node.value if key.value == name), None)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"{name!r} is not a zone such as Europe/London") from error


def _is_text(value: yaml.Node) -> bool:
    # An empty value, ~ and null are YAML's ways of saying nothing; a person called "null" is written in quotes.
    nothing = value.tag == "tag:yaml.org,2002:null"
    return isinstance(value, yaml.ScalarNode) and not nothing and bool(value.value.strip())


def read_yaml(written: str) -> tuple[Node | None, list[Mistake]]:
    """Return the file's outermost mapping, or None and what is wrong with it as YAML."""
    try:
        root = yaml.compose(written, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, [Mistake(mark.line + 1 if mark else 1, "", f"is not YAML: {error.problem or error.context}")]
    except RecursionError:
        return None, [Mistake(1, "", "is not YAML: it is nested too deeply")]
    except (yaml.YAMLError, ValueError, OverflowError):
        return None, [Mistake(1, "", "is not YAML: it holds a character that may not stand in a text file")]
    if not isinstance(root, yaml.MappingNode):
        return None, [Mistake(1, "", "must begin with fields such as people:")]
    return Node(root, ""), []
