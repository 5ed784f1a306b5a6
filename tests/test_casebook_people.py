"""Looking for somebody: by what staff remember of a name, by a number in any form, by group; never by opening all."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import text

from checkin import people
from checkin.bootstrap import Line
from checkin.casebook import people as register
from checkin.errors import BadInput
from tests.parts import NOON, loads, opened, person, rows, value
from tests.services import Databases

TOWN = """
people:
  - {ref: m-jon, name: Jon, phones: 07700 900101}
  - {ref: x17, name: John Łukasz, phones: 07700 900102}
  - {ref: m-jonquil, name: Jonquil, phones: 07700 900103}
  - {ref: m-zoe, name: "Zoë O'Neil", phones: [07700 900104, 0113 496 0104]}
  - {ref: m-stephen, name: Stephen, phones: 07700 900104}
  - {ref: m-muhammad, name: Muhammad, phones: 07700 900105}
  - {ref: m-gone, name: Johnny, phones: 07700 900106, status: ended}
groups:
  - {ref: harbour, name: Harbour, members: [x17, m-zoe]}
"""


@pytest.fixture(scope="module")
def line(databases: Databases) -> Iterator[Line]:
    """The town. Tests that change it have one of their own."""
    with databases.clean() as url, opened(url) as found:
        loads(found, TOWN)
        yield found


def names(line: Line, query: str, group: UUID | None = None, *, everybody: bool = False) -> list[str]:
    """Look for somebody; return the names in the order shown."""
    with line.store.work(NOON) as work:
        return [found.name for found in register.find(work, query, group, everybody=everybody).people]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Jon", ["Jon", "Jonquil", "John Łukasz"]),
        ("JOHN", ["John Łukasz", "Jon"]),
        ("lukasz jo", ["John Łukasz"]),
        ("jonq", ["Jonquil"]),
        ("zoe", ["Zoë O'Neil"]),
        ("oneil", ["Zoë O'Neil"]),
        ("O\u2019Neil", ["Zoë O'Neil"]),
        ("steven", ["Stephen"]),
        ("mohammed", ["Muhammad"]),
        ("jonquilla", ["Jonquil"]),
        ("zoe jon", []),
        ("nobody", []),
        ("stephen", ["Stephen"]),
        ("07700 900 102", ["John Łukasz"]),
        ("+44 (0)7700-900102", ["John Łukasz"]),
        ("0113 496 0104", ["Zoë O'Neil"]),
        ("07700900104", ["Stephen", "Zoë O'Neil"]),
        ("07700 900106", ["Johnny"]),
        ("07700 900199", []),
    ],
)
def test_somebody_is_found_by_what_staff_know(line: Line, query: str, found: list[str]) -> None:
    """A word itself goes before its beginning, and that before its sound; a number finds those who have left too."""
    assert names(line, query) == found


def test_a_reference_finds_its_person(line: Line) -> None:
    assert names(line, "x17") == ["John Łukasz"]


def test_a_group_and_who_has_left(line: Line) -> None:
    harbour = value(line, "SELECT id FROM groups")
    assert names(line, "", harbour) == ["John Łukasz", "Zoë O'Neil"]
    assert names(line, "stephen", harbour) == []
    assert "Johnny" not in names(line, "")
    assert "Johnny" in names(line, "johnny", everybody=True)


@pytest.mark.parametrize("query", ["j", "07700 9001", "!!", "1"])
def test_what_cannot_be_looked_for_is_said(line: Line, query: str) -> None:
    with pytest.raises(BadInput):
        names(line, query)


def test_a_page_is_a_page_and_the_count_is_of_all(database_url: str) -> None:
    many = "\n".join(f"  - {{ref: p{i}, name: Sam{chr(97 + i % 26)}, phones: []}}" for i in range(register.PAGE + 3))
    with opened(database_url) as line:
        loads(line, f"people:\n{many}")
        with line.store.work(NOON) as work:
            first, second = (register.find(work, "sam", page=page) for page in (1, 2))
        assert (len(first.people), first.total, len(second.people)) == (register.PAGE, register.PAGE + 3, 3)
        assert not {f.id for f in first.people} & {f.id for f in second.people}


def test_a_new_name_is_found_and_the_old_one_is_forgotten(database_url: str) -> None:
    with opened(database_url) as line:
        loads(line, TOWN)
        loads(line, "people: [{ref: m-jon, name: Billy}]")
        assert names(line, "billy") == ["Billy"]
        assert "Billy" not in names(line, "jonathan") + names(line, "jonquil")
        with line.store.work(NOON) as work:
            people.keep_name(work, person(line, "m-zoe"), "")
        assert names(line, people.NAMELESS) == [""]


def test_whoever_was_stored_without_being_filed_is_filed_later(database_url: str) -> None:
    with opened(database_url) as line:
        loads(line, TOWN)
        with line.store.work(NOON) as work:
            work.conn.execute(text("DELETE FROM name_marks"))
        assert names(line, "jonquil") == []
        with line.store.work(NOON) as work:
            assert [people.file_unfiled(work, most=5) for _ in range(3)] == [5, 2, 0]
        assert names(line, "jonquil") == ["Jonquil"]


def test_marks_tell_nobody_a_name(line: Line) -> None:
    """No mark holds a letter of a name, and another key makes other marks."""
    marks = {bytes(row[0]) for row in rows(line, "SELECT mark FROM name_marks")}
    assert all(len(mark) == 8 and b"jon" not in mark.lower() for mark in marks)
    with opened(str(line.store.engine.url.render_as_string(hide_password=False))) as other:
        assert names(other, "jonquil") == []
