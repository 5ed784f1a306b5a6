"""Groups and meetings in the console: seen, changed after a preview, marked; a facilitator sees their own only."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import icalendar
import pytest

from checkin.conversations import due
from checkin.load import load_file
from tests.console.conftest import Browser, Office, Opens
from tests.console.walk import HOSTILE, axe, shows_as_text

# NOON is Thursday 3 December 2026.
MEETING = "/meetings/{}/2026-12-10"
GROUPS = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, reminders]}
  - {ref: bill, name: Bill, phones: 0113 496 0102, prefers: call, streams: [reminders]}
  - {ref: carol, name: Carol, phones: 07700 900103, streams: [checkins]}
  - {ref: dil, name: Dilys, phones: 07700 900105, streams: [reminders], language: cy}
  - {ref: ed, name: Ed, phones: 07700 900106, streams: [reminders], safe_to_text: no}
  - {ref: fay, name: Fay, phones: 07700 900121}
  - {ref: gil, name: Gil, phones: 07700 900122}
groups:
  - ref: leeds
    name: Leeds group
    members: [ann, bill, carol, dil, ed]
    facilitators: [fay]
    cover: [gil]
    meetings:
      - {ref: thursdays, rule: FREQ=WEEKLY;BYDAY=TH, starts: 2026-11-05 19:00, venue: Friends Meeting House}
  - ref: york
    name: York group
    members: [ann]
    facilitators: [gil]
    meetings:
      - {ref: mondays, rule: FREQ=MONTHLY;BYDAY=1MO, starts: 2026-11-02 18:30, venue: Library}
"""


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """A line whose carrier is a stand-in, so that drama numbers may be texted."""
    return {**environment, "TWILIO_API_URL": "http://127.0.0.1:1"}


@pytest.fixture
def series(office: Office, tmp_path: Path) -> str:
    """Two groups; Fay runs one. The id of its series."""
    file = tmp_path / "groups.yaml"
    file.write_text(GROUPS, encoding="utf-8")
    with office.line.store.work(office.now) as work:
        load_file(work, file)
    return id_of(office, "meetings", "thursdays")


def id_of(office: Office, table: str, ref: str) -> str:
    """The id of a row with a ref."""
    return str(office.rows(f"SELECT id FROM {table} WHERE ref = :ref", ref=ref)[0][0])  # noqa: S608  # our own words


def hidden(page: str) -> dict[str, str]:
    """What the form on a page carries unseen."""
    form = page.partition('id="form"')[2] or page
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def changes(browser: Browser, path: str, **typed: str) -> str:
    """Fill in a form, read who will be told what, and confirm; return the preview."""
    opened = hidden(browser.get(path).text)
    preview = browser.post(path, **opened, **typed)
    assert preview.status_code == 200, preview.text
    done = browser.post(path, **hidden(preview.text), stage="sure")
    assert done.status_code == 303, done.text
    return unescape(re.sub(r"\s+", " ", preview.text))


MOVED = {"on": "2026-12-11", "at": "18:30", "venue": "Town Hall", "directions": "Bus 4.", "access": "Ramp."}


def test_a_meeting_is_moved_after_a_preview_of_who_is_told_what(office: Office, sue: Browser, series: str) -> None:
    path = MEETING.format(series)
    preview = changes(sue, f"{path}/move", **MOVED)
    assert "5 people: 4 by text, 1 by telephone." in preview
    assert (
        "Leeds group has moved from Thursday 10 December, 19:00 to Friday 11 December, 18:30. Place: Town Hall. "
        "Reply 1 coming, 2 can't, 3 a question. No need to answer."
    ) in preview
    assert "By text, in Welsh, to 1. They may answer" in preview
    assert "By telephone, to 1" in preview
    assert re.search(r"see to them yourself:</strong>\s*<bdi>Ed</bdi> \(it is marked not safe for them\)", preview)
    assert re.search(r"have not agreed to hear about meetings:</strong>\s*<bdi>Carol</bdi>", preview)
    assert office.rows("SELECT kind FROM meeting_changes") == [("moved",)]
    assert "fire" in office.bell.rung
    page = sue.get(path).text
    assert "6 still to be told" in unescape(re.sub(r"\s+", " ", page))
    due.fire_timers(office.line.store, office.now, most=50)
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE messages SET status = 'sent' WHERE medium = 'text'")
        work.conn.exec_driver_sql(
            "UPDATE messages SET status = 'dropped', reason = 'not_safe' "
            "WHERE person_id = (SELECT id FROM people WHERE ref = 'ed')"
        )
    page = unescape(re.sub(r"\s+", " ", sue.get(path).text))
    for said in (
        "4 told, 1 still to be told.",
        "<bdi>Ed</bdi> (it is marked not safe",
        "Moved from Thu 10 Dec, 19:00 to Fri",
        "Bus 4.",
        "<bdi>Sue</bdi>",
    ):
        assert said in page
    actions = [(who, what) for who, what, _ in office.audited()]
    assert ("sue", "meeting_moved") in actions
    assert ("sue", "read_meeting") in actions


