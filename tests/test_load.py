"""An organisation's file: read whole or not at all, every mistake named, and nobody's own decisions undone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from checkin import people
from checkin.bootstrap import Line
from checkin.conversation.effects import Stream
from checkin.errors import BadFile, BadInput
from checkin.load import Loaded, read_file
from checkin.store.models import Base
from tests.parts import NOON, environment, loads, opened, person, rows, value

TOWN = """
people:
  - {ref: ann, name: Ann, phones: [07700 900101, 0113 496 0101], area: Leeds, streams: [checkins, buddy],
     contacts: [joy], plan: {days: [mon, thu], at: "10:00", ladder: [text, call, buddy, staff], gaps: {text: 45}}}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy]}
  - {ref: dee, name: Dee, phones: 07700 900112, streams: [buddy]}
  - {ref: joy, name: Joy, phones: 07700 900101}
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132}
groups:
  - ref: leeds
    name: Leeds group
    members: [ann]
    facilitators: [ben]
    cover: dee
    meetings:
      - {ref: first, rule: FREQ=MONTHLY;BYDAY=1TU, starts: 2026-01-06 18:30, venue: Library, access: Ramp at the back}
pairs:
  - {ref: ann-ben, member: ann, buddy: ben, report: {days: sun, at: "17:00"}}
  - {ref: ann-dee, member: ann, buddy: dee, rank: 2}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720}
staff:
  - {person: sue, email: sue@example.org, role: safeguarding}
  - {person: omar, email: omar@example.org, role: coordinator}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that knows nobody."""
    with opened(database_url) as found:
        yield found


@pytest.fixture
def town(line: Line) -> Line:
    """A line that knows the town."""
    loads(line, TOWN)
    return line


def everything(line: Line) -> dict[str, list[str]]:
    """Return every row there is. Names and PINs are sealed anew at every loading: they are left out."""
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = [c for c in table.columns if str(c) not in {"people.name", "people.pin"}]
        with line.store.work(NOON) as work:
            found[table.name] = sorted(map(str, work.conn.execute(select(*columns))))
    return found


# --- what is loaded ---


def test_a_town_is_loaded(line: Line) -> None:
    assert loads(line, TOWN) == Loaded(people=6, groups=1, pairs=2, shifts=1, staff=2)
    with line.store.work(NOON) as work:
        found = people.behind_number(work, "+447700900111")
        assert found is not None
        assert found[0].name == "Ben"
        assert [(number, kind) for _, number, kind in people.numbers(work, person(line, "ann"))] == [
            ("+447700900101", "mobile"),
            ("+441134960101", "landline"),
        ]
    assert rows(line, "SELECT rule, at::text, ladder, gaps, next_due_at FROM plans") == [
        ("FREQ=WEEKLY;BYDAY=MO,TH", "10:00:00", ["text", "call", "buddy", "staff"], {"text": 45},
         NOON + timedelta(days=2, hours=22))
    ]  # fmt: skip


def test_two_people_share_a_phone_and_each_is_found(town: Line) -> None:
    assert value(town, "SELECT count(*) FROM phones") == 6
    assert value(town, "SELECT count(DISTINCT person_id) FROM person_phones GROUP BY phone_id HAVING count(*) = 2") == 2


def test_loading_twice_changes_nothing(town: Line) -> None:
    before = everything(town)
    loads(town, TOWN)
    assert everything(town) == before


def test_what_the_file_says_anew_is_brought_to_it(town: Line) -> None:
    before = person(town, "ann")
    loads(town, TOWN.replace("name: Ann, phones: [07700 900101, 0113 496 0101]", "name: Anna, phones: 07700 900102"))
    with town.store.work(NOON) as work:
        assert people.first_name(work, before) == "Anna"
        assert [number for _, number, _ in people.numbers(work, before)] == ["+447700900102"]
    assert value(town, "SELECT count(*) FROM people") == 6


def test_who_is_not_in_the_file_stays(town: Line) -> None:
    loads(town, "people:\n  - {ref: new, name: Nia}\n")
    assert value(town, "SELECT count(*) FROM people") == 7
    assert value(town, "SELECT count(*) FROM pairs") == 2


def test_a_plan_that_stays_as_it_was_keeps_the_check_in_that_is_due(town: Line) -> None:
    due = value(town, "SELECT next_due_at FROM plans")
    loads(town, TOWN.replace("gaps: {text: 45}", "gaps: {text: 20}"), now=due + timedelta(minutes=1))
    assert rows(town, "SELECT next_due_at, gaps FROM plans") == [(due, {"text": 20})]
    loads(town, TOWN.replace('"10:00"', '"11:00"'), now=due + timedelta(minutes=1))
    assert value(town, "SELECT next_due_at FROM plans") == due + timedelta(hours=1)


def test_a_buddys_week_that_is_due_is_not_skipped_because_a_file_was_loaded(town: Line) -> None:
    due = value(town, "SELECT next_due_at FROM pairs WHERE ref = 'ann-ben'")
    loads(town, TOWN, now=due + timedelta(minutes=1))
    assert value(town, "SELECT next_due_at FROM pairs WHERE ref = 'ann-ben'") == due


def test_a_plan_taken_out_of_the_file_is_gone(town: Line) -> None:
    start, _, rest = TOWN.partition(",\n     contacts: [joy], plan")
    loads(town, start + "}" + rest.partition("}}}")[2])
    assert value(town, "SELECT count(*) FROM plans") == 0
    assert value(town, "SELECT count(*) FROM contacts") == 0


def test_the_buddy_and_who_covers_can_change_places(town: Line) -> None:
    swapped = TOWN.replace("buddy: ben, report", "buddy: ben, rank: 2, report").replace("dee, rank: 2}", "dee}")
    loads(town, swapped)
    assert rows(town, "SELECT ref, rank FROM pairs ORDER BY rank") == [("ann-dee", 1), ("ann-ben", 2)]


# --- the rota ---

GROWN = """people:
  - {ref: ann, name: Ann, phones: 07700 900101, speaks: [pl, en]}
  - {ref: dee, name: Dee, phones: 07700 900112}
