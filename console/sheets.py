"""Tables for a spreadsheet: comma-separated, and never a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

# What a spreadsheet takes for the beginning of a formula, or lets one slip in behind.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # as some keyboards write them


def text_only(cell: str) -> str:
    """Return a cell as a spreadsheet shows it: what would be a formula begins with an apostrophe, and is text."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """Return a table as a file to be saved under a name."""
    out = io.StringIO()
    # So that a spreadsheet reads it as UTF-8.
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([text_only(cell) for cell in header])
    writer.writerows([text_only(cell) for cell in row] for row in rows)
    answer = Response(out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
