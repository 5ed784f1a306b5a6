"""The rota: who is on call when, across clock changes, swaps and holidays, and where nobody is."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from checkin import rota
from checkin.bootstrap import Line
from checkin.cli import main
from checkin.conversation.effects import Severity
from checkin.errors import BadInput
from checkin.escalations import policies
from checkin.escalations.policies import Policy, Step
from checkin.rota import moments, words
from checkin.rota.policy import (
    Away,
    Change,
    Colleague,
    Rota,
    Shift,
    holders,
    holding,
    holes,
    occurrences,
    on_shift,
    overlapping,
    spans,
    speakers_first,
)
from tests.parts import NOON, loads, opened, person

LONDON, YORK, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland")
SUE, OMAR, LIN, FAY = (UUID(int=n) for n in range(1, 5))
PEOPLE = {
    SUE: Colleague("Sue", ("en",), LONDON),
    OMAR: Colleague("Omar", ("en", "pl"), LONDON),
    LIN: Colleague("Lin", ("en",), LONDON),
    FAY: Colleague("Fay", ("cy",), LONDON),
}


def shift(
    who: UUID, rule: str, starts: str, minutes: int, *, rank: int = 1, zone: ZoneInfo = LONDON, name: str = "the"
) -> Shift:
    """A shift with an id of its own."""
    return Shift(
        UUID(int=hash((name, rule, starts, rank)) % 2**64), name, who, rule, at_wall(starts), minutes, zone, rank
    )


def at_wall(text: str) -> datetime:
    """A time on the wall."""
    return datetime.fromisoformat(text)


def at(text: str, zone: ZoneInfo = LONDON, fold: int = 0) -> datetime:
    """A moment."""
    return at_wall(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


NIGHTS = ("FREQ=DAILY", "2026-01-01 20:00", 720)
# Two that meet in the hour that comes twice, or not at all.
EARLY, LATE = ("FREQ=DAILY", "2026-01-01 20:00", 330), ("FREQ=DAILY", "2026-01-02 01:30", 390)
SHIFTS = [
    # rule, first, minutes; zone; when (and which of two); on call?
    (NIGHTS, LONDON, "2027-01-11 19:59", 0, False),
    (NIGHTS, LONDON, "2027-01-11 20:00", 0, True),
    (NIGHTS, LONDON, "2027-01-12 00:00", 0, True),
    (NIGHTS, LONDON, "2027-01-12 07:59", 0, True),
    (NIGHTS, LONDON, "2027-01-12 08:00", 0, False),
    # Over a year's end.
    (NIGHTS, LONDON, "2026-12-31 23:59", 0, True),
    (NIGHTS, LONDON, "2027-01-01 00:00", 0, True),
    (NIGHTS, LONDON, "2027-01-01 08:00", 0, False),
    # The night in which the clocks change ends at eight all the same.
    (NIGHTS, LONDON, "2027-03-28 07:59", 0, True),
    (NIGHTS, LONDON, "2027-03-28 08:00", 0, False),
    (NIGHTS, LONDON, "2027-10-31 07:59", 0, True),
    (NIGHTS, LONDON, "2027-10-31 08:00", 0, False),
    (NIGHTS, YORK, "2027-11-07 07:59", 0, True),
    (NIGHTS, YORK, "2027-11-07 08:00", 0, False),
    (NIGHTS, AUCKLAND, "2027-04-04 07:59", 0, True),
    (NIGHTS, AUCKLAND, "2027-09-26 08:00", 0, False),
    # 01:30 comes twice: what ends then ends the first time, what begins then begins the first time, and neither again.
    (EARLY, LONDON, "2027-10-31 01:29", 0, True),
    (EARLY, LONDON, "2027-10-31 01:30", 0, False),
    (EARLY, LONDON, "2027-10-31 01:10", 1, False),
    (LATE, LONDON, "2027-10-31 01:29", 0, False),
    (LATE, LONDON, "2027-10-31 01:30", 0, True),
    (LATE, LONDON, "2027-10-31 01:10", 1, True),
    # 01:30 does not come: both move to 02:30.
    (EARLY, LONDON, "2027-03-28 02:29", 0, True),
    (EARLY, LONDON, "2027-03-28 02:30", 0, False),
    (LATE, LONDON, "2027-03-28 02:29", 0, False),
    (LATE, LONDON, "2027-03-28 02:30", 0, True),
    (("FREQ=WEEKLY;BYDAY=FR", "2026-01-02 18:00", 3840), LONDON, "2027-01-11 09:59", 0, True),
    (("FREQ=WEEKLY;BYDAY=FR", "2026-01-02 18:00", 3840), LONDON, "2027-01-11 10:00", 0, False),
    # A week that begins on one day of a daily rule.
    (("FREQ=DAILY;BYDAY=MO", "2026-01-01 09:00", 10080), LONDON, "2027-01-16 12:00", 0, True),
    (("FREQ=DAILY;BYDAY=MO", "2026-01-01 09:00", 1440), LONDON, "2027-01-16 12:00", 0, False),
    # The first Monday.
    (("FREQ=MONTHLY;BYDAY=1MO", "2026-01-05 09:00", 1440), LONDON, "2027-02-01 12:00", 0, True),
    (("FREQ=MONTHLY;BYDAY=1MO", "2026-01-05 09:00", 1440), LONDON, "2027-02-02 08:59", 0, True),
    (("FREQ=MONTHLY;BYDAY=1MO", "2026-01-05 09:00", 1440), LONDON, "2027-02-08 12:00", 0, False),
    # Before it begins, and after its last day.
    (("FREQ=DAILY;UNTIL=20270110T000000", "2026-01-01 08:00", 720), LONDON, "2027-01-11 09:00", 0, False),
    (("FREQ=DAILY", "2030-01-01 08:00", 720), LONDON, "2027-01-11 09:00", 0, False),
    # Half an hour that the night in March skips altogether is nobody's: the one before has it.
    (("FREQ=DAILY", "2026-01-01 01:45", 30), LONDON, "2027-03-28 02:15", 0, False),
    (("FREQ=DAILY", "2026-01-01 01:45", 30), LONDON, "2027-03-27 02:00", 0, True),
]


@pytest.mark.parametrize(("turn", "zone", "when", "fold", "right"), SHIFTS)
def test_who_is_on_shift(turn: tuple[str, str, int], zone: ZoneInfo, when: str, fold: int, right: bool) -> None:
    rule, first, minutes = turn
    assert on_shift(shift(SUE, rule, first, minutes, zone=zone), at(when, zone, fold)) is right


@pytest.mark.parametrize("zone", [LONDON, YORK, AUCKLAND, ZoneInfo("Australia/Lord_Howe")])
def test_shifts_that_meet_on_paper_meet_on_every_night_of_a_year(zone: ZoneInfo) -> None:
    for first, second, minutes in (("20:00", "08:00", 720), ("01:30", "13:30", 720), ("02:15", "14:15", 720)):
        found = Rota([
            shift(SUE, "FREQ=DAILY", f"2026-01-01 {first}", minutes, zone=zone, name="a"),
            shift(OMAR, "FREQ=DAILY", f"2026-01-01 {second}", minutes, zone=zone, name="b"),
        ])  # fmt: skip
        year = spans(found, at("2027-01-01 12:00", zone), at("2028-01-01 12:00", zone))
        assert all(len(span.held) == 1 for span in year)


def test_a_night_is_as_long_as_the_clock_on_the_wall_makes_it() -> None:
    nights = shift(SUE, *NIGHTS)
    for evening, hours in (("2027-03-27", 11), ("2027-10-30", 13), ("2027-06-01", 12)):
        (night,) = occurrences(nights, at(f"{evening} 20:00"), at(f"{evening} 20:01"))
        assert night.ends - night.starts == timedelta(hours=hours)


# --- changes, absences, stand-ins ---

DAYS = shift(SUE, "FREQ=DAILY", "2026-01-01 08:00", 720, name="days")
SECOND = shift(OMAR, "FREQ=DAILY", "2026-01-01 08:00", 720, rank=2, name="second")
TUESDAY = (at("2027-01-12 00:00"), at("2027-01-13 00:00"))
WHEN = at("2027-01-12 12:00")
LONG_AWAY = at("2027-01-01 00:00"), at("2027-02-01 00:00")
ORDER = [
    # changes, absences, stand-ins; whom a page reaches on Tuesday at noon
    ([], [], [], [SUE, OMAR]),
    ([Change(LIN, *TUESDAY, instead_of=SUE)], [], [], [LIN, OMAR]),
    ([Change(LIN, *TUESDAY, instead_of=OMAR)], [], [], [SUE, LIN]),
    ([Change(LIN, *TUESDAY)], [], [], [SUE, LIN, OMAR]),
    ([Change(LIN, *TUESDAY, rank=3)], [], [], [SUE, OMAR, LIN]),
    # A change of a change, in the order in which they were made.
    ([Change(LIN, *TUESDAY, instead_of=SUE), Change(FAY, *TUESDAY, instead_of=LIN)], [], [], [FAY, OMAR]),
    ([Change(FAY, *TUESDAY, instead_of=LIN), Change(LIN, *TUESDAY, instead_of=SUE)], [], [], [LIN, OMAR]),
    ([Change(LIN, *TUESDAY), Change(FAY, *TUESDAY, instead_of=LIN)], [], [], [SUE, FAY, OMAR]),
    # Sue and Omar change ranks.
    (
        [Change(OMAR, *TUESDAY, SUE, DAYS.id), Change(SUE, *TUESDAY, OMAR, SECOND.id)],
        [], [], [OMAR, SUE],
    ),
    ([Change(LIN, *TUESDAY, instead_of=SUE, shift=SECOND.id)], [], [], [SUE, OMAR]),
    # On another day.
    ([Change(LIN, TUESDAY[1], TUESDAY[1] + timedelta(days=1), instead_of=SUE)], [], [], [SUE, OMAR]),
    # Whoever takes it over has it once.
    ([Change(OMAR, *TUESDAY, instead_of=SUE)], [], [], [OMAR]),
    # Away: the first stand-in who is neither away nor on call already.
    ([], [Away(SUE, *LONG_AWAY)], [], [OMAR]),
    ([], [Away(SUE, *LONG_AWAY)], [LIN, FAY], [LIN, OMAR]),
    ([], [Away(SUE, *LONG_AWAY)], [OMAR, FAY], [FAY, OMAR]),
    ([], [Away(SUE, *LONG_AWAY), Away(LIN, *LONG_AWAY)], [LIN, FAY], [FAY, OMAR]),
    ([], [Away(SUE, *LONG_AWAY), Away(OMAR, *LONG_AWAY)], [LIN, FAY], [LIN, FAY]),
    ([], [Away(SUE, *LONG_AWAY), Away(OMAR, *LONG_AWAY)], [LIN], [LIN]),
    ([], [Away(SUE, *LONG_AWAY), Away(OMAR, *LONG_AWAY)], [], []),
    ([Change(LIN, *TUESDAY, instead_of=SUE)], [Away(LIN, *LONG_AWAY)], [FAY], [FAY, OMAR]),
    ([], [Away(SUE, LONG_AWAY[0], WHEN)], [LIN], [SUE, OMAR]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "away", "stand_ins", "right"), ORDER, ids=range(len(ORDER)))
def test_who_has_it_when_things_change(
    changes: list[Change], away: list[Away], stand_ins: list[UUID], right: list[UUID]
) -> None:
    found = holding(Rota([SECOND, DAYS], changes, away, stand_ins, PEOPLE), WHEN)
    assert [held.person for held in found] == right


def test_a_member_is_given_those_who_speak_their_language_first_and_nobody_is_left_out() -> None:
    both = Rota([
        shift(SUE, "FREQ=DAILY", "2026-01-01 08:00", 720, name="a"),
        shift(OMAR, "FREQ=DAILY", "2026-01-01 08:00", 720, name="b"),
        shift(FAY, "FREQ=DAILY", "2026-01-01 08:00", 720, name="c", rank=2),
    ], people=PEOPLE)  # fmt: skip
    held = holding(both, WHEN)
    for language, right in (
        (None, [SUE, OMAR, FAY]), ("en", [SUE, OMAR, FAY]), ("pl", [OMAR, SUE, FAY]), ("cy", [SUE, OMAR, FAY]),
        ("xx", [SUE, OMAR, FAY]),
    ):  # fmt: skip
        assert [h.person for h in speakers_first(both, held, language)] == right


def test_holes_are_where_nobody_at_all_is() -> None:
    weekdays = shift(SUE, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-01-01 08:00", 1440)
    found = Rota([weekdays], [Change(LIN, at("2027-01-17 00:00"), at("2027-01-17 12:00"))], people=PEOPLE)
    week = holes(found, at("2027-01-11 08:00"), at("2027-01-18 08:00"))
    assert [(h.starts, h.ends) for h in week] == [
        (at("2027-01-16 08:00"), at("2027-01-17 00:00")),
        (at("2027-01-17 12:00"), at("2027-01-18 08:00")),
    ]
    assert words.hole(week[1], LONDON) == "nobody is on call from Sun 17 Jan 12:00 to Mon 18 Jan 08:00"
    assert holes(Rota(), at("2027-01-11 08:00"), at("2027-01-12 08:00"))[0].ends == at("2027-01-12 08:00")
    away = Rota([weekdays], away=[Away(SUE, at("2027-01-12 10:00"), at("2027-01-12 11:00"))], people=PEOPLE)
    (hole,) = holes(away, at("2027-01-11 08:00"), at("2027-01-16 08:00"))
    assert hole.ends - hole.starts == timedelta(hours=1)


def test_a_shift_is_parted_where_somebody_else_takes_over() -> None:
    half = Change(LIN, at("2027-01-12 12:00"), at("2027-01-12 20:00"), instead_of=SUE)
    (tuesday,) = occurrences(DAYS, at("2027-01-12 08:00"), at("2027-01-12 20:00"))
    found = Rota([DAYS, SECOND], [half, Change(FAY, at("2027-01-12 09:00"), at("2027-01-12 10:00"))], people=PEOPLE)
    assert holders(found, tuesday) == [
        (SUE, at("2027-01-12 08:00"), at("2027-01-12 12:00")), (LIN, at("2027-01-12 12:00"), at("2027-01-12 20:00")),
    ]  # fmt: skip


OVERLAPS = [
    (("FREQ=DAILY", "2026-01-01 08:00", 720), ("FREQ=DAILY", "2026-01-01 20:00", 720), None),
    (("FREQ=DAILY", "2026-01-01 08:00", 721), ("FREQ=DAILY", "2026-01-01 20:00", 720), "2026-01-01 20:00"),
    (("FREQ=WEEKLY;BYDAY=MO", "2026-01-05 09:00", 600), ("FREQ=MONTHLY;BYDAY=1MO", "2026-01-05 12:00", 60),
     "2026-01-05 12:00"),
    (("FREQ=WEEKLY;BYDAY=SU", "2026-01-04 20:00", 720), ("FREQ=WEEKLY;BYDAY=MO", "2026-01-05 08:00", 720), None),
    (("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-01-05 08:00", 720),
     ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-01-12 08:00", 720), None),
    (("FREQ=DAILY;UNTIL=20260201T000000", "2026-01-01 08:00", 720), ("FREQ=DAILY", "2026-02-01 08:00", 720), None),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "first"), OVERLAPS)
def test_an_overlap_is_found(one: tuple[str, str, int], other: tuple[str, str, int], first: str | None) -> None:
    for pair in ((one, other), (other, one)):
        mine, theirs = (shift(SUE, *given) for given in pair)
        assert overlapping(mine, theirs) == (at(first) if first else None)


# --- moments ---

# Now is Monday 11 January 2027, 12:00, in winter.
MOMENTS = [
    ("now", "2027-01-11 12:00"), ("Tue 03:00", "2027-01-12 03:00"), ("tuesday 3am", "2027-01-12 03:00"),
    ("Mon 13:00", "2027-01-11 13:00"), ("Mon 12:00", "2027-01-18 12:00"), ("mon 3:00", "2027-01-18 03:00"),
    ("Weds at 15.30", "2027-01-13 15:30"), ("tomorrow 3am", "2027-01-12 03:00"), ("today 9 am", "2027-01-11 09:00"),
    ("03:00", "2027-01-12 03:00"), ("11pm", "2027-01-11 23:00"), ("12am", "2027-01-12 00:00"),
    ("tomorrow noon", "2027-01-12 12:00"), ("12 pm", "2027-01-12 12:00"), ("2026-12-01 03:00", "2026-12-01 03:00"),
    ("2027-07-01T09:30", "2027-07-01 09:30"), ("7 Dec 9pm", "2027-12-07 21:00"),
    ("7 January 09:00", "2028-01-07 09:00"),
    ("7 december 2026, 09:00", "2026-12-07 09:00"), ("  SUN   22:00 ", "2027-01-17 22:00"),
    # A time that does not come is as long after the gap.
    ("2027-03-28 01:30", "2027-03-28 02:30"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "right"), MOMENTS)
def test_a_moment_is_read(said: str, right: str) -> None:
    assert moments.read(said, NOON, LONDON) == at(right)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "Tue",
        "Tue 3",
        "Tue 25:00",
        "Tue 12:60",
        "Tue 13pm",
        "0am",
        "31 Feb 09:00",
        "2027-13-01 09:00",
        "Funday 09:00",
        "32 Jan 09:00",
        "9 Foo 09:00",
        "tomorrow",
        "2027-01-12",
        "Tue 03:00 Wed",
        "yesterday 3am",
        "Tue03:00:00",
    ],
)
def test_what_is_no_moment_is_refused_in_one_sentence(said: str) -> None:
    with pytest.raises(BadInput, match="is not a moment such as") as refused:
        moments.read(said, NOON, LONDON)
    assert "\n" not in str(refused.value)


# --- in words ---

SAID = [
    ("FREQ=DAILY", "2026-01-01 08:00", 720, "every day 08:00 to 20:00, next 12 Jan"),
    ("FREQ=WEEKLY;BYDAY=MO", "2026-01-05 20:00", 720, "every Monday 20:00 to 08:00, next 11 Jan"),
    ("FREQ=WEEKLY", "2026-01-08 20:00", 720, "every Thursday 20:00 to 08:00, next 14 Jan"),
    ("FREQ=WEEKLY;BYDAY=SA,SU", "2026-01-03 09:00", 1440,
     "every Saturday and Sunday 09:00 to 09:00 the next day, next 16 Jan"),
    ("FREQ=DAILY;BYDAY=MO,WE,FR", "2026-01-02 09:00", 60,
     "every Monday, Wednesday and Friday 09:00 to 10:00, next 13 Jan"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "2027-01-05 09:00", 60, "every 2 weeks on Tuesday 09:00 to 10:00, next 19 Jan"),
    ("FREQ=MONTHLY;BYDAY=1MO", "2026-01-05 09:00", 10080,
     "the first Monday of every month 09:00 to 09:00 7 days later, next 1 Feb"),
    ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-05 09:00", 60, "the last Friday of every month 09:00 to 10:00, next 29 Jan"),
    ("FREQ=MONTHLY", "2026-01-05 09:00", 60, "every month on day 5 09:00 to 10:00, next 5 Feb"),
    ("FREQ=WEEKLY;BYDAY=FR", "2026-01-02 18:00", 3840, "every Friday 18:00 to 10:00 2 days later, next 15 Jan"),
    ("FREQ=DAILY;UNTIL=20260301T000000", "2026-01-01 08:00", 720, "every day 08:00 to 20:00, over"),
    ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", "2026-12-25 08:00", 720,
     "by the rule FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25 08:00 to 20:00, next 25 Dec"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "starts", "minutes", "right"), SAID)
def test_a_shift_is_said_in_words(rule: str, starts: str, minutes: int, right: str) -> None:
    assert words.in_words(shift(SUE, rule, starts, minutes), NOON) == right


def test_why_somebody_is_asked_is_said_in_words() -> None:
    found = Rota(
        [DAYS, SECOND],
        [Change(LIN, *TUESDAY, instead_of=OMAR, why="swap"), Change(FAY, *TUESDAY, rank=3)],
        [Away(SUE, at("2027-01-01 00:00"), at("2027-01-20 12:00"))],
        [OMAR],
        PEOPLE,
    )
    assert [words.why(found, held, LONDON) for held in holding(found, WHEN)] == [
        "days shift, first rank, stands in for Sue, who is away until 20 Jan",
        "second shift, second rank, swapped with Omar",
        "on call in addition, third rank",
    ]


# --- the store ---

TOWN = """
people:
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132}
  - {ref: lin, name: Lin, phones: 07700 900133}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720}
  - {ref: second, person: omar, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720, rank: 2}
  - {ref: again, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 09:00, minutes: 600, rank: 3}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line on which Sue, then Omar, are on call by day, and nobody at night."""
    with opened(database_url) as found:
        loads(found, TOWN)
        yield found


def test_on_call_goes_by_rank_and_names_nobody_twice(line: Line) -> None:
    with line.store.work(NOON) as work:
        assert rota.on_call(work) == [person(line, "sue"), person(line, "omar")]
        work.conn.exec_driver_sql("UPDATE people SET status = 'ended' WHERE ref = 'sue'")
        assert rota.on_call(work) == [person(line, "omar")]
    with line.store.work(NOON.replace(hour=23)) as work:
        assert rota.on_call(work) == []


def test_whoever_has_paused_is_away_until_they_are_back(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET paused_until = '2027-01-13 09:00Z' WHERE ref = 'sue'")
        assert rota.on_call(work) == [person(line, "omar")]
        later = rota.who(work, NOON + timedelta(days=2))
        assert [(turn.name, turn.rank, turn.why) for turn in later] == [
            ("Sue", 1, "days shift, first rank"), ("Omar", 2, "second shift, second rank"),
        ]  # fmt: skip


def test_everybody_is_whoever_the_rota_names(line: Line) -> None:
    with line.store.work(NOON) as work:
        assert set(rota.everybody(work)) == {person(line, "sue"), person(line, "omar")}


def test_a_page_does_not_wait_for_a_name_that_cannot_be_opened(line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE people SET name = 'broken' WHERE ref = 'sue'")
        assert rota.on_call(work) == [person(line, "sue"), person(line, "omar")]
        assert "cannot be opened" in rota.who(work, NOON)[0].name


def test_holes_are_told_few_and_the_rest_counted(line: Line) -> None:
    with line.store.work(NOON) as work:
        told = rota.told_holes(work)
    assert told[0] == "Take note: nobody is on call from Mon 11 Jan 20:00 to Tue 12 Jan 08:00."
    assert len(told) == 4
    assert told[3].startswith("There are 25 more holes like that")


# --- the commands ---


@pytest.fixture
def run(line: Line, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `checkin` on a Monday at noon."""
    loads(line, GROWN)
    settings = line.settings
    monkeypatch.setattr("checkin.bootstrap.open_line", lambda *_, **__: Line(settings, line.store, lambda: NOON))
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


