"""May this go to this person now? Every verdict, for every stream."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.conversation.agenda import STOPPABLE
from checkin.conversation.effects import Stream
from checkin.gate import Defer, Drop, Dropped, Held, Hours, Request, Send, Verdict, may

LONDON, YORK, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland")
QUIET: Hours = (time(20, 30), time(9, 0))
NOON = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)
FINE = Request(
    now=NOON,
    medium="text",
    stream=Stream.CHECKINS,
    expires_at=None,
    relevant=True,
    sayable=True,
    number="+447700900123",
    fictional=False,
    number_suspended=False,
    status="active",
    streams=frozenset(stream.value for stream in STOPPABLE),
    text_blocked=False,
    paused_until=None,
    safe_to_text=True,
    safe_to_call=True,
    safe_hours=None,
    quiet_hours=QUIET,
    zone=LONDON,
    on_call=False,
    sent_this_week=0,
    weekly_cap=4,
)
NIGHT = NOON.replace(hour=23)
MORNING = Defer(datetime(2027, 1, 12, 9, 0, tzinfo=UTC), "hours")
ALL = frozenset(Stream)
ASKED = frozenset({Stream.SAFETY, Stream.SERVICE})
UNAGREED = ASKED | {Stream.CONTACT, Stream.NOTICE}

# What is so, what becomes of it, and for whom that holds not: to these streams it goes all the same.
VERDICTS: list[tuple[str, dict[str, object], Verdict, frozenset[Stream]]] = [
    ("all is well", {}, Send(), frozenset()),
    ("no phone", {"number": None}, Drop("no_number"), frozenset()),
    ("a number of fiction", {"fictional": True}, Drop("fictional_number"), frozenset()),
    (
        "talking with us",
        {"medium": "call", "on_call": True},
        Defer(NOON + timedelta(minutes=1), "on_call"),
        frozenset(),
    ),
    ("talking with us, and texted", {"on_call": True}, Send(), frozenset()),
    ("a wrong number", {"number_suspended": True}, Drop("number_suspended"), frozenset()),
    ("somebody suspended", {"status": "suspended"}, Drop("not_active"), frozenset()),
    ("somebody who left, but for a goodbye", {"status": "ended"}, Drop("not_active"), frozenset({Stream.CONTACT})),
    ("somebody invited", {"status": "invited"}, Drop("not_active"), frozenset({Stream.CONTACT})),
    ("invited, at night", {"status": "invited", "now": NIGHT, "stream": Stream.CONTACT}, MORNING, frozenset()),
    ("already answered", {"relevant": False}, Drop("not_relevant"), frozenset()),
    ("past", {"expires_at": NOON}, Drop("too_late"), frozenset()),
    ("not past yet", {"expires_at": NOON + timedelta(seconds=1)}, Send(), frozenset()),
    ("no words for it", {"sayable": False}, Drop("not_sayable"), frozenset({Stream.SAFETY})),
    ("texts stopped", {"text_blocked": True}, Drop("stopped"), frozenset()),
    ("texts stopped, by call", {"text_blocked": True, "medium": "call"}, Send(), frozenset()),
    ("texts not safe", {"safe_to_text": False}, Drop("not_safe"), frozenset({Stream.SAFETY})),
    ("texts not safe, by call", {"safe_to_text": False, "medium": "call"}, Send(), frozenset()),
    ("calls not safe", {"safe_to_call": False, "medium": "call"}, Drop("not_safe"), frozenset({Stream.SAFETY})),
    ("no consent", {"streams": frozenset()}, Drop("no_consent"), UNAGREED),
    ("paused", {"paused_until": NOON + timedelta(hours=1)}, Drop("paused"), ASKED | {Stream.NOTICE}),
    ("pause over", {"paused_until": NOON}, Send(), frozenset()),
    ("night", {"now": NIGHT}, MORNING, ASKED),
    ("night, and past by morning", {"now": NIGHT, "expires_at": MORNING.until}, Drop("too_late"), ASKED),
    ("night, and good until later", {"now": NIGHT, "expires_at": MORNING.until + timedelta(hours=1)}, MORNING, ASKED),
    ("a night worker", {"now": NIGHT, "safe_hours": (time(22), time(23, 30))}, Send(), frozenset()),
    ("a night worker by day", {"safe_hours": (time(22), time(23, 30))}, Defer(NOON.replace(hour=22), "hours"), ASKED),
    ("the cap reached", {"sent_this_week": 4}, Drop("weekly_cap"), UNAGREED | {Stream.BUDDY}),
    ("the cap not reached", {"sent_this_week": 3}, Send(), frozenset()),
    ("no cap left at night", {"now": NIGHT, "sent_this_week": 9}, MORNING, ASKED),
]


@pytest.mark.parametrize("stream", Stream)
@pytest.mark.parametrize(("so", "verdict", "passes"), [v[1:] for v in VERDICTS], ids=[v[0] for v in VERDICTS])
def test_what_becomes_of_it(so: dict[str, object], verdict: Verdict, passes: frozenset[Stream], stream: Stream) -> None:
    request = replace(FINE, **{"stream": stream, **so})  # type: ignore[arg-type]  # fields by name
    assert may(request) == (Send() if stream in passes else verdict)


def test_every_reason_is_in_the_table() -> None:
    assert {v.why for _, _, v, _ in VERDICTS if isinstance(v, Drop)} == set(get_args(Dropped))
    assert {v.why for _, _, v, _ in VERDICTS if isinstance(v, Defer)} == set(get_args(Held))


def wall(text: str, zone: ZoneInfo, *, again: bool = False) -> datetime:
    """A moment on the wall of a zone, in UTC; `again`: the second time a clock change shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=int(again)).astimezone(UTC)


