"""Proof of consent: what somebody agreed to or stopped, when, by which way, under which sentence, in which words.

Each line has a hash over itself and the line before it, so that a line changed or left out shows; the last one's is the
hash of the whole. The sentence is given as it stood then, where it can still be told: as an organisation had put it, or
as this release has it.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from checkin import wording
from checkin.store.work import Work

_LEDGER = text("SELECT id, at, stream, change, how, wording, words FROM consents WHERE person_id = :person ORDER BY id")
_OWN = text(
    "SELECT DISTINCT ON (language, variant) language, variant, text FROM phrases WHERE key = :key AND at <= :at "
    "ORDER BY language, variant, id DESC"
)
_UNKNOWN = "The sentence of an earlier release, of which only the version is kept."


def evidence(work: Work, person_id: UUID) -> dict[str, Any]:
    """Return the pack: its lines, oldest first, and the hash of the whole. Moments are ISO 8601 in UTC."""
    lines: list[dict[str, Any]] = []
    before = ""
    for row in work.conn.execute(_LEDGER, {"person": person_id}):
        line = {
            "at": row.at.isoformat(),
            "stream": row.stream,
            "change": row.change,
            "how": row.how,
            "wording": row.wording,
            "sentence": _sentence(work, row.wording, row.at) if row.wording else None,
            "words": work.vault.open(row.words, "consents.words") if row.words else None,
        }
        before = line["hash"] = hashlib.sha256(f"{before}{_canonical(line)}".encode()).hexdigest()
        lines.append(line)
    return {"lines": lines, "hash": before}


def holds(pack: Mapping[str, Any]) -> bool:
    """Tell whether a pack is as it was made."""
    before = ""
    for line in pack["lines"]:
        bare = {name: value for name, value in line.items() if name != "hash"}
        before = hashlib.sha256(f"{before}{_canonical(bare)}".encode()).hexdigest()
        if line["hash"] != before:
            return False
    return bool(pack["hash"] == before)


def _canonical(line: Mapping[str, Any]) -> str:
    return json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _sentence(work: Work, version: str, at: object) -> dict[str, str] | str:
    """Return a sentence as it stood at a moment, by variant."""
    key, language, _ = version.split(" ")
    rows = work.conn.execute(_OWN, {"key": key, "at": at})
    own: wording.Overrides = {(key, row.language, row.variant): row.text for row in rows if row.text is not None}
    if key not in wording.sentences("en") or wording.version(key, language, own) != version:
        return _UNKNOWN
    return {variant: wording.template_of(key, language, variant, own) for variant in wording.VARIANTS}
