"""A kind word that asks for nothing; what is answered is heard all the same."""

from tests.stories.conftest import HARBOUR
from tests.stories.town import Phone, Town

# Without a pair: after six weeks staff would be told to look at how the two get on.
KIND = HARBOUR.replace(
    "streams: [checkins, reminders, buddy],\n     voicemail: neutral, contacts: [joy],\n"
    '     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}}',
    "streams: [caring]}",
).replace('pairs:\n  - {ref: ann-ben, member: ann, buddy: ben, report: {days: sun, at: "17:00"}}\n', "")


def test_a_kind_word_comes_after_two_weeks_and_can_be_stopped(ann: Phone, clock: Town) -> None:
    clock.begin(KIND).moves(days=14, hours=4)
    ann.hears("Hello Ann", "From all at Leeds group")
    ann.texts("thanks that made my day").hears("welcome")
    ann.texts("STOP CARING").hears("You won't get any more")
    clock.moves(days=60)
    ann.hears_nothing()
    assert clock.scalar("SELECT count(*) FROM cases") == 0
