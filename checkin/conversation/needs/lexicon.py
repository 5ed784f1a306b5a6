"""The list of needs, and the words for them as the data has them.

A phrase is words with a comma behind it. `*` at a word's end is any ending ("evict*"); `~` stands for up to three words
in between ("kicked ~ out"). How much a phrase says is the list it stands in: `strong` is about this and nothing else,
`plain` usually is, `weak` only tips a balance.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import combining, normalize

from checkin.conversation.normal import fold

# The one list of needs, in the order that decides between two of equal weight: what cannot wait, then what is narrow,
# then what is wide.
NEEDS: tuple[str, ...] = (
    "crisis", "abuse", "homelessness", "gambling", "drugs", "alcohol", "immigration", "veterans", "lgbt", "bereavement",
    "food", "energy", "debt", "benefits", "carers", "parenting", "young-people", "older-people", "disability",
    "housing", "transport", "work", "learning", "legal", "loneliness", "mental-health", "health", "groups", "money",
)  # fmt: skip

# "P.I.P." is one word.
_LETTERS = re.compile(r"\b(\w)\.(?=\w\b)")
WORD = re.compile(r"[^\W_]+")
_DATA = Path(__file__).parent.parent / "data" / "needs"
_SHORTEST_PLURAL, _NO_PLURAL = 3, ("ss", "us", "is")
_WEIGHTS = {"strong": 6, "plain": 3, "weak": 1}
GAP = "~"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that speak of needs, and how much for each."""

    words: tuple[str, ...]
    needs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases by their first word, or by the beginning of it where it may end in any way."""

    by_word: Mapping[str, tuple[Phrase, ...]]
    by_stem: Mapping[str, tuple[Phrase, ...]]
    vocabulary: frozenset[str]
    """Every word that is written out: what a misspelt one may have been meant to be."""
    ordinary: frozenset[str]
    """Words that say nothing of a need and are not misspelt."""
    spelling: Mapping[str, str] = field(default_factory=dict)
    """What is written short, or as it sounds."""


def load() -> Lexicon:
    """Return the phrases of every language. A phrase that several needs have is weighed for each of them."""
    phrases: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    written = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(_DATA.glob("*.toml"))]
    spelling: dict[str, str] = {
        short: whole for stored in written for short, whole in stored.pop("spelling", {}).items()
    }
    for need in NEEDS:
        phrases[tuple(stem(w) for w in plain(need).split())][need] = _WEIGHTS["strong"]
    ordinary: set[str] = set()
    for stored in written:
        ordinary |= {stem(word) for word in stored.pop("ordinary").split()}
        for need, lists in stored.items():
            if need not in NEEDS:
                raise KeyError(need)
            for strength, listed in lists.items():
                for words in _phrases(listed, spelling):
                    had = phrases[words].get(need, 0)
                    phrases[words][need] = max(had, _WEIGHTS[strength])
    return _indexed(phrases, frozenset(ordinary), spelling)


def examples(spelling: Mapping[str, str]) -> list[tuple[list[str], list[str]]]:
    """Return sentences as people write them: the needs each is for ("none" for none), and its words as they are
    compared."""
    rows = (_DATA / "examples.tsv").read_text(encoding="utf-8").splitlines()[1:]
    split = (row.split("\t") for row in rows)
    return [
        (needs.split("|"), [stem(w) for w in spelt(WORD.findall(plain(words)), spelling)]) for needs, words in split
    ]


def _phrases(listed: str, spelling: Mapping[str, str]) -> list[tuple[str, ...]]:
    split = (tuple(stem(w) for w in spelt(plain(p).split(), spelling)) for p in listed.split(","))
    return [words for words in split if words]


def spelt(words: Sequence[str], spelling: Mapping[str, str]) -> list[str]:
    """Return words with those that are written short written out, and ages told apart: as many words as before."""
    return [spelling.get(word) or _age(word) for word in words]


def _age(word: str) -> str:
    """Return "#young" for a number that is a teenager's age and "#old" for one that is an old person's."""
    if not word.isdecimal() or len(word) > 3:
        return word
    return "#young" if 11 <= int(word) <= 19 else "#old" if 70 <= int(word) <= 105 else word


def stem(word: str) -> str:
    """Return a word without the ending of a plural: what is meant by one is meant by several."""
    return word[:-1] if len(word) > _SHORTEST_PLURAL and word.endswith("s") and not word.endswith(_NO_PLURAL) else word


def plain(text: str) -> str:
    """Return a text as phrases are compared: folded, no accents, "can't" as "cant", "mental-health" as two words."""
    folded = _LETTERS.sub(r"\1", fold(text).replace("'", "").replace("-", " "))
    if folded.isascii():
        return folded
    return "".join(c for c in normalize("NFD", folded.replace("ł", "l")) if not combining(c))


def _indexed(
    phrases: Mapping[tuple[str, ...], Mapping[str, int]], ordinary: frozenset[str], spelling: Mapping[str, str]
) -> Lexicon:
    by_word: dict[str, list[Phrase]] = defaultdict(list)
    by_stem: dict[str, list[Phrase]] = defaultdict(list)
    for words, needs in phrases.items():
        first = words[0]
        (by_stem if first.endswith("*") else by_word)[first.rstrip("*")].append(Phrase(words, needs))
    vocabulary = frozenset(w for words in phrases for w in words if w != GAP and not w.endswith("*"))
    return Lexicon(
        {word: tuple(found) for word, found in by_word.items()},
        {stem: tuple(found) for stem, found in by_stem.items()},
        vocabulary,
        ordinary,
        spelling,
    )