GROWN = (
    TOWN
    + """
  - {ref: polish, person: lin, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720, rank: 2}
stand_ins: [lin]
holidays:
  - {ref: spain, person: sue, from: 2027-01-13, until: 2027-01-19}
overrides:
  - {ref: fair, person: lin, from: 2027-01-14 20:00, until: 2027-01-15 08:00}
"""
)
GROWN = GROWN.replace("name: Lin,", "name: Lin, speaks: [en, pl],")


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        (["Tue", "09:30"], ["On Tue 12 Jan 09:30 a RED would reach", "1. Sue: days shift, first rank (at once)",
         "2. Lin: polish shift, second rank (after 5 minutes)", "3. Omar: second shift, second rank (after 10 minutes)",
         "then everybody, with an alarm (after 15 minutes): Lin, Omar and Sue"]),
        (["Tue 09:30", "--language", "en"], ["2. Lin: polish shift, second rank, speaks en (", "3. Omar"]),
        (["Thu 09:30"], ["1. Lin: polish shift", "2. Omar: second shift", "then everybody"]),
        (["Thu 23:00"], ["1. Lin: on call in addition, first rank", "then everybody, with an alarm (after 5 minutes)"]),
        (["Tue 03:00"], ["Nobody is on call on Tue 12 Jan 03:00.", "then everybody, with an alarm (at once): Lin"]),
    ],
)  # fmt: skip
def test_who_would_answer(run: Callable[..., Result], arguments: list[str], right: list[str]) -> None:
    done = run("who-would-answer", *arguments)
    assert done.exit_code == 0
    for said in right:
        assert said in done.stdout


