"""Writing to a member from a case: what forbids it stands above the box, and is said when it is tried all the same."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

from sqlalchemy import select

from checkin import ringing
from checkin.store.models import Case
from checkin.store.work import Store
from console import words
from tests.console.conftest import Browser, Office


def test_a_text_goes_and_is_recorded(office: Office, sue: Browser) -> None:
    number = office.case("task", "call_me", ref="ann")
    assert "Send text" not in sue.opens(number).text
    sue.does(number, "take")
    page = sue.opens(number).text
    assert page.index("Before you get in touch") < page.index("Send text")
    assert sue.does(number, "reply", "Is four\r\no'clock any good?").location == f"/cases/{number}"
    page = sue.opens(number).text
    assert "Your text is on its way" in page
    assert "Sue wrote to them by text" in page
    assert office.rows("SELECT count(*) FROM timers WHERE topic = 'staff_reply'") == [(1,)]
    assert ("sue", "reply", f"case {number}") in office.audited()
    assert office.rows("SELECT count(*) FROM staff_replies") == [(1,)]


def test_outside_their_hours_it_is_held_and_said_so(office: Office, sue: Browser) -> None:
    number = office.case("task", "call_me", ref="ann")
    sue.does(number, "take")
    office.now += timedelta(hours=9)
    sue = office.staff("sue")
    sue.does(number, "reply", "Good night.")
    assert "Your text goes when they may be disturbed" in sue.opens(number).text


def test_where_texting_is_not_safe_nothing_goes_and_the_words_are_kept(office: Office, sue: Browser) -> None:
    number = office.case("task", "call_me", ref="carol")
    sue.does(number, "take")
    answer = sue.does(number, "reply", "Is four any good?")
    assert answer.status_code == 409
    assert "It is marked not safe to text them." in answer.text
    assert "Is four any good?" in answer.text
    assert office.rows("SELECT count(*) FROM staff_replies") == [(0,)]


def test_nobody_writes_over_somebody_elses_case(office: Office, sue: Browser, omar: Browser) -> None:
    number = office.case("task", "call_me", ref="ann")
    omar.does(number, "take")
    answer = sue.does(number, "reply", "Hello")
    assert f"Take case {number} before you write to anybody about it." in answer.text


def test_an_empty_and_a_long_text_are_refused(office: Office, sue: Browser) -> None:
    number = office.case("task", "call_me", ref="ann")
    sue.does(number, "take")
    assert "Write the text first." in sue.does(number, "reply", "  ").text
    assert "Shorten the text to 250 characters; it has 251." in sue.does(number, "reply", "x" * 251).text


def test_whoever_has_stopped_is_not_written_to(office: Office, sue: Browser) -> None:
    number = office.case("task", "call_me", ref="ann")
    sue.does(number, "take")
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("UPDATE people SET streams = '{}' WHERE ref = 'ann'")
    assert "They have stopped texts." in sue.does(number, "reply", "Hello").text


def test_a_text_is_seen_as_it_arrives_before_it_goes(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    sue.does(number, "take")
    page = sue.opens(number).text
    assert "It goes at once" in page
    assert "bubble" not in page
    assert "bubble" not in sue.post(f"/cases/{number}/reply/preview", words=" \r\n").text
    plain = sue.post(f"/cases/{number}/reply/preview", words="how are you")
    assert "<strong>1 text</strong>, 34 characters" in plain.text
    assert "Sue from Harbour Line: how are you" in plain.text
    assert "It goes at once" in plain.text
    assert "wide alphabet" in sue.post(f"/cases/{number}/reply/preview", words="how are you 🙂").text
    assert "<strong>2 texts</strong>" in sue.post(f"/cases/{number}/reply/preview", words="x" * 160).text
    office.line = replace(office.line, settings=replace(office.line.settings, segment_price=0.04))
    office.hang()
    office.now = office.now.replace(hour=23)
    late = office.staff("sue")
    late.opens(number)
    held = late.post(f"/cases/{number}/reply/preview", words="hi").text
    assert "It is held back until Fri 4 Dec, 09:00" in held
    assert "25 characters, 0.04." in " ".join(held.split())


def test_what_is_often_said_is_there_to_begin_with(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="ann")
    sue.does(number, "take")
    begun = re.compile(r"<textarea id=\"reply-words\"[^>]*>([^<]*)</textarea>")
    assert begun.findall(sue.get(f"/cases/{number}?say=canned.when").text) == [
        "I would like to ring you. When suits you?"
    ]
    assert begun.findall(sue.get(f"/cases/{number}?say=checkin.ask").text) == [""]


def test_who_must_not_be_texted_is_said_before_there_is_a_box(office: Office, sue: Browser) -> None:
    number = office.case("amber", "not_good", ref="carol")
    sue.does(number, "take")
    page = sue.opens(number).text
    assert "It is marked not safe to text them" in page
    assert 'id="reply-words"' not in page
    assert page.index("Before you get in touch") < page.index("It is marked not safe")


def test_flagged_words_are_marked_where_they_stand_with_the_reason(office: Office, sue: Browser) -> None:
    number = office.case("red", ref="ann", words="I WANT TO DIE <b> tonight", detail="; hopeless: want to die")
    page = sue.opens(number).text
    assert "<mark>WANT TO DIE<span" in page
    assert "&lt;b&gt; tonight" in page
    assert words.pieces("nothing here", []) == [("nothing here", "")]
    assert words.pieces("a (b", [("(b", "x")]) == [("a ", ""), ("(b", "x")]


def test_ringing_says_first_what_stands_against_it_and_how_it_ended_stands_on_the_case(office: Office) -> None:
    # The numbers of this office are kept for fiction: only a stand-in for a carrier may ring them.
    office.line = replace(office.line, store=_rehearsing(office))
    office.hang()
    sue = office.staff("sue")
    ann, carol = office.case("task", "call_me", ref="ann"), office.case("task", "call_me", ref="carol")
    assert "Ring Ann through the line" not in sue.opens(ann).text
    assert f"Take case {ann} before you ring" in sue.does(ann, "ring").text
    for number in (ann, carol):
        sue.does(number, "take")
    page = sue.opens(ann).text
    assert page.index("Before you get in touch") < page.index("Ring Ann through the line")
    assert "ring all the same" not in page
    assert sue.does(ann, "ring").status_code == 303
    assert "Your own telephone rings in a moment" in sue.opens(ann).text
    assert "A call about this case is being put through already" in sue.does(ann, "ring").text
    assert office.rows("SELECT p.ref, m.medium, m.wording FROM messages m JOIN people p ON p.id = m.person_id") == [
        ("sue", "call", "ring.staff")
    ]
    office.now = office.now.replace(hour=16)
    sue = office.staff("sue")
    assert "not to be disturbed before Fri 4 Dec, 10:00" in sue.opens(carol).text
    refused = sue.does(carol, "ring")
    assert refused.status_code == 409
    assert "tick that you will ring all the same" in refused.text
    assert sue.post(f"/cases/{carol}/ring", sure="yes").status_code == 303
    with office.line.store.work(office.now) as work:
        for end, detail in (("talked", "290"), ("not_taken", ""), ("not_rung", "busy")):
            case_id = work.conn.execute(select(Case.id).where(Case.number == ann)).scalar_one()
            ringing.ended(work, case_id, office.person("sue"), end, detail)  # type: ignore[arg-type]  # the three there are
    page = unescape(sue.opens(ann).text)
    assert "Sue and they talked for 5 minutes" in page
    assert "Sue rang, and they did not come to the phone" in page
    assert "They were not rung: Sue's own telephone was engaged" in page
    assert ("sue", "ring", f"case {ann}") in office.audited()


def _rehearsing(office: Office) -> Store:
    store = office.line.store
    return replace(store, settings=replace(store.settings, twilio_api_url="http://127.0.0.1:1"))
