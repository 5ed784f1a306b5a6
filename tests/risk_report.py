"""How the risk reader does: python -m tests.risk_report [FILE.tsv ...]

Always on the project's own museum, and on any file with the columns `kind` and `text`: those named, else the one that
`RISK_TEXTS` names, else `../shared/data/safety/dev.tsv` beside the project; where there is none, on none.
What is a miss depends on the kind: `risk` should be flagged, every other kind should not. With `DATABASE_URL` (and the
other settings of a line) also what its staff said of each flag of the last year.
"""

import csv
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checkin import verdicts
from checkin.bootstrap import open_line
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


def judged(environment: Mapping[str, str]) -> Table:
    """Return what the staff of a line said of its flags, as a table."""
    line = open_line(environment, plain_logs=True)
    try:
        with line.store.work(line.clock()) as work:
            counts = verdicts.counts(work)
    finally:
        line.store.engine.dispose()
    drawn = Table("by", "what", "flagged", "real", "not danger", title="What staff said of the last year's flags")
    for group, lines in counts.items():
        for name, count in lines:
            drawn.add_row(group, name, str(count.flags), str(count.real), str(count.refuted))
    return drawn


def texts_of_others(environment: Mapping[str, str]) -> list[Path]:
    """Return the file of rated texts that is at hand, or none."""
    beside = Path(__file__).parents[2] / "shared/data/safety/dev.tsv"
    path = Path(environment["RISK_TEXTS"]) if environment.get("RISK_TEXTS") else beside
    return [path] if path.is_file() else []


def main(paths: Sequence[str], environment: Mapping[str, str]) -> None:
    """Print a table for the museum, one for each file, and one for the verdicts of the staff of a line."""
    console = Console()
    for path in (MUSEUM, *(map(Path, paths) if paths else texts_of_others(environment))):
        console.print(table(path.name, counted(rows(path))))
    if environment.get("DATABASE_URL"):
        console.print(judged(environment))


if __name__ == "__main__":
    main(sys.argv[1:], os.environ)