rota:
  - {ref: days, person: ann, rule: FREQ=DAILY, starts: 2026-01-01 08:00}
  - {ref: beside, person: dee, rule: FREQ=WEEKLY;BYDAY=MO, starts: 2026-01-05 08:00, ends: 2027-01-11}
  - {ref: asked, person: ann, rule: FREQ=DAILY, starts: 2026-01-01 08:00, rank: 2, ask: yes}
stand_ins: [dee, ann]
overrides:
  - {ref: extra, person: dee, from: 2027-07-01 09:00, until: 2027-07-02, rank: 3}
swaps:
  - {ref: birthday, shift: days, on: 2027-01-12, person: dee}
holidays:
  - {ref: spain, person: ann, from: 2027-06-01, until: 2027-06-14}
"""


def test_a_rota_grows(line: Line) -> None:
    for _ in range(2):
        loads(line, GROWN)
    assert rows(line, "SELECT ref, rule, ask FROM shifts ORDER BY rank, ref") == [
        ("beside", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270111T235959", True), ("days", "FREQ=DAILY", False),
        ("asked", "FREQ=DAILY", True),
    ]  # fmt: skip
    utc = "AT TIME ZONE 'UTC'"
    names = "SELECT o.ref, p.ref, i.ref, s.ref, o.rank, o.why"
    joined = "overrides o JOIN people p ON p.id = person_id LEFT JOIN people i ON i.id = instead_of"
    shifts = "LEFT JOIN shifts s ON s.id = shift_id"
    assert rows(line, f"{names}, (o.starts {utc})::text, (o.ends {utc})::text FROM {joined} {shifts} ORDER BY 1") == [
        ("birthday", "dee", "ann", "days", 1, "swap", "2027-01-12 08:00:00", "2027-01-12 20:00:00"),
        ("extra", "dee", None, None, 3, "override", "2027-07-01 08:00:00", "2027-07-02 23:00:00"),
    ]
    assert rows(line, "SELECT starts, ends FROM absences") == [
        (datetime(2027, 5, 31, 23, tzinfo=UTC), datetime(2027, 6, 14, 23, tzinfo=UTC))
    ]
    stand_ins = "SELECT p.ref FROM stand_ins s JOIN people p ON p.id = person_id ORDER BY rank"
    assert rows(line, stand_ins) == [("dee",), ("ann",)]
    loads(line, GROWN.replace("stand_ins: [dee, ann]\n", ""))
    assert rows(line, stand_ins) == [("dee",), ("ann",)]
    loads(line, GROWN.replace("[dee, ann]", "[ann]"))
    assert rows(line, stand_ins) == [("ann",)]


def test_a_shift_that_overlaps_with_one_of_an_earlier_file_changes_nothing(line: Line) -> None:
    loads(line, ROTA)
    before = everything(line)
    later = ROTA.replace("ref: days", "ref: later").replace("name: Ann", "name: Anna")
    with pytest.raises(BadInput, match=r"'later' overlaps with 'days' of an earlier file, .* on Mon 11 Jan 08:00"):
        loads(line, later)
    assert everything(line) == before
    loads(line, later.replace("starts: 2026-01-01 08:00}", "starts: 2026-01-01 08:00, rank: 3}"))


# --- what people have decided themselves ---


def test_a_stop_survives_a_reload(town: Line) -> None:
    ann = person(town, "ann")
    with town.store.work(NOON) as work:
        people.consent(work, ann, (Stream.CHECKINS,), given=False, how="text", words="please stop")
        people.block_texts(work, ann, blocked=True)
        people.pause(work, ann, NOON + timedelta(days=7))
    loads(town, TOWN)
    assert rows(town, "SELECT streams, text_blocked, paused_until IS NULL FROM people WHERE ref = 'ann'") == [
        (["buddy"], True, False)
    ]


def test_a_wrong_number_stays_suspended_after_a_reload(town: Line) -> None:
    ann = person(town, "ann")
    with town.store.work(NOON) as work:
        people.suspend_phone(work, ann, people.numbers(work, ann)[0][0])
    loads(town, TOWN)
    with town.store.work(NOON) as work:
        assert [number for _, number, _ in people.numbers(work, ann)] == ["+441134960101"]


def test_what_the_network_taught_us_about_a_phone_survives_a_reload(town: Line) -> None:
    with town.store.work(NOON) as work:
        work.conn.exec_driver_sql("UPDATE phones SET line = 'landline'")
    loads(town, TOWN)
    assert value(town, "SELECT count(*) FROM phones WHERE line <> 'landline'") == 0


# --- mistakes ---

PERSON = "people:\n  - {ref: ann, name: Ann, phones: 07700 900101}\n  - {ref: ben, name: Ben}\n"
ROTA = """people:
  - {ref: ann, name: Ann, phones: 07700 900101}
  - {ref: ben, name: Ben}
  - {ref: dee, name: Dee, phones: 07700 900112}
