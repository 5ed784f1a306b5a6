"""Learn the weights of the risk reader's small model: python -m tests.train_risk_model FILE.tsv [...]

Each file has the columns `kind` and `text`; `risk` is what to find, every other kind what to leave in peace. The
project's own sentences (`risk_sentences.tsv`, the museum) are always learned from, and give the model its vocabulary:
no word comes from anybody else's text, and no feature that fewer than `SEEN` texts share is kept.

Prints, for the files named, how the model and the whole reader do in five-fold cross-validation, three times
with other folds; then learns from everything and writes the weights beside the reader's other data. The phrases
cannot be learned anew for each fold, and were written with texts at hand; so what they find is also counted with
those phrases alone that fire on another text of danger too ("phrases elsewhere"): what is to be expected of texts
nobody has seen lies between the two. Plain gradient descent, no chance in it: the same files give the same weights.
"""

import csv
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from checkin.conversation.risk import default_reader
from checkin.conversation.risk.model import ALWAYS, Model, ideas, stretches
from checkin.conversation.risk.plain import prepare

WEIGHTS = Path(__file__).parents[1] / "checkin/conversation/data/risk/model-weights.tsv"
OWN = (Path(__file__).parent / "risk_sentences.tsv", Path(__file__).parent / "conversation/risk_museum.tsv")
FOLDS = 5
SEEDS = 3
PASSES = 80
RATE = 0.4
# Pulls every weight towards nought: few texts, so neither an idea nor a word may shout. Chosen by cross-validation
# among 0.001 to 0.016: below 0.008 the model remembers, above it nothing is gained.
DECAY = 0.012
# How often the gravest stretch of each text is chosen anew by what was learned so far.
ROUNDS = 3
# What an error on a text of each kind weighs: a missed danger most, a look-alike of the museum (each is an idiom that
# many people use) and everyday talk more than a forum's shop talk.
COST = defaultdict(lambda: 1.0, risk=6.0, negated=3.0, benign_sms=2.0, everyday=2.0, benign=4.0)
# The line is drawn where so much everyday talk would be flagged by the model alone, on texts it did not learn from.
LINE_KIND, LINE_SHARE = "benign_sms", 0.002
# A word is of the vocabulary when so many of the project's own sentences hold it.
RECURS = 2
# A feature is kept when so many texts hold it.
SEEN = 3
# A weight smaller than this changes nothing that is printed.
WORTH_KEEPING = 0.004


Weights = list[float]
Features = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A text as the model sees it: the features of each of its stretches, by number; and the phrases it fires."""

    kind: str
    phrases: frozenset[str]
    own: bool
    stretches: tuple[Features, ...]

    @property
    def danger(self) -> bool:
        return self.kind == "risk"


def vocabulary() -> list[str]:
    """Return the words that recur in the project's own sentences."""
    own = chain.from_iterable(map(_rows, OWN))
    counts = Counter(word for row in own for word in set(prepare(row["text"]).split()) if word.isalpha())
    return sorted(word for word, count in counts.items() if count >= RECURS)


def read(paths: Iterable[Path]) -> tuple[list[Example], list[str]]:
    """Return the examples of the files, texts without a word left out, and the names of the features."""
    model, reader = Model(ideas(), {}, 0.0, vocabulary()), default_reader()
    texts = [
        (row, path in OWN, [model.features(stretch) for stretch in stretches(prepare(row["text"]))])
        for path in (*paths, *OWN)
        for row in _rows(path)
    ]
    seen = Counter(chain.from_iterable(set().union(*found) for _, _, found in texts))
    names = [ALWAYS, *sorted(name for name, count in seen.items() if count >= SEEN and name != ALWAYS)]
    number = {name: place for place, name in enumerate(names)}
    examples = [
        Example(
            row["kind"],
            reader.phrases(row["text"]),
            own,
            tuple(tuple(sorted(number[name] for name in held if name in number)) for held in found),
        )
        for row, own, found in texts
        if found
    ]
    return examples, names


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def learn(examples: Sequence[Example], features: int) -> Weights:
    """Return the weights: logistic regression on each text's gravest stretch, chosen anew each round."""
    weights = [0.0] * features
    chosen: list[Features] = [tuple(sorted(set(chain.from_iterable(e.stretches)))) for e in examples]
    for _ in range(ROUNDS):
        weights = _fit(chosen, examples, features)
        chosen = [max(e.stretches, key=lambda stretch: _sum(weights, stretch)) for e in examples]
    return weights


