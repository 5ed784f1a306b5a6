"""Two people, one phone: each is heard as themselves, and neither is shown to the other."""

from collections.abc import Iterator

import pytest

from tests.stories.town import OWN, Phone, Town

HOME = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins, buddy],
     plan: {days: every day, at: "10:00", ladder: [text, staff]}}
  - {ref: bill, name: Bill, phones: 07700 900101, streams: [checkins, buddy]}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy]}
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132}
pairs:
  - {ref: bill-ben, member: bill, buddy: ben}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 00:00, minutes: 1440}
staff:
  - {person: sue, email: sue@example.org, role: safeguarding}
  - {person: omar, email: omar@example.org, role: coordinator}
"""
BOTH = HOME.replace("name: Bill, phones: 07700 900101, streams: [checkins, buddy]}",
    'name: Bill, phones: 07700 900101, streams: [checkins, buddy],\n'
    '     plan: {days: every day, at: "10:00", ladder: [text, staff]}}')  # fmt: skip
DISCREET = BOTH.replace("name: Ann,", "name: Ann, discreet: yes,")


@pytest.fixture
def home(town: Town) -> Iterator[Town]:
    """Ann and Bill have one phone; only Ann is asked how she is."""
    town.begin(HOME)
    yield town
    town.settles()
    town.everything_was_heard()


@pytest.fixture
def phone(home: Town) -> Phone:
    """The phone of the two."""
    return home.phone("+447700900101", "Ann and Bill")


def answer_of(home: Town, ref: str) -> object:
    """What somebody's last check-in was answered with."""
    return home.scalar(
        "SELECT c.answer FROM check_ins c JOIN people p ON p.id = c.person_id WHERE p.ref = :ref "
        "ORDER BY c.due_at DESC LIMIT 1",
        ref=ref,
    )


def both_asked(home: Town, phone: Phone, written: str = BOTH) -> None:
    """It is ten, and both have been asked how they are."""
    home.loads(written)
    home.moves_to("10:00")
    phone.hears("How are").hears("How are")


def test_the_only_one_who_was_asked_is_the_one_who_answers(home: Town, phone: Phone) -> None:
    home.moves_to("10:00")
    phone.hears("Hello Ann", "How are you today?")
    phone.texts("1").hears("Good to hear from you, Ann")
    phone.texts("thanks").hears("You're welcome, Ann")
    assert answer_of(home, "ann") == "good"


def test_who_says_their_name_is_believed_and_remembered(home: Town, phone: Phone, ben: Phone) -> None:
    phone.texts("Bill here, im fine").hears("Good to hear from you, Bill")
    phone.texts("BUDDY see you on Sunday").hears("Ben")
    home.moves_to("09:00")
    ben.hears("Bill says: see you on Sunday")
    ben.texts("BUDDY lovely").hears("Bill")
    phone.hears("Bill: Ben says: lovely")


def test_the_question_is_asked_and_what_was_said_waits(home: Town, phone: Phone) -> None:
    both_asked(home, phone)
    phone.texts("1").hears("Which of you is it? Reply 1 Ann, 2 Bill.")
    assert home.scalar("SELECT count(*) FROM check_ins WHERE answer IS NOT NULL") == 0
    phone.texts("2").hears("Good to hear from you, Bill")
    assert (answer_of(home, "ann"), answer_of(home, "bill")) == (None, "good")
    assert home.scalar("SELECT count(*) FROM messages WHERE direction = 'in' AND person_id IS NULL") == 0
    phone.texts("Ann: 2").hears("Would you like somebody to ring you")
    phone.texts("2").hears("You can text here any time")
    assert answer_of(home, "ann") == "so_so"
    assert home.scalar("SELECT count(*) FROM timers WHERE topic = 'who'") == 0


def test_a_discreet_person_on_the_phone_is_named_to_nobody(home: Town, phone: Phone) -> None:
    both_asked(home, phone, DISCREET)
    question = "Who is this, please? Reply with your first name, or its first letter."
    phone.texts("1").hears(question)
    assert "Ann" not in question
    phone.texts("2").hears(question)
    phone.texts("b").hears("Good to hear from you, Bill")
    assert (answer_of(home, "ann"), answer_of(home, "bill")) == (None, "good")
    phone.texts("its Ann").hears("How are things?")
    phone.texts("1").hears("Good to hear from you")
    assert answer_of(home, "ann") == "good"


