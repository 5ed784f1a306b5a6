"""Writing to a member from a case: what forbids it stands above the box, and is said when it is tried all the same."""

from datetime import timedelta

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
    sue.does(number, "reply", "Good night.")
    assert "Your text goes when they may be disturbed" in sue.opens(number).text


def test_where_texting_is_not_safe_nothing_goes_and_the_words_are_kept(office: Office, sue: Browser) -> None:
    number = office.case("task", "call_me", ref="carol")
    sue.does(number, "take")
    assert "Somebody else may read it: name neither the group nor the line" in sue.opens(number).text
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
