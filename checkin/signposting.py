"""Signposting: what somebody is looking for, and what the line can say about it. Pure.

There is no directory here: of numbers the line knows only those of the country that are protected (`wording.country`).
Whatever else is asked for goes to a person, so that nobody is left with nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from checkin.conversation.effects import Severity
from checkin.conversation.normal import fold, words

# Needs by the names that feeds and reports use, and words by which people ask for them.
NEEDS: Mapping[str, str] = {
    "crisis": "crisis desperate urgent",
    "abuse": "abuse abused abusive violence violent hits hitting controlling refuge stalking home",
    "mental-health": "mental mood low depression depressed anxiety anxious panic sad nerves stress counselling therapy",
    "bereavement": "bereavement bereaved grief grieving died death funeral loss widow widower",
    "loneliness": "lonely loneliness alone company friends friend isolated befriending",
    "debt": "debt debts bailiff bailiffs owe loan loans arrears",
    "benefits": "benefit benefits pip esa uc universal credit dla allowance pension",
    "money": "money skint broke cash bills poor",
    "homelessness": "homeless homelessness evicted eviction hostel sleeping streets rough",
    "housing": "housing house flat rent landlord mould damp council tenancy repairs",
    "food": "food hungry foodbank eat eating groceries shopping meals",
    "energy": "energy gas electric electricity heating meter cold warm",
    "work": "work job jobs unemployed redundant sacked boss",
    "legal": "legal law lawyer solicitor court police",
    "immigration": "immigration asylum visa refugee citizenship",
    "carers": "carer carers caring care respite",
    "alcohol": "alcohol drink drinking booze drunk sober aa",
    "drugs": "drug drugs addiction addicted using clean",
    "gambling": "gambling gamble betting bets bookies slots",
    "health": "health doctor gp dentist nurse pain ill hospital pharmacy",
    "disability": "disability disabled wheelchair blind deaf",
    "older-people": "old older elderly pensioner",
    "young-people": "young teenager teenage youth student",
    "parenting": "parent parenting baby child children kids nursery school",
    "lgbt": "lgbt gay lesbian trans bi queer",
    "veterans": "veteran veterans army navy raf forces soldier",
    "transport": "transport bus lift taxi travel minibus",
    "learning": "learning course class classes reading college english computer",
    "groups": "group groups meeting meetings club clubs",
}
_BY_WORD = {word: need for need, listed in reversed(tuple(NEEDS.items())) for word in (*listed.split(), need)}

# What the country's line for a listening ear is there for.
_TO_TALK = frozenset({"crisis", "mental-health", "bereavement", "loneliness"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to somebody who looks for help with `need`, and how soon a person goes on from there."""

    need: str
    key: str
    severity: Severity


def need_of(asked: str) -> str:
    """Return the need that words speak of ("debt LS6" -> "debt"), or "other"."""
    return next((_BY_WORD[word] for word in words(fold(asked)) if word in _BY_WORD), "other")


def answer(need: str) -> Answer:
    """Return what there is to say about a need."""
    if need == "abuse":
        # Whoever hurts them may read along: the answer names nothing, and a person is quick.
        return Answer(need, "signpost.careful", Severity.AMBER)
    return Answer(need, "signpost.talk" if need in _TO_TALK else "signpost.person", Severity.TASK)
