"""Learn the weights of the risk reader's small model: python -m tests.train_risk_model FILE.tsv [...]

Each file has the columns `kind` and `text`; `risk` is what to find, every other kind what to leave in peace. The
project's own sentences (`risk_sentences.tsv`) are always learned from, and give the model its vocabulary.
Prints, for the files named, how the model and the whole reader do in five-fold cross-validation, three times
with other folds; then learns from everything and writes the weights beside the reader's other data. Plain
gradient descent, no chance in it: the same files give the same weights.
"""

import csv
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from checkin.conversation.risk import Level, read_risk
from checkin.conversation.risk.model import Feature, Model, ideas, stretches
from checkin.conversation.risk.plain import prepare

WEIGHTS = Path(__file__).parents[1] / "checkin/conversation/data/risk/model-weights.tsv"
OWN = Path(__file__).parent / "risk_sentences.tsv"
FOLDS = 5
SEEDS = 3
PASSES = 80
RATE = 0.4
# Pulls every weight towards nought: few texts, so neither an idea nor a word may shout.
DECAY = 0.001
# How often the gravest stretch of each text is chosen anew by what was learned so far.
ROUNDS = 3
# What an error on a text of each kind weighs: a missed danger most, everyday talk more than a forum's shop talk.
COST = defaultdict(lambda: 1.0, risk=6.0, negated=3.0, benign_sms=2.0, everyday=2.0)
# The line is drawn where so much everyday talk would be flagged by the model alone, on texts it did not learn from.
LINE_KIND, LINE_SHARE = "benign_sms", 0.0015
# A word is of the vocabulary when so many of the project's own sentences hold it.
RECURS = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A text as the model sees it: the features of each of its stretches; and whether a phrase flags it."""

    kind: str
    phrase: bool
    own: bool
    stretches: tuple[tuple[Feature, ...], ...]

    @property
    def danger(self) -> bool:
        return self.kind == "risk"


def vocabulary() -> list[str]:
    """Return the words that recur in the project's own sentences."""
    counts = Counter(word for row in _rows(OWN) for word in set(prepare(row["text"]).split()) if word.isalpha())
    return sorted(word for word, count in counts.items() if count >= RECURS)


def read(paths: Iterable[Path]) -> list[Example]:
    """Return the examples of the files, texts without a word left out."""
    reader = Model(ideas(), {}, 0.0, vocabulary())
    examples = []
    for path in paths:
        for row in _rows(path):
            found = tuple(tuple(sorted(reader.features(s))) for s in stretches(prepare(row["text"])))
            if found:
                risk = read_risk(row["text"])
                phrase = risk.level is not Level.NONE and not risk.why[0].startswith("model:")
                examples.append(Example(row["kind"], phrase, path == OWN, found))
    return examples


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def learn(examples: Sequence[Example]) -> dict[Feature, float]:
    """Return the weights: logistic regression on each text's gravest stretch, chosen anew each round."""
    weights: dict[Feature, float] = {}
    chosen = [tuple(sorted({feature for stretch in e.stretches for feature in stretch})) for e in examples]
    for _ in range(ROUNDS):
        weights = _fit(chosen, examples)
        chosen = [max(e.stretches, key=lambda stretch: _sum(weights, stretch)) for e in examples]
    return weights


def score(weights: dict[Feature, float], example: Example) -> float:
    """Return the score of the gravest stretch."""
    return max(_sum(weights, stretch) for stretch in example.stretches)


def _sum(weights: dict[Feature, float], stretch: Iterable[Feature]) -> float:
    return sum(weights.get(feature, 0.0) for feature in stretch)


def _fit(chosen: Sequence[tuple[Feature, ...]], examples: Sequence[Example]) -> dict[Feature, float]:
    """AdaGrad over the whole set, weights decaying towards nought (the constant excepted)."""
    weights: dict[Feature, float] = defaultdict(float)
    seen: dict[Feature, float] = defaultdict(float)
    total = sum(COST[example.kind] for example in examples)
    for _ in range(PASSES):
        slope: dict[Feature, float] = defaultdict(float)
        for features, example in zip(chosen, examples, strict=True):
            guess = 1 / (1 + math.exp(-max(-30.0, min(30.0, _sum(weights, features)))))
            push = (example.danger - guess) * COST[example.kind] / total
            for feature in features:
                slope[feature] += push
        for feature, steep in slope.items():
            step = steep - (DECAY * weights[feature] if feature != ("",) else 0.0)
            seen[feature] += step * step
            weights[feature] += RATE * step / math.sqrt(seen[feature] + 1e-12)
    return dict(weights)


def cross_validate(examples: Sequence[Example], seed: int) -> tuple[list[tuple[Example, float]], float]:
    """Return every example with its score above the line, both from the other folds, and the mean line.

    The weights are learned without the example's fold; the line is drawn through the scores that the other folds
    were given by weights learned without them.
    """
    shuffled = random.Random(seed).sample(examples, len(examples))  # noqa: S311 - folds, not secrets
    place: Counter[str] = Counter()
    folds: list[list[Example]] = [[] for _ in range(FOLDS)]
    for example in shuffled:
        folds[place[example.kind] % FOLDS].append(example)
        place[example.kind] += 1
    scored = []
    for fold in folds:
        weights = learn([example for other in folds if other is not fold for example in other])
        scored.append([(example, score(weights, example)) for example in fold])
    result = []
    lines = []
    for number, fold_scores in enumerate(scored):
        threshold = line(pair for other, pairs in enumerate(scored) if other != number for pair in pairs)
        lines.append(threshold)
        result += [(example, value - threshold) for example, value in fold_scores]
    return result, sum(lines) / FOLDS


def line(scored: Iterable[tuple[Example, float]]) -> float:
    """Return the threshold that leaves the agreed share of everyday talk above it."""
    everyday = sorted((value for example, value in scored if example.kind == LINE_KIND), reverse=True)
    return everyday[round(len(everyday) * LINE_SHARE)]


def show(seed: int, scored: Sequence[tuple[Example, float]]) -> None:
    """Print, for each kind of the files named, the shares flagged by the model, the phrases, and either."""
    for kind in sorted({example.kind for example, _ in scored if not example.own}):
        said = [(value > 0, each.phrase) for each, value in scored if each.kind == kind and not each.own]
        model, phrases, either = (
            100 * sum(map(which, said)) / len(said) for which in (itemgetter(0), itemgetter(1), any)
        )
        print(  # noqa: T201 - its output
            f"{seed} {kind:14}{len(said):5}  model {model:5.1f} %  phrases {phrases:5.1f} %  either {either:5.1f} %"
        )


def main(paths: Sequence[str]) -> None:
    examples = read([*map(Path, paths), OWN])
    lines = []
    for seed in range(SEEDS):
        scored, threshold = cross_validate(examples, seed)
        show(seed, scored)
        lines.append(threshold)
    weights = learn(examples)
    rows = [f"+\t{sum(lines) / len(lines):.3f}", *(f"{'+'.join(f)}\t{w:.3f}" for f, w in sorted(weights.items()))]
    WEIGHTS.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
