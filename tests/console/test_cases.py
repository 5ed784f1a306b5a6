"""One case: see it, take it, note on it, close it; by one person, by two, by two at once."""

import re
from datetime import timedelta

from markupsafe import escape

from checkin import escalations, outbox
from checkin.conversation.effects import Stream
from checkin.conversations import texts
from checkin.conversations.texts import Text
from tests.console.conftest import Browser, Office

HOSTILE = "<script>alert(1)</script> \u202e txet \x07 & {{ 7*7 }}"


def _texts(office: Office, number: str, body: str, sid: str = "SM1") -> None:
    with office.line.store.work(office.now) as work:
        texts.hear(work, Text(sid=sid, sender=number, body=body))


def _plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def _told(office: Office, number: int) -> set[tuple[object, ...]]:
    return set(
        office.rows(
            "SELECT p.ref, m.wording FROM messages m JOIN people p ON p.id = m.person_id "
            "JOIN cases k ON k.id = m.subject WHERE m.direction = 'out' AND m.wording <> 'page.ask' AND k.number = :n",
            n=number,
        )
    )


def test_a_case_shows_the_timeline_and_the_conversation(office: Office, sue: Browser) -> None:
    _texts(office, "+447700900101", "I want to die")
    page = _plain(sue.opens(1).text)
    assert "RED Case 1 · Ann" in page
    assert "Opened as RED: Words that may mean danger" in page
    assert "the wish to die or not to be here: “want to die”" in page
    assert "Sue was paged" in page
    assert "Thu 3 Dec, 12:00 · just now" in page
    assert "Ann, by text" in page
    assert "Thank you for telling us. This is an automatic message" in page


def test_how_somebody_may_be_reached_stands_before_any_button(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="carol")
    page = sue.opens(number).text
    plain = _plain(page)
    for line in (
        "Not safe: do not text",
        "Safe, and preferred",
        "10:00 to 15:00 only",
        "Leave no message",
        "Shared: make sure who answers",
        "Discreet: say nothing of the group or the line",
        "An operator types what you say",
        "nothing private in a call before it",
        "Ringing and hanging up counts as: I am OK",
        "07700 900103 · mobile",
        "0113 496 0103 · landline: calls only",
    ):
        assert line in plain
    assert page.index("do not text") < page.index("Take this case")


def test_a_pause_is_said_while_it_lasts(office: Office, sue: Browser) -> None:
    number = office.case("task", "question", ref="ann")
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE people SET paused_until = '2026-12-10 09:00+00' WHERE ref = 'ann'")
    assert "Until Thu 10 Dec, 09:00 · in 6 days" in _plain(sue.opens(number).text)
    office.now += timedelta(days=8)
    assert "Until" not in _plain(sue.opens(number).text)


def test_why_something_was_not_sent_is_said(office: Office, sue: Browser) -> None:
    number = office.case("task", "question", ref="ann")
    with office.line.store.work(office.now) as work:
        outbox.owe(work, office.person("ann"), "text", Stream.CHECKINS, "checkin.ask", {"name": "Ann"})
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE messages SET status = 'dropped', reason = 'weekly_cap'")
    page = _plain(sue.opens(number).text)
    assert "How are you today?" in page
    assert "Not sent: they have had as many as one week allows" in page


def test_a_sentence_that_has_been_renamed_since_hides_nothing_else(office: Office, sue: Browser) -> None:
    number = office.case("task", "question", ref="ann", words="made-up words")
    with office.line.store.work(office.now) as work:
        outbox.owe(work, office.person("ann"), "text", Stream.CHECKINS, "gone.since", {})
    page = _plain(sue.opens(number).text)
    assert "made-up words" in page
    assert "Waiting to go out" in page


def test_a_strangers_case_shows_their_number_and_their_texts(office: Office, sue: Browser) -> None:
    _texts(office, "+447700900199", "is this the heron hotline")
    page = _plain(sue.opens(1).text)
    assert "Nothing is known of this person" in page
    assert "07700 900199" in page
    assert page.count("is this the heron hotline") == 2  # timeline and conversation


def test_taking_tells_the_others_and_rings_for_the_workers(office: Office, sue: Browser) -> None:
    number = office.case("red", ref="ann")
    office.bell.rung.clear()
    answer = sue.does(number, "take")
    assert answer.location == f"/cases/{number}"
    assert "fire" in office.bell.rung
    page = _plain(sue.opens(number).text)
    assert f"Case {number} is yours." in page
    assert "You have it" in page
    assert "Sue took it" in page


