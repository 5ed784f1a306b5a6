"""Helplines: what comes with the line, who has checked it, and what can never be taken away."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from checkin import wording
from checkin.bootstrap import Line
from checkin.conversation.needs import NEEDS
from checkin.directory import find, helplines, nightly, read
from checkin.directory.helplines import Helpline, starter
from checkin.errors import BadInput
from checkin.store.models import Helpline as Stored
from tests.parts import NOON, opened, rows, value

COUNTRIES = ("GB", "IE", "US", "AU")


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line as it comes."""
    with opened(database_url) as found:
        yield found


def test_every_country_comes_with_its_emergency_number_and_a_crisis_line() -> None:
    for country in COUNTRIES:
        kinds = {h.kind for h in starter().values() if h.country == country}
        assert {"emergency", "crisis"} <= kinds, country


def test_the_crisis_lines_are_those_of_the_wording() -> None:
    """Whoever changes one number has to change the other."""
    for country in COUNTRIES:
        said = wording.country(country)
        numbers = {n for h in starter().values() if h.country == country for n in (h.number, h.text_number) if n}
        digits = {n.lstrip("+").removeprefix("61") for n in numbers}
        assert said["helpline_number"].replace(" ", "") in digits, country
        assert any(n in said["emergency"] for n in numbers), country


def test_nobody_has_checked_what_comes_with_the_line_and_every_need_of_it_is_in_the_list(line: Line) -> None:
    with line.store.work(NOON) as work:
        for country in COUNTRIES:
            for one in helplines.standing(work, country):
                assert one.status(NOON.date()) == "unverified"
                assert one.may_be_sent(NOON.date()) == (one.kind != "helpline")
                assert set(one.needs) <= set(NEEDS)


@pytest.mark.parametrize("ref", ["gb-999", "gb-samaritans", "gb-shout"])
def test_an_emergency_or_crisis_entry_can_be_corrected_and_never_emptied_or_withdrawn(line: Line, ref: str) -> None:
    with line.store.work(NOON) as work:
        entry = helplines.find(work, ref)
        with pytest.raises(BadInput, match="not withdrawn"):
            helplines.withdraw(work, ref, None)
        for change in ({"number": None, "text_number": None}, {"kind": "helpline"}, {"country": "FR"}, {"number": "x"}):
            with pytest.raises(BadInput):
                helplines.put(work, replace(entry, **change), None)
        helplines.put(work, replace(entry, about="Corrected."), None)
    with line.store.work(NOON) as work:
        assert helplines.find(work, ref).about == "Corrected."
        # Even a row that is deleted behind everybody's back brings back what came with the line.
        work.conn.execute(delete(Stored))
    with line.store.work(NOON) as work:
        found = find(work, read(work, "i want to end my life"), NOON, most=9)
        assert {"999", "116123"} <= {f.phone for f in found}
        assert "85258" in {f.text_to for f in found}


def test_the_store_refuses_what_would_take_a_crisis_line_away(line: Line) -> None:
    with line.store.work(NOON) as work:
        helplines.check(work, "gb-samaritans", None)
    for change in (
        "number = NULL",
        "number = ''",
        "withdrawn_at = now()",
        "expires_on = NULL",
        "expires_on = checked_on",
    ):
        with pytest.raises(IntegrityError):
            rows(line, f"UPDATE helplines SET {change} RETURNING 1")  # noqa: S608  # listed above


def test_a_helpline_can_be_added_changed_ticked_and_withdrawn(line: Line) -> None:
    own = Helpline(
        ref="harbour",
        kind="helpline",
        country="GB",
        name="Harbour Talk",
        about="Talk.",
        needs=("loneliness",),
        number="0113 496 0123",
        schedules=helplines.read_hours("MO,TU 09:00-17:00; SA 10:00-12:00"),
    )

    def given(day: int) -> bool:
        with line.store.work(NOON + timedelta(days=day)) as work:
            return "Harbour Talk" in [f.name for f in find(work, read(work, "lonely"), work.now, most=9)]

    with line.store.work(NOON) as work:
        assert helplines.put(work, own, None).number == "+441134960123"
    assert not given(0)
    with line.store.work(NOON) as work:
        helplines.check(work, "harbour", None, holds=timedelta(days=90))
    assert given(0)
    assert given(89)
    assert not given(90)
    with line.store.work(NOON) as work:
        # What was changed has to be checked again.
        helplines.put(work, replace(helplines.find(work, "harbour"), name="Harbour Talk"), None)
    assert not given(0)
    with line.store.work(NOON) as work:
        helplines.check(work, "harbour", None)
        helplines.withdraw(work, "harbour", None)
    assert not given(0)


@pytest.mark.parametrize("words", ["MO", "XX 09:00-10:00", "MO 9-5", "MO 09:00-25:00", "whenever"])
def test_hours_that_are_none_are_refused(words: str) -> None:
    with pytest.raises(BadInput):
        helplines.read_hours(words)


def test_staff_are_warned_thirty_and_seven_days_before_and_on_the_day_once_each(line: Line) -> None:
    with line.store.work(NOON) as work:
        helplines.check(work, "gb-calm", None, holds=timedelta(days=60))
    warned = []
    for day in range(70):
        with line.store.work(NOON + timedelta(days=day)) as work:
            if nightly.warn(work):
                warned.append(60 - day)
    assert warned == [30, 7, 0]
    assert value(line, "SELECT count(*) FROM case_events WHERE detail LIKE '%helpline_expires%'") == 3


def test_a_night_that_was_missed_is_made_up_for(line: Line) -> None:
    with line.store.work(NOON) as work:
        helplines.check(work, "gb-calm", None, holds=timedelta(days=60))
    with line.store.work(NOON + timedelta(days=55)) as work:
        assert nightly.warn(work) == 1
        assert nightly.warn(work) == 0
