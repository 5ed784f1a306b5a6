"""Services by their names, or those of their organisations, as people spell them."""

from uuid import UUID

from sqlalchemy import text

from checkin.conversation.names import ENOUGH_OF_WORD, Called, is_called
from checkin.directory import places
from checkin.store.work import Work

_MOST = 200
_LEAST = text("SELECT set_config('pg_trgm.word_similarity_threshold', :least, true)")
_FIND = text(
    "(SELECT id, name FROM directory_services WHERE :own <% name AND retired_at IS NULL LIMIT :most) UNION ALL "
    "(SELECT s.id, o.name FROM directory_organisations o JOIN directory_services s ON s.organisation_id = o.id "
    "WHERE :own <% o.name AND s.retired_at IS NULL LIMIT :most)"
)


def services(work: Work, called: Called) -> list[UUID]:
    """Return the services that are, or whose organisation is, called so; [] where PostgreSQL cannot tell."""
    if not places.has_trigrams(work):
        return []
    work.conn.execute(_LEAST, {"least": str(ENOUGH_OF_WORD)})
    # By the longest of its own words alone, which the fewest have; what else was said decides here.
    rows = work.conn.execute(_FIND, {"own": max(called.own, key=len), "most": _MOST})
    return list(dict.fromkeys(row.id for row in rows if is_called(called, row.name)))