@pytest.mark.parametrize("arguments", [["sometime"], ["Tue 03:00", "--language", "klingon"], ["Tue", "25:00"]])
def test_what_cannot_be_answered_is_one_sentence(run: Callable[..., Result], arguments: list[str]) -> None:
    done = run("who-would-answer", *arguments)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_who_would_answer_for_machines(run: Callable[..., Result]) -> None:
    found = json.loads(run("who-would-answer", "Tue 09:30", "--language", "pl", "--json").stdout)
    assert found["at"] == "2027-01-12T09:30:00+00:00"
    assert not found["hole"]
    assert [(asked["name"], asked["rank"]) for asked in found["asked"]] == [("Sue", 1), ("Lin", 2), ("Omar", 2)]
    night = json.loads(run("who-would-answer", "03:00", "--json").stdout)
    assert night["hole"]
    assert (night["asked"], night["everybody"], night["after_minutes"]) == ([], ["Lin", "Omar", "Sue"], 0)


def test_who_would_answer_goes_by_the_policy(run: Callable[..., Result], line: Line) -> None:
    steps = (Step(("on_call 2",), wait=7, times=2), Step((str(person(line, "sue")),)))
    with line.store.work(NOON) as work:
        policies.keep(work, Severity.RED, Policy(steps=steps))
    said = run("who-would-answer", "Thu 09:30").stdout
    assert "1. Omar: second shift, second rank (at once)" in said
    assert "2. Sue: named by the policy (after 14 minutes)" in said
    assert "then everybody, with an alarm (after 19 minutes): Lin, Omar and Sue" in said


