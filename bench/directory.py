"""How long a hundred thousand services take to import, in how much memory, and how soon help is found among them.

    python -m bench.directory [SERVICES]

The ceiling of the import is PostgreSQL copying the same rows, ready made, into the same tables with the same indexes;
that of finding is the one question to the index without what is told of each service.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench._tools import FOLDER, Figure, fictional_numbers, ground, percentile, python, show
from checkin.bootstrap import Line, open_line
from checkin.conversation.needs import NEEDS
from checkin.directory import find, read
from checkin.directory.importing import import_file
from checkin.directory.model import Known

SERVICES, QUESTIONS, SECONDS, MEGABYTES, MILLISECONDS = 100_000, 1000, 120, 300, 30
_TOWNS = {
    "Leeds": "LS", "York": "YO", "Bradford": "BD", "Hull": "HU", "Sheffield": "S", "Derby": "DE", "Lincoln": "LN",
    "Durham": "DH", "Preston": "PR", "Bolton": "BL", "Luton": "LU", "Bath": "BA",
}  # fmt: skip
_NOW = datetime(2027, 1, 11, 12, tzinfo=UTC)
_ASKED = (
    "debt {}", "bailiffs coming round {}", "mould in my flat {}", "need a food bank in {}", "im lonely {}", "skint",
    "someone to talk to, so depressed {}", "lift to hospital {}", "my mum died {}", "help with gambling",
    "find work {}",
)  # fmt: skip
_HAVE = ("team", "people", "families", "adults", "everybody", "carers", "tenants", "residents", "newcomers", "parents")
_DO = ("listens and explains", "helps with forms", "meets weekly", "visits at home", "offers a course", "gives advice")
# In an order that no row is before what it refers to.
_TABLES = ("directory_organisations", "directory_services", "directory_locations", "directory_listings")


@dataclass(frozen=True, slots=True)
class _Cost:
    """What a piece of work took: seconds by the clock and of this process's processor, and its most memory (MB)."""

    seconds: float
    processor: float
    megabytes: float


def services(count: int) -> Iterator[dict[str, Any]]:
    """Yield made-up services: some national, most in one of twelve towns' thirty districts, no two told alike."""
    lots = random.Random(7)
    numbers = list(fictional_numbers())
    for n in range(count):
        town, area = lots.choice(list(_TOWNS.items()))
        need, also = (need.replace("-", " ") for need in lots.sample(NEEDS, 2))
        told = " ".join(f"For {lots.choice(_HAVE)} of {town}: {lots.choice(_DO)}." for _ in range(6))
        yield {
            "id": f"s{n}", "name": f"{town} {need.title()} Service {n}", "status": "active",
            "description": f"Help with {also}. {told}",
            "assured_date": "2026-06-01", "minimum_age": lots.choice((None, 16, 18, 60)),
            "organization": {"id": f"o{n % 20000}", "name": f"Organisation {n % 20000}", "description": "A charity"},
            "phones": [{"id": f"p{n}", "number": numbers[n % len(numbers)], "type": "voice"}],
            "schedules": [
                {"id": f"t{n}", "freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"},
                {"id": f"u{n}", "freq": "WEEKLY", "byday": "SA", "opens_at": "10:00", "closes_at": "12:00"},
            ],
            "attributes": [{"id": f"b{n}", "taxonomy_term": {"id": f"c{n}", "name": need}}],
            "service_at_locations": [_place(lots, n, town, area)] if lots.random() > 0.05 else [],
        }  # fmt: skip


def _place(lots: random.Random, n: int, town: str, area: str) -> dict[str, Any]:
    address = {"id": f"a{n}", "address_1": f"{n % 200} High Street", "city": town,
               "postal_code": f"{area}{lots.randrange(1, 31)} 1AA", "country": "GB"}  # fmt: skip
    location = {
        "id": f"l{n}", "location_type": "physical", "addresses": [address],
        "latitude": 51 + list(_TOWNS).index(town) / 4 + lots.random() / 5, "longitude": -2 + lots.random() / 3,
        "accessibility": [{"id": f"x{n}", "description": "Step-free, hearing loop"}],
    }  # fmt: skip
    return {"id": f"z{n}", "location": location}


def write(file: Path, count: int) -> None:
    """Write a feed of so many services."""
    with file.open("w", encoding="utf-8") as out:
        out.write("[")
        for n, one in enumerate(services(count)):
            out.write(f"{',' if n else ''}\n{json.dumps(one)}")
        out.write("]")


