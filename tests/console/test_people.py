"""People in the console: found, seen, and their words only by those who need them, on record."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import update

from checkin import outbox, people
from checkin.casebook.person import PlanOf
from checkin.conversation.effects import Stream
from checkin.store.ids import new_id
from checkin.store.models import Message, Staff
from console import people_words
from console.times import Times
from tests.console.conftest import Browser, Office
from tests.console.walk import HOSTILE, shows_as_text


def says(office: Office, ref: str, words: str, *, minutes: int = 0) -> None:
    """Have somebody have texted the line."""
    del minutes
    person_id = office.person(ref)
    with office.line.store.work(office.now) as work:
        sealed = work.vault.seal(words, "messages.body")
        work.add(
            Message, id=new_id(), at=work.now, direction="in", medium="text", person_id=person_id, status="received",
            body=sealed, sid=f"SM{new_id().hex}",
        )  # fmt: skip


def test_somebody_is_found_and_seen(office: Office, sue: Browser) -> None:
    found = sue.get("/people?q=caroll")
    assert f"/people/{office.person('carol')}" in found.text
    assert "Ann" not in found.text
    page = sue.get(f"/people/{office.person('carol')}").text
    for said in ("Not safe: do not text", "0113 496 0103", "Discreet: say nothing", "Check-ins: <strong>yes"):
        assert said in page
    assert ("sue", "read_person", f"person {office.person('carol')}") in office.audited()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=a", "Write at least 2 letters of the name."),
        ("q=07700", "is not a telephone number"),
        ("q=nobody", "Nobody was found"),
        ("q=ann&group=nonsense", "Ann"),
        ("q=%00%00an&page=99999999", "Ann"),
    ],
)
def test_what_cannot_be_found_is_said_beside_the_field(sue: Browser, query: str, said: str) -> None:
    answer = sue.get(f"/people?{query}")
    assert said in answer.text
    assert answer.status_code in {200, 422}


def test_what_was_said_is_on_a_page_of_its_own_and_on_record(office: Office, sue: Browser) -> None:
    ann = office.person("ann")
    for number in range(60):
        says(office, "ann", f"made-up words {number:02}")
    assert "made-up words" not in sue.get(f"/people/{ann}").text
    first, second = (sue.get(f"/people/{ann}/conversation?page={page}").text for page in (1, 2))
    assert [("words 59" in page, "words 09" in page) for page in (first, second)] == [(True, False), (False, True)]
    assert ("sue", "read_conversation", f"person {ann}") in office.audited()


def test_a_check_in_that_is_due_is_not_said_to_be_the_next(office: Office) -> None:
    times = Times(office.now, office.line.settings.zone)
    plan = PlanOf("FREQ=WEEKLY;BYDAY=MO", time(10), ("text",), {}, office.now + timedelta(days=4))
    assert people_words.plan(plan, times) == "Mondays at 10:00. Next: Mon 7 Dec, 12:00 · in 4 days."
    late = replace(plan, next_due_at=office.now - timedelta(minutes=5))
    assert people_words.plan(late, times) == "Mondays at 10:00. Due since Thu 3 Dec, 11:55."
    assert people_words.plan(replace(plan, next_due_at=None), times) == "Mondays at 10:00. It rests."


def test_an_administrator_sees_who_there_is_and_not_what_they_said(office: Office, sue: Browser) -> None:
    with office.line.store.work(office.now) as work:
        work.conn.execute(update(Staff).values(role="admin"))
        people.consent(work, office.person("ann"), [Stream.BUDDY], given=True, how="text", words="yes to that")
    page = sue.get(f"/people/{office.person('ann')}")
    assert (page.status_code, "yes to that" in page.text, "Read what was said" in page.text) == (200, False, False)
    assert sue.get(f"/people/{office.person('ann')}/conversation").status_code == 403


def test_why_something_was_not_sent_stands_on_their_page(office: Office, sue: Browser) -> None:
    with office.line.store.work(office.now) as work:
        ann = office.person("ann")
        outbox.owe(work, ann, "text", Stream.CHECKINS, "checkin.ask", {"name": "Ann"}, subject=ann)
        outbox.withdraw(work, ann, "answered")
    page = sue.get(f"/people/{office.person('ann')}").text
    assert "Check-in by text not sent: they were heard from first." in page
    assert "Everything that was due has gone out." in sue.get(f"/people/{office.person('carol')}").text


def test_pages_take_as_many_statements_however_much_there_is(office: Office, sue: Browser) -> None:
    ann = f"/people/{office.person('ann')}"
    before = [office.statements(sue, path) for path in ("/people?q=ann", ann, f"{ann}/conversation")]
    with office.line.store.work(office.now) as work:
        for number in range(20):
            person_id = new_id()
            work.conn.exec_driver_sql("INSERT INTO people (id, name) VALUES (%s, %s)", (person_id, b""))
            people.keep_name(work, person_id, f"Anna {number}")
            people.consent(work, office.person("ann"), [Stream.CARING], given=bool(number % 2), how="text")
    for number in range(20):
        says(office, "ann", f"made-up {number}")
    office.case("amber", "not_good", ref="ann")
    assert [office.statements(sue, path) for path in ("/people?q=ann", ann, f"{ann}/conversation")] == before


def test_text_stays_text(office: Office, sue: Browser) -> None:
    says(office, "ann", HOSTILE)
    with office.line.store.work(office.now) as work:
        people.keep_name(work, office.person("ann"), HOSTILE)
        people.consent(work, office.person("ann"), [Stream.BUDDY], given=True, how="text", words=HOSTILE)
    for path in ("/people", f"/people/{office.person('ann')}", f"/people/{office.person('ann')}/conversation"):
        shows_as_text(sue.get(path).text)
