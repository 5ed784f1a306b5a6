"""Looking for help, a group or a tip: two texts, and never a dead end."""

from tests.stories.conftest import HARBOUR
from tests.stories.town import Phone, Town

EVERY_DAY = ',\n     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}'


def test_find_alone_asks_what_for(ann: Phone, town: Town) -> None:
    ann.texts("FIND").hears("What are you looking for?", "1 money", "7 more")
    ann.texts("MORE").hears("1 health", "7 back")
    ann.texts("7").hears("1 money")
    ann.texts("4").hears("116 123", "asked a person here")
    assert town.scalar("SELECT detail FROM case_events WHERE kind = 'opened'").endswith("looking for: mental-health")


def test_find_with_a_word_goes_straight_on(ann: Phone, town: Town) -> None:
    ann.texts("find debt ls6").hears("I've asked a person here to look for that")
    assert "looking for: debt" in town.scalar("SELECT detail FROM case_events WHERE kind = 'opened'")


def test_a_word_of_their_own_is_an_answer_to_the_menu(ann: Phone, town: Town) -> None:
    ann.texts("FIND").hears("What are you looking for?")
    ann.texts("my landlord").hears("I've asked a person here to look for that")
    assert "looking for: housing" in town.scalar("SELECT detail FROM case_events WHERE kind = 'opened'")


def test_trouble_at_home_is_answered_carefully_and_soon(ann: Phone, town: Town) -> None:
    ann.texts("FIND").hears("What are you looking for?")
    ann.texts("7").hears("5 trouble at home")
    ann.texts("5").hears("Got your message", "only in ways you said are fine")
    assert town.scalar("SELECT severity FROM cases") == "amber"


def test_the_menu_left_lying_closes_without_a_word(ann: Phone, town: Town) -> None:
    ann.texts("FIND").hears("What are you looking for?")
    town.moves(minutes=40)
    ann.hears_nothing()
    ann.texts("2").hears("didn't follow")


def test_finding_in_mid_question_leaves_the_check_in_to_be_answered(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("FIND").hears("What are you looking for?")
    ann.texts("3").hears("I've asked a person here", "How are you today?")
    ann.texts("1").hears("Good to hear from you")


def test_a_group_near_by(ann: Phone, town: Town) -> None:
    ann.texts("GROUP leeds").hears("Leeds group: Thursday 14 January, 19:00, Friends Meeting House", "text CALL ME")
    ann.texts("group in Penzance").hears("don't know of a group there", "asked a person")
    assert town.scalar("SELECT reason FROM cases") == "wants_a_group"


def test_a_tip_is_offered_and_somebody_reads_it_first(ann: Phone, town: Town) -> None:
    ann.texts("TIP I always walk to the Park after lunch").hears("A person reads it first", "never said")
    assert town.scalar("SELECT status FROM tips") == "waiting"
    assert town.scalar("SELECT reason FROM cases") == "tip"
    ann.texts("TIPS walking").hears("I don't have another one on that yet", "asked a person")


def test_danger_in_a_tip_is_danger_and_no_tip(ann: Phone, sue: Phone, town: Town) -> None:
    ann.texts("TIP dont bother i am going to kill myself tonight").hears("999")
    sue.hears("needs a person now")
    assert town.scalar("SELECT count(*) FROM tips") == 0


def test_tip_alone_says_how(ann: Phone) -> None:
    ann.texts("tip").hears("text TIPS and a word", "text TIP and your own words")


def test_a_tip_each_week_until_it_is_stopped_and_a_bad_one_is_kept_back(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.loads(HARBOUR.replace(EVERY_DAY, ""))
    ben.texts("TIP keep a flask by the bed").hears("A person reads it first")
    ben.texts("TIP open the curtains first thing").hears("A person reads it first")
    clock.approves_tips("home")
    ann.texts("START TIPS").hears("a tip each week")
    clock.moves_to("09:30")
    ann.hears("A tip for this week", "keep a flask", "STOP TIPS")
    ann.texts("BAD TIP").hears("until a person here has looked")
    assert clock.scalar("SELECT reason FROM cases ORDER BY number DESC LIMIT 1") == "bad_tip"
    clock.moves(days=7)
    ann.hears("open the curtains")
    clock.moves(days=7)
    ann.hears_nothing()
    ann.texts("STOP TIPS").hears("You won't get these any more: a tip each week")
    clock.moves(days=7)
    ann.hears_nothing()
    assert clock.scalar("SELECT count(*) FROM timers WHERE topic = 'weekly_tip'") == 0
