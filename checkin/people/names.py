"""Finding a name that is stored sealed: by keyed hashes ("marks") of each of its words and of their beginnings.

A name is filed under marks of three kinds: each word, the first two to eight letters of it, and how it sounds. All are
compared without accents and capitals. What somebody with the database and no key learns from them, and why that was
thought bearable, is in docs/decisions/0010-names-are-found-by-marks.md.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, select, text, update

from checkin.store.models import NameMark, Person
from checkin.store.work import Work

SHORTEST, _LONGEST = 2, 8
# A name is first names mostly; what is behind the fourth word is found by the others.
_MOST_WORDS = 4
# As much of a hash as keeps two beginnings apart; the rest would only be longer to store.
_BYTES = 8
# Whoever has no name yet can be looked for as well.
NAMELESS = "(none)"

_WHOLE, _BEGINS, _SOUNDS = "=", "^", "~"
# Letters that Unicode does not take apart into a letter and its mark.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
_ALIKE = (
    ("ph", "f"), ("gh", ""), ("ck", "k"), ("ge", "je"), ("gi", "ji"), ("ce", "se"), ("ci", "si"), ("c", "k"),
    ("q", "k"), ("x", "ks"), ("z", "s"), ("v", "f"), ("y", "i"), ("u", "o"),
)  # fmt: skip


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared: small letters and digits, without accents, each once."""
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold()).translate(_LETTERS)
    bare = "".join(c for c in flat if not unicodedata.combining(c) and c not in "'’")
    return tuple(dict.fromkeys("".join(c if c.isalnum() else " " for c in bare).split()))[:_MOST_WORDS]


def sounds(word: str) -> str:
    """Return roughly how a word (of `words_of`) sounds: the same for Jon and John, Stephen and Steven."""
    for written, said in _ALIKE:
        word = word.replace(written, said)
    word = word[:1] + word[1:].replace("h", "")
    vowel = re.search("[aeio]", word)
    start = vowel.end() if vowel else 0
    word = word[:start] + re.sub("[aeio]", "", word[start:])
    return re.sub(r"(.)\1+", r"\1", word)


def _filed_under(name: str) -> set[str]:
    found = {_WHOLE + NAMELESS} if not words_of(name) else set()
    for word in words_of(name):
        found |= {_WHOLE + word, _SOUNDS + sounds(word)}
        found |= {_BEGINS + word[:n] for n in range(SHORTEST, min(len(word), _LONGEST) + 1)}
    return found


def _mark(work: Work, token: str) -> bytes:
    # "name" keeps these apart from the index of numbers, which has the same key.
    return work.vault.index(f"name {token}")[:_BYTES]


def keep_name(work: Work, person_id: UUID, name: str) -> None:
    """Give somebody this name, sealed, and file it."""
    sealed = work.vault.seal(name, "people.name")
    work.conn.execute(update(Person).where(Person.id == person_id).values(name=sealed))
    file_names(work, {person_id: name})


_FILE = text(
    """
    WITH wanted AS (
        SELECT DISTINCT * FROM unnest(CAST(:people AS uuid[]), CAST(:marks AS bytea[])) AS w (person_id, mark)
    ), gone AS (
        DELETE FROM name_marks m WHERE m.person_id = ANY(CAST(:people AS uuid[]))
        AND NOT EXISTS (SELECT FROM wanted w WHERE w.person_id = m.person_id AND w.mark = m.mark)
    )
    INSERT INTO name_marks (mark, person_id) SELECT mark, person_id FROM wanted ON CONFLICT DO NOTHING
    """
)


def file_names(work: Work, names: Mapping[UUID, str]) -> None:
    """File people under these names, under the key that seals now; what they were filed under before is gone."""
    pairs = [(person_id, _mark(work, token)) for person_id, name in names.items() for token in _filed_under(name)]
    if pairs:
        work.conn.execute(_FILE, {"people": [p for p, _ in pairs], "marks": [m for _, m in pairs]})


def refile(work: Work, rows: Sequence[RowMapping]) -> None:
    """File people anew whose names have just been sealed under another key (`store/rotation.py`)."""
    file_names(work, {row["id"]: work.vault.open(row["name"], "people.name") for row in rows})


def file_unfiled(work: Work, *, most: int) -> int:
    """File up to `most` people who were stored without being filed; return how many. Those from before there were
    marks are found like everybody else once this has been through."""
    missing = select(Person.id, Person.name).where(~select(NameMark).where(NameMark.person_id == Person.id).exists())
    rows = work.conn.execute(missing.limit(most)).all()
    file_names(work, {row.id: work.vault.open(row.name, "people.name") for row in rows})
    return len(rows)


@dataclass(frozen=True, slots=True)
class Sought:
    """What one word of a search is looked for under: marks, under every key, from the closest fit to the loosest."""

    whole: Sequence[bytes]
    begins: Sequence[bytes]
    sounds: Sequence[bytes]


def sought(work: Work, query: str) -> list[Sought]:
    """Return what to look for when somebody has typed `query`: every word must fit, in any order. [] when there is no
    word of at least SHORTEST letters in it."""

    def marks(token: str) -> list[bytes]:
        return [index[:_BYTES] for index in work.vault.indexes(f"name {token}")]

    if query.strip() == NAMELESS:
        return [Sought(marks(_WHOLE + NAMELESS), (), ())]
    return [
        Sought(marks(_WHOLE + word), marks(_BEGINS + word[:_LONGEST]), marks(_SOUNDS + sounds(word)))
        for word in words_of(query)
        if len(word) >= SHORTEST
    ]
