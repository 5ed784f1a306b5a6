"""Twilio's webhook signature, computed from its published description (no SDK: the SDK is on the other side)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from enum import Enum
from urllib.parse import urlsplit, urlunsplit


class Product(Enum):
    """What a webhook is about. It matters: a port is signed for texts and dropped for calls over https."""

    TEXT = "text"
    VOICE = "voice"


def signed_url(url: str, product: Product) -> str:
    """The URL as Twilio signs it: no fragment, no user and password, and for calls over https no port."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if product is Product.VOICE and parts.scheme == "https":
        host = re.sub(r":\d+$", "", host)
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))


def sign(token: str, url: str, parameters: Iterable[tuple[str, str]] = ()) -> str:
    """HMAC-SHA1 over the URL and every form parameter sorted by name; of a repeated name each value once, sorted."""
    values: dict[str, set[str]] = {}
    for name, value in parameters:
        values.setdefault(name, set()).add(value)
    text = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
