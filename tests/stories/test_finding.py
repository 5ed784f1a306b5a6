"""Looking for help, a group or a tip: two texts or one call, and never a dead end."""

from collections.abc import Iterator

import pytest

from tests.directory.town import phone, serve, settle
from tests.stories.conftest import HARBOUR
from tests.stories.town import LINE, Phone, Town

EVERY_DAY = ',\n     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}'
QUIET = HARBOUR.replace(EVERY_DAY, "").replace(', report: {days: sun, at: "17:00"}', "")
ADVICE, DESK = "+441134960123", "+441134960124"
LEEDS = (53.8, -1.55)
# Another group, with words for newcomers; Joy runs it.
CARERS = """
  - ref: carers
    name: Headingley Carers
    area: LS6 Leeds
    join: CARERS
    about: For people who look after somebody
    expect: Tea first, and nobody has to speak
    facilitators: [joy]
    meetings:
      - {ref: tuesdays, rule: FREQ=WEEKLY;BYDAY=TU, starts: 2026-01-06 10:30, venue: Library}
pairs:"""


@pytest.fixture
def harbour(town: Town) -> Iterator[Town]:
    """The town at ten in the morning, without check-ins, with a small directory and a second group."""
    town.begin(QUIET.replace("\npairs:", CARERS, 1)).moves_to("10:00")
    settle(town.line)
    near = ["d:LS6", "a:LS", "t:leeds"]
    with town.line.store.work(town.now()) as work:
        for name, number in (("Leeds Debt Advice", ADVICE), ("Money Desk", DESK), ("Debt Clinic", "+441134960125")):
            shown = (
                phone(number) if number == DESK else [{"number": number, "shown": f"0{number[3:]}", "kind": "voice"}]
            )
            serve(work, name, "n:debt", *near, town="Leeds", at=LEEDS, phones=shown, description="Free and private.")
        serve(work, "A Very Long Name for a Small Advice Office in the North", "n:debt", *near, town="Leeds", at=LEEDS)
    yield town
    town.settles()
    town.everything_was_heard()


@pytest.fixture
def joy(harbour: Town) -> Phone:
    """She runs the second group."""
    return harbour.phone("+447700900141", "Joy")


def forget_cases(town: Town) -> None:
    """Somebody has seen to them: nobody is reminded that they wait."""
    with town.line.store.work(town.now()) as work:
        work.conn.exec_driver_sql("TRUNCATE cases CASCADE")


def test_find_alone_asks_what_for(ann: Phone, town: Town) -> None:
    ann.texts("FIND").hears("What are you looking for?", "1 money", "7 more")
    ann.texts("MORE").hears("1 health", "7 tips")
    ann.texts("7").hears("1 to hear", "2 to offer", "7 back")
    ann.texts("7").hears("1 money")
    ann.texts("3").hears("I've asked a person here to look for that")
    assert town.scalar("SELECT detail FROM case_events WHERE kind = 'opened'").endswith(
        "looking for: food; near: Leeds"
    )
    assert town.scalar("SELECT need || district || asked FROM missing_needs") == "food1"


def test_two_texts_from_a_need_to_a_number(harbour: Town, ann: Phone) -> None:
    ann.texts("who can help with debt in LS6").hears("1 ", "2 ", "3 ", "0113", "open to 17:00", "MORE")
    ann.texts("2").hears("open to 17:00", "Free and private", "Reply 4")
    ann.texts("MORE").hears("1 ", "0113")
    ann.texts("3").hears("That one isn't there", "1 ")
    ann.texts("MORE").hears("I've asked a person here to look for more")
    assert harbour.scalar("SELECT count(*) FROM cases WHERE reason = 'wants_help_finding'") == 1
    # No text was longer than two messages.
    with harbour.line.store.work(harbour.now()) as work:
        answers = [work.vault.open(row[0], "messages.answer") for row in work.rows(
            "SELECT answer FROM messages WHERE answer IS NOT NULL", {})]  # fmt: skip
    assert all(len(answer) <= 306 for answer in answers), answers


