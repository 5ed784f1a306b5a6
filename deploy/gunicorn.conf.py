"""How gunicorn serves the line. `gunicorn --config deploy/gunicorn.conf.py wsgi:app`"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

# Each web process counts for itself; /metrics adds them up from files here. To be set before the application, and with
# it prometheus_client, is imported.
_counts = os.environ.get("PROMETHEUS_MULTIPROC_DIR") or tempfile.mkdtemp(prefix="checkin-metrics-")
Path(_counts).mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _counts

# A reverse proxy on the same machine speaks TLS to the world; HOST=0.0.0.0 is for containers.
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

# Processes use the cores; threads keep answering while one waits for the database or holds a live page open.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))
# A text waits for the database some ten times; each time it may have to wait so many seconds again (Python's own are
# 0.005) for a page that is being put together beside it.
sys.setswitchinterval(0.0005)

# The carrier gives up after 15 s and tries the fallback: an answer later than that helps nobody.
timeout = 30
graceful_timeout = 15

# Requests are counted in /metrics. A log of them would be a log of who rang when.
accesslog = None
errorlog = "-"

# One socket a machine in the user's home: two lines on one machine would quarrel over it.
control_socket_disable = True


def child_exit(server: Arbiter, worker: Worker) -> None:
    """A web process has ended: what it counted stays counted."""
    from prometheus_client import multiprocess

    del server
    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Arbiter) -> None:
    """The web is stopped: the next one counts from nought."""
    del server
    shutil.rmtree(_counts, ignore_errors=True)