@contextmanager
def _opened(environment: Mapping[str, str]) -> Iterator[Line]:
    line = open_line(environment, plain_logs=True)
    try:
        yield line
    finally:
        line.store.engine.dispose()


def brought(file: Path) -> None:
    """Import a feed in this process, and print what it cost."""
    with _opened(os.environ) as line:
        began, used = time.perf_counter(), time.process_time()
        report = import_file(line.store, file, _NOW)
        assert report.services > 0, report
        assert not report.problems, report
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(asdict(_Cost(time.perf_counter() - began, time.process_time() - used, megabytes))))


def _child(environment: Mapping[str, str], file: Path) -> _Cost:
    """Import in a process of its own, so that nobody else's memory is counted."""
    done = subprocess.run(
        [*python("bench.directory"), str(file)], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return _Cost(**json.loads(done.stdout.splitlines()[-1]))


def _copied(line: Line, folder: Path) -> float:
    """Return the seconds PostgreSQL takes to copy the same rows into tables and indexes just like theirs."""
    seconds = 0.0
    with line.store.work(_NOW) as work:
        driver: Any = work.conn.connection.driver_connection
        work.rows("SET LOCAL statement_timeout = 0", {})
        for table in _TABLES:
            work.rows(f"CREATE TEMP TABLE bare_{table} (LIKE {table} INCLUDING ALL)", {})
            file = folder / table
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as rows, file.open("wb") as out:
                for data in rows:
                    out.write(data)
            began = time.perf_counter()
            with driver.cursor() as cursor, cursor.copy(f"COPY bare_{table} FROM STDIN") as rows:
                rows.write(file.read_bytes())
            seconds += time.perf_counter() - began
    return seconds


def _asked(line: Line) -> tuple[list[float], list[float]]:
    """Ask for help a thousand times; return the milliseconds of each answer, and of the bare question beside it."""
    lots, answers, bare = random.Random(11), [], []
    places = [f"{area}{n}" for area in _TOWNS.values() for n in range(1, 31)] + list(_TOWNS)
    with line.store.work(_NOW) as work:
        for _ in range(QUESTIONS + 20):
            place = lots.choice(places)
            words = lots.choice(_ASKED).format(place)
            began = time.perf_counter()
            query = read(work, words, Known(age=34))
            found = find(work, query, _NOW)
            answers.append((time.perf_counter() - began) * 1000)
            assert found, words
            keys = [
                f"n:{query.need}",
                f"{'d' if place[-1].isdigit() else 't'}:{query.place.key}" if query.place else "w",
            ]
            began = time.perf_counter()
            work.rows("SELECT id FROM directory_listings WHERE keys @> %(keys)s LIMIT 3", {"keys": keys})
            bare.append((time.perf_counter() - began) * 1000)
    return answers[20:], bare[20:]


def main(count: int = SERVICES) -> None:
    """Measure, and show."""
    with ground(durable=False) as place, TemporaryDirectory(dir=FOLDER) as folder:
        file = Path(folder) / "feed.json"
        write(file, count)
        first, again = (_child(place.environment, file) for _ in range(2))
        with _opened(place.environment) as line:
            with line.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
            copied = _copied(line, Path(folder))
            answers, bare = _asked(line)
    most, p95, median = max(first.megabytes, again.megabytes), percentile(answers, 95), statistics.median(answers)
    show(
        f"The directory, {count:,} services ({QUESTIONS:,} questions)",
        [
            Figure("import, seconds", f"{first.seconds:.1f}", f"{copied:.1f}", f"{first.seconds / copied:.1f}",
                   f"<= {SECONDS}", first.seconds <= SECONDS),
            Figure("of them this process's processor", f"{first.processor:.1f}"),
            Figure("the same again, seconds", f"{again.seconds:.1f}", f"{copied:.1f}", f"{again.seconds / copied:.1f}"),
            Figure("the most memory, MB", f"{most:.0f}", f"{MEGABYTES}", f"{most / MEGABYTES:.2f}", "<= 1.00",
                   most <= MEGABYTES),
            Figure("FIND, ms (median)", f"{median:.1f}", f"{statistics.median(bare):.2f}",
                   f"{median / statistics.median(bare):.1f}"),
            Figure("FIND, ms (p95)", f"{p95:.1f}", f"{percentile(bare, 95):.2f}", f"{p95 / percentile(bare, 95):.1f}",
                   f"<= {MILLISECONDS}", p95 <= MILLISECONDS),
        ],
        "Memory is the importing process's; the database's own is not in it.",
    )  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].isdigit():
        brought(Path(sys.argv[1]))
    else:
        main(*map(int, sys.argv[1:]))