rota:
  - {ref: days, person: ann, rule: FREQ=DAILY, starts: 2026-01-01 08:00}
  - {ref: first, person: dee, rule: FREQ=MONTHLY;BYDAY=1MO, starts: 2026-01-05 10:00, minutes: 60, rank: 2}
"""
MISTAKES = [
    # what stands in the file, and what is said of it: line, field, why
    ("persons: []\n", ["line 1: persons: is not a field here; those are people, groups, pairs, rota, stand_ins, "]),
    ("people: []\npeople: []\n", ["line 2: people: is written twice"]),
    ("people: ann\n", ["line 1: people: must be a list"]),
    ("people:\n  - ann\n", ["line 2: people[1]: must have fields of its own"]),
    ("people:\n  - {name: Ann}\n", ["line 2: people[1]: needs `ref`"]),
    ("people:\n  - {ref: ann}\n", ["line 2: people[1]: needs `name`"]),
    ("people:\n  - ref: ann\n    name:\n", ["line 3: people[1].name: must be text"]),
    ("people:\n  - ref: ann\n    name: ~\n", ["line 3: people[1].name: must be text"]),
    ("people:\n  - ref: ann\n    name: [A, B]\n", ["line 3: people[1].name: must be text"]),
    ('people:\n  - ref: ann\n    name: "A\\0B"\n', ["line 3: people[1].name: holds a character that is no text"]),
    ('people:\n  - ref: ann\n    name: "A\\uD800B"\n', ["line 3: people[1].name: holds a character that is no text"]),
    ('people:\n  - {ref: a, name: A, contacts: ["\\x07"]}\n',
     ["line 2: people[1].contacts: holds a character that is no text"]),
    ("people:\n  - {ref: a, name: A}\n  - {ref: a, name: B}\n", ["line 3: people[2].ref: 'a' is given twice"]),
    ("people:\n  - {ref: a, name: A, phone: 1}\n", ["line 2: people[1].phone: is not a field here; those are ref, "]),
    ("people:\n  - {ref: a, name: A, ? [x, y] : 1}\n", ["line 2: people[1]: has a field whose name is no text"]),
    ("people:\n  - {ref: a, name: A, phones: [07700 900101, banana]}\n",
     ["line 2: people[1].phones: 'banana' is not a telephone number."]),
    ("people:\n  - {ref: a, name: A, phones: +44 12}\n", ["line 2: people[1].phones: '+44 12' is not a"]),
    ("people:\n  - {ref: a, name: A, phones: {home: 1}}\n", ["line 2: people[1].phones: must be a list of texts"]),
    ("people:\n  - {ref: a, name: A, language: klingon}\n",
     ["line 2: people[1].language: must be one of en, cy, pl, not 'klingon'"]),
    ("people:\n  - {ref: a, name: A, zone: Leeds}\n",
     ["line 2: people[1].zone: 'Leeds' is not a zone such as Europe/London"]),
    ("people:\n  - {ref: a, name: A, zone: ../../etc/passwd}\n", ["line 2: people[1].zone: '../../etc/passwd' is not"]),
    ("people:\n  - {ref: a, name: A, streams: [checkins, safety]}\n",
     ["line 2: people[1].streams: must be among checkins, reminders, buddy, caring, tips, not 'safety'"]),
    ("people:\n  - {ref: a, name: A, prefers: fax}\n", ["line 2: people[1].prefers: must be one of text, call"]),
    ("people:\n  - {ref: a, name: A, discreet: perhaps}\n", ["line 2: people[1].discreet: must be yes or no"]),
    ("people:\n  - {ref: a, name: A, voicemail: loud}\n", ["line 2: people[1].voicemail: must be one of"]),
    ("people:\n  - {ref: a, name: A, pin: 123}\n", ["line 2: people[1].pin: must be 4 to 6 digits, or none"]),
    ("people:\n  - {ref: a, name: A, pin: ١٢٣٤}\n", ["line 2: people[1].pin: must be 4 to 6 digits, or none"]),
    ("people:\n  - {ref: a, name: A, ring_seconds: 5}\n",
     ["line 2: people[1].ring_seconds: must be a whole number from 20 to 120, not '5'"]),
    ("people:\n  - {ref: a, name: A, ring_seconds: 4²}\n", ["line 2: people[1].ring_seconds: must be a whole number"]),
    (f"people:\n  - {{ref: a, name: A, ring_seconds: {'9' * 5000}}}\n", ["line 2: people[1].ring_seconds: must be"]),
    ("people:\n  - {ref: a, name: A, safe_hours: always}\n", ["line 2: people[1].safe_hours: must have fields of its"]),
    ("people:\n  - {ref: a, name: A, safe_hours: {from: '25:00', to: '26:00'}}\n",
     ["line 2: people[1].safe_hours.from: must be a time such as 10:30, not '25:00'",
      "line 2: people[1].safe_hours.to: must be a time such as 10:30, not '26:00'"]),
    ("people:\n  - {ref: a, name: A, safe_hours: {from: '10:00'}}\n", ["line 2: people[1].safe_hours: needs `to`"]),
    ("people:\n  - {ref: a, name: A, plan: {days: mon}}\n",
     ["line 2: people[1].plan: a plan needs consent: add checkins to streams"]),
    ("people:\n  - {ref: a, name: A, streams: [checkins], plan: {days: [mon, funday]}}\n",
     ["line 2: people[1].plan.days: must be days such as mon, or every day, not 'funday'"]),
    ("people:\n  - {ref: a, name: A, streams: [checkins], plan: {ladder: [text, drone]}}\n",
     ["line 2: people[1].plan.ladder: must be among text, call, second_number"]),
    ("people:\n  - {ref: a, name: A, streams: [checkins], plan: {ladder: [buddy]}}\n",
     ["line 2: people[1].plan.ladder: must begin with text or call: the member is asked first"]),
    ("people:\n  - {ref: a, name: A, streams: [checkins], plan: {gaps: {text: 0, tea: 5}}}\n",
     ["line 2: people[1].plan.gaps.tea: is not a field here", "line 2: people[1].plan.gaps.text: must be"]),
    ("people:\n  - {ref: a, name: A, contacts: [a]}\n", ["line 2: people[1].contacts: nobody is their own contact"]),
    ("people:\n  - {ref: a, name: A, contacts: [zoe]}\n",
     ["line 2: people[1].contacts: there is no person with the ref 'zoe'"]),
    (PERSON + "groups:\n  - {ref: g, name: G, members: [ann, zoe]}\n",
     ["line 5: groups[1].members: there is no person with the ref 'zoe'"]),
    (PERSON + "groups:\n  - {ref: g, name: G, meetings: [{ref: m, rule: often, starts: 2026-01-06 19:00, venue: V}]}\n",
     ["line 5: groups[1].meetings[1].rule: 'often' is not a rule such as FREQ=WEEKLY;BYDAY=MO,WE,FR."]),
    (PERSON + "groups:\n  - {ref: g, name: G, meetings: [{ref: m, starts: 2026-01-06 19:00, venue: V}]}\n",
     ["line 5: groups[1].meetings[1]: needs `rule`"]),
    (PERSON + "groups:\n  - {ref: g, name: G, meetings: [{ref: m, rule: FREQ=DAILY, starts: soon, venue: V}]}\n",
     ["line 5: groups[1].meetings[1].starts: must be a day and time such as 2026-01-06 19:00, not 'soon'"]),
    (PERSON + "groups:\n"
     "  - {ref: g, name: G, meetings: [{ref: m, rule: FREQ=DAILY, starts: 2026-01-06 19:00, venue: V}]}\n"
     "  - {ref: h, name: H, meetings: [{ref: m, rule: FREQ=DAILY, starts: 2026-01-06 19:00, venue: V}]}\n",
     ["line 6: groups[2].meetings[1].ref: 'm' is given twice"]),
    (PERSON + "pairs:\n  - {member: ann, buddy: ann}\n", ["line 5: pairs[1].buddy: nobody is their own buddy"]),
    ("people:\n  - {ref: ann, name: Ann, phones: 07700 900101}\nnumbers: {pool: [07700 900101]}\n",
     ["line 3: numbers.pool: +447700900101 is somebody's telephone in people"]),
    ("numbers: {pool: [07700 900001, +447700900001]}\n", ["line 1: numbers.pool: +447700900001 is given twice"]),
    ("numbers: {pool: [one]}\n", ["line 1: numbers.pool: 'one' is not a telephone number."]),
    ("people:\n  - {ref: a, name: Ann, phones: 07700 900101}\n  - {ref: b, name: ANN, phones: 07700 900101}\n",
     ["line 3: people[2].name: another 'ANN' has the same telephone"]),
    (PERSON + "pairs:\n  - {member: ann, buddy: ben, rank: 0}\n", ["line 5: pairs[1].rank: must be a"]),
    (PERSON + "pairs:\n  - {ref: x, member: ann, buddy: ben}\n  - {ref: y, member: ann, buddy: ben}\n",
     ["line 6: pairs[2].rank: 'ann' has a buddy of rank 1 already"]),
    (ROTA.replace("phones: 07700 900112", "area: York"), ["line 7: rota[2].person: 'dee' has no phone, so no page"]),
    (ROTA.replace("name: Dee,", "name: Dee, safe_to_text: no, safe_to_call: no,"),
     ["line 7: rota[2].person: 'dee' may be neither texted nor rung"]),
    (ROTA.replace("rank: 2", "rank: 1"),
     ["line 7: rota[2].rank: overlaps with 'days' of the same rank on Mon 5 Jan 10:00: give one of them another rank"]),
    (ROTA.replace("minutes: 60", "minutes: 0"), ["line 7: rota[2].minutes: must be a whole number from 15 to 10080"]),
    (ROTA.replace("minutes: 60", "minutes: 10081"), ["line 7: rota[2].minutes: must be a whole number from"]),
    (ROTA.replace("rule: FREQ=MONTHLY;BYDAY=1MO", "rule: first monday"),
     ["line 7: rota[2].rule: 'first monday' is not a rule such as FREQ=WEEKLY;BYDAY=MO,WE,FR."]),
    (ROTA.replace("rank: 2", "rank: 2, ends: 2025-12-31"), ["line 7: rota[2].ends: must not be before starts"]),
    (ROTA.replace("rank: 2", "rank: 2, ends: soon"), ["line 7: rota[2].ends: must be a day such as 2026-12-24"]),
    (ROTA.replace("=1MO", "=1MO;COUNT=3").replace("rank: 2", "rank: 2, ends: 2027-01-01"),
     ["line 7: rota[2].ends: stands in the rule already"]),
    (ROTA.replace("rank: 2", "rank: 2, ask: often"), ["line 7: rota[2].ask: must be yes or no, not 'often'"]),
    (ROTA.replace("rank: 2", "rank: 2, ends: 9999-12-31"), ["line 7: rota[2].ends: must be a day such as 2026-12-24"]),
    ("people:\n  - {ref: a, name: A, phones: [], appointments: [{day: 9999-12-31, what: dentist}]}\n",
     ["line 2: people[1].appointments[1].day: '9999-12-31' is not a day"]),
    (ROTA + "stand_ins: [dee, ann, dee]\n", ["line 8: stand_ins: 'dee' is given twice"]),
    (ROTA + "stand_ins: [zoe]\n", ["line 8: stand_ins: there is no person with the ref 'zoe'"]),
    (ROTA + "stand_ins: [ben]\n", ["line 8: stand_ins: 'ben' has no phone"]),
    (ROTA + "overrides:\n  - {ref: x, person: dee, instead_of: dee, from: 2026-01-02, until: 2026-01-01}\n",
     ["line 9: overrides[1].instead_of: nobody takes over from themselves", "line 9: overrides[1].until: must be"]),
    (ROTA + "overrides:\n  - {ref: x, person: ben, instead_of: zoe, from: 2026-01-02, until: 2026-01-02, rank: 0}\n",
     ["line 9: overrides[1].rank: must be a whole number from 1 to 9", "line 9: overrides[1].instead_of: there is no",
      "line 9: overrides[1].person: 'ben' has no phone"]),
    (ROTA + "swaps:\n  - {ref: x, shift: first, on: 2026-01-06, person: ann}\n",
     ["line 9: swaps[1].on: no first shift begins on 2026-01-06"]),
    (ROTA + "swaps:\n  - {ref: x, shift: third, on: 2026-01-05, person: ann}\n",
     ["line 9: swaps[1].shift: there is no shift with the ref 'third'"]),
    (ROTA + "swaps:\n  - {ref: x, shift: first, on: 2026-01-05, person: dee}\n",
     ["line 9: swaps[1].person: 'dee' has that shift already"]),
    (ROTA + "holidays:\n  - {ref: x, person: dee, from: 2026-01-03, until: 2026-01-01}\n",
     ["line 9: holidays[1].until: must be after from"]),
    ("people:\n  - {ref: a, name: A, speaks: [en, klingon]}\n",
     ["line 2: people[1].speaks: must be among en, cy, pl, not 'klingon'"]),
    (PERSON + "rota:\n  - {ref: r, person: zoe, rule: FREQ=DAILY, starts: 2026-01-01 08:00, zone: Nowhere}\n",
     ["line 5: rota[1].zone: 'Nowhere' is", "line 5: rota[1].person: there is no person with the ref 'zoe'"]),
    (PERSON + "staff:\n  - {person: ann, email: nobody, role: king}\n",
     ["line 5: staff[1].email: must be an e-mail address, not 'nobody'", "line 5: staff[1].role: must be"]),
    (PERSON + "staff:\n  - {person: ann, email: a@example.org}\n  - {person: ben, email: A@example.org}\n",
     ["line 6: staff[2].email: 'a@example.org' is given twice"]),
    (PERSON + "staff:\n  - {person: ann, email: a@example.org}\n  - {person: ann, email: b@example.org}\n",
     ["line 6: staff[2].person: 'ann' is given twice"]),
    # policies
    (PERSON + "policies: {red: {steps: []}}\n", ["line 4: policies.red.steps: a policy needs at least one step"]),
    (PERSON + "policies: {red: {steps: [{by: text}]}}\n", ["line 4: policies.red.steps[1]: needs `whom`"]),
    (PERSON + "policies: {red: {steps: [{whom: [on_call 1, zoe]}]}}\n",
     [("line 4: policies.red.steps[1].whom: must be on_call 1 to on_call 9, on_call, staff, everybody or a person, "
      "not 'zoe'")]),
    (PERSON + "policies: {amber: {steps: [{whom: ben, by: fax}], morning: soon}}\n",
     ["line 4: policies.amber.steps[1].by: must be one of text, call, both, not 'fax'",
      "line 4: policies.amber.morning: must be a time such as 10:30, not 'soon'",
      "line 4: policies.amber.steps[1].whom: 'ben' has no telephone to be paged by"]),
    (PERSON + "policies: {task: {again: 5}}\n",
     ["line 4: policies.task.again: is not a field here; those are steps, within, morning"]),
    # no YAML at all
    ("", ["line 1: must begin with fields such as people:"]),
    ("- a\n- b\n", ["line 1: must begin with fields such as people:"]),
    ("people: [\n", ["line 2: is not YAML: "]),
    ("people:\n\t- x\n", ["line 2: is not YAML: "]),
    ("people: *nobody\n", ["line 1: is not YAML: found undefined alias"]),
    ("a: 1\n---\nb: 2\n", ["line 2: is not YAML: "]),
    ("people: \x07\n", ["line 1: is not YAML: it holds a character that may not stand in a text file"]),
    ('people: "\\UFFFFFFFF"\n', ["line 1: is not YAML: it holds a character that may not stand in a text file"]),
    ("people: " + "[" * 20000, ["line 1: is not YAML: it is nested too deeply"]),
    ("people: " + "{a: " * 20000, ["line 1: is not YAML: it is nested too deeply"]),
]  # fmt: skip


def said_of(written: str, tmp_path: Path) -> list[str]:
    """Return what is said of a file."""
    file = tmp_path / "town.yaml"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(BadFile) as raised:
        read_file(file, "GB", "Europe/London")
    return raised.value.mistakes


@pytest.mark.parametrize(("written", "right"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_named_once_by_line_and_field(written: str, right: list[str], tmp_path: Path) -> None:
    mistakes = said_of(written, tmp_path)
    assert len(mistakes) == len(right), mistakes
    for mistake, begins in zip(mistakes, right, strict=True):
        assert mistake.startswith(f"town.yaml {begins}")


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    mistakes = said_of(
        "people:\n  - {name: Ann, phones: x, prefers: fax}\n  - {ref: b, name: B, zone: Leeds}\n"
        "pairs:\n  - {member: zoe, buddy: b}\n",
        tmp_path,
    )
    assert [mistake.split(": ")[0] for mistake in mistakes] == [
        "town.yaml line 2", "town.yaml line 2", "town.yaml line 2", "town.yaml line 3", "town.yaml line 5",
    ]  # fmt: skip


@pytest.mark.parametrize("field", ["people", "groups", "pairs", "rota", "overrides", "swaps", "holidays", "staff"])
def test_each_part_refuses_what_is_no_field_of_it(field: str, tmp_path: Path) -> None:
    assert any(
        f"{field}[1].nonsense: is not a field here" in m for m in said_of(f"{field}: [{{nonsense: 1}}]", tmp_path)
    )


def test_an_anchor_bomb_is_refused_at_once(tmp_path: Path) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for before, name in zip("abcdefghijklmno", "bcdefghijklmnop", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    assert "is not a field here" in said_of(bomb + "people: *p\n", tmp_path)[0]


def test_a_list_that_holds_itself_is_refused(tmp_path: Path) -> None:
    assert said_of("people: &a [*a, {ref: x, name: &b [*b]}]\n", tmp_path)


def test_anchors_that_save_typing_are_welcome(line: Line) -> None:
    loads(line, "people:\n  - {ref: a, name: A, phones: &home 07700 900101}\n  - {ref: b, name: B, phones: *home}\n")
    assert value(line, "SELECT count(*) FROM phones") == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"\x89PNG\r\n\x1a\n\x00"])
def test_a_file_that_is_no_text_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "town.yaml"
    file.write_bytes(content)
    with pytest.raises(BadInput, match="it is not UTF-8 text"):
        read_file(file, "GB", "Europe/London")


def test_one_bad_person_and_nothing_is_changed(town: Line) -> None:
    before = everything(town)
    changed = TOWN.replace("name: Ann,", "name: Anna,").replace("07700 900132", "nonsense")
    with pytest.raises(BadFile):
        loads(town, changed)
    assert everything(town) == before


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("ref: ann-ben, member: ann, buddy: ben", "ref: ann-joy, member: ann, buddy: joy", "buddy"),
        ("{person: omar, email: omar@", "{person: joy, email: omar@", "e-mail address"),
    ],
)
def test_a_file_that_does_not_fit_what_is_kept_changes_nothing(town: Line, was: str, now: str, why: str) -> None:
    before = everything(town)
    with pytest.raises(BadInput, match=why) as raised:
        loads(town, TOWN.replace(was, now).replace("name: Ann,", "name: Anna,"))
    assert "\n" not in str(raised.value)
    assert everything(town) == before


# --- the command ---


def command(file: Path, database_url: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run `checkin load`."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHECKIN_", "TWILIO_"))}
    return subprocess.run(
        [sys.executable, "-m", "checkin.cli", "load", str(file), *flags],
        env={**clean, **environment(database_url)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_command_loads_or_says_each_mistake_in_one_sentence(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "town.yaml"
    file.write_text(TOWN.replace("07700 900132", "nonsense").replace("role: coordinator", "role: king"))
    refused = command(file, database_url)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert [line.partition(": ")[0] for line in refused.stderr.splitlines()] == [
        "town.yaml line 9",
        "town.yaml line 25",
    ]
    file.write_text(TOWN)
    checked = command(file, database_url, "--check")
    assert (checked.returncode, checked.stdout) == (0, "The file is in order.\n")
    with opened(database_url) as line:
        assert value(line, "SELECT count(*) FROM people") == 0
        loaded = command(file, database_url)
        assert (loaded.returncode, loaded.stderr) == (0, "")
        first, *holes, more = loaded.stdout.splitlines()
        assert first == "Loaded 6 people, 1 groups, 2 pairs, 1 shifts, 2 staff."
        assert all(hole.startswith("Take note: nobody is on call from ") for hole in holes)
        assert more.startswith("There are 2")
        assert value(line, "SELECT count(*) FROM people") == 6


def test_without_tables_or_a_database_the_command_says_so(empty_database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "town.yaml"
    file.write_text(TOWN)
    untouched = command(file, empty_database_url)
    assert (untouched.returncode, untouched.stderr) == (1, "The database has no tables yet: run checkin db upgrade.\n")
    away = command(file, "postgresql://127.0.0.1:1/nothing")
    assert away.returncode == 1
    assert away.stderr.startswith("The database cannot be reached: ")
    assert away.stderr.count("\n") == 1


def test_the_lines_own_number_cannot_be_a_pairs(line: Line) -> None:
    with pytest.raises(BadInput, match=r"the line's own number"):
        loads(line, 'numbers: {pool: ["+441632960000"]}\n')


def test_who_shares_a_phone_is_known_to_share_it(line: Line) -> None:
    loads(
        line,
        "people:\n  - {ref: ann, name: Ann, phones: 07700 900101}\n  - {ref: bill, name: Bill, phones: 07700 900101}\n"
        "  - {ref: cat, name: Cat, phones: 07700 900103}\n",
    )
    assert rows(line, "SELECT ref FROM people WHERE shared_phone ORDER BY ref") == [("ann",), ("bill",)]


def test_a_pair_that_a_file_ends_and_begins_again(town: Line) -> None:
    ended = TOWN.replace("buddy: ben", "ended: yes, buddy: ben", 1)
    loads(town, ended)
    loads(town, ended)
    assert value(town, "SELECT status FROM pairs WHERE ref = 'ann-ben'") == "ended"
    assert value(town, "SELECT count(*) FROM messages WHERE wording = 'pair.ended'") == 2
    loads(town, TOWN)
    assert value(town, "SELECT status FROM pairs WHERE ref = 'ann-ben'") == "active"


def test_a_plan_says_only_what_is_not_as_usual(town: Line) -> None:
    usual = 'plans: {days: [mon, wed], at: "17:30", ladder: [text, call, staff], gaps: {text: 45, ask: 90}}\n'
    people = (
        "people:\n"
        "  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins], plan: {}}\n"
        "  - {ref: bob, name: Bob, phones: 07700 900102, streams: [checkins], "
        'plan: {at: "09:30", ladder: [call], gaps: {ask: 20}}}\n'
    )
    loads(town, usual + people)
    found = rows(town, "SELECT rule, at::text, ladder, gaps FROM plans JOIN people p ON p.id = person_id "
        "WHERE p.ref IN ('ann', 'bob') ORDER BY p.ref")  # fmt: skip
    assert [tuple(row) for row in found] == [
        ("FREQ=WEEKLY;BYDAY=MO,WE", "17:30:00", ["text", "call", "staff"], {"text": 45, "ask": 90}),
        ("FREQ=WEEKLY;BYDAY=MO,WE", "09:30:00", ["call"], {"text": 45, "ask": 20}),
    ]
