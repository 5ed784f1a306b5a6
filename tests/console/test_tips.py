"""Tips in the console: read, edited, let through or declined; who did it is recorded."""

from uuid import UUID

from checkin import tips
from tests.console.conftest import Browser, Office
from tests.console.walk import HOSTILE, shows_as_text


def offered(office: Office, words: str) -> UUID:
    """Somebody offers a tip; return its id."""
    with office.line.store.work(office.now) as work:
        tips.offer(work, office.person("ann"), words)
    return UUID(str(office.rows("SELECT id FROM tips WHERE status = 'waiting' ORDER BY id DESC")[0][0]))


def test_a_tip_is_read_and_let_through(office: Office, sue: Browser) -> None:
    tip = offered(office, "Ask Brenda on 07700 900123 about <b>swimming</b>")
    page = sue.get("/tips").text
    assert '<a href="/directory" aria-current="true">Directory</a>' in page
    assert "&lt;b&gt;swimming&lt;/b&gt;" in page
    assert "a number to ring, a name" in page
    assert "Ann" not in page
    answer = sue.post(f"/tips/{tip}/approve", words="Go swimming", topics="swimming water")
    assert answer.location == "/tips"
    assert "Others can hear this tip now." in sue.get("/tips").text
    with office.line.store.work(office.now) as work:
        assert tips.hear(work, office.person("carol"), "swimming") == "Go swimming"
    assert [row[1] for row in office.audited() if str(row[2]).startswith("tip")] == ["read_tips", "tip_approved"]


def test_a_tip_that_is_not_ready_says_why_and_keeps_what_was_typed(office: Office, sue: Browser) -> None:
    tip = offered(office, "Go swimming")
    sue.get("/tips")
    answer = sue.post(f"/tips/{tip}/approve", words="Go swimming on Mondays", topics="")
    assert answer.status_code == 409
    assert answer.text.count("Name at least one topic, such as sleep: that is what members ask for.") == 2
    assert "Go swimming on Mondays" in answer.text


def test_a_tip_told_by_telephone_is_written_down_and_read_like_any_other(office: Office, sue: Browser) -> None:
    sue.get("/tips")
    wrong = sue.post("/tips/told", told=" ")
    assert wrong.status_code == 409
    assert wrong.text.count("Write down what you were told.") == 2
    assert sue.post("/tips/told", told="A flask by the bed").location == "/tips"
    page = sue.get("/tips").text
    assert "A flask by the bed" in page
    assert "Let others hear it" in page
    assert office.rows("SELECT person_id, status FROM tips") == [(None, "waiting")]
    assert "tip_taken_down" in [row[1] for row in office.audited()]


def test_a_tip_is_declined_once(office: Office, sue: Browser, omar: Browser) -> None:
    tip = offered(office, "Go swimming")
    sue.get("/tips")
    omar.get("/tips")
    assert omar.post(f"/tips/{tip}/decline").location == "/tips"
    assert "Somebody has decided on this tip already." in sue.post(f"/tips/{tip}/decline").text
    assert "No tip is waiting" in sue.get("/tips").text


def test_what_others_hear_is_listed_and_can_be_taken_back(office: Office, sue: Browser, omar: Browser) -> None:
    assert "Nothing yet." in sue.get("/tips").text
    tip = offered(office, HOSTILE)
    sue.get("/tips")
    sue.post(f"/tips/{tip}/approve", words=HOSTILE, topics="sleep night")
    with office.line.store.work(office.now) as work:
        assert tips.hear(work, office.person("carol"), "sleep") == HOSTILE
    for browser in (sue, omar):
        page = browser.get("/tips").text
        assert "For night, sleep · since Thu 3 Dec · heard by 1 person" in page
        shows_as_text(page)
    assert sue.post(f"/tips/{tip}/take_back").location == "/tips"
    with office.line.store.work(office.now) as work:
        assert tips.hear(work, office.person("ann"), "sleep") is None
    assert "taken this tip back already" in omar.client.post(
        f"/tips/{tip}/take_back", data={"csrf_token": omar.token}, follow_redirects=True
    ).text  # fmt: skip
    # It waits again, with the words and topics that it had.
    page = sue.get("/tips").text
    assert "Let others hear it" in page
    assert 'value="night sleep"' in page
    assert "tip_taken_back" in [row[1] for row in office.audited()]
