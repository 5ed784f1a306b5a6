"""Proof of consent for a whole organisation: how people opt in and out, in which words, and how many have.

For whoever asks before texts may be sent: carriers in the US (A2P 10DLC), an auditor, a regulator in the UK. Nobody is
in it: sentences, invented samples, and counts, of which small ones are not told. It is one page that opens anywhere,
and the same as JSON.
"""

import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from checkin import audit, joining, phrases, wording
from checkin.conversation.agenda import STOPPABLE
from checkin.conversations.rendering import render
from checkin.errors import BadInput
from checkin.records import samples
from checkin.records.consent_page import page
from checkin.store.work import Work
from checkin.wording import Variant
from checkin.wording.segments import size

# Fewer than this are not told, as in every report.
LEAST = 5

# Every sentence under which a yes or a no is written into the ledger, and what stands around them.
KEYS: Mapping[str, str] = {
    "joining.code": "Asked for the code of a group",
    "joining.ask": "Asked whether they would like messages: the opt-in itself",
    "joining.reminder": "Asked once more, a day later; no answer means no",
    "joining.welcome": "After a yes",
    "joining.no": "After a no",
    "joining.done": "At the end of joining",
    "found.group": "Trying a group: the opt-in to its reminders",
    "buddy_offer.ask": "Offered a buddy: the opt-in to words from them",
    "buddy_wanted.ask": "Asked to be a buddy: the opt-in to words from their person",
    "start.done": "Opted in again, to all they had agreed to before",
    "start.stream": "Opted in again, to one kind of message",
    "stop.done": "Opted out: the one confirmation",
    "stop.stream": "Opted out of one kind of message",
    "stop.farewell": "Opted out with END, QUIT or CANCEL, which may be a farewell",
    "help": "Asked for help",
    "who": "Asked who this is",
}
# What is sent to those who agreed, one of each kind.
MESSAGES: Mapping[str, str] = {
    "checkin.ask": "checkins",
    "meeting.ask": "reminders",
    "buddy_report.ask": "buddy",
    "caring.1": "caring",
    "tip.weekly": "tips",
}
HOW = {
    "text": "By text, answering the line's question",
    "call": "By telephone, pressing a key",
    "file": "In person, on paper or by telephone, written down by staff, with the words they used",
    "console": "Told to staff, who wrote it down",
    "carrier": "With the carrier's own word, such as STOP",
    "line": "By the line itself",
}
_PRIVACY = Path(__file__).with_name("privacy.toml")
# Invented, and the same in every language.
_SAMPLE = {
    "name": "Ann",
    "member": "Ann",
    "buddy": "Ben",
    "group": "Harbour group",
    "venue": "Harbour Hall",
    "words": "I put my shoes by the door in the evening.",
    **dict.fromkeys(("meets", "meets_spoken", "more", "more_spoken", "send_spoken"), ""),
}
_MOMENT = datetime(2026, 12, 3, 14, 0, tzinfo=UTC)


def pack(work: Work) -> dict[str, Any]:
    """Return all of it, as JSON has it. Moments are ISO 8601 in UTC. It reads, and changes nothing."""
    settings = work.settings
    return {
        "made_at": work.now.isoformat(),
        "line": settings.name,
        "country": settings.country,
        "sender": settings.number or "a messaging service",
        "opt_out_by_carrier": not settings.advanced_opt_out,
        "stop_words": samples.stop_words(),
        "keep_days": {"words": settings.keep.words.days, "records": settings.keep.records.days},
        "streams": {s.value: wording.stream_names([s.value], "en") for s in STOPPABLE},
        "sentences": list(_sentences(work)),
        "messages": [
            {"stream": stream, "language": language, "words": _say(work, key, language)}
            for key, stream in MESSAGES.items()
            for language in wording.LANGUAGES
        ],
        "samples": [
            {"title": one.title, "language": language, "lines": [asdict(s) for s in _played(work, one, language)]}
            for language in wording.LANGUAGES
            for one in samples.SCRIPTS
        ],
        "counts": _counts(work),
        "privacy": _privacy(work),
        "agreed_now": _agreed(work),
    }


