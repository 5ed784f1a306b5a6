"""The rota in the console: who would answer, changes read back with the gaps they leave, and nothing kept unseen."""

import re
from html import unescape
from typing import Any

import pytest

from checkin import rota
from tests.console.conftest import Browser, Office, Opens
from tests.console.walk import HOSTILE, axe, shows_as_text

NIGHTS = {
    "name": "nights", "days": ["MO", "TU"], "weeks": "2", "begins": "20:00", "ends": "08:00", "first": "2026-12-07",
    "last": "", "rank": "1", "ask": "y",
}  # fmt: skip


def shifts(office: Office) -> list[tuple[str, str, int, int]]:
    """Return the shifts: name, rule, minutes, rank."""
    with office.line.store.work(office.now) as work:
        return [(s.name, s.rule, s.minutes, s.rank) for s in rota.read(work).shifts]


def sends(browser: Browser, path: str, form: dict[str, Any], stage: str = "") -> tuple[int, str]:
    """Open a page, send its form as the page carries it, and return the answer."""
    page = browser.get(path).text
    version = re.search(r'name="version" value="([^"]*)"', page)
    answer = browser.client.post(
        path, data={"csrf_token": browser.token, "version": version[1] if version else "", "stage": stage, **form}
    )
    return answer.status_code, unescape(answer.text)


def test_who_is_on_call_and_who_would_answer_with_reasons(office: Office, sue: Browser) -> None:
    page = sue.get("/rota").text
    assert "On call now: <strong><bdi>Sue</bdi>, then <bdi>Omar</bdi></strong>" in re.sub(r"\s+", " ", page)
    assert "gaps in the coming four weeks" in page
    asked = unescape(sue.get("/rota?at=Tue+3am&language=pl").text)
    assert "Nobody is on call on Tue 8 Dec 03:00." in asked
    asked = unescape(sue.get("/rota?at=tomorrow+10:00").text)
    assert re.search(r"<bdi>Sue</bdi></strong>: days shift, first rank \(at once\)", asked)
    assert "Then everybody, with an alarm" in asked
    asked = unescape(sue.get("/rota?at=tomorrow+10:00&language=pl").text)
    assert "None of them is known to speak Polish." in asked
    office.rows("UPDATE people SET speaks = '{en,pl}' WHERE ref = 'omar' RETURNING 1")
    asked = unescape(sue.get("/rota?at=tomorrow+10:00&language=pl").text)
    assert re.search(r"<bdi>Omar</bdi></strong>: second shift, second rank, speaks Polish \(after 5 minutes\)", asked)
    assert "None of them" not in asked
    wrong = sue.get("/rota?at=whenever")
    assert "There is a problem" in wrong.text
    assert office.statements(sue, "/rota?at=Tue+3am") <= 32