def test_nothing_found_leads_to_a_person_and_is_counted(harbour: Town, ann: Phone) -> None:
    ann.texts("find a gambling clinic, 12 Cardigan Road LS6 2AB").hears("I've asked a person here to look for that")
    assert harbour.scalar("SELECT need || ' ' || district FROM missing_needs") == "gambling LS6"
    kept = harbour.line.store
    with kept.work(harbour.now()) as work:
        (sealed,) = work.rows("SELECT body FROM messages WHERE direction = 'in'", {})[0]
        words = work.vault.open(sealed, "messages.body")
    assert "Cardigan" not in words
    assert "2AB" not in words
    assert "LS6" in words
    ann.texts("find asdfgh qwerty").hears("I've asked a person here")
    assert harbour.scalar("SELECT count(*) FROM missing_needs WHERE need = 'other'") == 1


def test_trouble_at_home_is_answered_carefully_and_soon(ann: Phone, town: Town) -> None:
    ann.texts("FIND").hears("What are you looking for?")
    ann.texts("7").hears("5 trouble at home")
    ann.texts("5").hears("Got your message", "only in ways you said are fine")
    assert town.scalar("SELECT severity FROM cases") == "amber"


def test_danger_inside_a_search_is_danger(harbour: Town, ann: Phone, sue: Phone) -> None:
    ann.texts("find debt advice or im going to kill myself tonight").hears("999")
    sue.hears("needs a person now")
    assert harbour.scalar("SELECT count(*) FROM searches") == 0


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


def test_asked_by_text_and_answered_by_ringing_in_put_through_and_asked_once(harbour: Town, ann: Phone) -> None:
    advice = harbour.phone(ADVICE, "Leeds Debt Advice", "landline", listed=True)
    ann.texts("FIND DEBT").hears("3 Leeds Debt Advice: 01134960123")
    ann.rings().is_told("To hear more about one, press its number", "0 1 1 3 4 9 6 0 1 2 3")
    ann.presses("3").is_told("Once more", "To be put through now, press 2", "To have it texted to you, press 1")
    ann.presses("1").is_told("I have sent it to you")
    ann.hears("Leeds Debt Advice: 01134960123, open to 17:00")
    ann.presses("2").is_told("I am putting you through")
    advice.is_rung().sees(LINE).is_busy()
    ann.is_told("They are on another call just now")
    ann.presses("2")
    advice.is_rung().answers()
    ann.hangs_up()
    harbour.moves(minutes=100)
    ann.hears_nothing()
    harbour.moves(minutes=40)
    ann.hears("Did that help?", "I ask only once")
    ann.texts("no").hears("1 others that may help", "2 a person")
    ann.texts("2").hears("I've asked a person here to look with you")
    assert harbour.scalar("SELECT helped FROM through_calls WHERE helped IS NOT NULL") == "no"
    assert harbour.scalar("SELECT count(*) FROM cases WHERE reason = 'did_not_help'") == 1
    forget_cases(harbour)
    harbour.moves(hours=20)
    ann.hears_nothing()


def test_asked_by_text_the_line_rings_and_puts_through(harbour: Town, ann: Phone) -> None:
    desk = harbour.phone(DESK, "Money Desk", "landline", listed=True)
    ann.texts("FIND MONEY DESK").hears("Money Desk")
    ann.texts("1").hears("Reply 4 and I ring you")
    ann.texts("4").hears("I'm ringing you now")
    ann.is_rung().answers().presses("1").is_told("You asked to be put through", "press 2")
    ann.presses("2")
    desk.is_rung().answers().hangs_up()
    ann.is_told("Did that help?").presses("1").is_told("Good to hear")
    ann.hangs_up()
    assert harbour.scalar("SELECT outcome || ' ' || helped FROM through_calls") == "talked yes"


def test_a_short_number_is_said_and_not_dialled(harbour: Town, ann: Phone) -> None:
    ann.texts("FIND somebody to talk to im lonely").hears("a person will read it", "116 123, day and night")
    forget_cases(harbour)
    ann.rings().presses("1").is_not_told("To be put through now")
    ann.presses("2").is_told("It works from your own phone")
    ann.hangs_up()
    assert harbour.scalar("SELECT count(*) FROM through_calls") == 0