def test_off_on_again_and_somebody_else_to_run_it(office: Office, sue: Browser, series: str) -> None:
    path = MEETING.format(series)
    assert "does not meet on Thursday 10 December, 19:00 this time" in changes(sue, f"{path}/cancel")
    page = sue.get(path).text
    assert "Have it after all" in page
    assert "Another time or place" not in page
    assert "Nobody" in changes(sue, f"{path}/restore")
    preview = changes(sue, f"{path}/run", who=str(office.person("gil")))
    assert "You are down to run Leeds group" in preview
    assert "Gil runs Leeds group" in preview
    assert office.rows("SELECT kind FROM meeting_changes ORDER BY version") == [
        ("cancelled",),
        ("restored",),
        ("runs",),
    ]


def test_nothing_is_told_before_it_is_confirmed_and_of_two_the_second_is_told(
    office: Office, sue: Browser, omar: Browser, series: str
) -> None:
    path = MEETING.format(series)
    mine = sue.post(f"{path}/cancel", **hidden(sue.get(f"{path}/cancel").text))
    opened = hidden(omar.get(f"{path}/move").text)
    assert office.rows("SELECT count(*) FROM occurrences") == [(0,)]
    changes(omar, f"{path}/move", **MOVED)
    late = sue.post(f"{path}/cancel", **hidden(mine.text), stage="sure")
    assert late.status_code == 422
    assert "Somebody has changed this meeting since you looked" in late.text
    assert "Friday 11 December" in late.text
    again = omar.post(f"{path}/move", **{**opened, **MOVED, "venue": "Library"})
    assert again.status_code == 409
    assert "Somebody else has changed this since you opened it" in again.text
    assert office.rows("SELECT kind FROM meeting_changes") == [("moved",)]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({**MOVED, "on": ""}, "Enter the day"),
        ({**MOVED, "at": "evening"}, "Enter a time, such as 19:30"),
        ({**MOVED, "venue": "x" * 81}, "Shorten this to 80 characters"),
        ({**MOVED, "on": "2026-12-01"}, "Choose a time that is still to come"),
        ({**MOVED, "on": "2026-12-17", "at": "19:00"}, "The group meets at that time already"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(
    sue: Browser, series: str, typed: dict[str, str], why: str
) -> None:
    path = MEETING.format(series) + "/move"
    answer = sue.post(path, **hidden(sue.get(path).text), **typed)
    assert answer.status_code == 422
    assert why in answer.text
    assert "Ramp." in answer.text


def test_who_came_is_tapped_without_a_script(office: Office, series: str) -> None:
    fay = office.staff("fay")
    path = MEETING.format(series)
    assert "Tap what fits" not in fay.get(path).text
    office.now = datetime(2026, 12, 10, 20, 0, tzinfo=UTC)
    fay = office.staff("fay")
    ann = office.person("ann")
    assert "Tap what fits" in fay.get(path).text
    assert fay.post(f"{path}/came", tap=f"{ann} came").location == f"{path}#who-{ann}"
    assert office.rows("SELECT came FROM attendances") == [(True,)]
    assert f'value="{ann} none" aria-pressed="true"' in fay.get(path).text
    fay.post(f"{path}/came", tap=f"{ann} not")
    assert office.rows("SELECT came FROM attendances") == [(False,)]
    fay.post(f"{path}/came", tap=f"{ann} none")
    assert office.rows("SELECT came FROM attendances") == []
    for tap in ("", "nobody came", f"{ann} maybe", f"{office.person('omar')} came"):
        assert fay.post(f"{path}/came", tap=tap).status_code == 422
    form = hidden(fay.get(path).text.partition('id="newcomers"')[2])
    assert fay.post(f"{path}/newcomers", **form, newcomers="two").status_code == 422
    assert fay.post(f"{path}/newcomers", **form, newcomers="2").status_code == 303
    assert office.rows("SELECT newcomers FROM occurrences") == [(2,)]
    assert office.rows("SELECT count(*) FROM messages") == [(0,)]
    # It has begun: nothing about it is changed any more.
    assert "has begun" in fay.post(f"{path}/cancel").text


def test_a_facilitator_sees_their_own_groups_only(office: Office, series: str) -> None:
    fay = office.staff("fay")
    york, mondays = id_of(office, "groups", "york"), id_of(office, "meetings", "mondays")
    for path in ("/groups", "/meetings?month=2026-12"):
        page = fay.get(path).text
        assert "Leeds group" in page
        assert "York" not in page
    leeds = fay.get(f"/groups/{id_of(office, 'groups', 'leeds')}").text
    assert "Friends Meeting House" in leeds
    assert "Add meetings" not in leeds
    for path in (f"/groups/{york}", f"/meetings/{mondays}/2026-12-07", f"/meetings/{mondays}/2026-12-07/cancel"):
        assert fay.get(path).status_code == 404, path
    assert fay.get(f"/groups/{id_of(office, 'groups', 'leeds')}/meetings/{series}").status_code == 403
    assert fay.post(f"/meetings/{mondays}/2026-12-07/cancel", stage="sure", seen="0").status_code == 404
    assert fay.post(f"/groups/{york}/calendar/make").status_code == 404
    assert "does not meet" in changes(fay, MEETING.format(series) + "/cancel")


def test_meetings_are_added_and_changed_with_the_rule_read_back(office: Office, sue: Browser, series: str) -> None:
    leeds = id_of(office, "groups", "leeds")
    typed = {"first": "2026-12-08", "at": "10:00", "how": "monthly", "until": "", "minutes": "60", "venue": "Café",
        "directions": "", "access": "", "reminders": "before"}  # fmt: skip
    path = f"/groups/{leeds}/meetings/new"
    wrong = sue.post(path, **hidden(sue.get(path).text), **{**typed, "how": "kept", "minutes": "many"})
    assert wrong.status_code == 422
    assert "Enter a whole number" in wrong.text
    preview = changes(sue, path, **typed)
    assert "The second Tuesday of every month at 10:00, from Tuesday 8 December 2026, for 60 minutes." in preview
    assert re.findall(r"<time[^>]*>([^<]+)</time>", preview) == [
        "Tue 8 Dec, 10:00", "Tue 12 Jan 2027, 10:00", "Tue 9 Feb 2027, 10:00", "Tue 9 Mar 2027, 10:00",
        "Tue 13 Apr 2027, 10:00",
    ]  # fmt: skip
    assert "Café" in sue.get(f"/groups/{leeds}").text
    due.remind_meetings(office.line.store, datetime(2026, 12, 7, 10, 30, tzinfo=UTC), most=50)
    office.now = datetime(2026, 12, 7, 11, 0, tzinfo=UTC)
    sue = office.staff("sue")
    path = f"/groups/{leeds}/meetings/{series}"
    page = sue.get(path).text
    assert 'value="2026-11-05"' in page
    preview = changes(sue, path, first="2026-11-05", at="19:30", how="weekly", minutes="90", until="",
        venue="Friends Meeting House", directions="", access="", reminders="both")  # fmt: skip
    assert "Who has been told of Thu 10 Dec, 19:00 hears at once" in preview
    assert "has moved from Thursday 10 December, 19:00 to Thursday 10 December, 19:30" in preview
    assert ("sue", "series_changed") in [(who, what) for who, what, _ in office.audited()]


def test_a_calendar_is_read_at_its_address_until_that_is_taken_away(office: Office, series: str) -> None:
    fay = office.staff("fay")
    fay.get("/groups")
    fay.post("/groups/calendar/make")
    address = re.search(r'id="address" value="https://line\.example\.org([^"]+)"', fay.get("/groups").text)
    assert address is not None
    program = office.browser().client
    answer = program.get(address[1])
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert [str(event["SUMMARY"]) for event in calendar.walk("VEVENT")] == ["Leeds group"]
    again = program.get(address[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    changes(fay, MEETING.format(series) + "/cancel")
    changed = program.get(address[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert b"EXDATE" in changed.data
    fay.post("/groups/calendar/drop")
    assert program.get(address[1]).status_code == 404


def test_pages_cost_the_same_however_much_they_show(office: Office, sue: Browser, series: str) -> None:
    leeds = id_of(office, "groups", "leeds")
    paths = ("/groups", "/meetings?month=2026-12", f"/groups/{leeds}", MEETING.format(series))
    few = [office.statements(sue, path) for path in paths]
    with office.line.store.work(office.now) as work:
        for n in range(30):
            work.conn.exec_driver_sql("INSERT INTO groups (id, name) VALUES (gen_random_uuid(), %s)", (f"Group {n}",))
        work.conn.exec_driver_sql(
            "INSERT INTO meetings (id, group_id, rule, starts, zone, venue) SELECT gen_random_uuid(), id, "
            "'FREQ=DAILY', '2026-11-01 10:00', 'Europe/London', 'Hall' FROM groups"
        )
        work.conn.exec_driver_sql(
            "INSERT INTO memberships (group_id, person_id) SELECT g.id, p.id FROM groups g, people p "
            "ON CONFLICT DO NOTHING"
        )
    assert [office.statements(sue, path) for path in paths] == few
    assert max(few) <= 20


def test_what_people_wrote_stays_text(office: Office, sue: Browser, series: str) -> None:
    path = MEETING.format(series)
    office.rows("UPDATE groups SET name = :name RETURNING 1", name=HOSTILE)
    typed = {**MOVED, "venue": HOSTILE, "directions": HOSTILE}
    preview = sue.post(f"{path}/move", **hidden(sue.get(f"{path}/move").text), **typed)
    shows_as_text(preview.text)
    sue.post(f"{path}/move", **hidden(preview.text), stage="sure")
    for page in (
        path,
        "/groups",
        "/meetings?month=2026-12",
        f"/groups/{id_of(office, 'groups', 'leeds')}",
        f"{path}/move",
    ):
        shows_as_text(sue.get(page).text)


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-12", "0001-01", ""])
def test_an_odd_month_is_this_month(sue: Browser, series: str, month: str) -> None:
    assert "December 2026" in sue.get("/meetings", month=month).text
    assert series
    assert "<h1" in sue.get(f"/meetings?month={month}").text


@pytest.mark.browser
def test_each_page_can_be_used_on_a_small_phone(office: Office, opens: Opens, series: str) -> None:
    path = MEETING.format(series)
    leeds = id_of(office, "groups", "leeds")
    page = opens("sue")
    for address in ("/groups", f"/groups/{leeds}", "/meetings?month=2026-12", path, f"{path}/run",
                    f"/groups/{leeds}/meetings/new", f"/groups/{leeds}/meetings/{series}"):  # fmt: skip
        page.goto(address)
        axe(page)
    page.goto(f"{path}/move")
    page.get_by_label("Place").fill("Town Hall")
    page.get_by_role("button", name="See who will be told what").press("Enter")
    axe(page)
    page.get_by_role("button", name="Move it and tell them").press("Enter")
    page.get_by_text("Everybody concerned is being told.").wait_for()
    axe(page)
    office.now += timedelta(days=7, hours=8)
    page = opens("fay")
    page.goto(path)
    page.get_by_role("button", name="Came: Ann").press("Enter")
    page.wait_for_url("**#who-*")
    assert page.get_by_role("button", name="Came: Ann").get_attribute("aria-pressed") == "true"
    axe(page)


NAMED = {"name": "Mill group", "area": "Otley", "about": "Stoma", "expect": "Tea", "join_code": "mill 1"}


def test_a_group_is_made_and_called_otherwise_and_a_file_leaves_it_alone(
    office: Office, series: str, tmp_path: Path
) -> None:
    del series
    omar, sue = office.staff("omar"), office.staff("sue")
    assert "Make a group" in omar.get("/groups").text
    assert "Make a group" not in sue.get("/groups").text
    assert sue.get("/groups/new").status_code == 404
    omar.get("/groups/new")
    made = omar.post("/groups/new", **NAMED)
    assert made.status_code == 303
    page = omar.get(made.location).text
    assert "JOIN <bdi>M1111</bdi>" in page
    for wrong, sentence in (
        ({"name": ""}, "Enter a name"),
        ({"name": "leeds GROUP"}, "a group of this name already"),
        ({"join_code": "m-1ill"}, "Another group has this code"),
        ({"join_code": "!?"}, "3 to 20 letters and digits"),
    ):
        refused = omar.post("/groups/new", **{**NAMED, "name": "Weir group", **wrong})
        assert refused.status_code == 422
        assert sentence in refused.text
    leeds = f"/groups/{id_of(office, 'groups', 'leeds')}"
    opened = hidden(omar.get(f"{leeds}/name").text)
    sue.get("/")
    assert sue.post(f"{leeds}/name", **opened, **NAMED).status_code == 404
    renamed = {**NAMED, "name": "Aire group", "join_code": "AIRE"}
    assert omar.post(f"{leeds}/name", **opened, **renamed).status_code == 303
    assert "Somebody else has changed this" in omar.post(f"{leeds}/name", **opened, **NAMED).text
    with office.line.store.work(office.now) as work:
        load_file(work, tmp_path / "groups.yaml")
    assert office.rows("SELECT name, join_code FROM groups WHERE ref = 'leeds'") == [("Aire group", "A1RE")]
    assert office.rows("SELECT name FROM groups WHERE ref = 'york'") == [("York group",)]
    assert {("omar", "made_group"), ("omar", "changed_group")} <= {row[:2] for row in office.audited()}
