"""Records out of a file of JSON, one after another, whatever its size: nothing but the record in hand is in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import ijson

from checkin.errors import CheckinError

# Under one of these names a page of a list keeps its records ("content": ORUK 1.0 and Spring).
_LISTS = frozenset({"contents", "content", "items", "data", "results"})
_START = 64


class FeedError(CheckinError):
    """A feed cannot be read; the message says what is the matter, for a person. Nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands around the records of a page: which one it is of how many, as far as it says."""

    number: int | None = None
    of: int | None = None
    last: bool = False
    listed: bool = False
    """It is a list of records, not one record."""


def records(file: Path) -> Iterator[object]:
    """Yield the records of a file: of a list, of a page of a list, or the one it holds. Raises FeedError."""
    with file.open("rb") as stream:
        _refuse_other(stream, file.name)
        prefix = _prefix(stream)
        stream.seek(_begin(stream))
        count = 0
        try:
            for record in ijson.items(stream, prefix, use_float=True):
                count += 1
                yield record
        except (ijson.JSONError, UnicodeDecodeError, ValueError, RecursionError) as error:
            behind = f"after record {count}" if count else "before its first record"
            raise FeedError(f"It breaks off, or is no JSON any more, {behind}: {_short(error)}") from error


def page(file: Path) -> Page:
    """Return which page of a list a file says it is; one that says nothing is the only one. Raises FeedError."""
    found: dict[str, object] = {}
    listed = False
    with file.open("rb") as stream:
        _refuse_other(stream, file.name)
        stream.seek(_begin(stream))
        depth = 0
        try:
            for prefix, event, value in ijson.parse(stream, use_float=True):
                if event in {"start_map", "start_array"}:
                    listed |= event == "start_array" and (depth == 0 or (depth == 1 and prefix in _LISTS))
                    depth += 1
                elif event in {"end_map", "end_array"}:
                    depth -= 1
                elif depth == 1 and event in {"number", "boolean"}:
                    found[prefix] = value
        except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
            raise FeedError(f"It breaks off, or is no JSON any more: {_short(error)}") from error
    number, of = (_whole(found, *names) for names in (("page_number", "number", "page"), ("total_pages", "totalPages")))
    last = found.get("last_page", found.get("last")) is True or found.get("empty") is True
    return Page(number, of, last, listed)


def _whole(found: dict[str, object], *names: str) -> int | None:
    value = next((found[n] for n in names if n in found), None)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6 else None


def _begin(stream: BinaryIO) -> int:
    """Return where the JSON begins: behind a byte order mark, which some editors write."""
    stream.seek(0)
    return 3 if stream.read(3) == b"\xef\xbb\xbf" else 0


def _refuse_other(stream: BinaryIO, name: str) -> None:
    stream.seek(_begin(stream))
    start = stream.read(_START).lstrip()
    if not start:
        raise FeedError("It is empty.")
    if start.startswith(b"<"):
        raise FeedError("It is a web page or XML, not JSON.")
    if start.startswith(b"PK"):
        raise FeedError(f"{name} is a ZIP archive: unpack it and import the JSON file in it.")
    if start[:1] not in b"{[":
        raise FeedError("It is not JSON: it begins neither with { nor with [.")


def _prefix(stream: BinaryIO) -> str:
    """Return under which path the records stand, as ijson names paths."""
    stream.seek(_begin(stream))
    depth, key, has_id = 0, "", False
    try:
        for event, value in ijson.basic_parse(stream, use_float=True):
            if event == "map_key" and depth == 1:
                key = str(value)
                has_id = has_id or key == "id"
            elif event == "start_array":
                if depth == 0:
                    return "item"
                if depth == 1 and (key in _LISTS or (key in {"services", "organizations"} and not has_id)):
                    return f"{key}.item"
                depth += 1
            elif event == "start_map":
                depth += 1
            elif event in {"end_map", "end_array"}:
                depth -= 1
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        raise FeedError(f"It breaks off, or is no JSON any more: {_short(error)}") from error
    return ""


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__
