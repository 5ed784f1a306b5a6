"""The file in which a live line keeps its settings: NAME=value, a line each.

systemd (EnvironmentFile), honcho (.env) and shells (`set -a; . FILE`) read the same file, so what is written here means
the same to all of them.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from checkin.errors import BadFile, BadInput

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)=(.*)")
_PLAIN = re.compile(r"[\w@%+=:,./~-]*", re.ASCII)


def read(path: Path) -> dict[str, str]:
    """Return the settings in a file, {} when there is none. Raises BadFile with the lines that cannot be read."""
    try:
        written = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}."
        ) from error
    found, mistakes = {}, []
    for number, line in enumerate(written.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith(("#", ";")):
            continue
        parts = _LINE.fullmatch(line.strip())
        if parts is None:
            mistakes.append(f"{path} line {number}: not NAME=value.")
        else:
            found[parts[1]] = _plain(parts[2])
    if mistakes:
        raise BadFile(mistakes)
    return found


def write(path: Path, values: Mapping[str, str]) -> None:
    """Write settings to a file that only its owner can read: whole, or not at all. Comments and the order of a file
    that is there stay; names that are new come at the end. Raises BadInput."""
    left = {name: f"{name}={_quoted(name, value)}" for name, value in values.items()}
    half = path.with_name(path.name + ".half")
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = []
        for line in lines:
            parts = _LINE.fullmatch(line.strip())
            if parts is None:
                kept.append(line)
            elif parts[1] in left:
                kept.append(left.pop(parts[1]))
            elif parts[1] not in values:
                kept.append(line)
        whole = "".join(f"{line}\n" for line in (*kept, *left.values()))
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error


def _quoted(name: str, value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    if "\n" in value or "\r" in value:
        raise BadInput(f"{name} cannot hold more than one line.")
    if "'" not in value:
        return f"'{value}'"
    if not set(value) & set('"\\$`'):
        return f'"{value}"'
    raise BadInput(f'{name} cannot hold an apostrophe together with one of these signs: " \\ $ `.')


def _plain(written: str) -> str:
    written = written.strip()
    quoted = len(written) > 1 and written[0] == written[-1] and written[0] in "'\""
    return written[1:-1] if quoted else written
