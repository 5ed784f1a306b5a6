"""PostgreSQL and Valkey for a machine that has neither: started in a folder, stopped with the caller.

For `make demo`, `make test` and `make bench` only. A production machine has its own servers and names them in
`DATABASE_URL` and `REDIS_URL`; where those are set, they are used here too and nothing is started.

* `postgres.py`: which user may run it, where its data can live, start and stop.
* `valkey.py`: the same for Valkey, which is simpler: it carries ids, never facts, and keeps nothing.
* `processes.py`: child processes that are written down, so that a `kill -9` of ours leaves no stranger behind.
"""

import errno
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from checkin.services import postgres, valkey
from checkin.services.processes import Child, InUse, ServiceFailed, exclusively

__all__ = ["NEEDED_BYTES", "InUse", "ServiceFailed", "Services", "refuse_full_disk", "services"]

NEEDED_BYTES = 300 * 1024 * 1024  # a fresh cluster is 40 MB; its write-ahead log may grow to a few segments more


@dataclass(frozen=True, slots=True)
class Services:
    """Where to find the two servers.

    `notes` are sentences a person should see, such as unusual places; `children` are the processes started here.
    """

    database_url: str
    redis_url: str
    notes: tuple[str, ...] = ()
    children: tuple[Child, ...] = field(default=(), repr=False)


@contextmanager
def services(
    root: Path, environ: Mapping[str, str], *, reset: bool = False, durable: bool = True
) -> Iterator[Services]:
    """PostgreSQL and Valkey, ready to use; both are stopped at the end, whatever happens inside.

    `root` holds `pg/` and `valkey/`; PostgreSQL's data are kept between starts unless `reset`. `DATABASE_URL` and
    `REDIS_URL` in `environ` are used as they are and never reset. `durable=False` trades safety at power loss for
    speed and is right for tests. One caller a folder: a second one gets `InUse`. Every trouble that a person can
    mend is a `ServiceFailed` with one sentence.
    """
    database_url, redis_url = environ.get("DATABASE_URL", ""), environ.get("REDIS_URL", "")
    notes: tuple[str, ...] = ()
    children: tuple[Child, ...] = ()
    with ExitStack() as stack:
        with _plainly(root):
            root.mkdir(parents=True, exist_ok=True)
            stack.enter_context(exclusively(root / "lock"))
            if not database_url:
                refuse_full_disk(root)
                server = stack.enter_context(postgres.running(root / "pg", reset=reset, durable=durable))
                database_url, notes, children = server.url, server.notes, (server.child,)
            if not redis_url:
                child, redis_url = stack.enter_context(valkey.running(root / "valkey"))
                children = (*children, child)
        yield Services(database_url=database_url, redis_url=redis_url, notes=notes, children=children)


def refuse_full_disk(root: Path, needed: int = NEEDED_BYTES) -> None:
    """Raise ServiceFailed when fewer than `needed` bytes are free where `root` is."""
    free = shutil.disk_usage(root).free
    if free < needed:
        raise ServiceFailed(
            f"The disk is nearly full: {free // 2**20} MB are free at {root}, {needed // 2**20} MB are needed."
        )


@contextmanager
def _plainly(root: Path) -> Iterator[None]:
    """What the operating system refused, as one sentence."""
    try:
        yield
    except PermissionError as problem:
        raise ServiceFailed(
            f"{problem.filename or root} belongs to somebody else: "
            f"remove {root} (its data are lost) or run this as the user who made it."
        ) from problem
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ServiceFailed(f"The disk is full: nothing more can be written at {root}.") from problem
        raise ServiceFailed(f"{root} cannot be used: {problem.strerror or problem}.") from problem
