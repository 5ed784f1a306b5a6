"""A feed into the store: everything is staged beside the directory first, then becomes part of it in one moment.

A record that cannot be read is skipped and told; a feed that breaks off changes nothing. What has gone from a feed is
retired, not deleted; a feed that has shrunk by more than `_MOST_GONE` waits for a person, because it is likelier that
something is wrong with it than that a third of all help has closed.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import select, text

from checkin.directory import knowing
from checkin.directory.fetching import Fetcher, Version
from checkin.directory.mapping import Mapper, NotAService, Row
from checkin.directory.paging import Download, download
from checkin.directory.reading import FeedError, records
from checkin.directory.report import Report, failed, feed_of, hold, live, settle, unchanged, version_of
from checkin.store.models import Base, Feed, Listing, Location, Organisation, Service
from checkin.store.work import Store, Work

_MOST_GONE = 0.3
_CHUNK = 500
# What grows with every record and is not copied with it.
_MADE_HERE = frozenset({"words", "retired_at"})
_TABLES: tuple[type[Base], ...] = (Organisation, Location, Service, Listing)
# "feed" in ASCII: two imports of one feed at a time would retire each other's services.
_LOCK = 0x66656564

Told = Callable[[int], None]


def import_file(
    store: Store,
    file: Path,
    now: datetime,
    *,
    address: str | None = None,
    accept_shrink: bool = False,
    told: Told | None = None,
) -> Report:
    """Import a file; `address` is what the feed is known by, the file's name when none is given. Raises FeedError."""
    return _import(store, address or file.name, Download((file,), None), now, accept_shrink=accept_shrink, told=told)


def import_url(
    store: Store,
    url: str,
    now: datetime,
    *,
    accept_shrink: bool = False,
    told: Told | None = None,
    fetcher: Fetcher | None = None,
) -> Report:
    """Import what stands at a web address, unless the server says that it has not changed. Raises FeedError."""
    settings = store.settings
    fetcher = fetcher or Fetcher(
        settings.directory_mb * 1_000_000, settings.directory_seconds, loopback=settings.directory_loopback
    )
    with store.work(now) as work:
        version = version_of(work, url)
    try:
        with TemporaryDirectory(prefix="checkin-feed-") as folder:
            # A feed that was held is read again whole: a person may accept it now.
            found = download(fetcher, url, Path(folder), Version() if accept_shrink else version)
            if not found.fresh:
                return unchanged(store, url, now)
            return _import(store, url, found, now, accept_shrink=accept_shrink, told=told)
    except FeedError as error:
        failed(store, url, now, str(error))
        raise


def _import(
    store: Store, address: str, found: Download, now: datetime, *, accept_shrink: bool, told: Told | None
) -> Report:
    report = Report(address)
    with store.work(now) as work:
        # Tens of thousands of rows take longer than a text may.
        work.conn.execute(text("SET LOCAL statement_timeout = 0"))
        work.conn.execute(text("SELECT pg_advisory_xact_lock(:a, hashtext(:b))"), {"a": _LOCK, "b": address})
        feed = feed_of(work, address)
        stands = work.conn.execute(select(Feed.status, Feed.accept_next).where(Feed.id == feed)).one()
        mapper = Mapper(feed, work.settings.country, str(work.settings.zone), knowing.districts(work))
        for source, why in found.missing:
            report.problem("its own page", source, why)
            report.skipped += 1
        _stage(work, _mapped(mapper, found.files, report), report, told)
        report.losses = dict(sorted(mapper.losses.items()))
        before = live(work, feed)
        taken = accept_shrink or stands.accept_next
        if not taken and report.services < before * (1 - _MOST_GONE):
            hold(work, feed, report, before, again=stands.status == "held")
        else:
            _merge(work, feed, report)
            knowing.learn(work)
        settle(work, feed, report, found.version)
    return report


def _mapped(mapper: Mapper, files: Iterable[Path], report: Report) -> Iterator[dict[str, list[Row]]]:
    """Yield the rows of one record after another; note what is repeated and what cannot be read."""
    digests: dict[UUID, bytes] = {}
    seen: set[UUID] = set()
    number = 0
    for file in files:
        for number, record in enumerate(records(file), number + 1):  # noqa: B020  # counts on through the files
            report.records += 1
            where = f"record {number}"
            source = str(record.get("id") or "") if isinstance(record, dict) else ""
            try:
                for mapped, problems in mapper.map(record):
                    for why in problems:
                        report.problem(where, mapped.service["source_id"], why)
                    had = digests.get(mapped.service["id"])
                    if had is not None:
                        report.repeated += 1
                        if had != mapped.service["digest"]:
                            report.problem(where, mapped.service["source_id"], "its id stood before; the first is kept")
                        continue
                    digests[mapped.service["id"]] = mapped.service["digest"]
                    rows = {
                        "organisations": [mapped.organisation] if mapped.organisation else [],
                        "locations": mapped.locations,
                    }
                    fresh = {kind: [r for r in found if r["id"] not in seen] for kind, found in rows.items()}
                    seen.update(r["id"] for found in fresh.values() for r in found)
                    yield {**fresh, "services": [mapped.service], "listings": mapped.listings}
            except NotAService as error:
                report.skipped += 1
                report.problem(where, source, str(error))


