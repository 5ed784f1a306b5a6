"""Is somebody there, until when, and when next: on the wall clock of the service's own zone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from checkin.directory.hours import always, when_open
from checkin.directory.model import Open

LONDON = ZoneInfo("Europe/London")
DAY: Any = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}
NIGHT: Any = {"freq": "DAILY", "opens_at": "22:00", "closes_at": "02:00"}


def at(moment: str) -> datetime:
    """Return a moment on London's wall clock; 11 January 2027 is a Monday."""
    return datetime.fromisoformat(f"2027-{moment}").replace(tzinfo=LONDON)


def told(schedules: list[Any], moment: str) -> tuple[bool | None, str | None, str | None]:
    """Return whether somebody is there, until when and when next, as London's clock shows it."""
    found = when_open(schedules, at(moment), LONDON)
    until, opens = (m.astimezone(LONDON).strftime("%a %d %b %H:%M") if m else None for m in (found.until, found.opens))
    return found.now, until, opens


@pytest.mark.parametrize(
    ("schedules", "moment", "wanted"),
    [
        ([DAY], "01-11T12:00", (True, "Mon 11 Jan 17:00", "Tue 12 Jan 09:00")),
        ([DAY], "01-11T17:00", (False, None, "Tue 12 Jan 09:00")),
        ([DAY], "01-15T18:00", (False, None, "Mon 18 Jan 09:00")),
        # Across midnight, seen from both sides of it.
        ([NIGHT], "01-11T23:30", (True, "Tue 12 Jan 02:00", "Tue 12 Jan 22:00")),
        ([NIGHT], "01-12T01:30", (True, "Tue 12 Jan 02:00", "Tue 12 Jan 22:00")),
        ([NIGHT], "01-12T02:00", (False, None, "Tue 12 Jan 22:00")),
        # Two that touch are one; a lunch hour is a gap.
        ([DAY | {"closes_at": "12:00"}, DAY | {"opens_at": "12:00"}], "01-11T10:00",
         (True, "Mon 11 Jan 17:00", "Tue 12 Jan 09:00")),
        ([DAY | {"closes_at": "12:00"}, DAY | {"opens_at": "13:00"}], "01-11T12:30", (False, None, "Mon 11 Jan 13:00")),
        # Written in no order, in two zones: Warsaw's nine o'clock is London's eight.
        ([DAY, DAY | {"zone": "Europe/Warsaw", "closes_at": "12:00"}], "01-11T07:00",
         (False, None, "Mon 11 Jan 08:00")),
        ([DAY | {"zone": "Pacific/Auckland"}], "01-11T12:00", (False, None, "Mon 11 Jan 20:00")),
        # A closed day, as a holiday or on its own weekday.
        ([DAY, {"closed": True, "valid_from": "2027-01-12", "valid_to": "2027-01-13"}], "01-11T18:00",
         (False, None, "Thu 14 Jan 09:00")),
        # The first and the last of a month; every other week; a day of the month.
        ([DAY | {"freq": "MONTHLY", "byday": "1TU"}], "01-11T12:00", (False, None, "Tue 02 Feb 09:00")),
        ([DAY | {"freq": "MONTHLY", "byday": "-1FR"}], "01-11T12:00", (False, None, "Fri 29 Jan 09:00")),
        ([DAY | {"interval": 2, "byday": "WE", "dtstart": "2027-01-06"}], "01-11T12:00",
         (False, None, "Wed 20 Jan 09:00")),
        ([{"freq": "MONTHLY", "bymonthday": "15", "opens_at": "10:00", "closes_at": "11:00"}], "01-15T10:30",
         (True, "Fri 15 Jan 11:00", "Mon 15 Feb 10:00")),
        # The clocks go forward on 28 March: nine is nine.
        ([DAY], "03-26T18:00", (False, None, "Mon 29 Mar 09:00")),
        # Hours that are over, hours without days, no hours at all: nobody knows.
        ([DAY | {"valid_to": "2026-12-31"}], "01-11T12:00", (None, None, None)),
        ([{"opens_at": "09:00", "closes_at": "17:00"}], "01-11T12:00", (None, None, None)),
        ([{"closed": True, "freq": "DAILY"}], "01-11T12:00", (None, None, None)),
        ([], "01-11T12:00", (None, None, None)),
    ],
)  # fmt: skip
def test_when_somebody_is_there(schedules: list[Any], moment: str, wanted: object) -> None:
    assert told(schedules, moment) == wanted


def test_a_line_that_never_closes_says_so() -> None:
    assert when_open(always(), at("01-11T03:00"), LONDON) == Open(now=True, always=True)
    weekdays: Any = [DAY | {"opens_at": "00:00", "closes_at": "24:00"}]
    assert told(weekdays, "01-11T03:00") == (True, "Sat 16 Jan 00:00", "Mon 18 Jan 00:00")
