"""A meeting is moved, held elsewhere, off and on again: everybody hears it at once, by their own telephone, once."""

import re
from datetime import UTC, date, datetime

import pytest

from checkin import groups, meetings
from checkin.meetings import Cancel, Change, Move, Place, Restore, Run
from tests.stories.conftest import HARBOUR
from tests.stories.town import LONDON, Phone, Town

# Bill's landline is rung about meetings; Joy covers for Ben, and is asked when he cannot.
GROUP = (
    HARBOUR.replace(",\n         reminders: never}", ", ask: yes}")
    .replace(',\n     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}}', "}")
    .replace("prefers: call, streams: [checkins]", "prefers: call, streams: [reminders]")
    .replace("facilitators: [ben]", "facilitators: [ben]\n    cover: [joy]")
)
THURSDAY = date(2027, 1, 14)
FRIDAY = datetime(2027, 1, 15, 18, 30, tzinfo=LONDON)


@pytest.fixture
def group(town: Town) -> Town:
    """The town, whose group has somebody to cover."""
    return town.loads(GROUP)


@pytest.fixture
def bill(town: Town) -> Phone:
    """A member with a landline."""
    return town.phone("+441134960102", "Bill", kind="landline")


@pytest.fixture
def joy(town: Town) -> Phone:
    """She covers for Ben."""
    return town.phone("+447700900141", "Joy")


def change(town: Town, what: Change, day: date = THURSDAY) -> None:
    """Sue changes one meeting, Thursday's, in the console."""
    version = town.scalar("SELECT version FROM occurrences WHERE day = :day", day=day) or 0
    with town.line.store.work(town.now()) as work:
        meeting = work.conn.exec_driver_sql("SELECT id FROM meetings").scalar_one()
        sue = work.conn.exec_driver_sql("SELECT id FROM people WHERE ref = 'sue'").scalar_one()
        meetings.make(work, meeting, day, what, by=sue, version=version)
    town.settles()


def test_a_meeting_moves_and_everybody_is_asked_about_the_new_time(
    ann: Phone, bill: Phone, ben: Phone, joy: Phone, group: Town
) -> None:
    group.moves_to("10:30")
    ann.hears("Leeds group meets on Thursday 14 January, 19:00")
    ann.texts("1").hears("See you there on Thursday 14 January, 19:00")
    bill.is_rung().answers().presses("1").is_told("Leeds group meets on Thursday the 14th").presses("1").hangs_up()
    change(group, Move(FRIDAY, Place("Town Hall", "Bus 4 stops outside.")))
    moved = "moved from Thursday 14 January, 19:00 to Friday 15 January, 18:30"
    ann.hears(moved, "Place: Town Hall", "No need to answer")
    bill.is_rung().answers().is_not_told("moved").presses("1")
    bill.is_told("It was to be on Thursday the 14th of January", "It is now on Friday the 15th of January")
    bill.presses("2").is_told("You are welcome any other time").hangs_up()
    ben.hears(moved, "Bus 4 stops outside.")
    joy.hears("Leeds group has moved").texts("1").hears("See you there on Friday 15 January, 18:30")
    ann.texts("is there a lift").hears("passed that on to Ben")
    ben.hears("is there a lift")
    ann.texts("yes").hears("See you there on Friday 15 January, 18:30")
    ann.texts("next").hears("Friday 15 January, 18:30", "Town Hall")
    # Three days and one day before the new time she is reminded; the old day before passes in silence.
    group.moves_to("Tue 10:30")
    ann.hears("Leeds group meets on Friday 15 January, 18:30", "Bus 4 stops outside.")
    group.moves_to("Thu 16:00")
    ann.hears("Leeds group meets on Friday 15 January, 18:30")
    group.moves_to("Thu 17:00")
    ben.hears("the meeting of Leeds group, Friday 15 January, 18:30 to 20:00").texts("1").hears("Thank you")
    group.moves_to("Fri 09:00")
    ben.hears("Leeds group, Friday 15 January, 18:30", "Coming: 2", "Can't: 1", "Messages: 1")


def test_a_meeting_is_off_and_on_again_for_those_who_heard(
    ann: Phone, bill: Phone, ben: Phone, joy: Phone, group: Town
) -> None:
    change(group, Cancel())
    # It is a quarter past eight: nobody is disturbed before nine.
    for phone in (ann, ben, joy):
        phone.hears_nothing()
    change(group, Restore())
    group.moves_to("09:30")
    change(group, Cancel())
    for phone in (ann, ben, joy):
        phone.hears("Leeds group does not meet on Thursday 14 January, 19:00 this time").hears_nothing()
    bill.is_rung().answers().presses("1").is_told("does not meet on Thursday the 14th").hangs_up()
    group.moves_to("10:30")
    ann.hears_nothing()
    change(group, Restore())
    for phone in (ann, ben, joy):
        phone.hears("Leeds group meets after all on Thursday 14 January, 19:00")
    bill.is_rung().answers().presses("1").is_told("meets after all on Thursday the 14th").hangs_up()
    group.moves_to("Wed 16:00")
    ann.hears("Leeds group meets on Thursday 14 January")
    bill.is_rung().is_busy()
    group.moves_to("Wed 17:00")
    ben.hears("the meeting of Leeds group").texts("1").hears("Thank you")
    group.moves_to("Thu 09:00")
    ben.hears("Coming: 0")


