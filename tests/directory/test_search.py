"""Finding help: what fits, near enough, open now; and why in this order."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from checkin.bootstrap import Line
from checkin.directory import Found, Known, details, find, helplines, read
from checkin.directory.access import access_of
from checkin.directory.model import Access
from checkin.directory.places import squares
from checkin.store.work import Work
from tests.directory.town import serve, settle
from tests.parts import NOON, opened

LEEDS, YORK = (53.8, -1.55), (53.96, -1.08)
EVENING = NOON + timedelta(hours=8)


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with a directory of a few services."""
    with opened(database_url) as found:
        settle(found)
        with found.store.work(NOON) as work:
            near = ["d:LS6", "a:LS", "t:leeds", *squares(*LEEDS)]
            serve(work, "Leeds Debt Advice", "n:debt", "n:money", *near, town="Leeds", at=LEEDS, minimum_age=18)
            serve(
                work, "York Debt Desk", "n:debt", "t:york", *squares(*YORK), town="York", at=YORK, access=["wheelchair"]
            )
            serve(work, "Dlug Helpline", "n:debt", "w", languages=["pl"], schedules=[])
            serve(work, "Debt by Post", "n:debt", *near, town="Leeds", at=LEEDS, phones=[])
            serve(work, "Closed for Good", town="Leeds", at=LEEDS, status="defunct")
        yield found


def names(work: Work, text: str, known: Known = Known(), now: datetime = NOON) -> list[str]:  # noqa: B008  # frozen
    """Return what a text finds, by name."""
    return [f.name for f in find(work, read(work, text, known), now, most=10)]


def test_the_nearest_that_is_open_and_can_be_rung_comes_first(line: Line) -> None:
    with line.store.work(NOON) as work:
        assert names(work, "debt LS6")[0] == "Leeds Debt Advice"
        assert names(work, "help with debt in york")[0] == "York Debt Desk"
        assert names(work, "debt", Known(area="York"))[0] == "York Debt Desk"
        # Without a place: what serves everywhere.
        assert names(work, "debt")[0] == "Dlug Helpline"


def test_whoever_cannot_be_rung_comes_last_and_whoever_has_closed_for_good_not_at_all(line: Line) -> None:
    with line.store.work(NOON) as work:
        found = names(work, "debt ls6")
    assert found[-1] == "Debt by Post"
    assert "Closed for Good" not in found


@pytest.mark.parametrize(
    ("text", "place"),
    [
        # Somebody else's postcode counts, not where they live themselves; of an address only the district does.
        ("debt help for my mum, she is YO1 7HH", "YO1"),
        ("debt, 12 Brudenell Road, Leeds LS6 1AB", "LS6"),
        ("debt", "York"),
        ("debt zzz qqq 999999 !!", "York"),
    ],
)
def test_where_is_what_they_say_and_their_own_area_when_they_say_nothing(line: Line, text: str, place: str) -> None:
    with line.store.work(NOON) as work:
        query = read(work, text, Known(area="York"))
        assert query.need == "debt"
        assert query.place is not None
        assert query.place.shown == place


def test_who_may_not_come_is_not_sent_there(line: Line) -> None:
    with line.store.work(NOON) as work:
        assert "Leeds Debt Advice" not in names(work, "debt ls6", Known(age=16))
        assert "Leeds Debt Advice" in names(work, "debt ls6", Known(age=18))


def test_every_access_need_is_known_by_its_words() -> None:
    said = "Ramp. Hearing loop. BSL. Accessible toilet. Accessible parking. Home visits. Online."
    assert set(access_of([said])) == set(get_args(Access))


def test_language_and_access_count(line: Line) -> None:
    with line.store.work(NOON) as work:
        assert names(work, "debt", Known(languages=("pl",)))[0] == "Dlug Helpline"
        found = find(work, read(work, "debt york", Known(access=frozenset({"wheelchair"}))), NOON)
    assert ("meets what they need to get in", 12) in found[0].why


def test_it_says_when_somebody_is_there(line: Line) -> None:
    with line.store.work(NOON) as work:
        by_day, by_night = (find(work, read(work, "debt ls6"), now)[0] for now in (NOON, EVENING))
        at_night: Found = next(f for f in find(work, read(work, "debt ls6"), EVENING) if f.name == "Leeds Debt Advice")
    assert by_day.open.now is True
    assert by_day.open.until == datetime(2027, 1, 11, 17, tzinfo=UTC)
    assert by_night.score < by_day.score
    assert at_night.open.now is False
    assert at_night.open.opens == datetime(2027, 1, 12, 9, tzinfo=UTC)


