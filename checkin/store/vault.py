"""Encryption at rest, and the blind index that finds a number without opening any.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the column's name is authenticated with the text, so a sealed
value copied into another column does not open. A sealed value begins with the id of its key. Keys come from
CHECKIN_KEYS: "id:base64,id:base64", the first being the one that seals; the others only open.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from checkin.errors import BadSetting, CheckinError

_NONCE = 12


class CannotOpen(CheckinError):
    """A sealed value was written with a key that is not in CHECKIN_KEYS, or was tampered with."""


class Vault:
    """Seals and opens text. Safe to share between threads."""

    def __init__(self, keys: str) -> None:
        """Read CHECKIN_KEYS. Raises BadSetting with one sentence when it is malformed."""
        self._ciphers: dict[str, AESGCM] = {}
        self._index_keys: list[bytes] = []
        for part in keys.split(","):
            name, _, encoded = part.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except ValueError as error:
                raise BadSetting("CHECKIN_KEYS must be id:base64,... as `checkin keys new` prints it.") from error
            if not name or not name.isascii() or len(name) > 20 or len(key) != 32 or name in self._ciphers:
                raise BadSetting("CHECKIN_KEYS must hold keys of 32 bytes, each with an id of its own.")
            self._ciphers[name] = AESGCM(key)
            # A key of its own for the index: what finds must not be what opens.
            self._index_keys.append(hmac.digest(key, b"blind index", hashlib.sha256))
        self._current = next(iter(self._ciphers))
        # What a value that is sealed under the current key begins with.
        self.prefix = bytes([len(self._current)]) + self._current.encode()

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of the keys, the current one first."""
        return tuple(self._ciphers)

    def seal(self, text: str, column: str) -> bytes:
        """Return `text` sealed for `column` ("messages.body")."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._current].encrypt(nonce, text.encode("utf-8", "surrogatepass"), column.encode())
        return self.prefix + nonce + sealed

    def open(self, sealed: bytes, column: str) -> str:
        """Return the text. Raises CannotOpen."""
        end = 1 + (sealed[0] if sealed else 0)
        cipher = self._ciphers.get(sealed[1:end].decode("ascii", "replace"))
        if cipher is None:
            raise CannotOpen(f"A value in {column} was sealed with a key that is not in CHECKIN_KEYS.")
        try:
            opened = cipher.decrypt(sealed[end : end + _NONCE], sealed[end + _NONCE :], column.encode())
        except (InvalidTag, ValueError) as error:
            # ValueError: cut off within the nonce.
            raise CannotOpen(f"A value in {column} does not open: it was changed, or belongs elsewhere.") from error
        return opened.decode("utf-8", "surrogatepass")

    def seal_json(self, value: Any, column: str) -> bytes:
        """Return a JSON-able value sealed for `column`."""
        return self.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")), column)

    def open_json(self, sealed: bytes | None, column: str) -> Any:
        """Return what `seal_json` sealed; None stays None. Raises CannotOpen."""
        return None if sealed is None else json.loads(self.open(sealed, column))

    def index(self, number: str) -> bytes:
        """Return the blind index of a number or caller id under the current key."""
        return hmac.digest(self._index_keys[0], number.encode(), hashlib.sha256)

    def indexes(self, number: str) -> list[bytes]:
        """Return the blind indexes under every key, the current one first: while keys are being rotated a number
        may still be filed under an older one."""
        return [hmac.digest(key, number.encode(), hashlib.sha256) for key in self._index_keys]


def new_key() -> str:
    """Return a fresh key as CHECKIN_KEYS has it."""
    return f"k{secrets.token_hex(3)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
