"""Feeds from the web: conditional requests, pages, and servers that misbehave in every way they can."""

import gzip
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from checkin.bootstrap import Line
from checkin.directory.fetching import Fetcher, Version
from checkin.directory.importing import import_url
from checkin.directory.paging import download
from checkin.directory.reading import FeedError, records
from tests.directory.feeds import (
    Answer,
    breaks_off,
    dripping_handshake,
    drips,
    drips_headers,
    moved,
    pages,
    says,
    service,
    serving,
)
from tests.parts import NOON, opened, value


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line that may fetch from this machine."""
    with opened(database_url, CHECKIN_DIRECTORY_LOOPBACK="yes") as found:
        yield found


def fetcher(**more: object) -> Fetcher:
    """A fetcher that may ask this machine, and is soon content."""
    values: dict[str, object] = {"most": 100_000, "seconds": 5, "loopback": True, **more}
    return Fetcher(**values)  # type: ignore[arg-type]  # its own fields


def refused(url: str, folder: Path, with_: Fetcher | None = None) -> str:
    """Fetch what is not to be had; return why."""
    with pytest.raises(FeedError) as why:
        download(with_ or fetcher(), url, folder, Version())
    return str(why.value)


# --- what is asked for ---


def test_what_has_not_changed_is_not_sent_again(line: Line) -> None:
    with serving({"/feed": says([service(1)], ETag='"one"', Last_Modified="Mon, 11 Jan 2027 00:00:00 GMT")}) as server:
        import_url(line.store, f"{server.url}/feed", NOON)
        server.answers["/feed"] = says(b"", 304)
        report = import_url(line.store, f"{server.url}/feed", NOON + timedelta(days=1))
        _, headers = server.asked[-1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"one"', "Mon, 11 Jan 2027 00:00:00 GMT")
    assert (report.services, report.unchanged, report.retired) == (1, 1, 0)


def test_every_page_of_a_list_is_read(line: Line) -> None:
    answers = {"/list": says(pages([service(1)], 1, 3))}
    answers |= {f"/list?page={n}": says(pages([service(n)], n, 3)) for n in (2, 3)}
    with serving(answers) as server:
        assert import_url(line.store, f"{server.url}/list", NOON).services == 3


def test_an_api_is_asked_for_its_services_and_each_for_its_own_page(line: Line) -> None:
    bare = [{k: service(n)[k] for k in ("id", "name", "description", "status")} for n in (1, 2, 3)]
    with serving(
        {
            "/api": says({"version": "3.1", "openapi_url": "x"}),
            "/api/services": says(pages(bare)),
            "/api/services/s1": says(service(1)),
            "/api/services/s2": says({}, 500),
            "/api/services/s3": says(service(3)),
        }
    ) as server:
        report = import_url(line.store, f"{server.url}/api", NOON)
    assert report.services == 3
    assert ("its own page", "s2", "The server answered 500.") in report.problems
    assert value(line, "SELECT count(*) FROM directory_services WHERE phones <> '[]'") == 2


# --- servers that misbehave ---


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (says({}, 404), "answered 404"),
        (says({}, 503), "answered 503"),
        (says(b"<html>Sign in</html>", Content_Type="text/html"), "web page"),
        (says(b""), "empty"),
        (says(b'[{"id": "s1"}, {"na'), "breaks off"),
        (breaks_off, "broke off in the middle"),
        (says(b"[" + b" " * 200_000 + b"]"), "larger than 0.1 MB"),
        (says(gzip.compress(b"[]"), Content_Encoding="gzip"), "packs its answer"),
        (moved("http://10.0.0.1/"), "not on the public internet"),
        (moved("http://169.254.169.254/latest/meta-data"), "not on the public internet"),
        (moved("http://[::ffff:10.0.0.1]/"), "not on the public internet"),
        (moved("file:///etc/passwd"), "no web address"),
        (moved("http://user:secret@127.0.0.1/"), "password"),
        (moved("/feed"), "more than 5 times"),
    ],
)  # fmt: skip
def test_a_server_that_misbehaves_is_given_up_with_a_reason(answer: object, why: str, tmp_path: Path) -> None:
    with serving({"/feed": answer}) as server:  # type: ignore[dict-item]  # an answer
        assert why in refused(f"{server.url}/feed", tmp_path)


@pytest.mark.parametrize("drip", [drips, drips_headers])
def test_a_slow_drip_ends_when_the_time_is_over(drip: Answer, tmp_path: Path) -> None:
    with serving({"/feed": drip}) as server:
        assert "longer than 0.5 seconds" in refused(f"{server.url}/feed", tmp_path, fetcher(seconds=0.5))


def test_a_handshake_that_drips_ends_when_the_time_is_over(tmp_path: Path) -> None:
    with dripping_handshake() as (url, ended):
        assert "longer than 0.5 seconds" in refused(url, tmp_path, fetcher(seconds=0.5))
        # It was cut off, and not waited for: there was as much to come as would have taken many times that.
        assert not ended.is_set()


def test_pages_that_go_round_in_a_circle_end(tmp_path: Path) -> None:
    same = says(pages([service(1)], 1, 1000))
    with serving({"/feed": same, "/feed?page=2": same}) as server:
        assert "circle" in refused(f"{server.url}/feed", tmp_path)


def test_all_pages_together_are_counted(tmp_path: Path) -> None:
    answers = {"/feed": says(pages([service(1, description="x" * 50_000)], 1, 9))}
    answers |= {f"/feed?page={n}": says(pages([service(n, description="x" * 50_000)], n, 9)) for n in range(2, 10)}
    with serving(answers) as server:
        assert "larger than" in refused(f"{server.url}/feed", tmp_path)


def test_without_leave_nothing_on_this_machine_or_net_is_asked(tmp_path: Path) -> None:
    with serving({"/feed": says([])}) as server:
        assert "not on the public internet" in refused(f"{server.url}/feed", tmp_path, fetcher(loopback=False))
        for host in ("10.1.2.3", "192.168.0.1", "172.16.0.1", "100.64.0.1", "0.0.0.0", "[fe80::1]", "224.0.0.1"):  # noqa: S104  # refused
            assert "not on the public internet" in refused(f"http://{host}/feed", tmp_path)
        assert server.asked == []


def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_asked(tmp_path: Path) -> None:
    """A name that answers with a harmless address first and with a private one afterwards (DNS rebinding)."""
    asked: list[str] = []

    def rebinds(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with serving({"/feed": says([service(1)])}) as server:
        found = download(fetcher(resolve=rebinds), f"http://feed.example:{server.port}/feed", tmp_path, Version())
        assert [len(list(records(f))) for f in found.files] == [1]
        assert asked == ["feed.example"]
        assert server.asked[0][1]["Host"] == f"feed.example:{server.port}"
        both = fetcher(resolve=lambda *_: ["127.0.0.1", "10.0.0.1"])
        assert "not on the public internet" in refused(f"http://feed.example:{server.port}/feed", tmp_path, both)


def test_a_server_that_is_not_there_is_a_reason_too(tmp_path: Path) -> None:
    with serving({}) as server:
        port = server.port
    assert "does not answer" in refused(f"http://127.0.0.1:{port}/feed", tmp_path)

    def nobody(*_: object) -> list[str]:
        raise OSError

    assert "no server" in refused("http://nobody.example/feed", tmp_path, fetcher(resolve=nobody))


# --- what becomes of the directory meanwhile ---


def test_a_feed_that_fails_keeps_what_it_said_and_tells_staff_once(line: Line) -> None:
    with serving({"/feed": says([service(1)])}) as server:
        url = f"{server.url}/feed"
        import_url(line.store, url, NOON)
        server.answers["/feed"] = says({}, 500)
        for day in (1, 2):
            with pytest.raises(FeedError):
                import_url(line.store, url, NOON + timedelta(days=day))
    assert value(line, "SELECT count(*) FROM directory_services WHERE retired_at IS NULL") == 1
    assert value(line, "SELECT status FROM directory_feeds") == "failed"
    assert value(line, "SELECT count(*) FROM case_events WHERE detail LIKE '%feed_failed%'") == 1


def test_two_imports_of_one_feed_at_a_moment_are_one_after_the_other(line: Line) -> None:
    with serving({"/feed": says([service(n) for n in range(1, 30)])}) as server:
        threads = [threading.Thread(target=import_url, args=(line.store, f"{server.url}/feed", NOON)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert value(line, "SELECT count(*) FROM directory_services WHERE retired_at IS NULL") == 29
    assert value(line, "SELECT count(*) FROM directory_listings") == 29
