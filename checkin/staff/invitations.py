"""Invitations: a link by which somebody on the list sets their password. It works once and for three days; a new one
takes the place of the one before."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from checkin.errors import BadInput
from checkin.staff.accounts import Account, find
from checkin.staff.passwords import set_password
from checkin.staff.sessions import end_sessions
from checkin.store.models import Invitation
from checkin.store.work import Work

INVITED_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a link is for."""

    account: Account


def invite(work: Work, person_id: UUID, by: UUID | None) -> str:
    """Return the path of a link for somebody on the list. `by` is who invites, None: the command line."""
    work.conn.execute(delete(Invitation).where(Invitation.person_id == person_id))
    secret = secrets.token_urlsafe(24)
    work.add(
        Invitation,
        person_id=person_id,
        token_hash=_hash(secret),
        made_by=by,
        expires_at=work.now + INVITED_FOR,
    )
    return f"/invitations/{secret}"


def invited(work: Work, secret: str) -> Invited | None:
    """Return whom a link is for, or None when it is good for nothing (any more)."""
    good = select(Invitation.person_id).where(Invitation.token_hash == _hash(secret), Invitation.expires_at > work.now)
    person_id = work.conn.execute(good.with_for_update()).scalar()
    found = find(work, person_id) if person_id else None
    return Invited(found) if found else None


def accept(work: Work, secret: str, password: str) -> Account:
    """Set the password of whom a link is for; the link is used up, and every session of theirs has ended.

    Raises BadInput when the link is good for nothing.
    """
    found = invited(work, secret)
    if found is None:
        raise BadInput("This link has been used, or has run out. Ask for a new one.")
    who = found.account
    set_password(work, who.person_id, password)
    end_sessions(work, who.person_id)
    work.conn.execute(delete(Invitation).where(Invitation.person_id == who.person_id))
    return who


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
