"""The ladder: everybody who may be asked about somebody quiet, in order, and how it ends."""

import pytest
import sqlalchemy as sa

from tests.stories.conftest import HARBOUR
from tests.stories.town import Phone, Town

LADDER = (
    HARBOUR.replace(
        "phones: 07700 900101, area", "phones: [07700 900101, 07700 900102], ring_seconds: 90, area"
    )
    .replace("contacts: [joy]", "contacts: [joy, kay]")
    .replace("ladder: [text, call, buddy, staff]", "ladder: [text, call, second_number, buddy, second_buddy, "
             "facilitator, contacts], gaps: {after_busy: 4, after_no_answer: 6, after_voicemail: 8}")
    .replace("  - {ref: sue,", "  - {ref: dee, name: Dee, phones: 07700 900112, streams: [buddy]}\n"
             "  - {ref: fay, name: Fay, phones: 07700 900121, streams: [buddy]}\n"
             "  - {ref: kay, name: Kay, phones: 0113 496 0142, prefers: call, streams: [buddy]}\n"
             "  - {ref: sue,")
    .replace("facilitators: [ben]", "facilitators: [fay]")
    .replace("rota:\n", "  - {member: ann, buddy: dee, rank: 2}\nrota:\n")
)  # fmt: skip


@pytest.fixture
def ladder(clock: Town) -> Town:
    """Ann's ladder has every rung there is."""
    return clock.loads(LADDER)


@pytest.fixture
def dee(town: Town) -> Phone:
    """Who covers for Ben."""
    return town.phone("+447700900112", "Dee")


@pytest.fixture
def fay(town: Town) -> Phone:
    """Who runs Ann's group."""
    return town.phone("+447700900121", "Fay")


@pytest.fixture
def joy(town: Town) -> Phone:
    """Ann's first contact."""
    return town.phone("+447700900141", "Joy")


@pytest.fixture
def kay(town: Town) -> Phone:
    """Ann's second contact, who has a landline."""
    return town.phone("+441134960142", "Kay", kind="landline")


def test_the_whole_ladder_in_order_and_everybody_hears_how_it_ended(
    ann: Phone, ben: Phone, dee: Phone, fay: Phone, joy: Phone, kay: Phone, ladder: Town
) -> None:
    second = ladder.phone("+447700900102", "Ann, the other phone")
    ladder.moves_to("10:00")
    ann.hears("How are you today?")
    ladder.moves_to("10:30")
    ann.is_rung().is_busy()
    ladder.moves(minutes=4)
    second.is_rung().lets_voicemail_answer()
    ladder.moves(minutes=8)
    ben.hears("Ann hasn't answered", "4 I'll try")
    ladder.moves(minutes=60)
    dee.hears("Ann hasn't answered")
    dee.texts("3").hears("I'll ask somebody else")
    fay.hears("Ann hasn't answered")
    # Ben's "can't" comes an hour late, and costs Fay none of hers.
    ben.texts("3").hears("I'll ask somebody else")
    joy.hears_nothing()
    ladder.moves(minutes=60)
    joy.hears("Ann hasn't answered")
    # One has accepted: nobody else is asked for two hours.
    joy.texts("OK, going round now").hears("Reply 1 when you have been in touch")
    ladder.moves(minutes=119)
    assert ladder.scalar("SELECT count(*) FROM alerts WHERE check_in_id IS NOT NULL") == 4
    ladder.moves(minutes=1)
    kay.is_rung().lets_it_ring()
    # Her telephone is tried again meanwhile.
    ladder.moves(minutes=60)
    assert ladder.scalar("SELECT reason || ' ' || status FROM cases") == "nobody_confirmed open"
    # Anybody who was asked can still say that all is well.
    fay.texts("seen her, she is fine").hears("Thank you")
    assert ladder.scalar("SELECT status FROM cases") == "closed"
    for phone in (ben, dee, joy):
        phone.hears("All clear: Ann has been in touch")
    kay.is_rung().answers().presses("1").is_told("All clear").hangs_up()


