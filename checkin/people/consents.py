"""The consent ledger: only ever added to, and what may be sent follows from it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on

from checkin import caring
from checkin.conversation.effects import Stream
from checkin.store.models import Consent
from checkin.store.work import Work


def consent(
    work: Work,
    person_id: UUID,
    streams: Iterable[Stream],
    *,
    given: bool,
    how: str,
    words: str = "",
    wording: str | None = None,
) -> None:
    """Write the ledger, and what follows from it for what may be sent: what was said, by which way (`how`), under
    which sentence (`wording.version`)."""
    streams = tuple(streams)
    work.add_all(
        Consent,
        [
            {
                "person_id": person_id,
                "at": work.now,
                "stream": stream.value,
                "change": "given" if given else "withdrawn",
                "how": how,
                "wording": wording,
                "words": work.vault.seal(words, "consents.words") if words else None,
            }
            for stream in streams
        ],
    )
    if Stream.CARING in streams:
        (caring.begin if given else caring.stop)(work, person_id)
    names = [stream.value for stream in streams]
    kept = text(
        "UPDATE people SET streams = ARRAY("
        "SELECT unnest(streams) EXCEPT SELECT unnest(CAST(:names AS text[]))"
        " UNION SELECT unnest(CAST(:given AS text[])) ORDER BY 1) WHERE id = :id"
    )
    work.conn.execute(kept, {"names": names, "given": names if given else [], "id": person_id})


def decided(work: Work, person_id: UUID) -> dict[str, str]:
    """Return the last word of somebody's ledger by stream: "given" or "withdrawn"."""
    newest = (
        select(Consent.stream, Consent.change)
        .ext(distinct_on(Consent.stream))
        .where(Consent.person_id == person_id)
        .order_by(Consent.stream, Consent.id.desc())
    )
    return {row.stream: row.change for row in work.conn.execute(newest)}


def ever_given(work: Work, person_id: UUID) -> Sequence[str]:
    """Return the streams that somebody has ever agreed to, stopped since or not."""
    given = select(Consent.stream).distinct().where(Consent.person_id == person_id, Consent.change == "given")
    return work.conn.scalars(given).all()
