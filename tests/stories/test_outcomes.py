"""How it goes: a question every few weeks; a low answer is for a person, silence is fine."""

import pytest

from tests.stories.conftest import HARBOUR
from tests.stories.town import Phone, Town

ASKS = (
    HARBOUR.replace(',\n     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}}', "}").replace(
        "prefers: call, streams: [checkins]", "streams: []"
    )
    + """
outcomes:
  - ref: hope
    ask: {en: "How hopeful do you feel today, 1 not at all to 5 very?"}
    starts: 2027-01-11 11:00
"""
)


@pytest.fixture
def asking(town: Town) -> Town:
    """The town, which asks how hopeful people are."""
    return town.loads(ASKS)


def test_a_number_is_kept(asking: Town, ann: Phone) -> None:
    asking.moves_to("11:00")
    ann.hears("How hopeful do you feel today", "No need to answer")
    ann.texts("9").hears("A number from 1 to 5, please, or leave it")
    ann.texts("four").hears("helps us see how it goes")
    assert asking.scalar("SELECT value FROM outcomes") == 4
    assert asking.scalar("SELECT count(*) FROM cases") == 0


def test_a_low_answer_is_for_a_person(asking: Town, ann: Phone) -> None:
    asking.moves_to("11:00")
    ann.hears("How hopeful")
    ann.texts("1").hears("A person will read this")
    assert asking.scalar("SELECT severity || ' ' || reason FROM cases") == "amber low_outcome"


def test_silence_is_fine(asking: Town, ann: Phone) -> None:
    asking.moves_to("11:00")
    ann.hears("How hopeful")
    asking.moves_to("Wed 12:00")
    ann.hears_nothing()
    assert asking.scalar("SELECT count(*) FROM cases") == 0
    assert asking.scalar("SELECT count(*) FROM outcomes WHERE value IS NULL") == 1
