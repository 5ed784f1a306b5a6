"""What somebody is looking for, in their words, and that there is an answer to everything."""

import pytest

from checkin.conversation.effects import LookUp, Severity
from checkin.conversation.needs import NEEDS, read_needs
from checkin.conversation.topics import TOPICS
from checkin.signposting import answer
from checkin.wording import sentences


@pytest.mark.parametrize(
    ("asked", "need"),
    [
        ("debt", "debt"),
        ("debt ls6", "debt"),
        ("the bailiffs are coming", "debt"),
        ("skint", "money"),
        ("mould in my flat", "housing"),
        ("somewhere to stay im homeless", "homelessness"),
        ("food bank", "food"),
        ("pip form", "benefits"),
        ("someone to talk to im lonely", "loneliness"),
        ("my mum died", "bereavement"),
        ("he keeps hitting me", "abuse"),
        ("mental-health", "mental-health"),
        ("a drink problem", "alcohol"),
        ("gas bill", "energy"),
        ("zzzz", "other"),
        ("", "other"),
    ],
)
def test_needs_in_peoples_words(asked: str, need: str) -> None:
    assert (read_needs(asked).first or "other") == need


def test_every_need_has_an_answer_and_a_person() -> None:
    for need in (*NEEDS, "other"):
        found = answer(need)
        assert found.key in sentences("en")
        assert found.severity in {Severity.TASK, Severity.AMBER}
    assert answer("abuse").severity is Severity.AMBER
    assert "emergency" not in answer("abuse").key


def test_every_number_of_the_menu_leads_to_a_need_that_exists() -> None:
    for step in TOPICS["signpost"].steps.values():
        for go in step.hears.values():
            for effect in go.effects:
                assert not isinstance(effect, LookUp) or effect.about in {"", "other", *NEEDS}
