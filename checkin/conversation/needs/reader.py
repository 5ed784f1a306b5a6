"""Weighs the words of a text for the needs they speak of."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from checkin.conversation.needs.lexicon import GAP, NEEDS, WORD, Lexicon, Phrase, examples, plain, spelt, stem
from checkin.conversation.needs.slips import Slips
from checkin.conversation.needs.votes import NOTHING, Votes
from checkin.conversation.risk import Level, Risk, read_risk

# A need has to be spoken of plainly once, or tipped at several times.
_ENOUGH = 3
# How much single words count beside phrases, and how far they must lean where there is no phrase at all.
_LEAN, _SURE = 0.5, 3.5
# A strong phrase.
_PLAINLY = 6
# What these are about is often only how somebody else's need is told: "a group for widows", "no money for nappies".
_WIDE = {"groups": 3, "money": 2, "loneliness": 2, "mental-health": 2}
_ORDER = {need: i for i, need in enumerate(NEEDS)}
_GAP_WORDS = 3
_SHORTEST_STEM = 3
# "not about debt", "don't need food", "not homeless, just lonely": what follows is not what they look for. "no food"
# and "not got any money" are.
_NOT_THIS = re.compile(
    r"\b(?:not (?:about|for|looking for|after|to do with)|nothing to do with|isnt(?: about)?|instead of|rather than"
    r"|(?:dont|do not|didnt|wont) (?:need|want)(?: any| a| the| help with)?|already (?:have|got|had)"
    r"|sorted(?: out)?(?: my| the)?"
    r"|not(?=(?: [^\s,.;!?]+){1,2}[,.;!?]? (?:just|only|but)\b))"
    r"((?: [^\s,.;!?]+){1,3}?)(?=[,.;!?]| (?:its|but|im|i|just|only|is|and|need|want)\b|$)"
)
# Danger of these kinds is a need of its own; somebody who is hurt by another has come for help with that.
_NOT_CRISIS = frozenset({"abuse", "cannot-talk", "someone-else", "organisation", "carrier-word", "withdrawal"})


@dataclass(frozen=True, slots=True)
class Needs:
    """What is looked for, the plainest first; () for nothing known. `rest` are the words that said nothing of a need,
    as they were typed but for case: where, or the name of something. `why` are the words that did. `plainly`: it was
    said in so many words, and not only to be told from how they are put."""

    found: tuple[str, ...]
    why: tuple[str, ...]
    rest: tuple[str, ...]
    plainly: bool = False

    @property
    def first(self) -> str | None:
        """The plainest need."""
        return self.found[0] if self.found else None


@dataclass(frozen=True, slots=True)
class _Hit:
    begins: int
    ends: int
    phrase: Phrase


class NeedsReader:
    """Reads with one lexicon; a value, safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._slips = Slips(lexicon.vocabulary, lexicon.ordinary)
        self._votes = Votes(lexicon, examples(lexicon.spelling))
        # A feed has a hundred thousand descriptions and a few thousand words.
        self._beginning = lru_cache(maxsize=8192)(self._begun_by)

    def read(self, text: str) -> Needs:
        """Return the needs in a text. Danger to oneself is the need "crisis", before any other."""
        risk = read_risk(text)
        typed = WORD.findall(_NOT_THIS.sub(" ", plain(text)))
        tokens = [self._corrected(stem(t)) for t in spelt(typed, self._lexicon.spelling)]
        hits = self._hits(tokens)
        scores = _scores(hits)
        found = self._ordered(tokens, scores)
        if _in_crisis(risk) or "crisis" in found:
            found = ["crisis", *(n for n in found if n != "crisis")]
        elif _is_hurt(risk) and "abuse" not in found:
            # "Threw me out" may be either: a plain need stands first, and nobody who is hurt is overheard.
            found.append("abuse")
        said = {i for hit in hits for i in range(hit.begins, hit.ends)}
        rest = tuple(word for i, word in enumerate(typed) if i not in said)
        return Needs(tuple(found), tuple(" ".join(tokens[h.begins : h.ends]) for h in hits), rest, _plainly(scores))

    def _ordered(self, tokens: Sequence[str], scores: Mapping[str, int]) -> list[str]:
        """Return what is spoken of, the plainest first: by the phrases, and by what the single words lean to."""
        votes = self._votes.of(tokens)
        weigh = {n: scores.get(n, 0) - (_WIDE.get(n, 0) if n in scores else 0) + _LEAN * votes[n] for n in NEEDS}
        found = {n for n, score in scores.items() if score >= _ENOUGH}
        # What was said in so many words is not outvoted: "debt for my mum" is about debt.
        best = max(found if _plainly(scores) else NEEDS, key=lambda n: (weigh[n], -_ORDER[n]))
        if found or votes[best] >= _SURE + max(votes[NOTHING], 0):
            found.add(best)
        named = {n for n in NEEDS if n in scores and scores[n] - _WIDE.get(n, 0) >= _PLAINLY}
        return sorted(found, key=lambda n: (n not in named, -weigh[n], _ORDER[n]))

    def of_service(self, name: str, terms: str, description: str) -> tuple[str, ...]:
        """Return the needs of a service: its name and terms say them, a description only confirms."""
        scores: dict[str, int] = defaultdict(int)
        for words, weight in ((name, 3), (terms, 2), (description[:600], 1)):
            for need, score in _scores(self._hits([stem(w) for w in WORD.findall(plain(words))])).items():
                scores[need] += min(score, 12) * weight
        least = max(max(scores.values(), default=0) // 4, 2 * _ENOUGH)
        found = sorted((n for n, s in scores.items() if s >= least), key=lambda n: (-scores[n], _ORDER[n]))
        return tuple(found[:5])

    def everyday(self, word: str) -> bool:
        """Tell whether a word is said every day and is about no need."""
        return stem(word) in self._lexicon.ordinary or word in self._lexicon.spelling

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the words of a text that are neither said every day nor, by themselves, about a need, spelt rightly or
        not: they may be names."""
        return tuple(w for w in WORD.findall(plain(text)) if not self.everyday(w) and not self._is_about(stem(w)))

    def _is_about(self, token: str) -> bool:
        return bool(self._hits([token]) or self._corrected(token) != token)

    def _corrected(self, token: str) -> str:
        if token in self._lexicon.vocabulary or token in self._lexicon.ordinary or self._stemmed(token):
            return token
        return self._slips.meant(token) or token

    def _stemmed(self, token: str) -> bool:
        return any(token[:n] in self._lexicon.by_stem for n in range(_SHORTEST_STEM, len(token) + 1))

    def _hits(self, tokens: Sequence[str]) -> list[_Hit]:
        """Return what matches, the longest first wherever two would share a word."""
        every = [
            _Hit(i, ends, p)
            for i, token in enumerate(tokens)
            if (beginning := self._beginning(token))
            for p, ends in _at(beginning, tokens, i)
        ]
        every.sort(key=lambda h: (-(h.ends - h.begins), -max(h.phrase.needs.values()), h.begins))
        taken: set[int] = set()
        hits = []
        for hit in every:
            if not taken.intersection(range(hit.begins, hit.ends)):
                taken.update(range(hit.begins, hit.ends))
                hits.append(hit)
        return sorted(hits, key=lambda h: h.begins)

    def _begun_by(self, token: str) -> Mapping[str, Sequence[Phrase]]:
        """Return the phrases that may begin with a word by their second one; "" for those that have none, or any."""
        candidates = list(self._lexicon.by_word.get(token, ()))
        for n in range(_SHORTEST_STEM, len(token) + 1):
            candidates += self._lexicon.by_stem.get(token[:n], ())
        beginning: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in candidates:
            second = phrase.words[1] if len(phrase.words) > 1 else ""
            beginning["" if second == GAP or second.endswith("*") else second].append(phrase)
        return dict(beginning)


def _at(beginning: Mapping[str, Sequence[Phrase]], tokens: Sequence[str], i: int) -> Iterator[tuple[Phrase, int]]:
    following = beginning.get(tokens[i + 1], ()) if i + 1 < len(tokens) else ()
    for phrase in (*following, *beginning.get("", ())):
        ends = _match(phrase.words, tokens, i)
        if ends is not None:
            yield phrase, ends


def _match(words: Sequence[str], tokens: Sequence[str], i: int) -> int | None:
    """Return where a phrase that begins at `i` ends; None when it does not stand there."""
    for at, word in enumerate(words):
        if word == GAP:
            rest = words[at + 1 :]
            tries = (_match(rest, tokens, j) for j in range(i, min(i + _GAP_WORDS + 1, len(tokens))))
            return next((end for end in tries if end is not None), None)
        if i >= len(tokens) or not (tokens[i].startswith(word[:-1]) if word.endswith("*") else tokens[i] == word):
            return None
        i += 1
    return i


def _scores(hits: Sequence[_Hit]) -> dict[str, int]:
    """The same phrase counts once, and a phrase of several words for more than one word does."""
    scores: dict[str, int] = defaultdict(int)
    for words, needs in {h.phrase.words: h.phrase.needs for h in hits}.items():
        for need, weight in needs.items():
            scores[need] += weight + (1 if len(words) > 1 and weight > 1 else 0)
    return scores


def _plainly(scores: Mapping[str, int]) -> bool:
    return max(scores.values(), default=0) >= _PLAINLY


def _in_crisis(risk: Risk) -> bool:
    return risk.level is Level.RED and not all(_category(w) in _NOT_CRISIS for w in risk.why)


def _is_hurt(risk: Risk) -> bool:
    return risk.level is Level.RED and any(_category(w) == "abuse" for w in risk.why)


def _category(why: str) -> str:
    return why.partition(":")[0]
