"""Buddies: how a pair comes about, rests, is handed on and ends; and who asks the buddy how it went."""

from datetime import UTC, datetime

import pytest

from checkin import pairing
from checkin.pairing import Ask
from checkin.people import first_name
from tests.stories.town import OWN, Phone, Town

TOWN = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, streams: [checkins]}
  - {ref: ben, name: Ben, phones: 07700 900111}
  - {ref: dee, name: Dee, phones: 07700 900112, streams: [buddy]}
  - {ref: sue, name: Sue, phones: 07700 900131}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 1440}
staff:
  - {person: sue, email: sue@example.org, role: coordinator}
policies:
  red: {steps: [{whom: on_call 1, by: text}]}
  amber: {within: 10080}
  task: {within: 10080}
"""
PAIRED = TOWN.replace("name: Ben,", "name: Ben, streams: [buddy],").replace("[checkins]", "[checkins, buddy]") + (
    'pairs:\n  - {ref: ann-ben, member: ann, buddy: ben, report: {days: sun, at: "17:00"}}\n'
)
SECOND = PAIRED + "  - {ref: ann-dee, member: ann, buddy: dee, rank: 2}\n"
PLAN = 'plan: {days: [mon], at: "10:00", ladder: [text, buddy, staff]}}'
ASKED = PAIRED.replace("[checkins, buddy]}", f"[checkins, buddy],\n     {PLAN}", 1)


@pytest.fixture
def town(built_town: Town) -> object:
    """Nobody is paired; at the end everything that anybody heard must have been told."""
    yield built_town.begin(TOWN)
    built_town.settles()
    # Pages, and the morning's word of what waits, are told of elsewhere.
    while built_town.next_text("+447700900131"):
        pass
    built_town.everything_was_heard()


@pytest.fixture
def dee(town: Town) -> Phone:
    """Somebody else who might be a buddy."""
    return town.phone("+447700900112", "Dee")


def person(town: Town, ref: str) -> object:
    return town.scalar("SELECT id FROM people WHERE ref = :ref", ref=ref)


def proposes(town: Town, first: str = "both", rule: str | None = None, **more: object) -> None:
    """Sue proposes Ann and Ben to each other."""
    at = datetime(2027, 1, 1, 17, tzinfo=UTC).time() if rule else None
    ask = Ask(person(town, "ann"), person(town, "ben"), first, rule=rule, at=at, **more)  # type: ignore[arg-type]
    with town.line.store.work(town.now()) as work:
        pairing.propose(work, person(town, "sue"), ask)  # type: ignore[arg-type]
    town.settles()


def cases(town: Town) -> str:
    """The reasons of all cases and what joined them, in order."""
    found = town.scalar(
        "SELECT string_agg(detail, ', ' ORDER BY id) FROM case_events WHERE kind IN ('opened','joined')"
    )
    return str(found or "")


def test_two_yeses_make_a_pair_and_introduce_it(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    clock.loads(TOWN + f'numbers: {{pool: ["{OWN}"]}}\n')
    proposes(clock, rule="FREQ=WEEKLY;BYDAY=SU")
    ann.hears("Would you like a buddy? Ben could keep in touch", "without a reason", "1 yes, 2 no")
    ben.hears("Could you be a buddy to Ann", "1 yes, 2 no")
    ann.texts("yes please").hears("I'll tell you when it is settled")
    ben.hears_nothing()
    ben.texts("1").hears("I'll tell you when it is settled")
    ann.hears("Ben is your buddy from now on", "begin with BUDDY").last_came_from(OWN)
    ben.hears("You are Ann's buddy from now on", "BREAK").last_came_from(OWN)
    ann.texts("BUDDY hello Ben").hears("passed that on to Ben")
    ben.hears("Ann says: hello Ben")
    assert clock.scalar("SELECT count(*) FROM consents WHERE wording LIKE 'buddy\\_%'") == 2
    clock.moves_to("Sun 17:00")
    ben.hears("Have you been in touch with Ann this week?")
    ben.texts("1").hears("Good to know")
    assert cases(clock) == ""


def test_nobody_hears_who_declined(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    proposes(clock)
    ann.hears("Would you like a buddy?")
    ben.hears("Could you be a buddy to Ann")
    ann.texts("1").hears("when it is settled")
    ben.texts("no thanks").hears("That's fine", "Nobody is told who said what")
    ann.hears("About you and Ben as buddies", "isn't going ahead", "nothing you did")
    assert cases(clock) == "task: pair_not_made"
    said = clock.scalar("SELECT num_nonnulls(member_said, buddy_said) FROM proposals WHERE status = 'off'")
    assert said == 0
    ben.texts("BUDDY hello").hears("You don't have a buddy")


def test_one_after_the_other_and_silence_ends_it_as_a_no_does(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    proposes(clock, "buddy")
    ben.hears("Could you be a buddy to Ann")
    ann.hears_nothing()
    ben.texts("yes").hears("when it is settled")
    ann.hears("Would you like a buddy?")
    clock.moves(days=1)
    ann.hears("only asking once more")
    clock.moves(days=4)
    ann.hears("isn't going ahead")
    ben.hears("isn't going ahead")
    assert cases(clock) == "task: pair_not_made"


def test_either_ends_it_without_a_reason_and_the_other_hears_it_kindly(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.loads(PAIRED).moves_to("10:00")
    ben.texts("sorry, I don't want to be Ann's buddy any more").hears("stop being buddies with Ann", "need no reason")
    ben.texts("no").hears("All stays as it is")
    ben.texts("stop being buddies").hears("stop being buddies with Ann")
    ben.texts("yes").hears("That is ended, and Ann hears so kindly")
    ann.hears("You and Ben are no longer buddies", "Thank you")
    assert cases(clock) == "task: pair_ended"
    ben.texts("stop being buddies").hears("You don't have a buddy")
    clock.moves_to("Sun 18:00")
    ben.hears_nothing()


def test_which_of_two_is_ended(ann: Phone, ben: Phone, dee: Phone, clock: Town) -> None:
    clock.loads(SECOND).moves_to("10:00")
    ann.texts("can i have a different buddy").hears("Who do you mean? Reply 1 Ben, 2 Dee.")
    ann.texts("2").hears("stop being buddies with Dee")
    ann.texts("1").hears("That is ended, and Dee hears so kindly")
    dee.hears("You and Ann are no longer buddies")
    ben.hears_nothing()


def test_a_break_is_covered_by_the_second_buddy(ann: Phone, ben: Phone, dee: Phone, clock: Town) -> None:
    clock.loads(SECOND).moves_to("10:00")
    ben.texts("break 2 weeks").hears("a rest from being a buddy until Monday 25 January")
    ann.hears("Ben is having a rest until Monday 25 January", "nothing you did", "Dee is there for you")
    dee.hears("Ben is having a rest", "you are the one who looks out for Ann")
    clock.moves_to("Sun 17:00")
    dee.hears("Have you been in touch with Ann this week?").texts("1").hears("Good to know")
    ann.texts("BUDDY Ben hello").hears("Ben is having a break")
    ben.texts("back").hears("Welcome back")
    ann.hears("Ben is back")
    dee.hears("Ben is back and looks out for Ann again")
    clock.moves_to("Sun 17:00")
    ben.hears("Have you been in touch with Ann").texts("I can't just now").hears("see who can step in")
    dee.hears("Have you been in touch with Ann").texts("1").hears("Good to know")
    assert cases(clock) == "task: for_buddy, task: buddy_needs_cover"


def test_a_break_without_cover_is_a_task_and_ends_softly(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.loads(PAIRED).moves_to("10:00")
    ben.texts("I need a break").hears("until Monday 25 January")
    ann.hears("Ben is having a rest", "Our team is here for you")
    assert cases(clock) == "task: buddy_rests"
    clock.moves_to("Sun 18:00")
    clock.moves(days=9)
    ben.hears("Your rest is over", "If you need longer, text BREAK")
    ann.hears("Ben is back")
    clock.moves_to("Sun 17:00")
    ben.hears("Have you been in touch with Ann").texts("1").hears("Good to know")


def test_a_handover_says_to_all_three_how_it_is_from_now_on(ann: Phone, ben: Phone, dee: Phone, clock: Town) -> None:
    clock.loads(PAIRED).moves_to("10:00")
    with clock.line.store.work(clock.now()) as work:
        ask = Ask(person(clock, "ann"), person(clock, "dee"))  # type: ignore[arg-type]
        pairing.hand_over(work, None, clock.scalar("SELECT id FROM pairs"), ask)
        assert first_name(work, ask.buddy_id) == "Dee"
    clock.settles()
    ann.hears("Would you like a buddy? Dee").texts("yes").hears("when it is settled")
    dee.hears("Could you be a buddy to Ann").texts("yes").hears("when it is settled")
    ann.hears("From now on Dee is your buddy in place of Ben")
    dee.hears("You are Ann's buddy from now on, in place of Ben")
    ben.hears("Dee looks out for Ann from now on", "Thank you for being there for Ann")
    ann.texts("BUDDY hello").hears("passed that on to Dee")
    dee.hears("Ann says: hello")


def test_a_first_review_comes_due_as_a_task_and_then_every_few_months(ben: Phone, clock: Town) -> None:
    clock.loads(PAIRED.replace("17:00", "17:05").replace(', report: {days: sun, at: "17:05"}', ", review: 2027-01-20"))
    clock.moves_to("Wed 09:30")
    assert cases(clock) == ""
    clock.moves_to("Wed 09:30")
    assert cases(clock) == "task: pair_review"
    due = clock.scalar("SELECT review_due_at FROM pairs")
    assert f"{due.astimezone(UTC):%d %B %H}" == "21 April 08"
    ben.hears_nothing()


def test_whoever_was_in_touch_is_asked_once_how_it_went(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.loads(ASKED).moves_to("10:30")
    ann.hears("How are you today?")
    ben.hears("Ann hasn't answered a check-in").texts("1").hears("Nobody else needs to be asked")
    clock.moves_to("11:30")
    ben.hears("Thank you for being in touch with Ann", "How did it go?")
    ben.texts("2").hears("Thank you for saying so", "A person will read it")
    assert cases(clock) == "task: debrief; hard"
    clock.moves_to("Tue 12:00")
    ben.hears_nothing()


def test_the_day_after_danger_the_buddy_is_asked_how_they_are(ann: Phone, ben: Phone, sue: Phone, clock: Town) -> None:
    clock.loads(ASKED).moves_to("10:30")
    ann.hears("How are you today?")
    ben.hears("Ann hasn't answered")
    ann.texts("i am going to kill myself").hears("999")
    sue.hears("needs a person now")
    ben.hears("a person is looking after it now")
    clock.moves_to("Tue 10:59")
    ben.hears_nothing()
    clock.moves_to("11:00")
    ben.hears("Looking out for somebody can be hard", "How are you yourself")
    ben.texts("not good").hears("I'm sorry it's hard", "BREAK")
    assert clock.scalar("SELECT reason FROM cases WHERE severity = 'amber'") == "buddy_not_good"
    assert clock.scalar("SELECT detail FROM case_events WHERE kind = 'welfare'") == "low"


def test_silence_about_oneself_is_all_right_and_noted(ann: Phone, ben: Phone, sue: Phone, clock: Town) -> None:
    clock.loads(PAIRED).moves_to("Sun 17:00")
    ben.hears("Have you been in touch").texts("yes but im worried").hears("what worries you")
    ben.texts("she sounds odd").hears("passed that on")
    ann.texts("i want to end my life").hears("999")
    sue.hears("needs a person now")
    clock.moves_to("Mon 11:00")
    ben.hears("How are you yourself")
    clock.moves(days=2)
    ben.hears_nothing()
    assert clock.scalar("SELECT detail FROM case_events WHERE kind = 'welfare'") == "silent"


def test_a_week_that_does_not_suit_is_offered_to_the_other(ben: Phone, dee: Phone, sue: Phone, clock: Town) -> None:
    clock.loads(SECOND.replace('{days: sun, at: "17:00"}', '{days: wed, at: "17:00"}, ask: yes')).moves_to("Wed 17:00")
    ben.hears("Have you been in touch with Ann").texts("1").hears("Good to know")
    clock.moves_to("Sun 17:00")
    ben.hears("Your turn is coming up: looking out for Ann, Monday 18 January to Sunday 24 January")
    ben.texts("2").hears("I'll see who can step in")
    dee.hears("Could you step in for Ben? It is looking out for Ann").texts("yes").hears("It is yours")
    ben.hears("Dee steps in for you")
    sue.hears("For your rota: Dee steps in for Ben")
    clock.moves_to("Wed 17:00")
    dee.hears("Have you been in touch with Ann").texts("1").hears("Good to know")
    ben.hears_nothing()


def test_two_buddies_of_one_name_are_told_apart(ann: Phone, ben: Phone, dee: Phone, clock: Town) -> None:
    clock.loads(SECOND.replace("name: Dee", "name: Ben")).moves_to("10:00")
    ann.texts("BUDDY Ben are you about?").hears("Reply 1 Ben, your buddy, 2 Ben, your second buddy.")
    ann.texts("2").hears("passed that on to Ben")
    dee.hears("Ann says: Ben are you about?")
    ben.hears_nothing()
