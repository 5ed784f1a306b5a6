"""The risk reader hears danger, and everyday speech is left in peace."""

import pytest

from checkin.conversation.risk import Level, read_risk


@pytest.mark.parametrize("text", ["want to end it", "took all me tablets", "im on the bridge", "800mg x 20"])
def test_danger_is_red(text: str) -> None:
    assert read_risk(text).level is Level.RED


@pytest.mark.parametrize("text", ["", "dying for a cuppa", "this bus is killing me", "my mum died last year today"])
def test_everyday_speech_is_left_in_peace(text: str) -> None:
    assert read_risk(text).level is Level.NONE
