"""Misspelt words: one letter wrong, missing, too many or in the wrong place; two in a long word."""

from collections import defaultdict
from collections.abc import Iterator

_LEAST, _LONG = 5, 9


class Slips:
    """Finds the word of a vocabulary that a misspelt one was meant to be, by what is left when a letter is taken out
    (symmetric deletes): one look in a dict a letter, however large the vocabulary."""

    def __init__(self, vocabulary: frozenset[str], ordinary: frozenset[str]) -> None:
        self._ordinary = ordinary
        self._by_shorter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(vocabulary | ordinary):
            if len(word) >= _LEAST:
                for shorter in {word, *_shorter(word, 2 if len(word) >= _LONG else 1)}:
                    self._by_shorter[shorter].append(word)

    def meant(self, token: str) -> str | None:
        """Return the word that was meant, None when none is close, or it is an ordinary one."""
        if len(token) < _LEAST or not token.isalpha():
            return None
        most = 2 if len(token) >= _LONG else 1
        near = {w for shorter in (token, *_shorter(token, most)) for w in self._by_shorter.get(shorter, ())}
        # The first letter is the one that people get right: a purse is no nurse.
        near = {w for w in near if w[0] == token[0] or w[:2] == token[1::-1]}
        best = min(((_distance(token, w), w) for w in near), default=None)
        if best is None or best[0] > most or best[1] in self._ordinary:
            return None
        return best[1]


def _shorter(word: str, letters: int) -> Iterator[str]:
    for i in range(len(word)):
        less = word[:i] + word[i + 1 :]
        yield less
        if letters > 1:
            yield from _shorter(less, letters - 1)


def _distance(a: str, b: str) -> int:
    """Return how many slips of a finger lie between two words: letters changed, missing, added, or swapped."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]
