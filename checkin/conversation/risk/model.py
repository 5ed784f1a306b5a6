"""What words weigh together where no single phrase speaks: a logistic regression over ideas and plain words.

The model knows which of about forty *ideas* a sentence holds (death, the self, despair, means, wishing, a denial
...), which two stand near each other, which comes just before which ("wish" before "death" is not "death" before
"wish"), and which single words of a small vocabulary. The words of each idea are written by hand in `model.toml`;
the vocabulary is what recurs in the project's own example sentences, so it holds no name and nothing longer than a
word. None of its weights can remember anybody's sentence, it reads a word it never saw in training like its
neighbours in the list, and it can say which words made it speak.

A text is as grave as its gravest sentence: a long story is not judged by its length. The model only ever says
AMBER. Trained by `tests/train_risk_model.py`, which also prints how it does on texts it was not trained on.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from checkin.conversation.risk.plain import BREAK, spell_out

_FOLDER = files("checkin.conversation") / "data/risk"
# A sentence longer than this is read in overlapping stretches: in a text without full stops every idea would
# otherwise meet every other.
_STRETCH = 40
_WORDS_SHOWN = 4

# How many words apart two ideas may stand to be read as one thought, and how near the first must come before the
# second for their order to count.
_NEAR = 8
_JUST_BEFORE = 3
# The constant; and the mark of a feature that is a word, not an idea.
ALWAYS = ""
_WORD = "="
_PARTS = re.compile("[+>]")


class Model:
    """Ideas, weights and the line above which a sentence is for a person to read."""

    def __init__(
        self, ideas: Mapping[str, str], weights: Mapping[str, float], threshold: float, words: Iterable[str] = ()
    ) -> None:
        self._weights = weights
        self._words = {word: _WORD + word for word in words}
        self._threshold = threshold
        # Names of pairs, made once: a text meets hundreds of them.
        self._near = {a: {b: "+".join(sorted((a, b))) for b in ideas if b != a} for a in ideas}
        self._after = {a: {b: f"{b}>{a}" for b in ideas if b != a} for a in ideas}
        self._ideas: dict[str, tuple[str, ...]] = {}
        for idea, its_words in ideas.items():
            for word in its_words.split():
                for spelt in spell_out(word).split():
                    known = self._ideas.get(spelt, ())
                    if idea not in known:
                        self._ideas[spelt] = (*known, idea)

    def features(self, stretch: list[str]) -> set[str]:
        """Return what a stretch holds: "death", "death+wish" near each other, "wish>death" in this order, "=word"."""
        found = {ALWAYS, *(self._words[word] for word in stretch if word in self._words)}
        held = [(place, idea) for place, word in enumerate(stretch) for idea in self._ideas.get(word, ())]
        first = 0
        for number, (place, idea) in enumerate(held):
            found.add(idea)
            near, after = self._near[idea], self._after[idea]
            while place - held[first][0] > _NEAR:
                first += 1
            for before, other in held[first:number]:
                if other != idea:
                    found.add(near[other])
                    if 0 < place - before <= _JUST_BEFORE:
                        found.add(after[other])
        return found

    def score(self, stretch: list[str]) -> float:
        """Return the log-odds that a stretch is from somebody in danger, less the threshold."""
        weights = self._weights
        return sum(weights.get(feature, 0.0) for feature in self.features(stretch)) - self._threshold

    def speak(self, plain: str) -> str | None:
        """Return the words that weigh most in the gravest stretch above the threshold, or None below it."""
        gravest = max(((self.score(words), words) for words in stretches(plain)), default=None)
        if gravest is None or gravest[0] <= 0:
            return None
        return ", ".join(self._weightiest(gravest[1]))

    def _weightiest(self, stretch: list[str]) -> list[str]:
        features = [(feature, set(_PARTS.split(feature))) for feature in self.features(stretch)]

        def pull(word: str) -> float:
            ideas = {*self._ideas.get(word, ()), _WORD + word}
            return sum(self._weights.get(name, 0.0) / len(parts) for name, parts in features if parts & ideas)

        known = dict.fromkeys(word for word in stretch if word in self._ideas or word in self._words)
        return sorted(known, key=pull, reverse=True)[:_WORDS_SHOWN]


def stretches(plain: str) -> Iterator[list[str]]:
    """Yield the sentences of a prepared text as words; a long one as stretches that overlap by half."""
    for sentence in plain.split(f" {BREAK} "):
        words = sentence.split()
        if len(words) <= _STRETCH:
            if words:
                yield words
            continue
        for start in range(0, len(words) - _STRETCH // 2, _STRETCH // 2):
            yield words[start : start + _STRETCH]


def ideas() -> Mapping[str, str]:
    """Return the hand-written ideas: name -> words."""
    table: Mapping[str, str] = tomllib.loads((_FOLDER / "model.toml").read_text(encoding="utf-8"))["ideas"]
    return table


@cache
def shipped() -> Model:
    """Return the model that ships. The first line of its weights is the threshold."""
    lines = (_FOLDER / "model-weights.tsv").read_text(encoding="utf-8").splitlines()
    (_, threshold), *rows = (line.split("\t") for line in lines)
    weights = {name: float(weight) for name, weight in rows}
    words = [name.removeprefix(_WORD) for name in weights if name.startswith(_WORD)]
    return Model(ideas(), weights, float(threshold), words)