def _stage(work: Work, rows: Iterator[dict[str, list[Row]]], report: Report, told: Told | None) -> None:
    for model in _TABLES:
        name = model.__tablename__
        work.conn.execute(text(f"CREATE TEMP TABLE stage_{name} (LIKE {name}) ON COMMIT DROP"))
    waiting: dict[str, list[Row]] = {}
    for found in rows:
        for kind, some in found.items():
            waiting.setdefault(kind, []).extend(some)
        report.services += 1
        if len(waiting["services"]) >= _CHUNK:
            _copy(work, waiting)
            waiting = {}
            if told is not None:
                told(report.records)
    _copy(work, waiting)


def _copy(work: Work, waiting: dict[str, list[Row]]) -> None:
    driver: Any = work.conn.connection.driver_connection
    for model in _TABLES:
        rows = waiting.get(model.__tablename__.removeprefix("directory_"), [])
        if not rows:
            continue
        columns = _columns(model)
        leaves = {c.name for c in model.__table__.columns if str(c.type) == "JSONB"}
        statement = f"COPY stage_{model.__tablename__} ({', '.join(columns)}) FROM STDIN"
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([Jsonb(row[c]) if c in leaves else row[c] for c in columns])


def _columns(model: type[Base]) -> list[str]:
    return [c.name for c in model.__table__.columns if c.name not in _MADE_HERE]


_WORDS = (
    "setweight(to_tsvector('english', s.name || ' ' || coalesce(s.alternate_name, '')), 'A') || "
    "setweight(to_tsvector('english', coalesce((SELECT o.name FROM directory_organisations o "
    "WHERE o.id = s.organisation_id), '')), 'B')"
)


def _merge(work: Work, feed: UUID, report: Report) -> None:
    run = work.conn.execute
    run(text(
        "CREATE TEMP TABLE stage_changed ON COMMIT DROP AS SELECT s.id, d.id IS NULL AS added FROM "
        "stage_directory_services s LEFT JOIN directory_services d ON d.id = s.id "
        "WHERE d.id IS NULL OR d.digest <> s.digest OR d.retired_at IS NOT NULL"
    ))  # fmt: skip
    run(text("CREATE UNIQUE INDEX ON stage_changed (id)"))
    run(text("CREATE UNIQUE INDEX ON stage_directory_services (id)"))
    run(text("ANALYZE stage_changed"))
    run(text("ANALYZE stage_directory_services"))
    for model in (Organisation, Location):
        _upsert(work, model, "t.digest <> excluded.digest")
    # An organisation that is only named by its id may be in another record, or nowhere.
    run(text(
        "UPDATE stage_directory_services s SET organisation_id = NULL WHERE organisation_id IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM directory_organisations o WHERE o.id = s.organisation_id)"
    ))  # fmt: skip
    _upsert(
        work,
        Service,
        "t.digest <> excluded.digest OR t.retired_at IS NOT NULL",
        made={"words": _WORDS, "retired_at": "NULL"},
    )
    run(text("DELETE FROM directory_listings l USING stage_changed c WHERE l.service_id = c.id"))
    columns = ", ".join(_columns(Listing))
    run(text(
        f"INSERT INTO directory_listings ({columns}) SELECT {columns} FROM stage_directory_listings l "
        "WHERE EXISTS (SELECT 1 FROM stage_changed c WHERE c.id = l.service_id) ON CONFLICT (id) DO NOTHING"
    ))  # fmt: skip
    gone = run(
        text(
            "UPDATE directory_services d SET retired_at = :now WHERE feed_id = :feed AND retired_at IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM stage_directory_services s WHERE s.id = d.id)"
        ),
        {"now": work.now, "feed": feed},
    ).rowcount
    run(text(
        "UPDATE directory_listings l SET keys = '{}' FROM directory_services d WHERE d.id = l.service_id "
        "AND d.feed_id = :feed AND d.retired_at IS NOT NULL AND l.keys <> '{}'"
    ), {"feed": feed})  # fmt: skip
    added, changed = run(
        text("SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM stage_changed")
    ).one()
    report.added, report.changed, report.retired = added, changed, gone
    report.unchanged = report.services - added - changed


def _upsert(work: Work, model: type[Base], differs: str, made: dict[str, str] | None = None) -> None:
    name, columns, made = model.__tablename__, _columns(model), made or {}
    into = ", ".join([*columns, *made])
    values = ", ".join([*(f"s.{c}" for c in columns), *made.values()])
    update = ", ".join(f"{c} = excluded.{c}" for c in [*columns, *made] if c != "id")
    changed = "JOIN stage_changed c ON c.id = s.id" if model is Service else ""
    work.conn.execute(text(
        f"INSERT INTO {name} AS t ({into}) SELECT {values} FROM stage_{name} s {changed} "
        f"ON CONFLICT (id) DO UPDATE SET {update} WHERE {differs}"
    ))  # fmt: skip
