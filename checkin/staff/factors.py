"""The second factor: a code that an app on a telephone shows and that changes every half minute (RFC 6238, with the
standard's SHA-1, six digits and thirty seconds, which is what every app knows); and ten recovery codes, each good once,
for the day the telephone is lost."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from checkin.staff.accounts import Account
from checkin.store.ids import new_id
from checkin.store.models import Factor, RecoveryCode
from checkin.store.work import Work

_STEP = 30
# A telephone's clock may be a step off.
_STEPS = (-1, 0, 1)
_CODES = 10
# 79 bits: nobody tries them all, not even with the hashes in hand.
_LENGTH = 16
# No letter or digit that is read for another.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Secret:
    """What an app is to be told: as a link for its camera, and to be typed."""

    link: str
    typed: str


def has_factor(work: Work, person_id: UUID) -> bool:
    """Tell whether somebody has a second factor that they have shown to work."""
    found = select(Factor.person_id).where(Factor.person_id == person_id, Factor.confirmed_at.is_not(None))
    return work.conn.execute(found).first() is not None


def propose(work: Work, who: Account) -> Secret:
    """Return the secret for somebody's app, made now unless one waits to be confirmed. One in use stays in use until
    another is confirmed."""
    waiting = work.conn.execute(select(Factor.proposed).where(Factor.person_id == who.person_id)).scalar()
    if waiting is None:
        waiting = work.vault.seal(pyotp.random_base32(), "factors.secret")
        made = insert(Factor).values(person_id=who.person_id, proposed=waiting)
        work.conn.execute(made.on_conflict_do_update(index_elements=["person_id"], set_={"proposed": waiting}))
    secret = work.vault.open(waiting, "factors.secret")
    link = pyotp.TOTP(secret).provisioning_uri(name=who.email, issuer_name=work.settings.name)
    return Secret(link, " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)))


def confirm(work: Work, who: Account, code: str) -> list[str] | None:
    """Take the proposed secret into use when `code` is of it; return new recovery codes, or None for a wrong code."""
    row = work.conn.execute(select(Factor.proposed).where(Factor.person_id == who.person_id).with_for_update()).first()
    if row is None or row.proposed is None:
        return None
    step = _step(work, work.vault.open(row.proposed, "factors.secret"), code)
    if step is None:
        return None
    work.conn.execute(
        update(Factor)
        .where(Factor.person_id == who.person_id)
        .values(secret=row.proposed, proposed=None, confirmed_at=work.now, last_step=step)
    )
    return new_recovery_codes(work, who.person_id)


def check_code(work: Work, person_id: UUID, code: str) -> bool:
    """Tell whether `code` is the one of this moment. Each is taken once: one that was looked at is of no use."""
    sealed = work.conn.execute(
        select(Factor.secret).where(Factor.person_id == person_id, Factor.confirmed_at.is_not(None))
    ).scalar()
    step = _step(work, work.vault.open(sealed, "factors.secret"), code) if sealed else None
    if step is None:
        return False
    first = update(Factor).where(Factor.person_id == person_id, Factor.last_step < step)
    return bool(work.conn.execute(first.values(last_step=step)).rowcount)


def new_recovery_codes(work: Work, person_id: UUID) -> list[str]:
    """Return ten new codes, to be shown once; those before are good for nothing any more."""
    work.conn.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(_CODES)]
    work.add_all(
        RecoveryCode,
        [{"id": new_id(), "person_id": person_id, "code_hash": _hash(code)} for code in codes],
    )
    return ["-".join(code[i : i + 4] for i in range(0, _LENGTH, 4)) for code in codes]


def use_recovery_code(work: Work, person_id: UUID, code: str) -> bool:
    """Tell whether `code` is one of theirs that has not been used; it has been now."""
    theirs = update(RecoveryCode).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None), RecoveryCode.code_hash == _hash(code)
    )
    return bool(work.conn.execute(theirs.values(used_at=work.now)).rowcount)


def recovery_codes_left(work: Work, person_id: UUID) -> int:
    """Return how many recovery codes somebody has that have not been used."""
    left = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return int(work.conn.execute(left).scalar() or 0)


def forget_factor(work: Work, person_id: UUID) -> None:
    """Take somebody's second factor away: they set up another at their next log-in."""
    work.conn.execute(delete(Factor).where(Factor.person_id == person_id))
    work.conn.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _step(work: Work, secret: str, code: str) -> int | None:
    """Return the half minute whose code this is, or None."""
    digits = "".join(c for c in code if c.isascii() and c.isdecimal())
    codes = pyotp.TOTP(secret)
    found: Sequence[int] = [
        int((work.now + timedelta(seconds=_STEP * k)).timestamp()) // _STEP
        for k in _STEPS
        if hmac.compare_digest(codes.at(for_time=work.now, counter_offset=k), digits)
    ]
    return found[-1] if found else None


def _hash(code: str) -> bytes:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return hashlib.sha256(plain.encode()).digest()