def test_the_order_is_explained_to_the_last_point(line: Line) -> None:
    with line.store.work(NOON) as work:
        for found in find(work, read(work, "debt ls6"), NOON, most=10):
            assert found.score == sum(points for _, points in found.why)


def test_a_service_is_found_by_its_name_misspelt_too(line: Line) -> None:
    with line.store.work(NOON) as work:
        assert names(work, "dlug helpline")[0] == "Dlug Helpline"
        assert names(work, "zzz qqq xxx") == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("andys man club", "Andy's Man Club - Leeds"),
        ("andis mens club leeds", "Andy's Man Club - Leeds"),
        ("when is Andy’s Man Club on in york", "Andy's Man Club York"),
        ("the sharpley trust", "Money Desk"),
        ("calm zone", "Calm Zone Otley"),
        # Words that speak of a need name nobody, whoever is called so; and nobody's name comes before a crisis line.
        ("debt clinic ls6", "Leeds Debt Advice"),
        ("debt advice", "Dlug Helpline"),
        ("im going to kill myself andys man club", "Emergency services"),
    ],
)
def test_who_is_asked_for_by_name_comes_first_and_a_need_stays_a_need(line: Line, text: str, first: str) -> None:
    with line.store.work(NOON) as work:
        for name, town, at in (("Andy's Man Club - Leeds", "leeds", LEEDS), ("Andy's Man Club York", "york", YORK)):
            serve(work, name, "n:groups", f"t:{town}", *squares(*at), town=town.title(), at=at)
        serve(work, "Money Desk", "n:money", "w")
        serve(work, "Debt Advice", "n:debt", "t:penzance", town="Penzance", at=(50.1, -5.5))
        serve(work, "Calm Zone Otley", "n:loneliness", "w")
        work.rows("UPDATE directory_organisations SET name = 'Sharpleigh Trust' WHERE name = 'Money Desk Trust'", {})
        assert names(work, text)[0] == first


def test_what_was_found_can_be_told_in_full(line: Line) -> None:
    with line.store.work(NOON) as work:
        first = find(work, read(work, "debt ls6"), NOON)[0]
        told = details(work, first.key, NOON)
        assert told is not None
        assert (told.found.name, told.address) == ("Leeds Debt Advice", "Leeds")
        assert details(work, "service:nonsense", NOON) is None
        assert details(work, "helpline:gb-calm", NOON) is None


# --- helplines ---


def test_in_a_crisis_the_countrys_lines_come_first_whoever_has_checked_them(line: Line) -> None:
    with line.store.work(NOON) as work:
        query = read(work, "i want to kill myself LS6")
        found = find(work, query, NOON, most=10)
    assert query.need == "crisis"
    assert found[0].phone == "999"
    assert "116123" in [f.phone for f in found[:4]]
    assert not any(f.verified for f in found[:3])


def test_a_helpline_nobody_has_checked_is_not_given_and_neither_is_one_that_has_expired(line: Line) -> None:
    def given(work: Work) -> bool:
        return "CALM" in [f.name for f in find(work, read(work, "im depressed"), work.now, most=20)]

    with line.store.work(NOON) as work:
        assert not given(work)
        helplines.check(work, "gb-calm", None, holds=timedelta(days=10))
        assert given(work)
    with line.store.work(NOON + timedelta(days=9)) as work:
        assert given(work)
    with line.store.work(NOON + timedelta(days=10)) as work:
        assert not given(work)
        assert "Samaritans" in [f.name for f in find(work, read(work, "im depressed"), work.now, most=20)]


@pytest.mark.parametrize("wide", [0.02, 0.2])
def test_the_nearest_are_found_where_there_is_much_and_where_there_is_little(line: Line, wide: float) -> None:
    # Ninety along a line: in the first row all within a mile or two, in the second as far as 35 km.
    with line.store.work(NOON) as work:
        for n in range(1, 91):
            at = (LEEDS[0] - wide * n / 90, LEEDS[1] + wide * n / 90)
            serve(work, f"Food {n:02}", "n:food", *squares(*at), town="Leeds", at=at)
        found = find(work, read(work, "food leeds"), NOON, most=20)
    assert [f.name for f in found] == [f"Food {n:02}" for n in range(1, 21)]
