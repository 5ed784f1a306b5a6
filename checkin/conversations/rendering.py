"""One sentence, filled in: with the line's own values, in the organisation's words where it has its own; and the words
of a source, as any phone can show them."""

import re
from collections.abc import Mapping
from datetime import datetime

from checkin import phrases, wording
from checkin.store.work import Work
from checkin.wording import Variant
from checkin.wording.segments import as_sent, is_gsm7


def render(work: Work, key: str, language: str, variant: Variant, values: Mapping[str, str]) -> str:
    """Return a sentence, in the organisation's words where it has its own, with the line's values and the person's."""
    filled = {**_lines(work, language), **values}
    said = wording.say(key, language, variant, filled, phrases.current(work)).strip()
    # Not everybody has given a name: "Hello , it's …" without one.
    return said if values.get("name", "?") else re.sub(r",?\s+([,.?:])", r"\1", said)


def render_plainly(work: Work, key: str, language: str, variant: Variant) -> str:
    """Return a sentence in the line's own words, without asking the database: for when something is broken."""
    return wording.say(key, language, variant, _lines(work, language)).strip()


def _lines(work: Work, language: str) -> dict[str, str]:
    return {"line": work.settings.name, **wording.country(work.settings.country, language)}


def when_said(work: Work, moment: datetime, language: str, variant: Variant) -> str:
    """Return a moment as hours are told: its time; with the day, when it is another one."""
    if moment.date() == work.now.astimezone(moment.tzinfo).date():
        return f"{moment:%H:%M}"
    day = wording.day(moment, language) if variant == "voice" else wording.weekday(moment, language)
    return f"{day}, {moment:%H:%M}" if variant == "voice" else f"{day} {moment:%H:%M}"


def cut(words: str, room: int) -> str:
    """Return words of a source in a text of at most `room` characters that any phone can show."""
    sent = plain(words)
    return sent if len(sent) <= room else sent[: max(room - 3, 0)].rsplit(" ", 1)[0].rstrip(" ,;:-(") + "..."


def plain(words: str) -> str:
    """Return a source's words as one line; what no basic phone can show is left out."""
    sent = re.sub(r"\s+", " ", as_sent(words)).strip()
    return sent if is_gsm7(sent) else " ".join("".join(c if is_gsm7(c) else " " for c in sent).split())
