"""How groups and meetings are said on their pages."""

from collections.abc import Mapping

from checkin.meetings import Preview
from console import words

ROLES: Mapping[str, str] = {"member": "Member", "facilitator": "Runs the group", "cover": "Covers"}
ANSWERS: Mapping[str | None, str] = {"yes": "Is coming", "no": "Can't come", "maybe": "May come", None: ""}
HOW = (
    ("weekly", "Every week on this weekday"),
    ("fortnightly", "Every 2 weeks"),
    ("three_weeks", "Every 3 weeks"),
    ("four_weeks", "Every 4 weeks"),
    ("monthly", "Every month on the same weekday, such as the first Tuesday"),
    ("last", "Every month on the last such weekday"),
    ("once", "Once"),
    ("kept", "As it is now"),
)
REMINDERS = (
    ("both", "3 days before at 10:30, and the day before at 16:00"),
    ("before", "The day before at 16:00"),
    ("never", "Never"),
    ("kept", "As it is now"),
)
LANGUAGES: Mapping[str, str] = {"en": "English", "cy": "Welsh", "pl": "Polish"}
VARIANTS: Mapping[str, str] = {"text": "", "discreet": ", discreetly", "voice": ""}
CHANGED: Mapping[str, str] = {
    "moved": "Moved",
    "place": "Moved to another place",
    "cancelled": "Called off",
    "restored": "On again",
    "runs": "Somebody else runs it",
}
# What is done on a page of its own: its heading, what leads there, and what the button says once it has been checked.
DOES: Mapping[str, tuple[str, str, str]] = {
    "move": ("Move this meeting", "Another time or place", "Move it and tell them"),
    "cancel": ("Call this meeting off", "Call it off", "Call it off and tell them"),
    "restore": ("Have this meeting after all", "Have it after all", "Have it after all and tell them"),
    "run": ("Who runs it this time", "Somebody else runs it", "Change it and tell them"),
}


def who_hears(preview: Preview) -> str:
    """Return how many will be told, by what: "12 people: 9 by text, 3 by telephone"."""
    parts = [f"{preview.by('text')} by text"] if preview.by("text") else []
    parts += [f"{preview.by('call')} by telephone"] if preview.by("call") else []
    many = f"{preview.people} {'person' if preview.people == 1 else 'people'}"
    return f"{many}: {', '.join(parts)}" if parts else "Nobody"


def how(medium: str, language: str, variant: str) -> str:
    """Return "By text, in Welsh, discreetly"."""
    by = "By telephone" if medium == "call" else "By text"
    spoken = "" if language == "en" else f", in {LANGUAGES.get(language, language)}"
    return by + spoken + VARIANTS.get(variant, "")


def why_not(reason: str) -> str:
    """Return why somebody is not told."""
    return words.WHY_NOT.get(reason, reason)
