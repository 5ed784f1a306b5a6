"""What the demo's processes are told: secrets that are made once and kept, and where to find each other."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from checkin.services import Services
from checkin.store.vault import new_key

NUMBER = "+447700900000"  # the line's own, from the range kept free for fiction
# What would lead a child elsewhere: RQ prefers RQ_REDIS_URL to REDIS_URL, gunicorn its own variable to its file.
_OURS = ("CHECKIN_", "TWILIO_", "RQ_", "GUNICORN_")


def kept(path: Path) -> tuple[dict[str, str], bool]:
    """The demo's secrets from `path`, made now when there are none; and whether they were made now."""
    if path.exists():
        lines = path.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line), False
    made = {
        "CHECKIN_KEYS": new_key(),
        "CHECKIN_SECRET": secrets.token_urlsafe(32),
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
    }
    half = path.with_suffix(".half")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in made.items())
    half.rename(path)  # whole or not at all: data sealed with keys that were lost could never be read again
    return made, True


def for_children(outer: Mapping[str, str], own: Mapping[str, str], found: Services, *, port: int) -> dict[str, str]:
    """The environment of every child; the simulator listens on `port` and the line on the one after it.

    Settings of a real line that happen to stand in `outer` are left out: the demo must never reach a carrier.
    """
    simulator, line = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    return {name: value for name, value in outer.items() if not name.startswith(_OURS)} | {
        **own,
        "DATABASE_URL": found.database_url,
        "REDIS_URL": found.redis_url,
        "PUBLIC_URL": line,
        "TWILIO_API_URL": simulator,
        "TWILIO_NUMBER": NUMBER,
        "CHECKIN_NAME": "Harbour Line",
        "CHECKIN_COUNTRY": "GB",
        "CHECKIN_TIMEZONE": "Europe/London",
        # Whoever tries the line out logs in with a password alone; they may set up the second factor if they like.
        "CHECKIN_SECOND_FACTOR": "none",
        "CHECKIN_CLOCK_URL": f"{simulator}/sim/clock",
        "HOST": "127.0.0.1",
        "PORT": str(port + 1),
        "PYTHONUNBUFFERED": "1",
    }
