"""What the words of a text lean to when nothing in it says plainly what is needed, or two things do.

Every word, and every two that stand together, votes for the needs of the phrases and examples it stands in: the more
for one the fewer others have it. "Radiators" was never said of anything but warmth; "house" says little.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from checkin.conversation.needs.lexicon import GAP, NEEDS, Lexicon

Feature = str | tuple[str, str]

# An example is a whole sentence, and says more than a phrase (at most 1) does.
_EXAMPLE, _STRONGEST = 1.3, 6
# What is added to every count, so that a word seen once for one need does not rule out the others.
_DOUBT = 0.3
# A word seen less often than this has less of a vote.
_SEEN = 2.0
# What words say that are about nothing to be looked for.
NOTHING = "none"
_ALL = (*NEEDS, NOTHING)


class Votes:
    """Counts of words by need; a value, safe to share between threads."""

    def __init__(self, lexicon: Lexicon, examples: Iterable[tuple[Sequence[str], Sequence[str]]]) -> None:
        """Each example is the needs it is for (or NOTHING), and its words as `lexicon` writes them."""
        counts: dict[Feature, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for phrases in (*lexicon.by_word.values(), *lexicon.by_stem.values()):
            for phrase in phrases:
                for feature in set(_features([w for w in phrase.words if w != GAP])):
                    for need, weight in phrase.needs.items():
                        counts[feature][need] += weight / _STRONGEST
        for needs, words in examples:
            for feature in set(_features(words)):
                for need in needs:
                    counts[feature][need] += _EXAMPLE
        self._votes = {feature: _weighed(found) for feature, found in counts.items()}

    def of(self, words: Sequence[str]) -> Mapping[str, float]:
        """Return how much the words lean to each need: about 3 for a word that is said of it alone; below 0 for a need
        that they speak against; and how much to NOTHING."""
        sums: dict[str, float] = dict.fromkeys(_ALL, 0.0)
        against = 0.0
        for feature in set(_features(words)):
            others, votes = self._votes.get(feature, (0.0, {}))
            against += others
            for need, vote in votes.items():
                sums[need] += vote - others
        return {need: total + against for need, total in sums.items()}


def _features(words: Sequence[str]) -> Iterator[Feature]:
    yield from words
    yield from pairwise(words)


def _weighed(found: Mapping[str, float]) -> tuple[float, Mapping[str, float]]:
    """Return the vote for needs that a word was never said of, and those for the others."""
    total = sum(found.values())
    often = min(1.0, total / _SEEN)

    def vote(count: float) -> float:
        return math.log((count * len(_ALL) + _DOUBT) / (total + _DOUBT)) * often

    return vote(0.0), {need: vote(count) for need, count in found.items()}
