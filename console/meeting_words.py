"""How groups and meetings are said on their pages."""

from collections.abc import Mapping

from checkin.meetings import Preview
from console import words

ROLES: Mapping[str, str] = {
    "member": "Member",
    "facilitator": "Runs the group",
    "cover": "Covers",
    "trying": "Is trying the group",
}
HELPS_AS: Mapping[str, str] = {
    "facilitator": "Runs the group",
    "cover": "Covers for whoever runs it",
    "member": "Helps no more, and stays in the group",
    "gone": "Helps no more, and leaves the group",
}
NOBODY_HELPS = "Then nobody runs this group: words from members reach you alone."
NOT_TEXTED = "The line cannot text them now: who is coming, and what members write, does not reach them."
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


def follows(role: str, *, asks: bool, sees: bool) -> list[str]:
    """Return what follows when somebody is chosen for a role; `asks`: whoever runs it is asked the day before, `sees`:
    they log in as a facilitator."""
    here = "see this group when they log in here"
    match role:
        case "facilitator":
            found = ["They hear by text how many are coming, and what members write about a meeting."]
            found += ["They are asked the day before whether they can."] if asks else []
            found += ["Whoever tries the group is told their first name."]
        case "cover":
            found = ["They are asked to step in when whoever runs the group cannot."]
        case _:
            return ["They hear no more of who is coming."] + ([f"They no longer {here}."] if sees else [])
    return found + ([f"They {here}."] if sees else [])


def who_hears(preview: Preview) -> str:
    """Return how many will be told, by what: "12 people: 9 by text, 3 by telephone"."""
    parts = [f"{preview.by('text')} by text"] if preview.by("text") else []
    parts += [f"{preview.by('call')} by telephone"] if preview.by("call") else []
    many = f"{preview.people} {'person' if preview.people == 1 else 'people'}"
    return f"{many}: {', '.join(parts)}" if parts else "Nobody"


def how(medium: str, language: str, variant: str) -> str:
    """Return "By text, in Welsh, discreetly"."""
    by = "By telephone" if medium == "call" else "By text"
    spoken = "" if language == "en" else f", in {words.language(language)}"
    return by + spoken + VARIANTS.get(variant, "")


def why_not(reason: str) -> str:
    """Return why somebody is not told."""
    return words.WHY_NOT.get(reason, reason)
