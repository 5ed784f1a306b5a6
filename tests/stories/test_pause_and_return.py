"""Resting and coming back, wishing to be rung, and who this is: each tells a person where it should."""

from tests.stories.conftest import HARBOUR
from tests.stories.town import Phone, Town

# Ann without check-ins.
QUIET = HARBOUR.replace(',\n     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}}', "}")


def test_hospital_pauses_and_tells_staff(ann: Phone, clock: Town) -> None:
    ann.texts("in hospital").hears("our team is told", "Text BACK to start sooner")
    assert clock.scalar("SELECT severity || ' ' || reason FROM cases") == "amber in_hospital"
    assert clock.scalar("SELECT paused_until IS NOT NULL FROM people WHERE ref = 'ann'")


def test_danger_is_listened_for_in_a_pause(ann: Phone, sue: Phone, clock: Town) -> None:
    ann.texts("pause 1 week").hears("No messages until")
    ann.texts("i want to die").hears("999")
    sue.hears("needs a person now")
    assert clock.scalar("SELECT severity FROM cases") == "red"


def test_a_wish_to_be_rung_says_when_and_is_not_forgotten(ann: Phone, clock: Town) -> None:
    clock.loads(QUIET.replace("voicemail: neutral", 'voicemail: neutral, safe_hours: {from: "10:00", to: "15:00"}'))
    ann.texts("CALL ME").hears("asked for somebody to ring you")
    detail = clock.scalar("SELECT detail FROM case_events WHERE kind = 'opened'")
    assert detail == "task: call_me; ring: 10:00 to 15:00 only, Europe/London"
    with clock.line.store.work(clock.now()) as work:
        work.conn.exec_driver_sql("UPDATE timers SET due_at = '2027-01-11 08:30+00' WHERE topic = 'call_me'")
    clock.moves_to("08:31")
    assert clock.scalar("SELECT severity || ' ' || reason FROM cases") == "amber call_me_waiting"


def test_a_call_that_was_seen_to_stays_a_task(ann: Phone, clock: Town) -> None:
    clock.loads(QUIET)
    ann.texts("CALL ME").hears("asked for somebody to ring you")
    with clock.line.store.work(clock.now()) as work:
        work.conn.exec_driver_sql(
            "INSERT INTO case_events (case_id, at, kind) SELECT id, '2027-01-11 08:01+00', 'noted' FROM cases"
        )
        work.conn.exec_driver_sql("UPDATE timers SET due_at = '2027-01-11 08:30+00' WHERE topic = 'call_me'")
    clock.moves_to("08:31")
    assert clock.scalar("SELECT severity FROM cases") == "task"


def test_a_wrong_number_is_used_no_more_and_staff_look(ann: Phone, ben: Phone, clock: Town) -> None:
    ann.texts("wrong number mate").hears("sorry", "won't text or ring this number again")
    assert clock.scalar("SELECT severity || ' ' || reason FROM cases") == "amber wrong_number"
    clock.moves_to("12:00")
    ann.hears_nothing()
    while clock.next_text(ben.number):
        pass
    assert clock.scalar("SELECT count(*) FROM messages WHERE reason = 'number_suspended'") >= 1


def test_who_is_this_and_is_this_a_robot_are_answered_honestly(ann: Phone, clock: Town) -> None:
    ann.texts("who is this?").hears("This is Harbour Line", "automatic, with people behind it", "WRONG NUMBER")
    ann.texts("is this a robot").hears("automatic, with people behind it")
    assert clock.scalar("SELECT count(*) FROM cases") == 0