def test_the_second_to_take_it_is_told_who_has_it(office: Office, sue: Browser, omar: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    sue.opens(number)
    omar.does(number, "take")
    answer = sue.post(f"/cases/{number}/take")
    assert answer.status_code == 409
    assert answer.text.count(f"Case {number} has been taken by Omar.") == 2
    assert office.rows("SELECT p.ref FROM cases k JOIN people p ON p.id = k.taken_by") == [("omar",)]


def test_a_note_is_kept_and_needs_words(office: Office, sue: Browser) -> None:
    number = office.case("task", "question", ref="ann")
    assert sue.does(number, "note", "Rang twice,\r\nno answer.").status_code == 303
    page = sue.opens(number).text
    assert "Sue noted" in page
    assert "Rang twice,\nno answer." in page
    empty = sue.does(number, "note", "  \n ")
    assert empty.status_code == 409
    assert "Write the note first." in empty.text
    assert office.rows("SELECT count(*) FROM case_events WHERE kind = 'noted'") == [(1,)]


def test_a_note_that_is_too_long_is_kept_in_the_form(office: Office, sue: Browser) -> None:
    number = office.case("task", "question", ref="ann")
    answer = sue.does(number, "note", "x" * 4001)
    assert answer.status_code == 409
    assert "Shorten the note to 4,000 characters; it has 4,001." in answer.text
    assert "x" * 4001 in answer.text


def test_closing_needs_a_note_and_the_case(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    early = sue.does(number, "close", "All is well.")
    assert early.status_code == 409
    assert f"Take case {number} before you close it." in early.text
    assert "All is well." in early.text
    sue.does(number, "take")
    empty = sue.does(number, "close", " ")
    assert empty.status_code == 409
    assert "Write a note: what was done, and how the person is." in empty.text
    assert sue.does(number, "close", "Rang; she is well.").status_code == 303
    assert office.rows("SELECT status FROM cases") == [("closed",)]
    assert "Sue closed it" in _plain(sue.opens(number).text)


def test_only_who_has_it_closes_it(office: Office, sue: Browser, omar: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    omar.does(number, "take")
    answer = sue.does(number, "close", "All is well.")
    assert answer.status_code == 409
    assert f"Only who has case {number} can close it." in answer.text


def test_a_case_closed_under_you_says_so_and_keeps_what_you_wrote(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    sue.does(number, "take")
    other = office.staff("sue")
    sue.opens(number)
    other.does(number, "close", "Rang; she is well.")
    answer = sue.post(f"/cases/{number}/close", words="I rang her too.")
    assert answer.status_code == 409
    assert f"Case {number} is closed already." in answer.text
    assert "I rang her too." in answer.text
    assert office.rows("SELECT count(*) FROM case_events WHERE kind = 'closed'") == [(1,)]


def test_nobody_closes_over_words_they_have_not_seen(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    sue.does(number, "take")
    page = sue.opens(number).text
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark
    office.case("amber", "words", ref="ann", words="it has got worse")
    answer = sue.post(f"/cases/{number}/close", words="All is well.", mark=mark[1])
    assert answer.status_code == 409
    assert "Something has happened since you opened this page" in answer.text
    assert "it has got worse" in answer.text
    assert "All is well." in answer.text
    assert office.rows("SELECT status FROM cases") == [("taken",)]


def test_red_is_closed_by_two_and_everybody_alerted_hears_it(office: Office, sue: Browser, omar: Browser) -> None:
    number = office.case("red", ref="ann")  # pages Sue
    office.now += timedelta(minutes=6)
    with office.line.store.work(office.now) as work:
        case_id = work.conn.exec_driver_sql("SELECT id FROM cases").scalar_one()
        escalations.fire(work, case_id, 1)  # and then Omar
    omar.does(number, "take")
    assert _told(office, number) == {("sue", "page.taken")}
    asked = omar.does(number, "close", "She is with her sister.")
    assert asked.location == f"/cases/{number}"
    assert office.rows("SELECT status FROM cases") == [("taken",)]
    page = _plain(omar.opens(number).text)
    assert "A second person must confirm" in page
    assert "Confirm closing" not in page
    again = omar.does(number, "close", "Really.")
    assert office.rows("SELECT status FROM cases") == [("taken",)], again
    assert "a second person must confirm" in sue.get("/").text
    page = _plain(sue.opens(number).text)
    assert "Omar has asked for this case to be closed" in page
    assert "She is with her sister." in page
    assert sue.does(number, "close", "Spoke to her sister.").location == "/"
    assert office.rows("SELECT status FROM cases") == [("closed",)]
    # Sue closed it: who closes needs no all-clear. Omar, who was paged too, hears it.
    assert ("omar", "page.all_clear") in _told(office, number)
    assert office.rows("SELECT count(*) FROM alerts WHERE cleared_at IS NULL") == [(0,)]
    assert [row[1] for row in office.audited() if row[1] in {"take", "ask_close", "close"}] == [
        "take", "ask_close", "ask_close", "close",
    ]  # fmt: skip


def test_one_person_with_two_browsers_is_still_one(office: Office, sue: Browser) -> None:
    number = office.case("red", ref="ann")
    sue.does(number, "take")
    sue.does(number, "close", "She is well.")
    office.staff("sue").does(number, "close", "Confirmed.")
    assert office.rows("SELECT status FROM cases") == [("taken",)]


def test_hostile_words_are_shown_as_words(office: Office, sue: Browser) -> None:
    number = office.case("red", ref="ann", words=HOSTILE, detail=f"; intent: {HOSTILE}")
    _texts(office, "+447700900101", HOSTILE)
    sue.does(number, "note", HOSTILE)
    for path in ("/", f"/cases/{number}"):
        page = sue.get(path).text
        assert "<script>alert" not in page
        assert str(escape("<script>alert(1)</script>")) in page
        assert "{{ 7*7 }}" in page
        # A text that turns the direction of writing round does so inside its own block only.
        assert re.search(r'<blockquote dir="auto">[^<]*\u202e', page)
    typed = sue.does(number, "close", HOSTILE).text
    assert "<script>alert" not in typed


def test_reading_and_doing_is_recorded(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    sue.opens(number)
    sue.post(f"/cases/{number}/take")
    sue.does(number, "note", "Rang her.")
    sue.does(number, "close", "She is well.")
    subject = f"case {number}"
    assert [row for row in office.audited() if row[2] == subject] == [
        ("sue", "read_case", subject),
        ("sue", "take", subject),
        ("sue", "read_case", subject),
        ("sue", "note", subject),
        ("sue", "read_case", subject),
        ("sue", "close", subject),
    ]
    details = office.rows("SELECT count(*) FROM audit WHERE detail LIKE '%Rang%' OR detail LIKE '%Ann%'")
    assert details == [(0,)]


def test_the_page_hears_of_what_is_new(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    before = sue.get(f"/cases/{number}/mark").text
    assert f'data-mark="{before.strip()}"' in sue.opens(number).text
    assert sue.get(f"/cases/{number}/mark").text == before
    office.now += timedelta(minutes=1)
    _texts(office, "+447700900101", "hello again")
    assert sue.get(f"/cases/{number}/mark").text != before


def test_who_else_has_a_case_open_is_said_for_as_long_as_it_is_true(
    office: Office, sue: Browser, omar: Browser
) -> None:
    number = office.case("amber", "not_good", ref="ann")
    assert 'role="status"><bdi></bdi>' in sue.opens(number).text
    assert "Sue has this case open just now." in omar.opens(number).text
    assert omar.get(f"/cases/{number}/mark?here=typing").text.endswith("\nSue has this case open just now.")
    assert sue.get(f"/cases/{number}/mark?here=yes").text.endswith("\nOmar is writing here just now.")
    office.now += timedelta(seconds=13)
    omar.get(f"/cases/{number}/mark?here=yes")
    assert sue.get(f"/cases/{number}/mark").text.endswith("\nOmar has this case open just now.")
    # A page that nobody looks at asks without saying so, and counts for nobody.
    assert omar.get(f"/cases/{number}/mark").text.endswith("\nSue has this case open just now.")
    office.now += timedelta(seconds=16)
    assert omar.get(f"/cases/{number}/mark").text.endswith("\n")
    other = office.case("task", "call_me", ref="carol")
    sue.opens(other)
    assert office.rows("SELECT count(*) FROM looks l JOIN people p ON p.id = l.person_id WHERE p.ref = 'sue'") == [(1,)]


def test_until_when_whoever_has_a_case_is_left_alone_is_said(office: Office, sue: Browser) -> None:
    number = office.case("red", ref="ann")
    assert "Nobody has it yet · the next person is asked at" in _plain(sue.opens(number).text)
    sue.does(number, "take")
    page = _plain(sue.opens(number).text)
    assert re.search(
        r"You have it, since Thu 3 Dec, 12:00 · just now · they are asked how it stands at \d\d:\d\d", page
    )


def test_a_case_leads_to_whom_it_is_about_and_back(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    person = f"/people/{office.person('ann')}"
    assert f'href="{person}"' in sue.opens(number).text
    assert f'href="/cases/{number}"' in sue.get(person).text


def test_a_case_costs_the_same_however_much_was_said(office: Office, sue: Browser) -> None:
    number = office.case("red", ref="ann", words="made-up words")
    sue.opens(number)
    one = office.statements(sue, f"/cases/{number}")
    for place in range(60):
        _texts(office, "+447700900101", f"and then {place}", f"SM{place}")
    assert office.statements(sue, f"/cases/{number}") == one
    assert one <= 16
    page = sue.opens(number).text
    assert "The last 50 texts and calls" in page
    assert "and then 59" in page
