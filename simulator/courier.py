"""Carries what the network has to tell the line, in the background and, for each message or call, in order."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable

Job = Callable[[], None]


class Courier:
    """A few threads. Jobs with one key run one after another in the order given; different keys side by side."""

    def __init__(self, lock: threading.Condition, workers: int = 12) -> None:
        self._lock = lock
        self._waiting: dict[str, deque[Job]] = {}
        self._ready: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"simulator-courier-{n}", daemon=True) for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def send(self, key: str, job: Job) -> None:
        """Takes a job on and returns at once."""
        with self._lock:
            jobs = self._waiting.get(key)
            if jobs is not None:
                jobs.append(job)
                return
            self._waiting[key] = deque([job])
        self._ready.put(key)

    def quiet(self) -> bool:
        """True when nothing is under way."""
        with self._lock:
            return not self._waiting

    def close(self) -> None:
        """Ends the threads, after what they are doing; what had not begun is dropped."""
        for _ in self._threads:
            self._ready.put(None)
        for thread in self._threads:
            thread.join(timeout=2)

    def _work(self) -> None:
        while (key := self._ready.get()) is not None:
            with self._lock:
                job = self._waiting[key][0]
            try:
                job()
            except Exception:
                # One job that breaks must not take a courier with it; the traceback is for whoever mends the simulator.
                logging.getLogger(__name__).exception("courier job failed")
            with self._lock:
                jobs = self._waiting[key]
                jobs.popleft()
                more = bool(jobs)
                if not more:
                    del self._waiting[key]
                self._lock.notify_all()
            if more:
                self._ready.put(key)
