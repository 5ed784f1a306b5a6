"""A stand-in carrier for `bench/dispatch.py` and `bench/red.py`: takes Twilio's POST .../Messages.json and counts.

    python -m bench._carrier PORT MILLISECONDS

`GET /count` says how many it took and how often at most one message (by the id in its StatusCallback) came, `GET /came`
when each came first. It is not
the simulator, which does what a carrier does; this one only takes no time, or as long as it is told.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from urllib.parse import unquote

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_ID = re.compile(r"m=([0-9a-f-]{36})")

taken: Counter[str] = Counter()
# When each message came for the first time, in seconds since 1970.
came: dict[str, float] = {}


class _Connection(asyncio.Protocol):
    """One kept-alive connection: one request at a time, as HTTP/1.1 without pipelining has it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, body = self._came.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or len(body) < (int(length[1]) if length else 0):
            return
        self._came = b""
        if head.startswith(b"GET /came"):
            self._answer(200, came)
            return
        if head.startswith(b"GET"):
            self._answer(200, {"taken": taken.total(), "messages": len(taken), "most": max(taken.values(), default=0)})
            return
        answer = _take(unquote(body.decode()))
        if self._seconds:
            asyncio.get_running_loop().call_later(self._seconds, self._answer, 201, answer)
        else:
            self._answer(201, answer)

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


def _take(form: str) -> dict[str, object]:
    """Count a message, and return what Twilio's API answers to one."""
    found = _ID.search(form)
    name = found[1] if found else "?"
    taken[name] += 1
    came.setdefault(name, time.time())
    sid = f"SM{taken.total():032x}"
    return {
        "sid": sid, "account_sid": "AC" + "b" * 32, "status": "queued", "body": "Hello", "direction": "outbound-api",
        "date_created": "Tue, 05 Jan 2027 10:00:00 +0000", "date_updated": "Tue, 05 Jan 2027 10:00:00 +0000",
        "date_sent": None, "from": "+447700900000", "to": "+447700900101", "num_segments": "1", "num_media": "0",
        "price": None, "price_unit": "USD", "error_code": None, "error_message": None, "api_version": "2010-04-01",
        "messaging_service_sid": None, "uri": f"/2010-04-01/Accounts/AC/Messages/{sid}.json", "subresource_uris": {},
    }  # fmt: skip


async def _serve(port: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(seconds), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]) / 1000))
