"""Who runs a group and who covers, chosen in the console: by whom, whom not, what follows, what a file leaves be."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest

from checkin.load import load_file
from tests.console.conftest import ORGANISATION, Browser, Office, Opens
from tests.console.walk import HOSTILE, axe, shows_as_text

MEETINGS = """
people:
  - {ref: fay, name: Fay, phones: 07700 900121}
groups:
  - ref: harbour
    name: Harbour
    members: [fay]
    meetings:
      - {ref: thursdays, rule: FREQ=WEEKLY;BYDAY=TH, starts: 2026-11-05 19:00, venue: Library, ask: yes}
"""


def group(office: Office, ref: str = "harbour") -> UUID:
    """The id of a group."""
    (found,) = office.rows("SELECT id FROM groups WHERE ref = :ref", ref=ref)[0]
    assert isinstance(found, UUID)
    return found


def address(office: Office, ref: str, of: str = "harbour") -> str:
    """Where it is chosen what somebody does in a group."""
    return f"/groups/{group(office, of)}/helpers/{office.person(ref)}"


def opened(browser: Browser, path: str) -> dict[str, str]:
    """What the form on a page carries unseen."""
    page = browser.get(path).text
    return {"version": page.partition('name="version" value="')[2].partition('"')[0]}


def chooses(browser: Browser, path: str, role: str) -> str:
    """Choose, read what follows, and confirm; return what follows, or the page that refuses."""
    form = {**opened(browser, path), "role": role}
    page = browser.post(path, **form)
    if page.status_code != 200:
        return unescape(page.text)
    done = browser.post(path, **form, stage="sure")
    assert done.status_code == 303, done.text
    return unescape(re.sub(r"\s+", " ", page.text))


def roles(office: Office, of: str = "harbour") -> dict[object, object]:
    """Who is what in a group."""
    found = office.rows(
        "SELECT p.ref, m.role FROM memberships m JOIN people p ON p.id = m.person_id WHERE m.group_id = :g",
        g=group(office, of),
    )
    return dict(found)  # type: ignore[arg-type]  # rows of two


def test_who_helps_is_chosen_once_what_follows_was_seen(office: Office, omar: Browser, tmp_path: Path) -> None:
    helpers, fay = f"/groups/{group(office)}/helpers", office.staff("fay")
    assert helpers in omar.get(f"/groups/{group(office)}").text
    assert address(office, "carol") in omar.get(f"{helpers}?q=carol").text
    page = omar.get(address(office, "carol")).text
    assert "Helps no more" not in page
    form = {**opened(omar, address(office, "carol")), "role": "facilitator"}
    checked = omar.post(address(office, "carol"), **form)
    assert "The line cannot text them now" in checked.text
    assert roles(office) == {"ann": "member", "fay": "facilitator"}
    assert omar.post(address(office, "carol"), **form, stage="sure").status_code == 303
    assert "Carol: runs the group. Nobody has been told." in omar.get(f"/groups/{group(office)}").text
    assert "asked to step in" in chooses(omar, address(office, "ann"), "cover")
    assert "no longer see this group when they log in here" in chooses(omar, address(office, "fay"), "gone")
    assert "There is no group here yet" in fay.get("/groups").text
    assert fay.get(f"/groups/{group(office)}").status_code == 404
    # The same file, which still names them as they were.
    file = tmp_path / "organisation.yaml"
    file.write_text(ORGANISATION, encoding="utf-8")
    with office.line.store.work(office.now) as work:
        load_file(work, file)
    assert roles(office) == {"ann": "cover", "carol": "facilitator"}
    assert "see this group when they log in here" in chooses(omar, address(office, "fay", "quay"), "facilitator")
    assert fay.get(f"/groups/{group(office, 'quay')}").status_code == 200
    assert office.rows("SELECT detail FROM audit WHERE action = 'chose_helper' ORDER BY id") == [
        (f"person {office.person(ref)} {role}",)
        for ref, role in (("carol", "facilitator"), ("ann", "cover"), ("fay", "gone"), ("fay", "facilitator"))
    ]
    assert office.rows("SELECT count(*) FROM messages") == [(0,)]


@pytest.mark.parametrize("name", ["sue", "fay"])
def test_only_those_who_make_groups_choose(office: Office, name: str) -> None:
    browser = office.staff(name)
    browser.get("/groups")
    assert "Choose who helps" not in browser.get(f"/groups/{group(office)}").text
    for path in (f"/groups/{group(office)}/helpers", address(office, "fay", "quay")):
        assert browser.get(path).status_code == 403
    assert browser.post(address(office, "fay", "quay"), role="facilitator", stage="sure").status_code == 403
    assert roles(office, "quay") == {"carol": "member"}


@pytest.mark.parametrize(
    ("ref", "status", "role", "said"),
    [
        ("ann", "invited", "facilitator", "They have not said yes to the line yet"),
        ("ann", "suspended", "cover", "They are suspended"),
        ("ann", "ended", "cover", "They have left the line."),
        ("ann", "active", "gone", "Choose one of these"),
        ("ann", "active", "owner", "Choose one of these"),
        ("ann", "active", "", "Choose one of these"),
        ("fay", "active", "facilitator", "Nothing is different"),
    ],
)
def test_who_cannot_is_refused_and_nothing_is_kept(
    office: Office, omar: Browser, ref: str, status: str, role: str, said: str
) -> None:
    office.rows("UPDATE people SET status = :s WHERE ref = :r RETURNING 1", s=status, r=ref)
    path = address(office, ref)
    assert said in chooses(omar, path, role)
    answer = omar.post(path, **opened(omar, path), role=role, stage="sure")
    assert (answer.status_code, said in unescape(answer.text)) == (422, True)
    assert roles(office) == {"ann": "member", "fay": "facilitator"}


def test_nobody_and_no_group_are_no_pages(office: Office, omar: Browser) -> None:
    nobody = UUID(int=7)
    for path in (
        f"/groups/{nobody}/helpers",
        f"/groups/{nobody}/helpers/{office.person('ann')}",
        f"/groups/{group(office)}/helpers/{nobody}",
    ):
        assert omar.get(path).status_code == 404
    assert "Write at least" in omar.get(f"/groups/{group(office)}/helpers?q=a").text


def test_whoever_is_down_for_a_meeting_stays_until_somebody_else_is(
    office: Office, omar: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "meetings.yaml"
    file.write_text(MEETINGS, encoding="utf-8")
    chooses(omar, address(office, "fay"), "cover")
    chooses(omar, address(office, "ann"), "facilitator")
    with office.line.store.work(office.now) as work:
        load_file(work, file)
        work.conn.exec_driver_sql(
            "INSERT INTO occurrences (id, meeting_id, day, starts_at, runs_id) SELECT gen_random_uuid(), m.id, "
            "'2026-12-10', '2026-12-10 19:00+00', p.id FROM meetings m, people p WHERE p.ref = 'fay'"
        )
    assert "down to run the meeting of Thursday 10 December, 19:00" in chooses(omar, address(office, "fay"), "gone")
    assert "asked the day before" in chooses(omar, address(office, "fay"), "facilitator")
    office.now += timedelta(days=8)
    omar = office.staff("omar")
    assert "hear no more" in chooses(omar, address(office, "fay"), "member")
    assert roles(office) == {"ann": "facilitator", "fay": "member"}
    assert "Then nobody runs this group" in chooses(omar, address(office, "ann"), "gone")


def test_the_second_of_two_who_choose_is_told(office: Office, omar: Browser) -> None:
    ada, path = office.staff("ada"), address(office, "fay")
    first, second = opened(omar, path), opened(ada, path)
    assert omar.post(path, **first, role="cover", stage="sure").status_code == 303
    late = ada.post(path, **second, role="gone", stage="sure")
    assert late.status_code == 409
    assert "Somebody else has changed this" in late.text
    assert roles(office)["fay"] == "cover"


def test_whoever_tries_a_group_is_no_helper_and_may_leave_the_line(office: Office, omar: Browser) -> None:
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE memberships SET role = 'trying' WHERE role = 'member'")
    page = omar.get(f"/groups/{group(office)}").text
    assert "Ann" not in page
    assert "Is trying it" in omar.get(f"/people/{office.person('ann')}").text
    assert "They are trying this group" in chooses(omar, address(office, "ann"), "cover")
    path = f"/people/{office.person('ann')}/end"
    omar.get(path)
    assert omar.post(path, their_words="she rang", stage="sure").status_code == 303
    chooses(omar, address(office, "carol"), "cover")
    assert "They run Harbour, or cover" in omar.get(f"/people/{office.person('carol')}/end").text


def test_hostile_names_stay_text_and_pages_cost_the_same(office: Office, omar: Browser) -> None:
    helpers = f"/groups/{group(office)}/helpers"
    few = [office.statements(omar, path) for path in (f"{helpers}?q=ann", address(office, "ann"))]
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE groups SET name = %s", (HOSTILE,))
        work.conn.exec_driver_sql(
            "INSERT INTO memberships (group_id, person_id, role) SELECT g.id, p.id, 'cover' FROM groups g, people p "
            "WHERE p.ref <> 'ann' ON CONFLICT DO NOTHING"
        )
    assert [office.statements(omar, path) for path in (f"{helpers}?q=ann", address(office, "ann"))] == few
    shows_as_text(omar.get(helpers).text)
    shows_as_text(omar.post(address(office, "ann"), **opened(omar, address(office, "ann")), role="cover").text)


@pytest.mark.browser
def test_somebody_is_chosen_by_keyboard_alone(office: Office, opens: Opens, complaints: list[str]) -> None:
    page = opens("omar")
    page.goto(f"/groups/{group(office)}")
    page.get_by_role("link", name="Choose who helps").press("Enter")
    page.get_by_label("Name or number").fill("carol")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Carol").press("Enter")
    page.get_by_role("button", name="See what follows").press("Enter")
    page.get_by_role("link", name="Choose one of these").press("Enter")
    axe(page)
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Keep it").focus()
    axe(page)
    page.keyboard.press("Enter")
    page.get_by_text("Carol: runs the group.").wait_for()
    axe(page)
    page.goto(f"/groups/{group(office)}/helpers?q=ann")
    axe(page)
    # The browser notes that the first try was refused.
    assert [one for one in complaints if "422" not in one] == []