def test_with_nobody_at_all_that_is_said(run: Callable[..., Result], line: Line) -> None:
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("TRUNCATE overrides, shifts, stand_ins")
    assert "There is nobody to ask" in run("who-would-answer", "now").stdout


def test_the_rota_is_shown(run: Callable[..., Result]) -> None:
    said = run("rota", "show", "--days", "3").stdout
    assert "Sue: every day 08:00 to 20:00, next 12 Jan (days shift, first rank)" in said
    assert "Lin: Thu 14 Jan 20:00 to Fri 15 Jan 08:00, in addition, first rank" in said
    assert "Sue is away until Wed 20 Jan 00:00, from Wed 13 Jan 00:00" in said
    assert "Stand-ins, in this order: Lin" in said
    assert "Mon 11 Jan 12:00 to 20:00: Sue, then Lin, then Omar" in said
    assert "Mon 11 Jan 20:00 to Tue 12 Jan 08:00: NOBODY" in said
    spans = json.loads(run("rota", "show", "--days", "1", "--json").stdout)["spans"]
    assert [span["on_call"] for span in spans] == [["Sue", "Lin", "Omar"], [], ["Sue", "Lin", "Omar"]]


def test_the_rota_is_checked(run: Callable[..., Result], line: Line) -> None:
    done = run("rota", "check", "--days", "2")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "nobody is on call from Mon 11 Jan 20:00 to Tue 12 Jan 08:00",
        "nobody is on call from Tue 12 Jan 20:00 to Wed 13 Jan 08:00",
    ]
    assert len(json.loads(run("rota", "check", "--days", "2", "--json").stdout)["holes"]) == 2
    with line.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE shifts SET minutes = 1440 WHERE ref = 'second'")
    done = run("rota", "check")
    assert (done.exit_code, done.stdout) == (0, "Somebody is on call at every moment of the coming 28 days.\n")
    assert run("rota", "check", "--days", "0").exit_code == 2


