"""What words weigh together where no single phrase speaks: a logistic regression over ideas and plain words.

The model knows which of about forty *ideas* a sentence holds (death, the self, despair, means, wishing, a denial
...), which two it holds together, and which single words of a small vocabulary. The words of each idea are written
by hand in `model.toml`; the vocabulary is what recurs in the project's own example sentences, so it holds no name
and nothing longer than a word. None of its weights can remember anybody's sentence, it reads a word it never saw
in training like its neighbours in the list, and it can say which words made it speak.

A text is as grave as its gravest sentence: a long story is not judged by its length. The model only ever says
AMBER. Trained by `tests/train_risk_model.py`, which also prints how it does on texts it was not trained on.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import combinations

from checkin.conversation.risk.plain import BREAK, spell_out

_FOLDER = files("checkin.conversation") / "data/risk"
# A sentence longer than this is read in overlapping stretches: in a text without full stops every idea would
# otherwise meet every other.
_STRETCH = 40
_WORDS_SHOWN = 4

Feature = tuple[str, ...]

# Marks a feature that is a word, not an idea.
_WORD = "="


class Model:
    """Ideas, weights and the line above which a sentence is for a person to read."""

    def __init__(
        self, ideas: Mapping[str, str], weights: Mapping[Feature, float], threshold: float, words: Iterable[str] = ()
    ) -> None:
        self._weights = weights
        self._words = {word: (_WORD + word,) for word in words}
        self._threshold = threshold
        self._ideas: dict[str, tuple[str, ...]] = {}
        for idea, its_words in ideas.items():
            for word in its_words.split():
                for spelt in spell_out(word).split():
                    known = self._ideas.get(spelt, ())
                    if idea not in known:
                        self._ideas[spelt] = (*known, idea)

    def features(self, stretch: list[str]) -> set[Feature]:
        """Return the ideas in a stretch, alone and two by two (each pair in alphabetical order), and its words."""
        held = sorted({idea for word in stretch for idea in self._ideas.get(word, ())})
        plain = (self._words[word] for word in stretch if word in self._words)
        return {("",), *((idea,) for idea in held), *combinations(held, 2), *plain}

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
        features = self.features(stretch)

        def pull(word: str) -> float:
            ideas = {*self._ideas.get(word, ()), _WORD + word}
            return sum(self._weights.get(f, 0.0) / len(f) for f in features if not set(f).isdisjoint(ideas))

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
    rows = [line.split("\t") for line in lines]
    weights = {tuple(names.split("+")): float(weight) for names, weight in rows[1:]}
    words = [names.removeprefix(_WORD) for names, _ in rows[1:] if names.startswith(_WORD)]
    return Model(ideas(), weights, float(rows[0][1]), words)
