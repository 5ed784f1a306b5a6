"""Names that people ask for: "andys man club" is Andy's Man Club, "hedingly carers" are the Headingley Carers.

Words that speak of a need, or are said every day, name nothing: "debt advice" is a need, whoever is called so. What is
left may be a name; it is compared by the runs of three letters that it shares with one (as PostgreSQL's pg_trgm does),
so that an apostrophe or a slip of the finger does no harm.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from checkin.conversation.needs import everyday, unknown_words
from checkin.conversation.normal import fold, words

# So much of what was asked for has to be in a name, so much of a word for it to be there, and so many of the words.
_ENOUGH, ENOUGH_OF_WORD, _ENOUGH_WORDS = 0.55, 0.5, 0.6
# Shorter words are said of everything.
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Called:
    """What may be the name of a service, an organisation or a group, as somebody wrote it: its `words`, and those of
    them that are its `own`: they neither speak of a need nor are said every day."""

    words: str
    own: tuple[str, ...]

    @property
    def nothing_else(self) -> bool:
        """Tell whether every word is one of its own: there is nothing else that could be looked for."""
        return len(self.words.split()) == len(self.own)


def read_name(said: str, without: Iterable[str] = ()) -> Called | None:
    """Return what may be a name in some words, `without` those that have said where; None where none could be one."""
    known = frozenset(without)
    kept = [w for w in _plain(said) if len(w) >= _SHORTEST and w.isalpha() and w not in known and not everyday(w)]
    own = unknown_words(" ".join(kept))
    return Called(" ".join(kept), own) if own else None


def is_called(called: Called, name: str) -> bool:
    """Tell whether a name is the one that was asked for."""
    every = called.words.split()
    there = {word for word in every if alike(word, name) >= ENOUGH_OF_WORD}
    return (
        alike(called.words, name) >= _ENOUGH
        and sum(word in there for word in every) >= _ENOUGH_WORDS * len(every)
        and not there.isdisjoint(called.own)
    )


def alike(asked: str, name: str) -> float:
    """Return how much of what was asked for is in a name: 0 for nothing, 1 for all."""
    wanted = _threes(asked)
    return len(wanted & _threes(name)) / len(wanted) if wanted else 0.0


def _plain(said: str) -> list[str]:
    return words(fold(said).replace("'", ""))


def _threes(said: str) -> set[str]:
    return {f"  {word} "[i : i + 3] for word in _plain(said) for i in range(len(word) + 1)}