def test_a_group_is_tried_greeted_and_suits(harbour: Town, ann: Phone, joy: Phone) -> None:
    ann.texts("GROUP LS6").hears("1 Headingley Carers: Tuesday 12 January, 10:30, Library")
    ann.texts("1").hears("Joy meets you there", "For people who look after somebody", "Tea first", "Reply 4 to try it")
    ann.texts("4").hears("First time at Headingley Carers: Tuesday 12 January", "somebody there says hello")
    joy.hears("Ann would like to try Headingley Carers", "Tuesday 12 January", "at the door")
    joy.texts("Hello Ann, come to the side door. 07700 900141 if lost").hears("I've passed that on to Ann")
    ann.hears("Joy from Headingley Carers: Hello Ann, come to the side door. [...] if lost")
    harbour.moves_to("16:30")
    ann.hears("Headingley Carers", "Tuesday 12 January")
    harbour.moves_to("Mon 16:30")
    joy.hears("Headingley Carers")
    ann.hears("Tuesday 19 January").hears("Tuesday 19 January")
    harbour.moves_to("Wed 12:00")
    joy.hears("Headingley Carers")
    ann.hears("Did it suit you?", "Any answer is fine")
    ann.texts("yes").hears("Would you like to stay")
    ann.texts("1").hears("Welcome to Headingley Carers")
    joy.hears("Headingley Carers")
    assert harbour.scalar("SELECT role FROM memberships JOIN people ON id = person_id JOIN groups g ON g.id = group_id "
                          "WHERE people.ref = 'ann' AND g.ref = 'carers'") == "member"  # fmt: skip


def test_a_group_that_does_not_suit_leads_to_another_and_then_to_a_person(
    harbour: Town, ann: Phone, joy: Phone
) -> None:
    ann.texts("group tuesday").hears("1 Headingley Carers")
    ann.texts("1").hears("Reply 4 to try it")
    ann.texts("4").hears("First time at Headingley Carers")
    joy.hears("Ann would like to try")
    joy.texts("2").hears("a person here finds somebody for the door")
    ann.hears("Joy from Headingley Carers knows that you are coming")
    ann.texts("STOP REMINDERS").hears("You won't get")
    forget_cases(harbour)
    harbour.moves_to("Wed 12:00")
    joy.hears("Headingley Carers")
    forget_cases(harbour)
    harbour.moves(days=7)
    joy.hears("Headingley Carers")
    ann.hears("Did it suit you?")
    ann.texts("not for me").hears("I've asked a person here to look")
    assert harbour.scalar("SELECT status FROM trials") == "no"
    assert harbour.scalar("SELECT count(*) FROM cases WHERE reason = 'wants_a_group'") == 1


def test_a_group_by_telephone(harbour: Town, joy: Phone) -> None:
    bill = harbour.phone("+441134960102", "Bill", "landline")
    bill.rings().presses("5").presses("7").presses("6").is_told("Headingley Carers", "To hear more about one")
    bill.presses("1").is_told("Joy will meet you there", "To try it, press 2").presses("2")
    bill.is_told("The first time at Headingley Carers", "somebody there says hello").hangs_up()
    joy.hears("Bill would like to try")
    harbour.moves(minutes=60)
    bill.is_rung().answers().presses("1").is_told("Joy from Headingley Carers knows that you are coming").hangs_up()


def test_no_group_there_is_known_to_a_person(harbour: Town, ann: Phone) -> None:
    ann.texts("group in Penzance").hears("don't know of a group there", "asked a person")
    assert harbour.scalar("SELECT reason FROM cases") == "wants_a_group"


def test_a_tip_is_offered_and_somebody_reads_it_first(ann: Phone, town: Town) -> None:
    ann.texts("TIP I always walk to the Park after lunch").hears("A person reads it first", "never said")
    assert town.scalar("SELECT status FROM tips") == "waiting"
    assert town.scalar("SELECT reason FROM cases") == "tip"
    ann.texts("TIPS walking").hears("I don't have another one on that yet", "asked a person")


def test_with_keys_alone_a_tip_is_heard_and_one_is_offered_that_a_person_takes_down(harbour: Town, ben: Phone) -> None:
    ben.texts("TIP keep a flask by the bed").hears("A person reads it first")
    harbour.approves_tips("home")
    forget_cases(harbour)
    bill = harbour.phone("+441134960102", "Bill", "landline")
    bill.rings().presses("5").presses("7").presses("7").is_told("To hear what has helped somebody else, press 1")
    bill.presses("1").is_told("keep a flask by the bed")
    bill.presses("5").presses("7").presses("7").presses("2").is_told("ring you and write it down").hangs_up()
    assert harbour.scalar("SELECT reason FROM cases") == "tip_by_phone"
    # A word is what the tip is to be about; nothing is offered by it.
    ben.texts("FIND").hears("1 money")
    ben.texts("7").hears("7 tips")
    ben.texts("7").hears("Tips:")
    ben.texts("home").hears("keep a flask by the bed")
    assert harbour.scalar("SELECT count(*) FROM tips") == 1


