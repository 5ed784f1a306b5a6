"""What pages where something is done with one person have in common: whom it is about, what they would hear, how they
agreed, the record, and the way back."""

from typing import Any
from uuid import UUID

from flask import abort, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from checkin import audit, people, phrases, wording
from checkin.conversations.sentences import render
from checkin.load.persons import Source
from checkin.people import Member
from checkin.register import leaving
from checkin.store.work import Work
from console.desk import me

# What staff read out to somebody before they agree.
CONSENT = "enrol.consent"
SOON = "At once, or when they may be disturbed"


def member(work: Work, person_id: UUID) -> Member:
    """Return somebody, locked, or answer that there is no such page."""
    return people.lock(work, person_id) or abort(404)


def hears(work: Work, member: Member, key: str, **values: str) -> str:
    """Return a sentence as this member would hear or read it."""
    variant: wording.Variant = "voice" if leaving.medium_of(member) == "call" else member.variant
    return render(work, key, member.language, variant, {"name": member.name, **values})


def source(work: Work, form: Any, language: str) -> Source:
    """Return how somebody agreed, under which sentence, as the ledger keeps it."""
    when = f"On {form.when.data:%d %B %Y}. " if hasattr(form, "when") else ""
    version = wording.version(CONSENT, language, phrases.current(work))
    return Source(form.how.data or "console", version, f"{when}{form.their_words.data}".strip())


def record(work: Work, what: str, person_id: UUID) -> None:
    """Record who did what to somebody."""
    audit.record(work, me().person_id, what, f"person {person_id}")


def address(person_id: UUID) -> str:
    """Return the address of somebody's page."""
    return url_for("people.one", person_id=person_id)


def back(person_id: UUID) -> AnyResponse:
    """Lead back to somebody's page."""
    return redirect(address(person_id), 303)
