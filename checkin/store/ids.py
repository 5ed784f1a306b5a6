"""Row ids: UUID version 7 (RFC 9562), made here so that a row is known before it is stored.

Ids grow with time, so that new rows land together at the end of their index.
"""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """Return a fresh UUIDv7. Its clock is the machine's, not the line's: it orders rows, it dates nothing."""
    random = int.from_bytes(os.urandom(10))
    value = (time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)