HOURS = [
    # When it is, which hours are quiet, and when it goes: "" for at once.
    (LONDON, "2027-01-11 20:29", QUIET, ""),
    (LONDON, "2027-01-11 20:30", QUIET, "2027-01-12 09:00"),
    (LONDON, "2027-01-12 00:00", QUIET, "2027-01-12 09:00"),
    (LONDON, "2027-01-12 08:59", QUIET, "2027-01-12 09:00"),
    (LONDON, "2027-01-12 09:00", QUIET, ""),
    (LONDON, "2026-12-31 23:00", QUIET, "2027-01-01 09:00"),
    (LONDON, "2027-01-11 13:30", (time(13), time(14)), "2027-01-11 14:00"),
    (LONDON, "2027-01-11 12:00", (time(0), time(0)), ""),
    # Nine in the morning is nine on the wall, whatever the clocks did in the night.
    (LONDON, "2027-03-27 23:00", QUIET, "2027-03-28 09:00"),
    (LONDON, "2027-10-30 23:00", QUIET, "2027-10-31 09:00"),
    (YORK, "2027-03-13 23:00", QUIET, "2027-03-14 09:00"),
    (YORK, "2027-11-06 23:00", QUIET, "2027-11-07 09:00"),
    (AUCKLAND, "2027-04-03 23:00", QUIET, "2027-04-04 09:00"),
    (AUCKLAND, "2027-09-25 23:00", QUIET, "2027-09-26 09:00"),
    # The end falls into the hour that is skipped: an hour later is as long after.
    (LONDON, "2027-03-28 00:30", (time(20), time(1, 30)), "2027-03-28 02:30"),
    (AUCKLAND, "2027-09-26 01:30", (time(20), time(2, 30)), "2027-09-26 03:30"),
    # All of the open hours fall into it: there are none on that day.
    (LONDON, "2027-03-28 00:30", (time(2, 15), time(1, 30)), "2027-03-29 01:30"),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "now", "quiet", "goes"), HOURS)
def test_quiet_hours_end_when_the_clock_on_the_wall_says_so(zone: ZoneInfo, now: str, quiet: Hours, goes: str) -> None:
    verdict = may(replace(FINE, now=wall(now, zone), zone=zone, quiet_hours=quiet))
    assert verdict == (Defer(wall(goes, zone), "hours") if goes else Send())
    # Safe hours are the same thing from the other side.
    assert may(replace(FINE, now=wall(now, zone), zone=zone, safe_hours=(quiet[1], quiet[0]))) == verdict


def test_an_hour_that_comes_twice_is_left_once() -> None:
    quiet = (time(20), time(1, 30))
    first = replace(FINE, now=wall("2027-10-31 01:10", LONDON), quiet_hours=quiet)
    assert may(first) == Defer(wall("2027-10-31 01:30", LONDON), "hours")
    assert may(replace(first, now=wall("2027-10-31 01:10", LONDON, again=True))) == Send()


# --- whatever is asked ---

TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
CHANGES = st.sampled_from(["2027-03-28", "2027-10-31", "2027-03-14", "2027-11-07", "2027-04-04", "2027-09-26"]).flatmap(
    lambda day: st.integers(-18, 30).map(lambda h: datetime.fromisoformat(f"{day}T00:10+00:00") + timedelta(hours=h))
)
Medium = Literal["text", "call"]


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Anything that could be asked, often in the night of a clock change."""
    now = draw(MOMENTS | CHANGES)
    later = st.none() | st.integers(-100, 100).map(lambda hours: now + timedelta(hours=hours))
    medium: Medium = draw(st.sampled_from(["text", "call"]))
    flags = {name: draw(st.booleans() | st.just(right)) for name, right in (
        ("relevant", True), ("fictional", False), ("number_suspended", False), ("text_blocked", False),
        ("safe_to_text", True), ("safe_to_call", True), ("sayable", True))}  # fmt: skip
    return Request(
        now=now,
        medium=medium,
        stream=draw(st.sampled_from(list(Stream))),
        expires_at=draw(later),
        number=draw(st.none() | st.just("+447911123456") | st.just("+447911123456")),
        status=draw(st.sampled_from(["active", "active", "suspended", "ended"])),
        streams=draw(st.frozensets(st.sampled_from([s.value for s in Stream]))),
        paused_until=draw(later),
        safe_hours=draw(st.none() | st.tuples(TIMES, TIMES)),
        quiet_hours=draw(st.tuples(TIMES, TIMES)),
        zone=draw(st.sampled_from([LONDON, YORK, AUCKLAND])),
        on_call=False,
        sent_this_week=draw(st.integers(0, 8)),
        weekly_cap=4,
        **flags,
    )


HELD = st.builds(
    replace, st.just(FINE), now=MOMENTS | CHANGES, zone=st.sampled_from([LONDON, YORK, AUCKLAND]),
    stream=st.sampled_from(sorted(ALL - ASKED)), quiet_hours=st.tuples(TIMES, TIMES),
    safe_hours=st.none() | st.tuples(TIMES, TIMES), paused_until=st.none() | (MOMENTS | CHANGES),
    expires_at=st.none() | (MOMENTS | CHANGES),
)  # fmt: skip


@given(HELD)
def test_what_is_deferred_goes_when_it_is_asked_again(request: Request) -> None:
    verdict = may(request)
    if not isinstance(verdict, Defer):
        return
    assert request.now < verdict.until < request.now + timedelta(hours=50)
    assert verdict.until.utcoffset() == timedelta(0)
    assert may(replace(request, now=verdict.until)) == Send()


@given(requests())
def test_what_must_never_be_sent_never_is(request: Request) -> None:
    never = (
        request.fictional
        or request.number is None
        or request.number_suspended
        or request.status == "suspended"
        or (request.status != "active" and request.stream is not Stream.CONTACT)
        or not request.relevant
        or (request.medium == "text" and request.text_blocked)
        or (request.expires_at is not None and request.expires_at <= request.now)
    )
    if never:
        assert isinstance(may(request), Drop)


@given(requests())
def test_safety_waits_for_no_hour_no_cap_no_pause_and_no_consent(request: Request) -> None:
    safety = replace(request, stream=Stream.SAFETY)
    eased = replace(safety, sent_this_week=0, paused_until=None, safe_hours=None, quiet_hours=(time(0), time(0)),
        streams=frozenset(s.value for s in Stream))  # fmt: skip
    assert may(safety) == may(eased)
    assert not isinstance(may(safety), Defer)


@given(requests(), st.sampled_from(sorted(set(Stream) - UNAGREED)))
def test_nobody_hears_what_they_did_not_agree_to(request: Request, stream: Stream) -> None:
    unasked = replace(request, stream=stream, streams=request.streams - {stream.value})
    assert isinstance(may(unasked), Drop)


def test_every_stream_is_capped_or_has_a_reason_not_to_be() -> None:
    capped = {s for s, m in product(Stream, ("text", "call")) if may(
        replace(FINE, stream=s, medium=m, sent_this_week=4)) == Drop("weekly_cap")}  # type: ignore[arg-type]  # fmt: skip
    # Safety is never held back, services are asked for, buddies' texts are a person's own words, notices tell what has
    # become of something, and whether and how somebody may be reached is asked every few weeks.
    assert capped == ALL - UNAGREED - {Stream.BUDDY}
