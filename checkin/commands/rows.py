"""Tab-separated files that commands read."""

from collections.abc import Iterator
from pathlib import Path

from checkin.errors import BadFile, BadInput


def rows(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a tab-separated file with a header, each with its line number. Raises BadFile.

    No quoting: a text message may hold any quotation marks.
    """
    try:
        # Not read_text: a carriage return inside a text would become the end of a row.
        lines = file.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: it is not UTF-8 text.") from error
    header = lines[0].rstrip("\r").split("\t")
    missing = [c for c in columns if c not in header]
    if missing:
        raise BadFile([f"{file.name} line 1: there is no column {missing[0]!r}."])
    if twice := [c for c in columns if header.count(c) > 1]:
        raise BadFile([f"{file.name} line 1: there are two columns {twice[0]!r}."])
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines[1:], 2):
        values = line.rstrip("\r").split("\t")
        # A text may end in nothing at all, and an editor may have cut the tab before it.
        if len(values) < len(header):
            values += [""] * (len(header) - len(values))
        if len(values) > len(header):
            raise BadFile([f"{file.name} line {number}: {len(values)} fields where the header has {len(header)}."])
        yield number, dict(zip(header, values, strict=True))
