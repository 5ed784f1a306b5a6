"""All of a feed at a web address, as files: one, or the pages of a list, or each service on a page of its own.

Everything is fetched before anything is stored: no transaction waits for somebody else's server.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from checkin.directory.fetching import Fetcher, Version
from checkin.directory.reading import FeedError, page, records

_MOST_PAGES = 10_000
# A list may hold services without what hangs on them; a record with none of these has a page of its own to be read.
_WHOLE = frozenset({"phones", "schedules", "service_at_locations", "contacts", "regular_schedules", "attributes"})


@dataclass(frozen=True, slots=True)
class Download:
    """The files of a feed in their order; `version` is None where no single answer stands for the whole."""

    files: tuple[Path, ...]
    version: Version | None
    fresh: bool = True
    missing: tuple[tuple[str, str], ...] = ()
    """Services whose own page could not be read: their ids, and why."""


def download(fetcher: Fetcher, url: str, folder: Path, version: Version) -> Download:
    """Fetch all of a feed into `folder`. Raises FeedError."""
    first = folder / "page-1.json"
    fetched = fetcher.fetch(url, first, version)
    if not fetched.fresh:
        return Download((), version, fresh=False)
    found = page(first)
    if not found.listed and _is_api(first):
        url = f"{fetched.url.rstrip('/')}/services"
        fetched = fetcher.fetch(url, first)
        found = page(first)
    files, number = [first], found.number if found.number is not None else 1
    seen = {_digest(first)}
    while found.of is not None and len(files) < found.of and not found.last:
        if len(files) >= _MOST_PAGES:
            raise FeedError(f"It has more than {_MOST_PAGES} pages.")
        number += 1
        file = folder / f"page-{len(files) + 1}.json"
        fetcher.fetch(_numbered(url, number), file)
        digest = _digest(file)
        if digest in seen:
            raise FeedError(f"Its pages go round in a circle: page {len(files) + 1} is one that came before.")
        seen.add(digest)
        files.append(file)
        found = page(file)
    if found.listed and urlsplit(url).path.rstrip("/").endswith("/services"):
        return _each(fetcher, url, files, folder, fetched.version if len(files) == 1 else None)
    return Download(tuple(files), fetched.version if len(files) == 1 else None)


def _each(fetcher: Fetcher, url: str, files: list[Path], folder: Path, version: Version | None) -> Download:
    """Read the services that a list only names, each from its own page."""
    ids = [
        str(record["id"])
        for file in files
        for record in records(file)
        if isinstance(record, dict) and record.get("id") and not _WHOLE & record.keys()
    ]
    if not ids:
        return Download(tuple(files), version)
    base, missing, written = urlsplit(url), [], 0
    whole, one = folder / "whole.json", folder / "one.json"
    with whole.open("wb") as out:
        out.write(b"[")
        for source in dict.fromkeys(ids):
            own = base._replace(path=f"{base.path.rstrip('/')}/{quote(source, safe='')}", query="", fragment="")
            try:
                fetcher.fetch(urlunsplit(own), one)
                record = json.dumps(next(iter(records(one)))).encode()
            except (FeedError, StopIteration) as error:
                # One page that cannot be read is one service less; time or room that has run out is the end of all.
                fetcher.left()
                missing.append((source, str(error) or "Its page is empty."))
                continue
            out.write((b"," if written else b"") + record)
            written += 1
        out.write(b"]")
    # The list behind the pages: of two records with one id the first is kept, and it has more.
    return Download((whole, *files), None, missing=tuple(missing))


def _is_api(file: Path) -> bool:
    """Tell whether this is what an HSDS API says of itself at its root."""
    record = next(iter(records(file)), None)
    return isinstance(record, dict) and "openapi_url" in record and "id" not in record


def _numbered(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "page"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("page", str(number))])))


def _digest(file: Path) -> bytes:
    """Return what tells one page from another: its records, not the number it gives itself."""
    digest = hashlib.blake2b(digest_size=16)
    for record in records(file):
        digest.update(json.dumps(record, sort_keys=True).encode())
    return digest.digest()
