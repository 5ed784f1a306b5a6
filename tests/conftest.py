"""What every test may ask for. Servers start once a run, and only when a test needs them."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

from checkin.services import Services
from checkin.store.migrate import upgrade
from tests.services import Databases, RedisDatabases, running_services

# Shared machines stall: how long an example took says nothing about the code.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


# What one process of the tests may take with its servers, the line's processes and a browser.
_MEMORY = 2 * 2**30


def pytest_xdist_auto_num_workers() -> int:
    """Say how many processes share the tests: two for each core, since they wait as long as they work, where there
    is the memory for them. Each starts servers of its own, so those of the environment serve one."""
    if "REDIS_URL" in os.environ:
        return 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(2 * (os.cpu_count() or 1), memory // _MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what has been given more time than others, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


@pytest.fixture(scope="session")
def test_services() -> Iterator[Services]:
    """A running PostgreSQL and Redis (Valkey)."""
    with running_services() as found:
        yield found


@pytest.fixture(scope="session")
def databases(test_services: Services) -> Iterator[Databases]:
    """Makes databases; the template is migrated by Alembic once a run."""
    found = Databases(test_services.database_url)
    with found.templated() as url:
        upgrade(url)
        yield found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """SQLAlchemy's URL of a migrated database without any row, this test's own."""
    with databases.clean() as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """SQLAlchemy's URL of a database without any table, this test's own."""
    with databases.empty() as url:
        yield url


@pytest.fixture(scope="session")
def redis_databases(test_services: Services) -> RedisDatabases:
    """Empties Redis databases."""
    return RedisDatabases(test_services.redis_url, ours="REDIS_URL" not in os.environ)


@pytest.fixture
def redis_url(redis_databases: RedisDatabases) -> Iterator[str]:
    """The URL of an empty Redis database, this test's own."""
    with redis_databases.clean() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium; skips where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium: `apt-get install chromium` makes the browser tests run")
    return found