def score(weights: Weights, example: Example) -> float:
    """Return the score of the gravest stretch."""
    return max(_sum(weights, stretch) for stretch in example.stretches)


def _sum(weights: Weights, stretch: Features) -> float:
    return sum(map(weights.__getitem__, stretch))


def _fit(chosen: Sequence[Features], examples: Sequence[Example], features: int) -> Weights:
    """AdaGrad over the whole set, weights decaying towards nought (the constant, number 0, excepted)."""
    weights, seen = [0.0] * features, [1e-12] * features
    total = sum(COST[example.kind] for example in examples)
    pulls = [(held, example.danger, COST[example.kind] / total) for held, example in zip(chosen, examples, strict=True)]
    for _ in range(PASSES):
        slope = [-DECAY * weight for weight in weights]
        slope[0] = 0.0
        for held, danger, cost in pulls:
            guess = 1 / (1 + math.exp(-max(-30.0, min(30.0, _sum(weights, held)))))
            push = (danger - guess) * cost
            for feature in held:
                slope[feature] += push
        for feature, steep in enumerate(slope):
            seen[feature] += steep * steep
            weights[feature] += RATE * steep / math.sqrt(seen[feature])
    return weights


def cross_validate(examples: Sequence[Example], features: int, seed: int) -> tuple[list[tuple[Example, float]], float]:
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
        weights = learn([example for other in folds if other is not fold for example in other], features)
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


def elsewhere(examples: Sequence[Example]) -> Callable[[Example], bool]:
    """Return whether a phrase fires on an example that fires on another text of danger of the files named, too."""
    fired = Counter(chain.from_iterable(each.phrases for each in examples if each.danger and not each.own))

    def fires(example: Example) -> bool:
        itself = example.danger and not example.own
        return any(fired[phrase] > itself for phrase in example.phrases)

    return fires


def show(seed: int, scored: Sequence[tuple[Example, float]]) -> None:
    """Print, for each kind of the files named, the shares flagged by the model, by phrases, and by either."""
    named = [(example, value > 0) for example, value in scored if not example.own]
    general = elsewhere([example for example, _ in named])
    for kind in sorted({example.kind for example, _ in named}):
        said = [(model, bool(each.phrases), general(each)) for each, model in named if each.kind == kind]
        columns = {
            "model": [model for model, _, _ in said],
            "phrases": [phrase for _, phrase, _ in said],
            "either": [model or phrase for model, phrase, _ in said],
            "phrases elsewhere": [phrase for _, _, phrase in said],
            "either, elsewhere": [model or phrase for model, _, phrase in said],
        }
        shares = "  ".join(f"{name} {100 * sum(flags) / len(flags):5.1f} %" for name, flags in columns.items())
        print(f"{seed} {kind:13}{len(said):5}  {shares}", flush=True)  # noqa: T201 - its output


def main(paths: Sequence[str]) -> None:
    examples, names = read(map(Path, paths))
    lines = []
    for seed in range(SEEDS):
        scored, threshold = cross_validate(examples, len(names), seed)
        show(seed, scored)
        lines.append(threshold)
    weights = dict(zip(names, learn(examples, len(names)), strict=True))
    kept = [f"{name}\t{w:.3f}" for name, w in sorted(weights.items()) if abs(w) >= WORTH_KEEPING or name == ALWAYS]
    WEIGHTS.write_text("\n".join([f"+\t{sum(lines) / len(lines):.3f}", *kept]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
