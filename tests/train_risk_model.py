"""Learn the weights of the risk reader's small model: python -m tests.train_risk_model FILE.tsv [...]

Each file has the columns `kind` and `text`; `risk` is what to find, every other kind what to leave in peace.
Prints the model's figures by five-fold cross-validation, then learns from everything and writes the weights
beside the reader's other data. Plain gradient descent, no chance in it: the same files give the same weights.
"""

import csv
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from checkin.conversation.risk.model import Feature, Model, ideas, stretches
from checkin.conversation.risk.plain import prepare

WEIGHTS = Path(__file__).parents[1] / "checkin/conversation/data/risk/model-weights.tsv"
FOLDS = 5
PASSES = 60
RATE = 0.4
# Pulls every weight towards nought: few texts, so no idea may shout.
DECAY = 0.003
# How often the gravest stretch of each text is chosen anew by what was learned so far.
ROUNDS = 4
# A missed text in danger weighs as much as eight false alarms; look-alikes a little more than other talk.
COST = defaultdict(lambda: 1.0, risk=8.0, negated=1.5)
# The line is drawn where so much everyday talk (kinds that begin so) would be flagged, in cross-validation.
LINE_KIND, LINE_SHARE = "benign_sms", 0.0025


@dataclass(frozen=True, slots=True)
class Example:
    """A text as the model sees it: the features of each of its stretches."""

    kind: str
    stretches: tuple[tuple[Feature, ...], ...]

    @property
    def danger(self) -> bool:
        return self.kind == "risk"


def read(paths: Iterable[str]) -> list[Example]:
    """Return the examples of the files, texts without a word left out."""
    reader = Model(ideas(), {}, 0.0)
    examples = []
    for path in paths:
        with Path(path).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                found = tuple(tuple(sorted(reader.features(s))) for s in stretches(prepare(row["text"])))
                if found:
                    examples.append(Example(row["kind"], found))
    return examples


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


def cross_validate(examples: Sequence[Example]) -> list[tuple[str, float]]:
    """Return (kind, score) of every example, scored by weights learned without its fold."""
    place: Counter[str] = Counter()
    folds: list[list[Example]] = [[] for _ in range(FOLDS)]
    for example in examples:
        folds[place[example.kind] % FOLDS].append(example)
        place[example.kind] += 1
    scored = []
    for fold in folds:
        weights = learn([example for other in folds if other is not fold for example in other])
        scored += [(example.kind, score(weights, example)) for example in fold]
    return scored


def main(paths: Sequence[str]) -> None:
    examples = read(paths)
    scored = cross_validate(examples)
    everyday = sorted((s for kind, s in scored if kind == LINE_KIND), reverse=True)
    threshold = everyday[int(len(everyday) * LINE_SHARE)]
    for kind in sorted({kind for kind, _ in scored}):
        flagged = [s > threshold for k, s in scored if k == kind]
        print(f"{kind:14} {len(flagged):5} flagged {100 * sum(flagged) / len(flagged):5.1f} %")  # noqa: T201 - its output
    weights = learn(examples)
    rows = [f"+\t{threshold:.3f}", *(f"{'+'.join(f)}\t{w:.3f}" for f, w in sorted(weights.items()))]
    WEIGHTS.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
