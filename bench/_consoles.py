"""Consoles for `bench/consoles.py`: so many pages that keep their queue live, as `console/static/live.js` does.

    python -m bench._consoles PORT FILE MANY

A process of its own. FILE holds one log-in's cookie a line, by turns. Each page asks every second and a half, not all
at once, and takes a new list when there is one. Ends when its standard input does; then prints one line of JSON: how
often was asked, how often something new came, how many answers were neither, and the p99 of an answer in seconds.
"""

import http.client
import json
import re
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from bench._tools import percentile

EVERY = 1.5
_THREADS = 8
_VERSION = re.compile(rb'data-version="([^"]+)"')


class _Page:
    """One console: a connection kept alive, and the version of the list it shows."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookie = cookie
        self._version = ""

    def asks(self) -> int:
        """Ask for news; return the answer's status."""
        headers = {"Cookie": self._cookie, "X-Live": "1", "If-None-Match": f'"{self._version}"'}
        try:
            self._connection.request("GET", "/queue/rows", headers=headers)
            answer = self._connection.getresponse()
        except http.client.RemoteDisconnected:
            # The server lets go of connections that rest, as a browser knows.
            self._connection.close()
            return self.asks()
        found = _VERSION.search(answer.read())
        self._version = found[1].decode() if found else self._version
        return answer.status


class _Onlookers:
    """Some of the pages, asked one after the other by a thread of their own."""

    def __init__(self, pages: list[_Page]) -> None:
        self._pages = pages
        self.statuses: Counter[int] = Counter()
        self.took: list[float] = []

    def look_on(self, ended: threading.Event) -> None:
        """Ask, each page in its turn, until told to stop."""
        begun = time.perf_counter()
        due = [(begun + EVERY * place / len(self._pages), page) for place, page in enumerate(self._pages)]
        while not ended.wait(max(0.0, due[0][0] - time.perf_counter())):
            _, page = due.pop(0)
            asked = time.perf_counter()
            self.statuses[page.asks()] += 1
            self.took.append(time.perf_counter() - asked)
            # As the page's script does: the next time is counted from the answer.
            due.append((time.perf_counter() + EVERY, page))


def main() -> None:
    """Ask until told to stop."""
    port, file, many = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    cookies = file.read_text().splitlines()
    pages = [_Page(port, cookies[place % len(cookies)]) for place in range(many)]
    groups = [_Onlookers(pages[first::_THREADS]) for first in range(min(_THREADS, many))]
    ended = threading.Event()
    threads = [threading.Thread(target=group.look_on, args=(ended,)) for group in groups]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join()
    statuses = sum((group.statuses for group in groups), Counter())
    took = [seconds for group in groups for seconds in group.took]
    others = sum(many for status, many in statuses.items() if status not in {200, 304})
    sys.stdout.write(json.dumps([sum(statuses.values()), statuses[200], others, percentile(took, 99)]) + "\n")


if __name__ == "__main__":
    main()
