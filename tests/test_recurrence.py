"""When things come round, across years and clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from checkin.errors import BadInput
from checkin.recurrence import between, check, next_after

LONDON, YORK, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland")
ZONES = [LONDON, YORK, AUCKLAND, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")]
RULES = ["FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO", "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SA,SU", "INTERVAL=2;FREQ=WEEKLY",
    "FREQ=MONTHLY;BYDAY=1TU", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY", "FREQ=DAILY;BYDAY=SA,SU",
    "FREQ=DAILY;COUNT=400", "FREQ=WEEKLY;UNTIL=20290601T000000", "FREQ=DAILY;BYMONTH=6,7",
    "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2"]  # fmt: skip


def at(text: str) -> datetime:
    """A moment on the wall."""
    return datetime.fromisoformat(text)


def following(rule: str, starts: str, zone: ZoneInfo, after: str, count: int) -> list[str]:
    """Return the next moments on the wall of a zone."""
    found: list[str] = []
    moment = at(after).replace(tzinfo=zone)
    for _ in range(count):
        due = next_after(rule, at(starts), zone, moment)
        if due is None:
            return [*found, "never"]
        moment = due
        found.append(due.astimezone(zone).strftime("%a %d %b %H:%M"))
    return found


STORIES = [
    ("FREQ=WEEKLY;BYDAY=TH", "2026-01-08 19:00", LONDON, "2027-01-11 08:00", ["Thu 14 Jan 19:00", "Thu 21 Jan 19:00"]),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2027-01-04 10:00", LONDON, "2027-01-04 10:00", ["Mon 18 Jan 10:00"]),
    ("FREQ=MONTHLY;BYDAY=1TU", "2026-01-06 18:30", LONDON, "2026-03-03 18:30",
     ["Tue 07 Apr 18:30", "Tue 05 May 18:30"]),
    ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31 12:00", LONDON, "2026-01-31 12:00", ["Tue 31 Mar 12:00"]),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29 12:00", LONDON, "2025-01-01", ["Tue 29 Feb 12:00"]),
    ("FREQ=DAILY;COUNT=2", "2026-01-01 10:00", LONDON, "2025-12-31 12:00",
     ["Thu 01 Jan 10:00", "Fri 02 Jan 10:00", "never"]),
    ("FREQ=DAILY;UNTIL=20260102", "2026-01-01 10:00", LONDON, "2025-12-31 12:00", ["Thu 01 Jan 10:00", "never"]),
    # Before it starts, the start is next.
    ("FREQ=DAILY", "2030-05-01 10:00", LONDON, "2027-01-01", ["Wed 01 May 10:00"]),
    # Ten in the morning stays ten in the morning.
    ("FREQ=DAILY", "2026-01-01 10:00", LONDON, "2026-03-28 12:00", ["Sun 29 Mar 10:00", "Mon 30 Mar 10:00"]),
    ("FREQ=DAILY", "2026-01-01 10:00", YORK, "2026-10-31 12:00", ["Sun 01 Nov 10:00", "Mon 02 Nov 10:00"]),
    # A time that does not exist is as long after the gap as it would have been after its beginning.
    ("FREQ=DAILY", "2026-01-01 01:30", LONDON, "2026-03-28 02:00", ["Sun 29 Mar 02:30", "Mon 30 Mar 01:30"]),
    ("FREQ=DAILY", "2026-01-01 02:15", YORK, "2026-03-07 03:00", ["Sun 08 Mar 03:15", "Mon 09 Mar 02:15"]),
    ("FREQ=DAILY", "2026-01-01 02:30", AUCKLAND, "2026-09-26 03:00", ["Sun 27 Sep 03:30", "Mon 28 Sep 02:30"]),
    # A time that comes twice is taken the first time, and only then.
    ("FREQ=DAILY", "2026-01-01 01:30", LONDON, "2026-10-24 02:00", ["Sun 25 Oct 01:30", "Mon 26 Oct 01:30"]),
    ("FREQ=DAILY", "2026-01-01 02:30", AUCKLAND, "2026-04-04 03:00", ["Sun 05 Apr 02:30", "Mon 06 Apr 02:30"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "starts", "zone", "after", "right"), STORIES)
def test_it_comes_round(rule: str, starts: str, zone: ZoneInfo, after: str, right: list[str]) -> None:
    assert following(rule, starts, zone, after, len(right)) == right


def test_the_first_of_two_half_past_ones_is_meant() -> None:
    due = next_after("FREQ=DAILY", at("2026-01-01 01:30"), LONDON, at("2026-10-24 12:00").replace(tzinfo=UTC))
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1))  # noqa: DTZ001  # a zone is given below
STARTS = st.datetimes(datetime(2023, 1, 1), datetime(2029, 1, 1)).map(lambda d: d.replace(second=0, microsecond=0))  # noqa: DTZ001


@given(st.sampled_from(RULES), STARTS, st.sampled_from(ZONES), MOMENTS)
def test_what_is_next_is_always_later_and_so_is_what_follows(
    rule: str, starts: datetime, zone: ZoneInfo, after: datetime
) -> None:
    moment = after.replace(tzinfo=UTC)
    for _ in range(8):
        due = next_after(rule, starts, zone, moment)
        if due is None:
            return
        assert due > moment
        assert due.tzinfo is UTC
        moment = due


@given(st.sampled_from(RULES), STARTS, MOMENTS)
def test_counting_from_nearby_is_counting_from_the_start(rule: str, starts: datetime, after: datetime) -> None:
    plain = rrulestr(rule, dtstart=starts)
    due = next_after(rule, starts, ZoneInfo("UTC"), after.replace(tzinfo=UTC))
    assert (due.replace(tzinfo=None) if due else None) == plain.after(after)
    month = after + timedelta(days=30)
    assert between(rule, starts, after, month) == plain.between(after, month, inc=True)


def test_a_plan_of_long_ago_costs_no_more_than_a_new_one() -> None:
    """Every day since the year 1 would be 740,000 days to count."""
    after = datetime(2027, 1, 1, tzinfo=UTC)
    assert next_after("FREQ=DAILY", datetime(1, 1, 1, 10), LONDON, after) == after + timedelta(hours=10)  # noqa: DTZ001


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_one_is_returned(rule: str) -> None:
    assert check(rule) == rule


@pytest.mark.parametrize(
    "rule",
    ["", "weekly", "FREQ=", "FREQ=OFTEN", "FREQ=WEEKLY;BYDAY=", "FREQ=WEEKLY;BYDAY=FUNDAY", "FREQ=DAILY;COUNT=x",
     "FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;UNTIL=20300101T000000Z", "FREQ=DAILY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=00",
     "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;COUNT=0", "FREQ=HOURLY", "FREQ=MINUTELY", "freq=secondly",
     "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYHOUR=1,2", "FREQ=DAILY;BYMINUTE=5",
     "FREQ=DAILY\nEXDATE:20240105T000000", "DTSTART:20200101T000000\nRRULE:FREQ=DAILY", "RRULE:FREQ=DAILY",
     "FREQ=DAILY;INTERVAL=99999999999999999999"],
)  # fmt: skip
def test_a_rule_that_is_none_or_never_comes_round_is_refused(rule: str) -> None:
    """Some of these would keep a tick busy for minutes."""
    with pytest.raises(BadInput, match="is not a rule such as"):
        check(rule)


@given(st.text(st.sampled_from("FREQ=DAILYWKMONTH;BYINTERVALCOUNT0123456789,-SUMOTU"), max_size=40))
def test_whatever_is_typed_is_a_rule_or_refused(text: str) -> None:
    for rule in (text, f"FREQ=DAILY;{text}", f"FREQ=WEEKLY;{text}"):
        try:
            check(rule)
        except BadInput:
            continue
        assert next_after(rule, datetime(2024, 1, 1), LONDON, datetime(2027, 1, 1, tzinfo=UTC)) or True  # noqa: DTZ001


@settings(max_examples=60)
@given(st.sampled_from(RULES), STARTS, st.sampled_from(ZONES), MOMENTS)
def test_what_is_next_is_what_dateutil_gives_on_the_wall_and_zoneinfo_makes_of_it(
    rule: str, starts: datetime, zone: ZoneInfo, after: datetime
) -> None:
    """An oracle without our shortcuts: all of the wall's times around, each made a moment, the first that is later."""
    moment = after.replace(tzinfo=UTC)
    wall = rrulestr(rule, dtstart=starts).between(after - timedelta(days=3), after + timedelta(days=1500), inc=True)
    later = (at for day in wall if (at := day.replace(tzinfo=zone).astimezone(UTC)) > moment)
    due = next_after(rule, starts, zone, moment)
    assert due == min(later, default=None) or (due is not None and due > moment + timedelta(days=1490))
