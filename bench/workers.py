"""Two, four and eight workers on one database: nothing twice, nothing lost, and never slower for there being more.

    python -m bench.workers [TEXTS]

Owed texts of fifty groups, claimed, judged, worded, sealed, sent and settled by `workers.jobs.send` in that many real
RQ workers, to a carrier that takes 20 ms and counts. After each round every text was sent exactly once, by the database
and by the carrier. Rounds with each number of workers take turns.
"""

import sys
from statistics import median

from bench._sending import rate
from bench._tools import Figure, ground, show

TEXTS, ROUNDS, CARRIER_MS = 6000, 3, 20
WORKERS = (1, 2, 4, 8)
# Less than this share of what fewer workers did is a fall; the rest is the machine's own unrest.
UNREST = 0.9


def main(texts: int = TEXTS) -> None:
    """Measure and print."""
    took: dict[int, list[float]] = {many: [] for many in WORKERS}
    with ground() as found:
        for _ in range(ROUNDS):
            for many in WORKERS:
                took[many].append(rate(found, texts, workers=many, milliseconds=CARRIER_MS, in_groups=True))
    rates = {many: median(each) for many, each in took.items()}
    figures = []
    for fewer, many in zip((0, *WORKERS), WORKERS, strict=False):
        if not fewer:
            figures.append(Figure(f"texts a second, {many} worker", f"{rates[many]:.0f}"))
            continue
        ratio = rates[many] / rates[fewer]
        figures.append(
            Figure(f"texts a second, {many} workers", f"{rates[many]:.0f}", f"{rates[fewer]:.0f} ({fewer})",
                   f"{ratio:.2f}", f">= {UNREST:.2f}", ratio >= UNREST)
        )  # fmt: skip
    show(
        "Workers on one database",
        figures,
        f"Medians of {ROUNDS} rounds of {texts} texts in 64 queues; each was sent once. Two cores send no faster with",
        "eight workers than with two: what counts is that they do not stand in each other's way.",
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
