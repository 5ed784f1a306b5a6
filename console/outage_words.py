"""How somebody stands whom a probable outage concerns, in words."""

from collections.abc import Mapping

from checkin.outages import Quiet

_HOW: Mapping[str, str] = {
    "ok": "Heard from, and well",
    "contact": "Heard from",
    "closed": "Closed by staff",
    "away": "Away after all",
}


def standing(one: Quiet) -> str:
    """Return how somebody's check-in stands."""
    if one.status == "open":
        return "Still quiet: others are being asked"
    if one.status == "unconfirmed":
        return "Still quiet: nobody could say"
    return _HOW.get(one.how or "", "A person has it")