def test_a_new_shift_is_read_back_before_it_is_kept(office: Office, sue: Browser) -> None:
    form = {**NIGHTS, "person": str(office.person("omar"))}
    code, page = sends(sue, "/rota/shift", form)
    assert code == 200
    assert "Omar: every 2 weeks on Monday and Tuesday 20:00 to 08:00, next 7 Dec (nights, first rank" in page
    assert "Keep this" in page
    assert len(shifts(office)) == 2
    code, _ = sends(sue, "/rota/shift", form, "sure")
    assert code == 303
    assert ("nights", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU", 720, 1) in shifts(office)
    assert "rota_shift" in [action for _, action, _ in office.audited()]


def test_what_would_leave_a_gap_asks_whether_it_is_allowed(office: Office, sue: Browser) -> None:
    away = {"person": str(office.person("omar")), "starts": "2026-12-24T08:00", "ends": "2026-12-24T20:00"}
    code, page = sends(sue, "/rota/away", away)
    assert code == 200
    # Sue is there; only when she is away as well is there a gap.
    assert "Keep this" in page
    assert sends(sue, "/rota/away", away, "sure")[0] == 303
    away["person"] = str(office.person("sue"))
    code, page = sends(sue, "/rota/away", away)
    assert "This leaves a gap" in page
    assert "from Wed 23 Dec 20:00 to Fri 25 Dec 08:00" in page
    assert "Allow the gap and keep this" in page
    assert office.rows("SELECT count(*) FROM absences") == [(1,)]
    assert sends(sue, "/rota/away", away, "change")[0] == 200
    assert office.rows("SELECT count(*) FROM absences") == [(1,)]
    assert sends(sue, "/rota/away", away, "sure")[0] == 303
    assert office.rows("SELECT count(*) FROM absences") == [(2,)]


def test_somebody_is_put_in_and_taken_back(office: Office, sue: Browser) -> None:
    put = {
        "person": str(office.person("omar")), "instead_of": str(office.person("sue")), "rank": "1",
        "starts": "2026-12-05T08:00", "ends": "2026-12-05T20:00",
    }  # fmt: skip
    assert "Sat 5 Dec 2026, 08:00" in sends(sue, "/rota/put", put)[1]
    assert sends(sue, "/rota/put", put, "sure")[0] == 303
    page = unescape(sue.get("/rota").text)
    assert "Sat 5 Dec 08:00 to 20:00, instead of Sue" in page
    back = re.search(r'action="(/rota/change/[^"]+/take-back)"', page)
    assert back
    assert "Omar: Sat 5 Dec 08:00 to 20:00, instead of Sue" in unescape(sue.post(back[1]).text)
    assert sue.post(back[1], stage="sure").status_code == 303
    assert office.rows("SELECT count(*) FROM overrides") == [(0,)]
    assert sue.post(back[1], stage="sure").status_code == 422


def test_one_shift_is_swapped_or_both_are_asked(office: Office, sue: Browser) -> None:
    days = office.rows("SELECT id FROM shifts WHERE ref = 'days'")[0][0]
    swap = {"shift": str(days), "on": "2026-12-09", "person": str(office.person("fay"))}
    assert sends(sue, "/rota/swap", swap, "sure")[0] == 303
    assert office.rows("SELECT status FROM duties WHERE wanted IS NOT NULL") == [("proposed",)]
    swap["on"] = "2026-12-10"
    assert sends(sue, "/rota/swap", {"agreed": "y", **swap}, "sure")[0] == 303
    assert office.rows("SELECT why FROM overrides") == [("swap",)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "days"}, "There is a shift called days already"),
        ({"days": []}, "Choose some days"),
        ({"days": ["XX"]}, "Choose some of these"),
        ({"begins": "25:00"}, "Enter a time"),
        ({"last": "2026-12-01"}, "The last day must not be before the first"),
        ({"person": ""}, "Choose who"),
        ({"person": "00000000-0000-7000-8000-000000000000"}, "Choose one of these"),
        ({"begins": "10:00", "ends": "12:00"}, "It overlaps with the days shift"),
    ],
)
def test_what_is_wrong_with_a_shift_is_said_and_what_was_typed_stays(
    office: Office, sue: Browser, change: dict[str, Any], sentence: str
) -> None:
    code, page = sends(sue, "/rota/shift", {**NIGHTS, "person": str(office.person("omar")), **change})
    assert code == 422
    assert sentence in page
    assert 'value="2026-12-07"' in page
    assert len(shifts(office)) == 2


def test_a_shift_is_changed_once_and_ended_with_its_gap_allowed(office: Office, sue: Browser, omar: Browser) -> None:
    days = office.rows("SELECT id FROM shifts WHERE ref = 'days'")[0][0]
    path = f"/rota/shift/{days}"
    page = sue.get(path).text
    version = re.search(r'name="version" value="([^"]*)"', page)
    assert version
    form = {
        "name": "days", "person": str(office.person("sue")), "days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"],
        "weeks": "1", "begins": "08:00", "ends": "20:00", "first": "2026-01-01", "last": "", "rank": "1",
    }  # fmt: skip
    assert sends(omar, path, {**form, "ends": "19:00"}, "sure")[0] == 303
    late = sue.client.post(path, data={"csrf_token": sue.token, "version": version[1], **form, "ends": "18:00"})
    assert late.status_code == 409
    assert ("days", 660) in [(name, minutes) for name, _, minutes, _ in shifts(office)]
    assert "Take" not in sue.get(path).text
    sue.get(path)
    assert sue.post(f"{path}/end").status_code == 200
    assert sue.post(f"{path}/end", stage="sure").status_code == 303
    assert [name for name, *_ in shifts(office)] == ["second"]
    assert sue.post(f"{path}/end", stage="sure").status_code == 303
    assert sue.get(path).status_code == 404


def test_hostile_names_stay_text(office: Office, sue: Browser) -> None:
    form = {**NIGHTS, "name": HOSTILE[:50], "person": str(office.person("omar"))}
    page = sends(sue, "/rota/shift", form)
    assert page[0] == 200
    assert sends(sue, "/rota/shift", form, "sure")[0] == 303
    shows_as_text(sue.get("/rota").text)


def test_the_pages_can_be_used_by_everybody(office: Office, opens: Opens) -> None:
    page = opens("sue")
    page.goto("/rota?at=Tue+3am")
    axe(page)
    page.goto("/rota/away")
    page.select_option("#person", str(office.person("sue")))
    page.fill("#starts", "2026-12-24T08:00")
    page.fill("#ends", "2026-12-25T20:00")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Is this right?").wait_for()
    axe(page)
    page.get_by_role("button", name="Keep this").press("Enter")
    page.get_by_text("They are away then.").wait_for()
    assert office.rows("SELECT p.ref FROM absences a JOIN people p ON p.id = a.person_id") == [("sue",)]