def test_the_rota_is_changed_by_command(run: Callable[..., Result], line: Line) -> None:
    done = run("rota", "away", "omar", "2027-01-12 08:00", "Tue 20:00")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "The rota is changed.")
    assert run("rota", "put", "omar", "Wed 09:00", "11:00", "--rank", "4").exit_code == 0
    assert run("rota", "put", "lin", "Wed 09:00", "11:00", "--instead-of", "omar").exit_code == 0
    assert run("rota", "swap", "days", "2027-01-12", "omar").stdout == "Both will be asked, one after the other.\n"
    assert run("rota", "swap", "second", "2027-01-22", "sue", "--agreed").stdout == "The rota is changed.\n"
    with line.store.work(NOON) as work:
        span = work.conn.exec_driver_sql("SELECT starts, ends FROM absences WHERE ref IS NULL").one()
        assert list(span) == [at("2027-01-12 08:00"), at("2027-01-12 20:00")]
        changes = work.conn.exec_driver_sql(
            "SELECT why, rank, starts FROM overrides WHERE ref IS NULL ORDER BY id"
        ).all()
        assert [tuple(change) for change in changes] == [
            ("override", 4, at("2027-01-13 09:00")), ("override", 1, at("2027-01-13 09:00")),
            ("swap", 1, at("2027-01-22 08:00")),
        ]  # fmt: skip
        assert work.conn.exec_driver_sql("SELECT status FROM duties").scalar_one() == "proposed"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["swap", "days", "2027-01-12", "zoe"], "There is no person with the ref 'zoe'."),
        (["swap", "evenings", "2027-01-12", "lin"], "There is no shift with the ref 'evenings'."),
        (["swap", "days", "2027-01-11", "lin"], "The days shift of 2027-01-11 has begun already."),
        (["away", "sue", "soon", "later"], "'soon' is not a moment"),
        (["put", "sue", "Tue 09:00", "Tue 10:00", "--by", "x@example.org"], "Nobody among the staff has the address"),
    ],
)
def test_a_change_that_cannot_be_made_is_one_sentence(
    run: Callable[..., Result], arguments: list[str], why: str
) -> None:
    done = run("rota", *arguments)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(why)
