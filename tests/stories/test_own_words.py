"""A sentence in the organisation's own words, from the file to the phone."""

import time
from collections.abc import Iterator

import pytest

from checkin import phrases
from tests.stories.town import Phone, Town

OWN = """
wording:
  - {sentence: checkin.good, text: "Lovely to hear from you {name}, says Leeds."}
  - {sentence: passed_on, text: "Someone at Leeds has it now."}
"""


@pytest.fixture
def own_words(town: Town) -> Iterator[None]:
    """Leeds says things its own way, and every process has heard of it."""
    town.loads(OWN)
    time.sleep(phrases.FRESH_SECONDS)
    yield
    with town.line.store.work(town.now()) as work:
        for key in ("checkin.good", "passed_on"):
            phrases.reset(work, key, "en", "text", by=None, how="console")
    time.sleep(phrases.FRESH_SECONDS)


@pytest.mark.usefixtures("own_words")
def test_ann_is_answered_in_the_words_of_her_group(ann: Phone, clock: Town) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    ann.texts("1").hears("Lovely to hear from you Ann, says Leeds.")
    ann.texts("is there parking at the hall").hears("Someone at Leeds has it now.")
