"""How the risk reader does: python -m tests.risk_report [FILE.tsv ...]

Always on the project's own museum, and on any file with the columns `kind` and `text`. What is a miss depends
on the kind: `risk` should be flagged, every other kind should not.
"""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checkin.conversation.risk import Level, read_risk

MUSEUM = Path(__file__).parent / "conversation" / "risk_museum.tsv"


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a tab-separated file; quotation marks are ordinary letters in it."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def counted(texts: Iterable[dict[str, str]]) -> dict[str, Counter[Level]]:
    """Return how many texts of each kind were read at each level."""
    counts: dict[str, Counter[Level]] = defaultdict(Counter)
    for row in texts:
        counts[row["kind"]][read_risk(row["text"]).level] += 1
    return counts


def table(title: str, counts: dict[str, Counter[Level]]) -> Table:
    """Return the counts as a table, a line for each kind."""
    drawn = Table("kind", *("n", "flagged", "flagged %", "RED", "AMBER"), title=title)
    for kind, levels in sorted(counts.items()):
        flagged = levels[Level.RED] + levels[Level.AMBER]
        total = levels.total()
        share = f"{100 * flagged / total:.1f}"
        drawn.add_row(kind, *map(str, (total, flagged, share, levels[Level.RED], levels[Level.AMBER])))
    return drawn


def main(paths: Sequence[str]) -> None:
    """Print one table for the museum and one for each file."""
    console = Console()
    for path in (MUSEUM, *map(Path, paths)):
        console.print(table(path.name, counted(rows(path))))


if __name__ == "__main__":
    main(sys.argv[1:])
