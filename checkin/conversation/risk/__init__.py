"""What people mean when they are in danger: every inbound word is read here before anything else.

    read_risk("been saving my tablets up")  ->  RED, ("plan: saving my tablets up",)

`plain` makes texts comparable, `patterns` is the language the data in `../data/risk/*.toml` is written in,
`context` weighs denials, the past and other people, `model` adds what no single phrase says, `reader` puts
them together. To teach the reader something: add a phrase to the data with the argument for it as a comment,
and a line to the museum of its tests, one that must be flagged and one that must not.
"""

from functools import cache

from checkin.conversation.risk.levels import CATEGORIES, Level, Risk
from checkin.conversation.risk.reader import Additions, RiskReader, telling

__all__ = ["CATEGORIES", "Additions", "Level", "Risk", "RiskReader", "default_reader", "read_risk", "telling"]


@cache
def default_reader() -> RiskReader:
    """Return the reader without additions, built on first use."""
    return RiskReader()


def read_risk(text: str) -> Risk:
    """Return the risk in `text`, read without additions. Pure; never raises, whatever the string holds."""
    return default_reader().read(text)