def test_any_word_that_can_be_read_cancels_the_rest(ann: Phone, ladder: Town) -> None:
    ladder.moves_to("10:00")
    ann.hears("How are you today?")
    ladder.moves_to("10:29")
    ann.texts("next").hears("Leeds group meets next")
    ladder.moves_to("18:00")
    assert ladder.scalar("SELECT how FROM check_ins") == "contact"
    assert ladder.scalar("SELECT answer FROM check_ins") is None


def test_what_cannot_be_read_is_no_reassurance(ann: Phone, ladder: Town) -> None:
    ladder.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("wardrobe seven kettle lamp").hears("Sorry, I didn't follow")
    ladder.moves_to("10:31")
    ann.is_rung().answers().presses("1").presses("1").hangs_up()
    assert ladder.scalar("SELECT answer FROM check_ins") == "good"


def test_a_late_word_closes_what_was_only_silence(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    clock.moves_to("12:30")
    ben.hears("Ann hasn't answered")
    assert clock.scalar("SELECT status FROM cases") == "open"
    ann.texts("thanks").hears("welcome")
    ben.hears("All clear: Ann has been in touch")
    assert clock.scalar("SELECT status FROM cases") == "closed"


def test_a_buddy_who_cannot_be_reached_makes_nobody_wait(ann: Phone, dee: Phone, ladder: Town) -> None:
    with ladder.line.store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE people SET paused_until = '2027-02-01' WHERE ref = 'ben'"))
    ladder.moves_to("10:00")
    ann.hears("How are you today?")
    ladder.moves_to("10:30")
    ann.is_rung().is_busy()
    ladder.moves(minutes=4)
    ladder.phone("+447700900102", "Ann, the other phone").is_rung().is_busy()
    ladder.moves(minutes=5)
    dee.hears("Ann hasn't answered")
    ann.texts("1").hears("Good to hear from you")
    dee.hears("All clear")
    # Ben was never asked: he is told of nothing.


def test_asked_in_the_night_the_buddy_hears_in_the_morning_and_has_the_hour(
    ann: Phone, ben: Phone, joy: Phone, clock: Town
) -> None:
    clock.loads(HARBOUR.replace(
        'at: "10:00", ladder: [text, call, buddy, staff]', 'at: "20:15", ladder: [text, buddy, contacts]'
    ))  # fmt: skip
    clock.moves_to("20:15")
    ann.hears("How are you today?")
    clock.moves_to("09:00")
    ben.hears("Ann hasn't answered")
    clock.moves_to("09:50")
    joy.hears_nothing()
    clock.moves_to("10:01")
    joy.hears("Ann hasn't answered")
    ann.texts("1").hears("Good to hear from you")
    ben.hears("All clear")
    joy.hears("All clear")


def test_a_pause_is_looked_at_before_anybody_is_asked(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    clock.moves_to("10:46")
    ben.hears("Ann hasn't answered")
    with clock.line.store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE people SET paused_until = '2027-02-01' WHERE ref = 'ann'"))
    clock.moves_to("18:00")
    ben.hears("About Ann: we now know that they are away")
    assert clock.scalar("SELECT count(*) FROM cases") == 0
    assert clock.scalar("SELECT how FROM check_ins") == "away"


def test_nobody_is_alarmed_by_a_known_appointment(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.loads(HARBOUR.replace("contacts: [joy],", "contacts: [joy], appointments: "
        '[{day: 2027-01-11, from: "10:20", to: "13:00", what: hospital}],'))  # fmt: skip
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("12:59")
    ben.hears_nothing()
    clock.moves_to("13:00")
    ann.is_rung().answers().presses("1").is_told("How are you today").presses("1").hangs_up()
    assert clock.scalar("SELECT answer FROM check_ins") == "good"
