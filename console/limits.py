"""How often somebody may be wrong. Only wrong tries count.

One address guessing one account is stopped soon, and for longer each time; a whole account is closed to all who guess
for ten minutes at most. A browser in which its owner has logged in before is counted by itself (`known.py`): however
long others guess, from wherever, they cannot keep the owner out of it.
"""

import math
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from console import known
from console.times import lasting_seconds

SAME_PERSON = "5 per 5 minutes; 10 per hour; 20 per day"
SAME_ACCOUNT = "20 per 10 minutes"
SAME_ADDRESS = "40 per 10 minutes"

View = Callable[..., Any]


class Limits:
    """Counts in Redis, for all web processes together; while it is away, in each by itself: staff still get in."""

    def __init__(self, app: Flask, redis_url: str) -> None:
        """Set up what counts."""
        # One second, once: nobody is kept waiting for a Redis that is away.
        patience: dict[str, Any] = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 0)}
        self._limiter = Limiter(
            _from,
            storage_uri=redis_url,
            storage_options=patience,
            in_memory_fallback_enabled=True,
            key_prefix="console",
        )
        self._limited: set[str] = set()
        # Nothing else is limited, and no webhook waits for Redis on our account.
        self._limiter.request_filter(lambda: request.endpoint not in self._limited)
        self._limiter.init_app(app)

    def guard(self, endpoint: str, view: View, *limits: tuple[str, Callable[[], str]]) -> View:
        """Return a view that answers 429 once it has answered 422 too often."""
        self._limited.add(endpoint)
        for limit, key in limits:
            view = self._limiter.limit(limit, key_func=key, methods=["POST"], deduct_when=_was_wrong)(view)
        return view

    def wait(self) -> tuple[str, str]:
        """Return how long whoever was stopped has to wait: as a sentence, and in seconds."""
        now = time.time()
        # The moment is a whole second after it: who guesses quickly would be told of more than the span of the limit.
        waits = [
            min(lim.reset_at - now, lim.limit.get_expiry()) for lim in self._limiter.current_limits if lim.breached
        ]
        seconds = max(1, math.ceil(max(waits, default=0)))
        return f"That was wrong too many times. Wait {lasting_seconds(seconds)}, then try again", str(seconds)


def address() -> str:
    """Return where a request comes from: the browser, when the account that it names has logged in there before."""
    return known.browser(_named()) or _from()


def account() -> str:
    """Return which account a request names, or is of, and nothing of its address."""
    return known.browser(_named()) or _named()


def person() -> str:
    """Return which account a request names, and where it comes from."""
    return f"{_named()}@{address()}"


def _from() -> str:
    return request.remote_addr or "nowhere"


def _named() -> str:
    return known.account(g.session.account.email if g.get("session") else request.form.get("email", ""))


def _was_wrong(answer: Response) -> bool:
    return answer.status_code == 422
