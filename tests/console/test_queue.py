"""The queue: the worst first, whole, live, and at the same cost however long it is."""

import re

import pytest

from checkin.conversations import texts
from checkin.conversations.texts import Text
from tests.console.conftest import Browser, Office


def _order(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-case="(\d+)\.', page)]


def _texts(office: Office, number: str, body: str, sid: str = "SM1") -> None:
    with office.line.store.work(office.now) as work:
        texts.hear(work, Text(sid=sid, sender=number, body=body))


def test_red_comes_first_and_within_a_severity_who_has_waited_longest(office: Office, sue: Browser) -> None:
    task = office.case("task", "question", ago=300)
    late_red = office.case("red", ref="ann", ago=1)
    amber = office.case("amber", "not_good", ref="carol", ago=100)
    early_red = office.case("red", ago=30)
    assert _order(sue.get("/").text) == [early_red, late_red, amber, task]


def test_a_case_that_was_raised_has_waited_since_then(office: Office, sue: Browser) -> None:
    first = office.case("red", ago=20)
    raised = office.case("task", "question", ref="ann", ago=300)
    assert office.case("red", ref="ann", ago=10) == raised
    page = sue.get("/").text
    assert _order(page) == [first, raised]
    assert "waiting 10 minutes" in page
    assert "waiting 5 hours" not in page


def test_a_row_says_who_why_what_and_who_has_it(office: Office, sue: Browser, omar: Browser) -> None:
    number = office.case("amber", "nobody_confirmed", ref="ann", words="made-up words", ago=12)
    page = sue.get("/").text
    assert "AMBER" in page
    assert f"Case {number} · <bdi>Ann</bdi>" in page
    assert "nobody has confirmed that all is well" in page
    assert "made-up words" in page
    assert "waiting 12 minutes" in page
    assert "Nobody has it yet" in page
    assert "(1) Queue" in page
    omar.does(number, "take")
    page = sue.get("/").text
    assert "<bdi>Omar</bdi> has it, since Thu 3 Dec, 12:00" in page
    assert "<title>Queue" in page


def test_never_mind_does_not_hide_what_was_said_before_it(office: Office, sue: Browser) -> None:
    _texts(office, "+447700900101", "I want to die", "SM1")
    _texts(office, "+447700900101", "never mind", "SM2")
    page = sue.get("/").text
    assert page.index("I want to die") < page.index("and since then") < page.index("never mind")


def test_somebody_unknown_is_said_to_be_unknown(office: Office, sue: Browser) -> None:
    _texts(office, "+447700900199", "is this the heron hotline")
    page = sue.get("/").text
    assert "Somebody the line does not know" in page
    assert "A text from a number the line does not know" in page


def test_what_was_not_understood_stays_until_a_person_has_seen_it(office: Office, sue: Browser, omar: Browser) -> None:
    _texts(office, "+447700900101", "blimble wooster flan")
    page = sue.get("/").text
    assert "Not understood" in page
    message = re.search(r"/messages/([0-9a-f-]+)/seen", page)
    assert message
    omar.get("/")
    sue.post(f"/messages/{message[1]}/seen")
    assert "Marked as seen" in sue.get("/").text
    assert "Not understood" not in sue.get("/").text
    omar.post(f"/messages/{message[1]}/seen")
    assert "Somebody has marked that as seen already" in omar.get("/").text
    assert [row for row in office.audited() if row[1] == "seen"] == [("sue", "seen", f"message {message[1]}")]


def test_an_empty_queue_says_who_is_on_call(office: Office, sue: Browser) -> None:
    page = sue.get("/").text
    assert "Nothing is waiting" in page
    assert "Sue, then Omar" in page
    office.now = office.now.replace(hour=23)
    assert "Nobody is on call now" in office.staff("sue").get("/").text


def test_a_closed_case_is_gone(office: Office, sue: Browser) -> None:
    number = office.case("task", "question", ref="ann")
    sue.does(number, "take")
    assert sue.does(number, "close", "Rang her; all is well.").location == "/"
    page = sue.get("/").text
    assert "No open cases" in page
    assert f"Case {number} is closed" in page


def test_the_live_list_comes_only_when_there_is_something_new(office: Office, sue: Browser) -> None:
    version = sue.get("/").headers["ETag"]
    ask = {"If-None-Match": version, "X-Live": "1"}
    reads = len(office.audited())
    assert sue.get("/queue/rows", **ask).status_code == 304
    number = office.case("red", ref="ann", words="made-up words")
    # A console that asks again and again may hear what another heard a moment ago; whoever asks once, does not.
    news = sue.get("/queue/rows", **{"If-None-Match": version})
    assert news.status_code == 200
    assert _order(news.text) == [number]
    assert "<html" not in news.text
    assert f"RED: case {number}, Ann. Words that may mean danger." in news.text
    assert len(office.audited()) == reads + 1
    # A minute later the same list says how long they have waited; nobody's words were read anew.
    office.now = office.now.replace(minute=1)
    later = sue.get("/queue/rows", **{"If-None-Match": news.headers["ETag"]})
    assert later.status_code == 200
    assert len(office.audited()) == reads + 1


@pytest.mark.parametrize("step", ["take", "note", "words", "unread", "close_ask"])
def test_the_live_list_notices(office: Office, sue: Browser, omar: Browser, step: str) -> None:
    number = office.case("red", ref="ann")
    if step == "close_ask":
        omar.does(number, "take")
    version = sue.get("/").headers["ETag"]
    match step:
        case "take":
            omar.does(number, "take")
        case "note":
            omar.does(number, "note", "rang, no answer")
        case "words":
            office.case("amber", "not_good", ref="ann", words="more")
        case "unread":
            _texts(office, "+447700900103", "blimble wooster flan")
        case _:
            omar.does(number, "close", "well again")
    assert sue.get("/queue/rows", **{"If-None-Match": version}).status_code == 200


def test_consoles_that_look_on_share_a_list_but_no_token_and_no_record(
    office: Office, sue: Browser, omar: Browser
) -> None:
    _texts(office, "+447700900103", "blimble wooster flan")
    tokens = []
    for browser in (sue, omar):
        browser.get("/")
        page = browser.get("/queue/rows", **{"X-Live": "1", "If-None-Match": '"", W/"another"'})
        assert "blimble wooster flan" in page.text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        tokens.append(found[1])
    assert len(set(tokens)) == 2
    message = re.search(r"/messages/([^/]+)/seen", page.text)
    assert message
    assert omar.post(f"/messages/{message[1]}/seen", csrf_token=tokens[0]).status_code == 400
    assert omar.post(f"/messages/{message[1]}/seen", csrf_token=tokens[1]).status_code == 303
    # Each is recorded to have read it, once a minute while only what they have read before is there.
    reads = [row for row in office.audited() if row[1] == "read_queue"]
    assert {row[0] for row in reads} == {"sue", "omar"}
    for _ in range(3):
        sue.get("/queue/rows", **{"X-Live": "1"})
    assert [row for row in office.audited() if row[1] == "read_queue"] == reads
    office.case("task", "question", ref="ann")
    sue.get("/queue/rows")
    assert len([row for row in office.audited() if row[1] == "read_queue"]) == len(reads) + 1


def test_the_queue_is_narrowed_and_says_so_but_never_hides_an_alarm(office: Office, sue: Browser) -> None:
    red, task = office.case("red", ref="ann"), office.case("task", "question", ref="carol")
    sue.does(red, "take")
    assert _order(sue.get("/?severity=red").text) == [red]
    assert _order(sue.get("/?whose=mine").text) == [red]
    assert _order(sue.get("/?whose=untaken").text) == [task]
    page = sue.get("/?severity=amber").text
    assert "None of the 2 open cases is of this kind" in page
    assert "of 2 in all" in page
    assert 'data-rows="/queue/rows?severity=amber"' in page
    assert _order(sue.get("/?severity=pink&whose=x").text) == [red, task]
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE cases SET alarm_at = now() WHERE severity = 'red'")
    assert _order(sue.get("/queue/rows?severity=task").text) == [red, task]


def test_the_queue_says_what_the_line_does_next(office: Office, sue: Browser) -> None:
    red = office.case("red", ref="ann")
    office.case("task", "question", ref="carol")
    page = sue.get("/").text
    assert "the next person is asked at 12:0" in page
    assert re.search(r"due at \d\d:\d\d \(in ", page)
    sue.does(red, "take")
    assert "they are asked how it stands at 12:" in sue.get("/").text


def test_the_queue_costs_the_same_with_one_case_and_with_two_hundred(office: Office, sue: Browser) -> None:
    office.case("red", ref="ann", words="made-up words")
    _texts(office, "+447700900199", "blimble wooster flan")
    sue.get("/")
    one = office.statements(sue, "/")
    for place in range(199):
        office.case(("red", "amber", "task")[place % 3], words="made-up words", ago=place)
    assert office.statements(sue, "/") == one
    assert one <= 12
    assert len(_order(sue.get("/").text)) == 200


def test_more_cases_than_fit_are_counted(office: Office, sue: Browser) -> None:
    for place in range(203):
        office.case("task", "question", ago=place)
    page = sue.get("/").text
    assert "203 open cases" in page
    assert "These are the first 200" in page


def test_words_that_do_not_open_hide_nothing_else(office: Office, sue: Browser) -> None:
    office.case("red", ref="ann", words="made-up words")
    office.case("red", ref="carol", words="other words")
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql(
            "UPDATE case_events SET words = words || '\\x00' "
            "WHERE person_id = (SELECT id FROM people WHERE ref = 'ann')"
        )
    page = sue.get("/").text
    assert "These words cannot be opened" in page
    assert "other words" in page
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql(
            "UPDATE case_events SET words = substring(words FOR length(words) - 1) "
            "WHERE person_id = (SELECT id FROM people WHERE ref = 'ann')"
        )


def test_reading_the_queue_is_recorded_with_whose_cases_were_shown(office: Office, sue: Browser) -> None:
    office.case("red", ref="ann")
    office.case("task", "question", ref="carol")
    sue.get("/")
    assert office.rows("SELECT action, detail FROM audit ORDER BY id DESC LIMIT 1") == [("read_queue", "cases 1, 2")]
