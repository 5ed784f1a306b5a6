"""The directory in the console: what is corrected stays corrected, helplines are checked, and a feed that shrank is
looked at before it is taken."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from checkin import missing
from checkin.directory import find, helplines, nightly, read
from checkin.directory.importing import import_file, import_url
from checkin.store.work import Store
from tests.console.conftest import Browser, Office
from tests.console.walk import HOSTILE, text_stays_text
from tests.directory.feeds import ORGANISATION, says, service, serving, written

Imports = Callable[[list[object]], str]


@pytest.fixture
def imports(office: Office, tmp_path: Path) -> Imports:
    """Bring a feed in, always the same one; return how it went."""

    def bring(feed: list[object]) -> str:
        return import_file(office.line.store, written(tmp_path, feed), office.now).status

    return bring


def service_id(office: Office, source: str = "s1") -> UUID:
    """Return a service's id by its source's."""
    return UUID(str(office.rows("SELECT id FROM directory_services WHERE source_id = :s", s=source)[0][0]))


def given(office: Office, words: str = "debt ls6") -> dict[str, tuple[str | None, str]]:
    """Return what members are given: number and description by name."""
    with office.line.store.work(office.now) as work:
        return {f.name: (f.phone, f.about) for f in find(work, read(work, words), office.now, most=20)}


def at_home(office: Office) -> Store:
    """Return the store of a line that may ask this machine for a feed."""
    store = office.line.store
    return replace(store, settings=replace(store.settings, directory_loopback=True))


def test_a_correction_stands_over_the_source_and_reading_the_feed_again_does_not_undo_it(
    office: Office, sue: Browser, imports: Imports
) -> None:
    imports([service(1), service(2)])
    page = f"/directory/services/{service_id(office)}"
    form = sue.get(f"{page}/correct").text
    version = re.search(r'name="version" value="(\w+)"', form)
    assert version
    fields = {"phone": "0113 496 0199", "hours": "MO 10:00-12:00", "about": "", "note": "rang them"}
    refused = sue.post(f"{page}/correct", version=version[1], **{**fields, "hours": "whenever"})
    assert refused.status_code == 422
    assert "0113 496 0199" in refused.text
    assert sue.post(f"{page}/correct", version=version[1], **fields).status_code == 303
    # A colleague who opened the form before is told, and nothing is overwritten.
    second = office.staff("omar")
    second.get(f"{page}/correct")
    assert second.post(f"{page}/correct", version=version[1], **{**fields, "phone": ""}).status_code == 409

    imports([service(1, description="Another debt service altogether"), service(2)])
    assert given(office)["Debt Advice 1"][0] == "+441134960199"
    shown = sue.get(page).text
    assert "0113 496 0123" in shown
    assert "0113 496 0199" in shown
    assert "rang them" in shown
    assert "The source has changed" not in shown
    imports([service(1, phones=[{"id": "p1", "number": "0113 496 0155", "type": "voice"}]), service(2)])
    assert given(office)["Debt Advice 1"][0] == "+441134960199"
    assert "The source has changed since it was corrected here" in " ".join(sue.get(page).text.split())
    assert "Debt Advice 1" in sue.get("/directory?which=corrected").text
    assert ("sue", "correct_service", f"service {service_id(office)}") in office.audited()


def test_what_is_kept_back_is_given_to_nobody_until_it_is_given_again(
    office: Office, sue: Browser, imports: Imports
) -> None:
    imports([service(1), service(2)])
    page = f"/directory/services/{service_id(office)}"
    sue.get(page)
    assert sue.post(f"{page}/withhold").status_code == 303
    imports([service(1, description="Debt, once more"), service(2)])
    assert "Debt Advice 1" not in given(office)
    assert "Debt Advice 1" not in given(office, "debt advice 1")
    assert "Kept back" in sue.get(page).text
    assert "Debt Advice 1" in sue.get("/directory?which=withheld").text
    sue.post(f"{page}/restore")
    assert "Debt Advice 1" in given(office)


def test_the_search_shows_what_a_member_would_be_given_and_why(office: Office, sue: Browser, imports: Imports) -> None:
    imports([service(1), service(2)])
    page = sue.get("/directory?q=debt+ls6").text
    assert f"/directory/services/{service_id(office)}" in page.split("<table", maxsplit=1)[0]
    assert "Why it stands here" in page
    assert "Harbour Advice" in sue.get("/directory?q=harbour").text
    assert "a member would be told so, and offered a person" in sue.get("/directory?q=qqqq").text


def test_hostile_words_of_a_feed_stay_words(sue: Browser, office: Office, imports: Imports) -> None:
    hostile = service(1, name=HOSTILE, description=HOSTILE, organization={**ORGANISATION, "name": HOSTILE})
    imports([hostile, {"id": HOSTILE}])
    one = f"/directory/services/{service_id(office)}"
    feed = office.rows("SELECT id FROM directory_feeds")[0][0]
    for page in (
        "/directory",
        "/directory?q=cmd",
        one,
        f"{one}/correct",
        "/directory/feeds",
        f"/directory/feeds/{feed}",
    ):
        text_stays_text(sue.get(page).text)


def test_a_helpline_is_checked_changed_and_added_and_a_crisis_line_cannot_be_emptied(
    office: Office, sue: Browser
) -> None:
    assert "Nobody has checked it yet" in sue.get("/directory/helplines").text
    sue.get("/directory/helplines/gb-calm/check")
    assert sue.post("/directory/helplines/gb-calm/check", months="99").status_code == 422
    assert sue.post("/directory/helplines/gb-calm/check", months="12").status_code == 303
    page = " ".join(sue.get("/directory/helplines").text.split())
    assert "Checked Thu 3 Dec by <bdi>Sue</bdi>; runs out Fri 3 Dec 2027" in page
    with office.line.store.work(office.now) as work:
        before = helplines.find(work, "gb-samaritans")
    emptied = {"name": before.name, "about": before.about, "needs": "crisis", "dial": "", "hours": "always"}
    form = sue.get("/directory/helplines/gb-samaritans/change").text
    version = re.search(r'name="version" value="(\w+)"', form)
    assert version
    answer = sue.post("/directory/helplines/gb-samaritans/change", version=version[1], **emptied)
    assert answer.status_code == 422
    assert "not a number to ring or to text" in answer.text
    assert sue.post("/directory/helplines/gb-samaritans/withdraw").status_code == 303
    new = {"name": "Harbour Talk", "about": "Somebody to talk to.", "needs": "loneliness", "dial": "0113 496 0123"}
    assert sue.post("/directory/helplines/new", hours="MO 09:00-17:00", **new).status_code == 303
    assert "Harbour Talk" not in given(office, "lonely")
    sue.post("/directory/helplines/harbour-talk/check", months="6")
    assert "Harbour Talk" in given(office, "lonely")
    sue.post("/directory/helplines/harbour-talk/withdraw")
    assert "Harbour Talk" not in given(office, "lonely")
    with office.line.store.work(office.now) as work:
        assert helplines.find(work, "gb-samaritans") == before


def test_a_check_that_runs_out_is_a_task_that_leads_to_the_helplines(office: Office, sue: Browser) -> None:
    sue.get("/directory/helplines/gb-calm/check")
    sue.post("/directory/helplines/gb-calm/check", months="1")
    with office.line.store.work(office.now + timedelta(days=1)) as work:
        assert nightly.warn(work) == 1
    assert 'href="/directory/helplines"' in sue.get("/cases/1").text


def test_a_feed_that_shrank_is_looked_at_and_taken_once_or_held(office: Office, imports: Imports) -> None:
    whole = [service(n) for n in range(1, 11)]
    imports([*whole])
    assert imports([*whole[:5]]) == "held"
    office.now += timedelta(days=1)
    assert imports([*whole[:5]]) == "held"
    assert office.rows("SELECT count(*) FROM cases") == [(1,)]
    feed, sue = office.rows("SELECT id FROM directory_feeds")[0][0], office.staff("sue")
    page = sue.get(f"/directory/feeds/{feed}").text
    assert "<strong>5 services</strong>" in page
    assert "Debt Advice 10" in page
    assert "Held: it had shrunk" in page
    sue.post(f"/directory/feeds/{feed}/keep")
    assert "goes on being held" in sue.get(f"/directory/feeds/{feed}").text
    assert imports([*whole[:5]]) == "held"
    sue.post(f"/directory/feeds/{feed}/accept")
    assert imports([*whole[:5]]) == "ok"
    assert imports([*whole[:2]]) == "held"
    actions = [row[1] for row in office.audited() if str(row[2]).startswith("feed")]
    assert actions == ["hold_feed", "accept_feed"]
    # What is over cannot be decided again.
    imports([*whole])
    sue.post(f"/directory/feeds/{feed}/accept")
    assert "is not held any more" in sue.get(f"/directory/feeds/{feed}").text


def test_a_feed_on_the_web_is_read_now_by_a_worker_and_paused_from_the_night(office: Office, sue: Browser) -> None:
    store = at_home(office)
    with serving({"/feed": says([service(n) for n in range(1, 4)])}) as server:
        url = f"{server.url}/feed"
        import_url(store, url, office.now)
        feed = office.rows("SELECT id FROM directory_feeds")[0][0]
        page = f"/directory/feeds/{feed}"
        sue.get(page)
        sue.post(f"{page}/read")
        assert "It is about to be read" in sue.get(page).text
        server.answers["/feed"] = says([service(n) for n in range(1, 6)])
        assert nightly.read_asked(store, office.now) == 1
        assert nightly.read_asked(store, office.now) == 0
        assert "2 new" in sue.get(page).text
        sue.post(f"{page}/pause")
        asked = len(server.asked)
        nightly.read_feeds(store, office.now)
        assert len(server.asked) == asked
        sue.post(f"{page}/read")
        assert "resume it first" in sue.get(page).text
        sue.post(f"{page}/resume")
        nightly.read_feeds(store, office.now)
        assert len(server.asked) == asked + 1


def test_a_reading_whose_worker_died_is_begun_again(office: Office) -> None:
    with serving({"/feed": says([service(1)])}) as server:
        store = at_home(office)
        import_url(store, f"{server.url}/feed", office.now)
        office.rows("UPDATE directory_feeds SET asked_at = :now, begun_at = :now RETURNING 1", now=office.now)
        assert nightly.read_asked(store, office.now + timedelta(hours=1)) == 0
        assert nightly.read_asked(store, office.now + timedelta(hours=3)) == 1


def test_what_was_missing_is_told_without_small_numbers(office: Office, sue: Browser) -> None:
    with office.line.store.work(office.now) as work:
        for need, times in (("food", 6), ("gambling", 2)):
            for _ in range(times):
                missing.add(work, need, "LS6")
    page = sue.get("/directory/missing").text
    assert re.search(r"food</th><td>LS6</td><td>6<", page)
    assert "fewer than 5 times in a place: gambling" in page
    assert sue.get("/directory/missing?days=x").status_code == 422
    assert ("sue", "read_report", "missing needs") in office.audited()


def test_facilitators_read_the_directory_and_change_nothing(office: Office, imports: Imports) -> None:
    imports([service(1)])
    fay, one = office.staff("fay"), f"/directory/services/{service_id(office)}"
    for page in ("/directory", one, "/directory/helplines"):
        text = fay.get(page).text
        assert "Correct it" not in text
        assert "I checked this today" not in text
        assert "/directory/feeds" not in text
    for refused in (f"{one}/withhold", "/directory/helplines/gb-calm/withdraw", "/directory/helplines/gb-calm/check"):
        assert fay.post(refused).status_code == 403


def test_the_pages_cost_the_same_however_much_there_is(office: Office, sue: Browser, imports: Imports) -> None:
    imports([service(1)])
    pages = ("/directory", "/directory?q=debt+ls6", "/directory/helplines", "/directory/feeds")
    few = [office.statements(sue, page) for page in pages]
    imports([service(n) for n in range(1, 40)])
    assert [office.statements(sue, page) for page in pages] == few
