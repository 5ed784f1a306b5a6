"""Figures for a report: how much of what there was, week by week, and nothing by which anybody could be known.

* `weeks.py`: pure: which weeks a report is about, and which numbers are too small to be shown.
* `counting.py`: what happened in a week, counted into rows of their own; done again and again by the clock, so that a
  report costs the same however many messages there are.
* `figures.py`: the figures of a report, read from those rows.

Nobody's words, names or numbers come in here: only codes and counts.
"""

from checkin.reports.counting import MEASURES, Measure, count_due, counted_until
from checkin.reports.figures import BANDS, Cell, Figure, Row, figures, groups
from checkin.reports.weeks import MOST_WEEKS, Period, period, shown

__all__ = [
    "BANDS", "MEASURES", "MOST_WEEKS", "Cell", "Figure", "Measure", "Period", "Row", "count_due",
    "counted_until", "figures", "groups", "period", "shown",
]  # fmt: skip