def test_danger_in_a_tip_is_danger_and_no_tip(ann: Phone, sue: Phone, town: Town) -> None:
    ann.texts("TIP dont bother i am going to kill myself tonight").hears("999")
    sue.hears("needs a person now")
    assert town.scalar("SELECT count(*) FROM tips") == 0


def test_tip_alone_says_how(ann: Phone) -> None:
    ann.texts("tip").hears("text TIPS and a word", "text TIP and your own words")


def test_a_tip_each_week_until_it_is_stopped_and_a_bad_one_is_kept_back(ann: Phone, ben: Phone, clock: Town) -> None:
    clock.loads(QUIET)
    ben.texts("TIP keep a flask by the bed").hears("A person reads it first")
    ben.texts("TIP open the curtains first thing").hears("A person reads it first")
    clock.approves_tips("home")
    forget_cases(clock)
    ann.texts("START TIPS").hears("a tip each week")
    clock.moves_to("09:30")
    ann.hears("A tip for this week", "keep a flask", "STOP TIPS")
    ann.texts("BAD TIP").hears("until a person here has looked")
    assert clock.scalar("SELECT reason FROM cases ORDER BY number DESC LIMIT 1") == "bad_tip"
    forget_cases(clock)
    clock.moves(days=7)
    ann.hears("open the curtains")
    clock.moves(days=7)
    ann.hears_nothing()
    ann.texts("STOP TIPS").hears("You won't get these any more: a tip each week")
    clock.moves(days=7)
    ann.hears_nothing()
    assert clock.scalar("SELECT count(*) FROM timers WHERE topic = 'weekly_tip'") == 0


def test_a_stranger_is_told_which_groups_meet_and_what_help_there_is_and_a_person_reads_it(
    harbour: Town, sue: Phone
) -> None:
    stranger = harbour.phone("+447700900199", "Somebody")
    stranger.texts("hello who is this").hears("A person will read", "FIND and what", "JOIN and your code", "999")
    stranger.texts("GROUP LS6").hears("Headingley Carers: Tue", "Library", "Code CARERS", "a person reads this", "999")
    assert harbour.scalar("SELECT DISTINCT reason FROM cases") == "stranger"
    # Of an address no more than the district is kept.
    stranger.texts("FIND DEBT 12 Brudenell Road LS6 1AB").hears("Debt Clinic: 01134960125", "a person reads this")
    with harbour.line.store.work(harbour.now()) as work:
        kept = [work.vault.open(row[0], "messages.body") for row in work.rows("SELECT body FROM messages", {})]
    assert "FIND DEBT LS6" in kept
    # Danger comes before anything that is looked for; who is hurt at home gets no list.
    stranger.texts("find debt, i am going to kill myself tonight").hears("999")
    sue.hears("needs a person now")


@pytest.mark.parametrize("said", ["JOIN CARERS", "join hedingly carers"])
def test_a_stranger_who_was_told_of_a_group_joins_it_by_its_code_or_its_name(
    harbour: Town, joy: Phone, said: str
) -> None:
    stranger = harbour.phone("+447700900199", "Somebody")
    stranger.texts("GROUP headingly").hears("Headingley Carers: Tue", "JOIN and its code")
    stranger.texts(said).hears("Would you like", "1 yes")
    stranger.texts("1").hears("What first name")
    joy.hears("somebody new has joined Headingley Carers")


def test_a_number_nobody_knows_is_told_so_often_a_day_and_no_more(harbour: Town, joy: Phone) -> None:
    stranger = harbour.phone("+447700900199", "Somebody")
    for need in ("debt", "debt leeds", "debt ls6", "debts ls6", "bailiffs ls6"):
        stranger.texts(f"FIND {need}").hears("a person reads this")
    stranger.texts("FIND bailiffs").hears("doesn't know you yet")
    stranger.texts("FIND debt help").hears_nothing()
    harbour.moves(hours=25)
    joy.hears("Coming: 0")
    stranger.texts("FIND debt").hears("a person reads this")
