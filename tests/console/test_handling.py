"""A case in somebody's hands, in the console: handed over, help has come, laid aside, made one with another, opened."""

import re
from datetime import timedelta
from uuid import UUID

from checkin import escalations, people
from checkin.conversation.effects import Severity
from checkin.conversations import due
from tests.console.conftest import Browser, Office


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def _taken(office: Office, browser: Browser, severity: str = "red") -> int:
    number = office.case(severity, ref="ann", words="made-up words")
    browser.does(number, "take")
    return number


def _sends(browser: Browser, number: int, what: str, /, **form: str) -> str:
    """Open a case's page, send one of its forms, and return the page that follows."""
    browser.opens(number)
    answer = browser.post(f"/cases/{number}/{what}", **form)
    return _plain(answer.text if answer.status_code == 409 else browser.opens(number).text)


def test_a_case_is_handed_over_and_stays_until_it_is_taken(office: Office, sue: Browser, omar: Browser) -> None:
    number = _taken(office, sue)
    to = str(office.person("omar"))
    assert "Write a note" in _sends(sue, number, "hand_over", to=to, words=" ")
    assert f'value="{to}" selected' in sue.post(f"/cases/{number}/hand_over", to=to, words=" ").text
    assert "Choose who is to take it" in _sends(sue, number, "hand_over", to=str(UUID(int=7)), words="Please.")
    page = _sends(sue, number, "hand_over", to=to, words="Rang twice.")
    assert "You have it" in page
    assert "Omar has been asked to take it over" in page
    omar.does(number, "take")
    assert "Omar has it" in _plain(sue.opens(number).text)


def test_a_case_given_back_is_open_again_and_pages_on(office: Office, sue: Browser) -> None:
    number = _taken(office, sue)
    page = _sends(sue, number, "hand_over", to="anybody", words="I have to go.")
    assert "Nobody has it yet" in page
    assert "Sue gave it back" in page
    assert ("omar",) in office.rows(
        "SELECT p.ref FROM messages m JOIN people p ON p.id = m.person_id WHERE m.wording = 'page.ask'"
    )


def test_help_that_has_come_is_kept_by_whoever_has_the_case(office: Office, sue: Browser, omar: Browser) -> None:
    number = _taken(office, sue)
    assert f"Only who has case {number}" in _sends(omar, number, "arrived")
    assert "Sue says that help has come" in _sends(sue, number, "arrived")
    assert "Help has come, or they are safe" not in _plain(sue.opens(number).text)


def test_what_is_not_red_can_be_laid_aside_and_goes_to_the_end_of_the_queue(office: Office, sue: Browser) -> None:
    number = _taken(office, sue, "amber")
    later = office.case("task", "question", ref="carol")
    assert "Choose a day and a time" in _sends(sue, number, "snooze", until="")
    assert 'value="tomorrow"' in sue.post(f"/cases/{number}/snooze", until="tomorrow").text
    assert "Choose a time in the next 14 days" in _sends(sue, number, "snooze", until="2026-12-01T10:00")
    assert "Laid aside until Fri 4 Dec, 10:00" in _sends(sue, number, "snooze", until="2026-12-04T10:00")
    queue = _plain(sue.get("/").text)
    assert queue.index(f"Case {later}") < queue.index(f"Case {number}")
    office.now += timedelta(days=1)
    due.fire_timers(office.line.store, office.now, most=20)
    assert "laid aside" not in _plain(sue.get("/").text)


def test_red_cannot_be_laid_aside(office: Office, sue: Browser) -> None:
    number = _taken(office, sue)
    assert "Lay it aside" not in _plain(sue.opens(number).text)
    assert "never laid aside" in _plain(sue.post(f"/cases/{number}/snooze", rests="reply").text)


def test_two_cases_of_one_telephone_become_one(office: Office, sue: Browser) -> None:
    with office.line.store.work(office.now) as work:
        phone = people.phone_for(work, "+447700900101")
        escalations.open_case(work, Severity.RED, "words", person_id=None, phone_id=phone, words="from a stranger")
    number = _taken(office, sue, "amber")
    other = number - 1
    unrelated = office.case("task", "question", ref="carol")
    assert f"Make case {unrelated} part" not in _plain(sue.opens(number).text)
    assert "same telephone" in _sends(sue, number, "merge", number=str(unrelated))
    page = _sends(sue, number, "merge", number=str(other))
    assert f"Case {other} was made part of this one" in page
    assert "from a stranger" in page
    assert "RED Case" in page
    assert f"This was made part of case {number}" in _plain(sue.opens(other).text)
    assert office.rows("SELECT status, severity FROM cases WHERE number = :n", n=number) == [("taken", "red")]
    # Its codes and all who were told of it go along; nobody is paged for it any more.
    due.fire_timers(office.line.store, office.now + timedelta(minutes=6), most=20)
    assert office.rows("SELECT count(*) FROM case_events WHERE kind = 'paged' AND detail = 'round 2'") == [(0,)]
    assert ("sue",) in office.rows(
        "SELECT p.ref FROM alerts a JOIN cases k ON k.id = a.case_id JOIN people p ON p.id = a.person_id "
        "WHERE k.number = :n",
        n=number,
    )


def test_somebody_else_can_open_a_case_again(office: Office, sue: Browser, omar: Browser) -> None:
    number = _taken(office, sue)
    assert "Write a note" in _sends(omar, number, "reopen", words="")
    assert "Nobody has it yet" in _sends(omar, number, "reopen", words="Sue has gone home.")
    assert "is open already" in _plain(omar.post(f"/cases/{number}/reopen", words="Again.").text)


def test_reading_a_case_is_a_sign_of_life_of_whoever_has_it(office: Office, sue: Browser, omar: Browser) -> None:
    number = _taken(office, sue)
    for _ in range(4):
        office.now += timedelta(minutes=15)
        sue.opens(number)
        due.fire_timers(office.line.store, office.now, most=20)
    assert office.rows("SELECT count(*) FROM case_events WHERE kind = 'checked'") == [(0,)]
    for _ in range(4):
        office.now += timedelta(minutes=15)
        omar.opens(number)
        due.fire_timers(office.line.store, office.now, most=20)
    assert office.rows("SELECT status FROM cases") == [("open",)]


def test_an_alarm_stands_on_every_page_until_somebody_takes_the_case(office: Office, sue: Browser) -> None:
    number = office.case("red", ref="ann")
    for _ in range(2):
        office.now += timedelta(minutes=5)
        due.fire_timers(office.line.store, office.now, most=20)
    assert f"Alarm. Nobody on call has taken case {number}" in _plain(sue.get("/").text)
    assert "Alarm: nobody on call has taken it." in _plain(sue.opens(number).text)
    sue.does(number, "take")
    assert "Alarm" not in _plain(sue.get("/").text)


def test_each_of_it_is_recorded(office: Office, sue: Browser) -> None:
    number = _taken(office, sue, "amber")
    _sends(sue, number, "snooze", until="", rests="reply")
    _sends(sue, number, "arrived")
    _sends(sue, number, "hand_over", to="anybody", words="I have to go.")
    done = [row[1] for row in office.audited() if row[2] == f"case {number}"]
    assert [what for what in done if what != "read_case"] == ["take", "snooze", "arrived", "hand_over"]
