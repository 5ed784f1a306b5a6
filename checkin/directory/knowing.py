"""What the directory knows of places: from its own locations, and from a table that an admin imports."""

import csv
from pathlib import Path

from sqlalchemy import text

from checkin.directory import places
from checkin.errors import BadFile, BadInput
from checkin.store.models import Place
from checkin.store.work import Work

_MOST_MISTAKES = 20


def districts(work: Work) -> dict[str, tuple[float, float]]:
    """Return where postcode districts are, as far as degrees are known."""
    rows = work.rows(
        "SELECT name, latitude, longitude FROM directory_places WHERE kind = 'district' AND latitude IS NOT NULL", {}
    )
    return {name: (latitude, longitude) for name, latitude, longitude in rows}


def learn(work: Work) -> None:
    """Make anew what the directory teaches about towns and districts; what an admin imported stays as it is."""
    work.conn.execute(text("DELETE FROM directory_places WHERE source = 'directory'"))
    rows = work.rows(
        "SELECT kind, shown, avg(latitude), avg(longitude) FROM ("
        "SELECT 'town' AS kind, town AS shown, latitude, longitude FROM directory_locations WHERE town IS NOT NULL "
        "UNION ALL SELECT 'district', district, latitude, longitude FROM directory_locations WHERE district IS NOT NULL"
        ") known GROUP BY kind, shown ORDER BY count(*)",
        {},
    )
    found = {
        (kind, shown if kind == "district" else places.folded(shown)): (shown, latitude, longitude)
        for kind, shown, latitude, longitude in rows
    }
    work.many(
        "INSERT INTO directory_places (name, kind, shown, latitude, longitude, source) VALUES (%(name)s, %(kind)s, "
        "%(shown)s, %(latitude)s, %(longitude)s, 'directory') ON CONFLICT (name, kind) DO NOTHING",
        [
            {"name": name, "kind": kind, "shown": shown[:80], "latitude": latitude, "longitude": longitude}
            for (kind, name), (shown, latitude, longitude) in found.items()
            if name
        ],
    )


def import_places(work: Work, file: Path) -> int:
    """Read a table of places (CSV with name, latitude, longitude, and kind where some are towns) in place of the one
    before; return how many. Takes all or none: raises BadFile, one sentence a mistake, or BadInput."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows, mistakes = _read(csv.DictReader(stream), file.name, work.settings.country)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{file} cannot be read as a table: {error}.") from error
    if mistakes:
        raise BadFile(mistakes[:_MOST_MISTAKES])
    work.conn.execute(text("DELETE FROM directory_places WHERE source = 'file'"))
    names = [(row["name"], row["kind"]) for row in rows]
    work.many(
        "DELETE FROM directory_places WHERE name = %(name)s AND kind = %(kind)s",
        [{"name": n, "kind": k} for n, k in names],
    )
    work.add_all(Place, rows)
    return len(rows)


def _read(table: "csv.DictReader[str]", name: str, country: str) -> tuple[list[dict[str, object]], list[str]]:
    rows: dict[tuple[str, str], dict[str, object]] = {}
    mistakes = []
    missing = [c for c in ("name", "latitude", "longitude") if c not in (table.fieldnames or ())]
    if missing:
        return [], [f"{name} line 1: there is no column {missing[0]!r}."]
    for row in table:
        where = f"{name} line {table.line_num}"
        shown = (row["name"] or "").strip()
        kind = (row.get("kind") or "district").strip()
        key = places.district_of(shown, country) if kind == "district" else places.folded(shown)
        try:
            latitude, longitude = float(row["latitude"] or "x"), float(row["longitude"] or "x")
        except ValueError:
            mistakes.append(f"{where}: the degrees are not numbers.")
            continue
        if kind not in {"district", "town"} or not key:
            mistakes.append(f"{where}: {shown[:40]!r} is no {kind[:20]}.")
        elif not (abs(latitude) <= 90 and abs(longitude) <= 180):
            mistakes.append(f"{where}: {latitude:g}, {longitude:g} is no place on earth.")
        else:
            shown = key if kind == "district" else shown
            rows[key, kind] = {"name": key, "kind": kind, "shown": shown, "latitude": latitude, "longitude": longitude,
                               "source": "file"}  # fmt: skip
    return list(rows.values()), mistakes