def test_after_two_hours_it_is_asked_again(home: Town, phone: Phone) -> None:
    phone.texts("Bill here").hears("Hello Bill")
    home.moves(minutes=100)
    phone.texts("im fine").hears("Good to hear from you, Bill")
    home.moves_to("13:00")
    phone.hears("Hello Ann")
    phone.texts("1").hears("Good to hear from you, Ann")
    home.moves(hours=3)
    phone.texts("im fine").hears("Which of you is it?")
    phone.texts("bill").hears("Good to hear from you, Bill")


def test_when_the_last_to_write_is_not_the_one_who_was_asked_nobody_is_guessed(home: Town, phone: Phone) -> None:
    home.moves_to("09:30")
    phone.texts("Bill here").hears("Hello Bill")
    home.moves_to("10:00")
    phone.hears("Hello Ann")
    phone.texts("1").hears("Which of you is it?")
    phone.texts("1").hears("Good to hear from you, Ann")
    assert answer_of(home, "ann") == "good"


def test_danger_does_not_wait_for_a_name(home: Town, phone: Phone, sue: Phone) -> None:
    phone.texts("i am going to kill myself").hears("999", "Which of you is it?")
    sue.hears("needs a person now")
    assert home.scalar("SELECT person_id FROM cases WHERE severity = 'red'") is None
    assert home.scalar("SELECT count(*) FROM case_events WHERE kind = 'one_of'") == 1
    sue.is_rung().lets_it_ring()
    phone.texts("2").hears("999")
    assert home.scalar("SELECT p.ref FROM cases c JOIN people p ON p.id = c.person_id") == "bill"
    assert home.scalar("SELECT count(*) FROM cases") == 1


def test_who_may_be_watched_is_asked_nothing(home: Town, phone: Phone, sue: Phone) -> None:
    phone.texts("he is hitting me help cant talk").hears("Got your message.").hears_nothing()
    sue.hears("needs a person now")
    sue.is_rung().lets_it_ring()
    assert home.scalar("SELECT severity FROM cases") == "red"


def test_silence_brings_a_person_when_there_is_something_to_see(home: Town, phone: Phone) -> None:
    phone.texts("the bins went out on thursday").hears("Which of you is it?")
    home.moves(minutes=31)
    assert home.scalar("SELECT reason FROM cases") == "who_is_it"
    phone.texts("thanks").hears("Which of you is it?")
    home.moves(minutes=31)
    assert home.scalar("SELECT count(*) FROM case_events WHERE detail LIKE '%who_is_it%'") == 1
    phone.hears_nothing()


def test_three_texts_that_name_nobody_are_seen_by_a_person(home: Town, phone: Phone) -> None:
    phone.texts("the bins").hears("Which of you is it?")
    phone.texts("by the gate").hears("Which of you is it?")
    phone.texts("the green ones").hears("I've passed that to a person")
    assert home.scalar("SELECT reason FROM cases") == "who_is_it"
    phone.texts("Bill").hears("a person will read this")
    assert home.scalar("SELECT p.ref FROM cases c JOIN people p ON p.id = c.person_id") == "bill"


def test_a_stop_that_the_carrier_acts_on_is_everybodys(home: Town, phone: Phone) -> None:
    phone.texts("STOP").hears("unsubscribed").hears_nothing()
    assert home.scalar("SELECT count(*) FROM people WHERE text_blocked") == 2
    assert home.scalar("SELECT count(*) FROM people WHERE ref IN ('ann', 'bill') AND streams = '{}'") == 2


def test_a_pairs_own_number_tells_whose_words_they_are(home: Town, phone: Phone, ben: Phone) -> None:
    home.loads(HOME + f'numbers: {{pool: ["{OWN}"]}}\n')
    home.moves_to("09:30")
    phone.texts("see you at two", OWN).hears("passed that on to Ben")
    ben.hears("Bill says: see you at two").last_came_from(OWN)
