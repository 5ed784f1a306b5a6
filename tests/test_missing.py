"""What was missing: counted without anybody in it, and small numbers not told."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from checkin import missing
from checkin.bootstrap import Line
from checkin.missing import ELSEWHERE, Missing
from tests.parts import NOON, opened, rows


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with nobody on it."""
    with opened(database_url) as found:
        yield found


def asked(line: Line, need: str, district: str | None, times: int, *, days: int = 0) -> None:
    """So many people asked for a need and did not find it."""
    with line.store.work(NOON + timedelta(days=days)) as work:
        for _ in range(times):
            missing.add(work, need, district)


def test_small_numbers_are_not_told_and_cannot_be_worked_out(line: Line) -> None:
    asked(line, "debt", "LS6", 4)
    asked(line, "debt", "LS6", 3, days=1)
    asked(line, "debt", "LS7", 2)
    asked(line, "food", "LS6", 3)
    asked(line, "food", "LS7", 3)
    asked(line, "abuse", None, 1)
    asked(line, "debt", "LS6", 50, days=40)
    with line.store.work(NOON) as work:
        found = missing.report(work, NOON.date(), NOON.date() + timedelta(days=1))
    assert found.rows == (Missing("debt", "LS6", 7), Missing("food", ELSEWHERE, 6))
    # Two more in LS7 are behind "debt", one behind "abuse": that there were some is all that is said.
    assert found.few == ("abuse", "debt")


def test_nothing_is_kept_of_who_asked(line: Line) -> None:
    asked(line, "debt", "LS6", 2)
    columns = rows(line, "SELECT column_name FROM information_schema.columns WHERE table_name = 'missing_needs'")
    assert {name for (name,) in columns} == {"day", "need", "district", "asked"}
    assert rows(line, "SELECT asked FROM missing_needs") == [(2,)]