def _privacy(work: Work) -> dict[str, str]:
    """Return what members are told about their data, by language."""
    keep = work.settings.keep
    values = {"line": work.settings.name, "words": keep.words.days, "records": keep.records.days}
    stored: Mapping[str, str] = tomllib.loads(_PRIVACY.read_text(encoding="utf-8"))
    return {language: " ".join(stored[language].split()).format_map(values) for language in wording.LANGUAGES}


def _sentences(work: Work) -> Iterable[dict[str, Any]]:
    own = phrases.current(work)
    changed = {(c.key, c.language, c.variant): c.at.isoformat() for c in phrases.standing(work)}
    for key, when in KEYS.items():
        for language in wording.LANGUAGES:
            for variant in wording.VARIANTS:
                words = _say(work, key, language, variant)
                yield {
                    "key": key,
                    "when": when,
                    "language": language,
                    "variant": variant,
                    "version": wording.version(key, language, own),
                    "words": words,
                    "segments": size(words).segments if variant != "voice" else None,
                    "own_words_since": changed.get((key, language, variant)),
                }


def _say(work: Work, key: str, language: str, variant: Variant = "text") -> str:
    streams = [s.value for s in joining.STREAMS]
    values = _SAMPLE | {
        # What is left when the first is stopped; else all that is asked for.
        "streams": wording.stream_names(streams[key == "stop.stream" :], language),
        "stream": wording.stream_names(streams[:1], language),
        "when": wording.day_and_time(_MOMENT, language),
        # A buddy is asked once a week unless their pair says otherwise.
        "span": render(work, "buddy_report.week", language, "voice", {}),
    }
    # A group that tells nothing of itself leaves gaps.
    return re.sub(r" +(?=\n)| (?= )", "", render(work, key, language, variant, values))


def _played(work: Work, script: samples.Script, language: str) -> Sequence[samples.Said]:
    return samples.play(script, lambda key: _say(work, key, language))


_COUNTED = text(
    "SELECT stream, change, how, count(DISTINCT person_id) AS people, min(at) AS first, max(at) AS last FROM consents "
    "GROUP BY stream, change, how ORDER BY stream, change, how"
)
_AGREED = text(
    "SELECT stream, count(*) AS people FROM people, unnest(streams) AS stream WHERE status = 'active' "
    "GROUP BY stream ORDER BY stream"
)


def _counts(work: Work) -> list[dict[str, Any]]:
    """Return how many people agreed to or stopped what, by which way; of few only that it was fewer than LEAST."""
    found: list[dict[str, Any]] = []
    for row in work.conn.execute(_COUNTED):
        told: dict[str, Any] = {"stream": row.stream, "change": row.change, "how": row.how, "people": None}
        if row.people >= LEAST:
            told |= {"people": row.people, "first": str(row.first.date()), "last": str(row.last.date())}
        found.append(told)
    return found


def _agreed(work: Work) -> dict[str, int | None]:
    rows = work.conn.execute(_AGREED)
    return {row.stream: None if row.people < LEAST else row.people for row in rows}


def files(work: Work) -> dict[str, str]:
    """Return the pack as files by name."""
    found = pack(work)
    return {
        "index.html": page(found, HOW, LEAST),
        "pack.json": json.dumps(found, ensure_ascii=False, indent=1) + "\n",
    }


def zipped(work: Work) -> bytes:
    """Return the pack as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, written in files(work).items():
            archive.writestr(f"consent-pack/{name}", written)
    return out.getvalue()


def write(work: Work, folder: Path) -> list[Path]:
    """Write the pack into a folder, which is made when it is not there; return its files. Raises BadInput."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files(work).items():
            written.append(folder / name)
            written[-1].write_text(content, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}.") from error
    audit.record(work, None, "exported_consent_pack", "consent pack")
    return written
