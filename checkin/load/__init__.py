"""Loading an organisation from one file: groups, people, pairs, plans, meetings, rota, staff.

The format is described in docs/organisation-file.md. Loading is all or nothing and idempotent by `ref`: what is in the
file is brought to what the file says; what is not in it stays as it is. A member's STOP is never undone by a file.

* `nodes.py`: reading YAML so that every mistake is named by its line and field.
* `organisation.py`: what a file may say, as values; `somebody.py`, `groups.py`, `rota.py`, `policies.py`: its parts.
* `storing.py`: bringing the store to it; `persons.py`: one person.
"""

from pathlib import Path

from sqlalchemy.exc import IntegrityError

from checkin.errors import BadFile, BadInput
from checkin.load.nodes import read_yaml
from checkin.load.organisation import Organisation, understand
from checkin.load.storing import Loaded, store_organisation
from checkin.store.work import Work


def read_file(path: Path, country: str, zone: str) -> Organisation:
    """Return what a file says; `country` and `zone` are home. Raises BadFile with every mistake, by line and field."""
    try:
        written = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}."
        ) from error
    root, mistakes = read_yaml(written)
    found = understand(root, country, zone) if root is not None else None
    if root is not None:
        # Some fields are looked at twice.
        mistakes = sorted(dict.fromkeys(root.mistakes), key=lambda m: m.line)
    if mistakes or found is None:
        raise BadFile([f"{path.name} line {m.line}: {m.field + ': ' if m.field else ''}{m.why}" for m in mistakes])
    return found


def load_file(work: Work, path: Path) -> Loaded:
    """Bring the store to what a file says, in the caller's transaction. Raises BadInput; then nothing is to be kept."""
    settings = work.settings
    found = read_file(path, settings.country, str(settings.zone))
    if settings.number in found.pool:
        raise BadInput(
            f"{path.name}: {settings.number} is the line's own number and cannot be a pair's (numbers.pool)."
        )
    try:
        return store_organisation(work, found)
    except IntegrityError as error:
        why = _CLASHES.get(getattr(getattr(error.orig, "diag", None), "constraint_name", None) or "")
        if why is None:
            raise
        raise BadInput(f"{path.name}: {why}") from error


# What a file may say in good order, and what is kept from an earlier one does not allow.
_CLASHES = {
    "uq_pairs_rank": "a member in pairs has a buddy of that rank already, under another ref; give the pair that ref.",
    "uq_staff_email": "an e-mail address in staff is somebody else's already.",
}


__all__ = ["Loaded", "load_file", "read_file"]
