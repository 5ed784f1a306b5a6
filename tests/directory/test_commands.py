"""`checkin find` and `checkin directory`: what a machine is told, and one sentence for what a person can mend."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from checkin.cli import main
from tests.directory.feeds import service, written
from tests.parts import environment


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs a command on a line of its own."""
    for name, value in environment(database_url).items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments))

    return command  # type: ignore[return-value]  # a fixture may return as well


def lines(done: Result) -> list[dict[str, Any]]:
    """Return the JSON lines that a command printed."""
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_was_imported_is_found(run: Any, tmp_path: Path) -> None:
    done = run("directory", "import", str(written(tmp_path, [service(1, wait_wait="x"), {"id": "bad"}])))
    assert done.exit_code == 0, done.output
    assert "1 services: 1 new" in done.stdout
    assert "record 2 (bad): it has no name." in done.stdout
    assert "wait_wait: 1" in done.stdout
    (found,) = lines(run("find", "the", "bailiffs", "are", "coming", "LS6"))
    assert (found["need"], found["place"]) == ("debt", "LS6")
    assert [(s["name"], s["phone_shown"]) for s in found["services"]] == [("Debt Advice 1", "0113 496 0123")]
    assert lines(run("find", "i want to kill myself"))[0]["services"][0]["phone"] == "999"


def test_the_directory_comes_out_again_here_or_into_a_file(run: Any, tmp_path: Path) -> None:
    assert run("directory", "import", str(written(tmp_path, [service(1), service(2)]))).exit_code == 0
    out = tmp_path / "out.json"
    assert run("directory", "export", str(out)).stdout == f"2 services are in {out}.\n"
    assert json.loads(run("directory", "export").stdout) == json.loads(out.read_text(encoding="utf-8"))
    assert "2 services: 2 new" in run("directory", "import", "--as", "copy", str(out)).stdout
    done = run("directory", "export", str(tmp_path / "nowhere" / "out.json"))
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


def test_every_row_of_a_file_is_a_line_tabs_or_commas(run: Any, tmp_path: Path) -> None:
    wanted = [("debt", "Leeds"), (None, None), ("crisis", None), (None, None)]
    texts = ["debt in Leeds", "", "i want to die", "zzzz, qqq"]
    tabs = tmp_path / "asked.tsv"
    tabs.write_text("id\ttext\n" + "".join(f"{n}\t{t}\n" for n, t in enumerate(texts)), encoding="utf-8")
    commas = tmp_path / "asked.csv"
    commas.write_text("id,text\n" + "".join(f'{n},"{t}"\n' for n, t in enumerate(texts)), encoding="utf-8")
    for file in (tabs, commas):
        assert [(row["need"], row["place"]) for row in lines(run("find", "--file", str(file)))] == wanted


def test_without_a_database_need_and_place_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    done = CliRunner().invoke(main, ["find", "mould in my flat in Leeds"])
    assert lines(done) == [{"need": "housing", "place": "Leeds", "services": []}]
    assert "no services are looked up" in done.stderr


def test_a_feed_that_is_held_says_so_and_is_no_success(run: Any, tmp_path: Path) -> None:
    assert run("directory", "import", str(written(tmp_path, [service(n) for n in range(9)]))).exit_code == 0
    held = run("directory", "import", str(written(tmp_path, [service(1)])))
    assert held.exit_code == 1
    assert "--accept-shrink" in held.stdout
    assert run("directory", "import", "--accept-shrink", str(written(tmp_path, [service(1)]))).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("directory", "import", "nowhere.json"), "neither a file nor a web address"),
        (("directory", "import", "http://127.0.0.1:9/feed"), "not on the public internet"),
        (("directory", "helplines", "check", "nobody"), "no helpline 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run: Any, arguments: tuple[str, ...], why: str) -> None:
    done = run(*arguments)
    assert done.exit_code in {1, 2}
    assert why in done.stderr
    assert "Traceback" not in done.output


def test_places_are_imported_all_or_none(run: Any, tmp_path: Path) -> None:
    table = tmp_path / "places.csv"
    table.write_text(
        "name,latitude,longitude,kind\nLS6,53.82,-1.57,district\nOtley,53.9,-1.69,town\n", encoding="utf-8"
    )
    assert run("directory", "places", str(table)).stdout == "2 places are known from places.csv.\n"
    assert lines(run("find", "debt otley"))[0]["place"] == "Otley"
    # A slip of the finger.
    assert lines(run("find", "debt in ottley"))[0]["place"] == "Otley"
    table.write_text("name,latitude,longitude\nLS7,53.8,-1.5\nLS8,north,-1\nQQ1,1,1\nLS9,99,1\n", encoding="utf-8")
    done = run("directory", "places", str(table))
    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        "places.csv line 3: the degrees are not numbers.",
        "places.csv line 4: 'QQ1' is no district.",
        "places.csv line 5: 99, 1 is no place on earth.",
    ]
    assert lines(run("find", "debt otley"))[0]["place"] == "Otley"


def test_helplines_are_listed_with_what_staff_must_know_and_ticked(run: Any) -> None:
    listed = {row["ref"]: row for row in lines(run("directory", "helplines", "list", "--json"))}
    assert (listed["gb-samaritans"]["status"], listed["gb-samaritans"]["sent"]) == ("unverified", True)
    assert (listed["gb-calm"]["status"], listed["gb-calm"]["sent"]) == ("unverified", False)
    assert "unverified, not given to members" in run("directory", "helplines", "list").stdout
    assert run("directory", "helplines", "check", "gb-calm", "--days", "90").exit_code == 0
    listed = {row["ref"]: row for row in lines(run("directory", "helplines", "list", "--json"))}
    assert (listed["gb-calm"]["status"], listed["gb-calm"]["sent"]) == ("checked", True)
