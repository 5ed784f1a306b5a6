"""Passwords: which are taken, and how they are kept.

Long ones are what counts (NIST SP 800-63B): no rule about signs and capitals. What guessers try first is refused by its
pattern: well-known words (`known.txt`) with a year, a row of keys, one sign again and again, the line's or the
person's own name.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from importlib.resources import files
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import update

from checkin.store.models import Staff
from checkin.store.work import Work

SHORTEST, LONGEST = 12, 200

_hasher = PasswordHasher()
# The hash of a password that nobody knows, made with the same cost as everybody's: an address that is not on the
# list takes as long to refuse as one that is.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$UqA7l6hJ7IFt4wc2oKVEhQ$1jWx32llb4KZIQdJAJ051nFZOqSs4BX7sJtj81elBNo"

# What lists of stolen passwords begin with; the file says how.
_ROOTS = tuple(
    word
    for line in (files("checkin.staff") / "known.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
_ROWS = ("1234567890", "0987654321", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1q2w3e4r5t6y")
_AS_LETTERS = str.maketrans("013457@$!€", "oieastasie")


def weakness(password: str, own: Sequence[str] = ()) -> str | None:
    """Return what is wrong with a new password, in one sentence, or None. `own`: names and addresses it may not be
    made of."""
    if len(password) < SHORTEST:
        return f"Enter at least {SHORTEST} characters: four words that do not belong together are easy to remember"
    if len(password) > LONGEST:
        return f"Enter at most {LONGEST} characters"
    if len(set(password)) < 5:
        return "Enter something with more different characters"
    folded = unicodedata.normalize("NFKC", password).casefold()
    roots = [*_ROOTS, *(part for name in own for part in re.findall(r"\w{3,}", name.casefold()))]
    together = re.sub(r"[\W_]+", "", folded)
    for text in (folded, folded.translate(_AS_LETTERS), together):
        if len(_without(text, roots)) < 5:
            return "That is one of the first that others would try. Enter something longer and less usual"
    return None


def _without(text: str, roots: Sequence[str]) -> str:
    """Return what is left of a password without what a guesser adds by habit: known words, rows of keys, years,
    digits, signs."""
    for row in _ROWS:
        for length in range(len(row), 3, -1):
            for start in range(len(row) - length + 1):
                text = text.replace(row[start : start + length], " ")
    for root in sorted(roots, key=len, reverse=True):
        text = re.sub(re.escape(root) if len(root) > 3 else rf"(?<![a-z]){re.escape(root)}(?![a-z])", " ", text)
    return re.sub(r"[\W\d_]+", "", re.sub(r"(.+?)\1{2,}", r"\1", text))


def set_password(work: Work, person_id: UUID, password: str) -> None:
    """Keep a new password: each session that began under the one before has ended."""
    hashed = _hasher.hash(password)
    work.conn.execute(update(Staff).where(Staff.person_id == person_id).values(password_hash=hashed))


def is_password(password_hash: str | None, given: str) -> bool:
    """Tell whether `given` is the password; without a hash it never is, and that takes as long to say."""
    try:
        return _hasher.verify(password_hash or NOBODY, given) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def mark(password_hash: str | None) -> str:
    """Return what changes with the password and tells nothing of it."""
    return hashlib.sha256((password_hash or "").encode()).hexdigest()[:16]
