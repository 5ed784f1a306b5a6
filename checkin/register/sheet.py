"""A table of people as a file (CSV): read from whatever a spreadsheet saves, written so that one opens it safely."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from checkin.errors import BadFile
from checkin.register.rows import COLUMNS, PersonRow, Wrong

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 50_000
# A word or two about how they agreed: kept with the consent, and never exported.
CONSENT = "consent"
TAKEN = (*COLUMNS, CONSENT)
# A cell that begins with one of these is a formula to a spreadsheet; with a quotation mark before it, it is text.
_FORMULA = re.compile("[=+\\-@\t\r]")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: its columns, and each row with the number of the line it begins on (the header's is 1)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, PersonRow], ...]


def decoded(data: bytes) -> str:
    """Return a file as text: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252 as older spreadsheets
    write it. Raises BadFile for one that is too long or no text."""
    if len(data) > MOST_BYTES:
        raise BadFile([f"The file is {len(data) / 1048576:.1f} MB long; the most is {MOST_BYTES // 1048576} MB."])
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise BadFile(["The file is no text: save it as CSV (UTF-8) and try again."]) from error


def read(written: str) -> tuple[Sheet, list[Wrong]]:
    """Return what a file says, and what is wrong with its form; with mistakes, what it says is not to be used.

    Separated by commas, semicolons or tabs, whichever its first line has most of. A quoted cell may hold several lines.
    """
    written = written.removeprefix("\ufeff")
    first = written.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=separator, strict=True)
    wrongs: list[Wrong] = []
    rows: list[tuple[int, PersonRow]] = []
    columns: tuple[str, ...] = ()
    line = 1
    try:
        columns = tuple("_".join(name.strip().lower().split()) for name in next(reader, []))
        wrongs += _header(columns)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, dict(zip(columns, map(_text, cells), strict=False))))
                wrongs += _shape(line, columns, cells)
            line = reader.line_num + 1
            if len(rows) > MOST_ROWS:
                wrongs.append(Wrong(line, "", f"there are more than {MOST_ROWS:,} rows: part the file"))
                break
    except csv.Error as error:
        wrongs.append(Wrong(line, "", f"is not a row of a table: {error}"))
    if not rows and not wrongs:
        wrongs.append(Wrong(1, "", "there is nobody in this file"))
    return Sheet(columns, tuple(rows)), wrongs


def _header(columns: tuple[str, ...]) -> list[Wrong]:
    wrongs = [
        Wrong(1, column, f"is not a column; those are {', '.join(TAKEN)}") for column in columns if column not in TAKEN
    ]
    wrongs += [Wrong(1, column, "there are two columns of this name") for column in {c for c in columns
               if columns.count(c) > 1}]  # fmt: skip
    return wrongs if "name" in columns else [*wrongs, Wrong(1, "name", "there is no column of this name")]


def _shape(line: int, columns: tuple[str, ...], cells: list[str]) -> list[Wrong]:
    wrongs = [
        Wrong(line, column, "holds a character that is no text")
        for column, cell in zip(columns, cells, strict=False)
        if _NO_TEXT.search(cell)
    ]
    if len(cells) != len(columns):
        wrongs.append(Wrong(line, "", f"has {len(cells)} cells where the first line has {len(columns)}"))
    return wrongs


def _text(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def write(rows: Iterable[PersonRow]) -> str:
    """Return rows as a file: with a mark that makes spreadsheets read it as UTF-8, and no cell that is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_safe(row.get(column, "")) for column in COLUMNS] for row in rows)
    return f"\ufeff{out.getvalue()}"


def _safe(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
