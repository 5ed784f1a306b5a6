"""Ticks for `bench/tick.py`, in a process of their own because the jobs open one line a process.

    python -m bench._ticker

For each line on standard input, a number: runs `workers.jobs.tick` so often and prints the median in seconds.
"""

import statistics
import sys
import time

from workers.jobs import tick


def _timed() -> float:
    begun = time.perf_counter()
    tick()
    return time.perf_counter() - begun


if __name__ == "__main__":
    for line in sys.stdin:
        print(statistics.median(_timed() for _ in range(int(line))), flush=True)