def test_joy_runs_it_for_ben(ann: Phone, ben: Phone, joy: Phone, group: Town) -> None:
    group.moves_to("09:30")
    with group.line.store.work(group.now()) as work:
        whose = work.conn.exec_driver_sql("SELECT id FROM people WHERE ref = 'joy'").scalar_one()
    change(group, Run(whose))
    joy.hears("You are down to run Leeds group on Thursday 14 January, 19:00")
    ben.hears("Joy runs Leeds group on Thursday 14 January, 19:00")
    group.loads(GROUP.replace("prefers: call, streams: [reminders]", "prefers: call, streams: []"))
    group.moves_to("10:30")
    ann.hears("Leeds group").texts("can I bring a friend").hears("passed that on to Joy")
    joy.hears("can I bring a friend")
    group.moves_to("Wed 17:00")
    ann.hears("Leeds group")
    joy.hears("the meeting of Leeds group").texts("1").hears("Thank you")
    group.moves_to("Thu 09:00")
    joy.hears("Leeds group", "Messages: 1")


def test_joy_runs_the_group_from_now_on(ann: Phone, ben: Phone, joy: Phone, group: Town) -> None:
    with group.line.store.work(group.now()) as work:
        ids = {row.ref: row.id for row in work.conn.exec_driver_sql("SELECT ref, id FROM people")}
        leeds = work.conn.exec_driver_sql("SELECT id FROM groups").scalar_one()
        groups.choose(work, leeds, ids["joy"], "facilitator", by=ids["omar"])
        groups.choose(work, leeds, ids["ben"], "member", by=ids["omar"])
    # The file still says that it is Ben.
    group.loads(GROUP.replace("prefers: call, streams: [reminders]", "prefers: call, streams: []"))
    group.moves_to("10:30")
    ann.hears("Leeds group").texts("can I bring a friend").hears("passed that on to Joy")
    joy.hears("can I bring a friend")
    group.moves_to("Wed 17:00")
    ann.hears("Leeds group")
    joy.hears("the meeting of Leeds group").texts("1").hears("Thank you")
    group.moves_to("Thu 09:00")
    joy.hears("Leeds group", "Messages: 1")
    ben.hears_nothing()


def test_seven_in_the_evening_stays_seven_when_the_clocks_change(group: Town) -> None:
    """British Summer Time begins on Sunday 28 March 2027, three days before the second meeting."""
    alone = GROUP.replace("prefers: call, streams: [reminders]", "prefers: call, streams: []").replace(
        ", ask: yes", ", ask: no"
    )
    written = re.sub(r"pairs:\n.*\n", "", alone).replace("starts: 2026-01-08", "starts: 2027-03-25")
    group.begin(written, datetime(2027, 3, 24, 12, 0, tzinfo=LONDON))
    numbers = {"Ann": "+447700900101", "Ben": "+447700900111", "Joy": "+447700900141"}
    ann, ben, joy = (group.phone(number, name) for name, number in numbers.items())
    group.moves_to("Wed 16:00")
    ann.hears("Leeds group meets on Thursday 25 March, 19:00")
    group.moves_to("Thu 09:00")
    ben.hears("Leeds group, Thursday 25 March, 19:00")
    group.moves_to("Mon 10:29")
    ann.hears_nothing()
    group.moves_to("Mon 10:30")
    ann.hears("Leeds group meets on Thursday 1 April, 19:00")
    assert group.now() == datetime(2027, 3, 29, 9, 30, tzinfo=UTC)
    ann.texts("1").hears("See you there on Thursday 1 April, 19:00")
    change(group, Move(datetime(2027, 4, 1, 18, 0, tzinfo=LONDON)), date(2027, 4, 1))
    moved = "moved from Thursday 1 April, 19:00 to Thursday 1 April, 18:00"
    for phone in (ann, ben, joy):
        phone.hears(moved)
    group.moves_to("Wed 16:00")
    ann.hears("Thursday 1 April, 18:00")
    group.moves_to("Thu 18:30")
    ben.hears("Leeds group, Thursday 1 April, 18:00")
    assert group.now() == datetime(2027, 4, 1, 17, 30, tzinfo=UTC)
