"""Many people of one area quiet in one evening: shown as one probable outage, beside everybody's own ladder.

A mast that is down or a power cut makes half a town miss its check-ins. Each ladder goes on as ever, for a coincidence
is no proof of anything; but staff see one case that says so, everybody it concerns on one page, and can act on all of
them at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from checkin import checkins, escalations
from checkin.errors import BadInput
from checkin.store.ids import new_id
from checkin.store.models import Outage
from checkin.store.work import Work

REASON = "probable_outage"
# One evening.
WITHIN = timedelta(hours=6)
# So many of its people stand on the page of an outage.
MOST = 500

# A ladder may take as long again before it comes to others.
_DUE_WITHIN = 2 * WITHIN

_MISSED = "UPDATE check_ins SET missed_at = %(now)s WHERE id = %(id)s RETURNING area"
# Two who miss at one moment in one area are counted one after the other.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%(area)s, 7))"
_STANDING = (
    "SELECT o.id, o.case_id FROM outages o JOIN cases k ON k.id = o.case_id "
    "WHERE o.area = %(area)s AND k.status <> 'closed' AND o.last_at > %(since)s"
)
# Who is quiet there just now, and belongs to no outage before this one.
_QUIET = (
    "SELECT c.id, c.person_id FROM check_ins c WHERE c.area = %(area)s AND c.due_at > %(due)s "
    "AND c.missed_at > %(since)s AND c.status <> 'settled' "
    "AND NOT EXISTS (SELECT FROM outage_misses m WHERE m.check_in_id = c.id) ORDER BY c.missed_at, c.id"
)
# Of how many it is known by now whether they answer.
_DECIDED = (
    "SELECT count(DISTINCT person_id) FROM check_ins WHERE area = %(area)s AND due_at > %(due)s AND why IS NULL "
    "AND (status = 'settled' OR missed_at IS NOT NULL)"
)
_MISS = "INSERT INTO outage_misses (outage_id, check_in_id) VALUES (%(outage)s, %(check_in)s)"
_LAST = "UPDATE outages SET last_at = %(now)s WHERE id = %(outage)s"


def missed(work: Work, check_in_id: UUID, person_id: UUID) -> None:
    """Somebody has not answered any try of their check-in: look whether many where they live have not."""
    area = work.rows(_MISSED, {"now": work.now, "id": check_in_id})[0][0]
    if not area:
        return
    work.rows(_ONE_AT_A_TIME, {"area": area})
    where = {"area": area, "since": work.now - WITHIN, "due": work.now - _DUE_WITHIN}
    if standing := work.rows(_STANDING, where):
        outage_id, case_id = standing[0]
        quiet = [(check_in_id, person_id)]
    else:
        quiet = work.rows(_QUIET, where)
        if not _are_many(work, len({person for _, person in quiet}), where):
            return
        outage_id, case_id = _open(work, area)
    work.many(_MISS, [{"outage": outage_id, "check_in": check_in} for check_in, _ in quiet])
    work.rows(_LAST, {"now": work.now, "outage": outage_id})
    for _, person in quiet:
        escalations.note(work, case_id, "quiet", person_id=person)


def _are_many(work: Work, quiet: int, where: Mapping[str, object]) -> bool:
    """Tell whether so many are quiet that it is no coincidence: in a large town a few always are."""
    if quiet < work.settings.outage_misses:
        return False
    decided = int(work.rows(_DECIDED, where)[0][0])
    return quiet * 100 >= decided * work.settings.outage_share


def _open(work: Work, area: str) -> tuple[UUID, UUID]:
    outage_id, case_id = new_id(), escalations.open_outage(work, REASON, area)
    work.add(Outage, id=outage_id, area=area, case_id=case_id, began_at=work.now, last_at=work.now)
    return outage_id, case_id


@dataclass(frozen=True, slots=True)
class Quiet:
    """Somebody whom an outage concerns. `status` and `how` are their check-in's; `case` the number of their own open
    case, if there is one. Moments are aware (UTC)."""

    check_in_id: UUID
    person_id: UUID
    name: str
    missed_at: datetime
    status: str
    how: str | None
    case: int | None

    @property
    def still(self) -> bool:
        """Tell whether nobody has heard from them yet."""
        return self.status != "settled"


@dataclass(frozen=True, slots=True)
class Seen:
    """An outage: where, since when, and the people it concerns, those who are still quiet first."""

    area: str
    began_at: datetime
    people: Sequence[Quiet]
    total: int


_SEEN = text("SELECT o.id, o.area, o.began_at FROM outages o JOIN cases k ON k.id = o.case_id WHERE k.number = :number")
_PEOPLE = text(
    """
    SELECT c.id, c.person_id, p.name, c.missed_at, c.status, c.how, k.number AS own, count(*) OVER () AS total
    FROM outage_misses m JOIN check_ins c ON c.id = m.check_in_id JOIN people p ON p.id = c.person_id
    LEFT JOIN cases k ON k.person_id = c.person_id AND k.status <> 'closed'
    WHERE m.outage_id = :outage ORDER BY c.status = 'settled', c.missed_at, c.id LIMIT :most
    """
)


def find(work: Work, number: int) -> Seen | None:
    """Return the outage that case `number` is about, or None."""
    row = work.conn.execute(_SEEN, {"number": number}).first()
    if row is None:
        return None
    people = work.conn.execute(_PEOPLE, {"outage": row.id, "most": MOST}).all()
    found = [
        Quiet(p.id, p.person_id, work.vault.open(p.name, "people.name"), p.missed_at, p.status, p.how, p.own)
        for p in people
    ]
    return Seen(row.area, row.began_at, found, people[0].total if people else 0)


_THEIRS = text(
    "SELECT c.id, c.person_id FROM outage_misses m JOIN outages o ON o.id = m.outage_id "
    "JOIN cases k ON k.id = o.case_id JOIN check_ins c ON c.id = m.check_in_id "
    "WHERE k.number = :number AND c.id = ANY(:chosen) AND c.status <> 'settled' ORDER BY c.person_id"
)


def close(work: Work, number: int, chosen: Sequence[UUID], by: UUID, words: str) -> int:
    """Close the check-ins of some of those whom an outage concerns, with one note: their ladders stop, everybody who
    was asked about them hears that it is over, and a case that is only about their silence is closed with the note.

    Returns for how many it was done; those who have been heard from meanwhile are left alone. Raises BadInput with one
    sentence. The outage's own case stands until somebody closes it.
    """
    if not words.strip():
        raise BadInput("Write a note: how it is known that they are all right.")
    rows = work.conn.execute(_THEIRS, {"number": number, "chosen": list(chosen)}).all()
    if not rows:
        raise BadInput("Choose somebody who is still quiet.")
    for row in rows:
        checkins.settle(work, row.id, "closed", answer=None, by=by)
        escalations.close_silence(work, row.person_id, by, words)
    return len(rows)
