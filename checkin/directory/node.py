"""Reading a record of somebody else's shape: asks for what is known by its names, and remembers what nobody asked for.

A field that is in a record and was never asked for is a *loss*: it is counted by its path, so that a report can say
what of a feed is not in the directory. A value of the wrong kind is a *problem*, told with its path; the rest of the
record is read all the same.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from checkin.directory.cleaning import words

# The same as where a thing stands in the record: nothing is lost with them.
_STRUCTURE = frozenset({
    "id", "service_id", "location_id", "organization_id", "service_at_location_id", "contact_id", "phone_id",
    "taxonomy_term_id", "taxonomy_id", "link_id", "program_id", "unit_id", "link_entity",
})  # fmt: skip
_EMPTY: tuple[Any, ...] = (None, "", [], {})


class Node:
    """One object of a record, and where it stands in it."""

    def __init__(self, record: Mapping[str, Any], path: str, problems: list[str], losses: Counter[str]) -> None:
        self.record, self.path = record, path
        self._problems, self._losses = problems, losses
        self._asked: set[str] = set(_STRUCTURE)
        self._children: dict[str, list[Node]] = {}

    def value(self, *names: str) -> Any:
        """Return the first of these that is there; None for none, and for what says nothing. One that stands behind it
        and says something as well is lost."""
        for name in names:
            self._asked.add(name)
            value = self.record.get(name)
            if value is not None and value not in _EMPTY:
                return value
        return None

    def text(self, *names: str, most: int = 5000) -> str | None:
        """Return a text as it is shown; a number is a text too."""
        value = self.value(*names)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.problem(names[0], value, "a text")
            return None
        return words(str(value))[:most] or None

    def number(self, *names: str) -> float | None:
        """Return a number, also one that is written as a text."""
        value = self.value(*names)
        try:
            return None if value is None or isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            self.problem(names[0], value, "a number")
            return None

    def day(self, *names: str) -> date | None:
        """Return a date, also one that a time stands behind."""
        value = self.value(*names)
        try:
            return None if value is None else date.fromisoformat(str(value)[:10])
        except ValueError:
            self.problem(names[0], value, "a date")
            return None

    def moment(self, *names: str) -> datetime | None:
        """Return a moment (UTC where it names no zone)."""
        value = self.value(*names)
        try:
            found = None if value is None else datetime.fromisoformat(str(value))
        except ValueError:
            self.problem(names[0], value, "a moment")
            return None
        return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found

    def each(self, *names: str) -> Sequence["Node"]:
        """Return the objects of a list; a single object counts as a list of one. Asked twice, it is the same ones."""
        if names[0] not in self._children:
            self._children[names[0]] = list(self._read(names))
        return self._children[names[0]]

    def one(self, *names: str) -> "Node | None":
        """Return an object; None for none."""
        return next(iter(self.each(*names)), None)

    def words(self, name: str) -> list[str]:
        """Return a list of words, also where they stand in one text with commas."""
        value = self.value(name)
        if value is None:
            return []
        listed = value if isinstance(value, list) else str(value).split(",")
        return [words(str(v)) for v in listed if v is not None and str(v).strip()]

    def problem(self, name: str, value: object, wanted: str) -> None:
        """Note that a field holds something else than it should."""
        shown = words(str(value))[:60]
        self._problems.append(f"{self._where(name)}: {shown!r} is not {wanted}")

    def leave(self) -> None:
        """Count what nobody asked for, here and below. Called once, when all has been read."""
        for name, value in self.record.items():
            if name not in self._asked and value not in _EMPTY:
                self._losses[self._where(name)] += 1
        for child in (one for children in self._children.values() for one in children):
            child.leave()

    def _read(self, names: Sequence[str]) -> Iterator["Node"]:
        value = self.value(*names)
        listed = isinstance(value, list)
        for one in value if listed else [value]:
            if isinstance(one, dict):
                where = self._where(f"{names[0]}[]" if listed else names[0])
                yield Node(one, where, self._problems, self._losses)
            elif one is not None:
                self.problem(names[0], one, "an object")

    def _where(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name
