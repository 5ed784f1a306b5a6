"""A table of people: whatever a spreadsheet saves is read, every mistake has its line, and it is all or nothing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from checkin.bootstrap import Line
from checkin.errors import BadFile
from checkin.register import importing, sheet
from checkin.register.rows import apart
from tests.parts import NOON, loads, opened, rows, value
from tests.services import Databases

TOWN = """
people:
  - {ref: ann, name: Ann, phones: [07700 900101, 0113 496 0101], streams: [checkins], language: cy, area: Leith,
     plan: {days: [mon, thu], at: "09:30", ladder: [text, call, contacts], gaps: {text: 45}}, contacts: [bill],
     safe_hours: {from: "10:00", to: "18:00"}, discreet: yes, voicemail: neutral, ring_seconds: 60, prefers: call}
  - {ref: bill, name: Bill, phones: 07700 900102, streams: [buddy], safe_to_text: no}
  - {ref: zoe, name: Zoë, phones: [], status: suspended}
groups:
  - {ref: harbour, name: Harbour, members: [ann], facilitators: [bill]}
"""


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    """A line with three people."""
    with opened(database_url) as found:
        loads(found, TOWN)
        yield found


def test_a_name_with_a_comma_is_one_name_and_a_list_is_a_list() -> None:
    known = {"tea, talk", "harbour"}
    assert apart(["Tea, talk", "Harbour, Quay"], known) == ["Tea, talk", "Harbour", "Quay"]


def brings(line: Line, text: str) -> importing.Plan:
    """Bring a table in; return what it did, or what is wrong with it."""
    with line.store.work(NOON) as work:
        made = importing.plan(work, text)
        if not made.wrongs:
            assert list(importing.bring_in(work, made))[-1] == (len(made.entries), len(made.entries))
        return made


def wrongs(line: Line, text: str) -> list[str]:
    """What is wrong with a table."""
    return [str(wrong) for wrong in brings(line, text).wrongs]


def everything(line: Line) -> list[tuple[object, ...]]:
    """All that a table can change."""
    found = []
    for table, order in (("people", "id"), ("plans", "id"), ("contacts", "member_id"), ("consents", "id"),
                         ("memberships", "person_id"), ("person_phones", "person_id, rank")):  # fmt: skip
        found += [tuple(row) for row in rows(line, f"SELECT to_jsonb(t) - 'name' FROM {table} t ORDER BY {order}")]  # noqa: S608  # our own
    return found


def statements(line: Line, refs: range) -> int:
    """How many statements it takes to bring in as many new people."""
    count: list[str] = []
    asked = lambda *ran: count.append(ran[2])  # noqa: E731  # SQLAlchemy hands in six things
    written = "".join(f"p{n},Alex {n},0113 496 {n:04},en,checkins,Harbour,mon,10:00,ann\n" for n in refs)
    event.listen(line.store.engine, "before_cursor_execute", asked)
    brings(line, f"ref,name,phones,language,streams,groups,days,at,contacts\n{written}")
    event.remove(line.store.engine, "before_cursor_execute", asked)
    return len(count)


def test_many_new_people_cost_as_many_questions_as_few(line: Line) -> None:
    assert statements(line, range(200, 202)) == statements(line, range(300, 360))
    whole = (
        "SELECT count(DISTINCT p.id) FROM people p JOIN plans n ON n.person_id = p.id JOIN name_marks k "
        "ON k.person_id = p.id JOIN contacts c ON c.member_id = p.id JOIN memberships m ON m.person_id = p.id "
        "JOIN consents s ON s.person_id = p.id JOIN person_phones j ON j.person_id = p.id JOIN timers t "
        "ON t.person_id = p.id WHERE p.ref LIKE 'p%'"
    )
    assert value(line, whole) == 62


def exported(line: Line) -> str:
    """The table of everybody."""
    with line.store.work(NOON) as work:
        return sheet.write(importing.export(work))


def test_what_goes_out_comes_in_again_and_changes_nothing(line: Line) -> None:
    before = everything(line)
    made = brings(line, sheet.decoded(exported(line).encode()))
    assert (made.new, made.changed, made.same, made.wrongs) == (0, 0, 3, [])
    assert everything(line) == before


def test_a_table_for_an_empty_line_makes_the_same_people(line: Line, databases: Databases) -> None:
    text = exported(line).replace("Harbour", "")
    with databases.clean() as url, opened(url) as other:
        assert brings(other, text).new == 3
        assert exported(other) == text
        found = "SELECT rule, gaps ->> 'text', next_due_at IS NOT NULL FROM plans"
        assert [tuple(row) for row in rows(other, found)] == [("FREQ=WEEKLY;BYDAY=MO,TH", "45", True)]
        assert value(other, "SELECT how FROM consents LIMIT 1") == "file"


CHANGED = [
    ("ref,name,phones\nnew,Dora,07700 900150\n", "utf-8"),
    ("\ufeffref;name;phones\r\nnew;Dora;07700 900150\r\n", "utf-8"),
    ("ref\tName \tphones\nnew\tDora\t07700 900150", "utf-16"),
    ('ref,name,phones,area\nnew,Dora,07700 900150,"Old\nTown"\n\n,,,\n', "utf-8"),
    ("ref,name,phones,area\nnew,Dora,07700 900150,Llanfair\xe2n\n", "cp1252"),
]


@pytest.mark.parametrize(("text", "encoding"), CHANGED)
def test_whatever_a_spreadsheet_saves_is_read(line: Line, text: str, encoding: str) -> None:
    made = brings(line, sheet.decoded(text.encode(encoding)))
    assert (made.wrongs, made.new) == ([], 1)
    assert value(line, "SELECT count(*) FROM people WHERE ref = 'new'") == 1
    if "area" in text:
        assert value(line, "SELECT area FROM people WHERE ref = 'new'") in {"Old Town", "Llanfair\xe2n"}


WRONG = [
    ("name,colour\nDora,red\n", ["line 1, colour: is not a column"]),
    ("ref,phones\nnew,1\n", ["line 1, name: there is no column of this name"]),
    ("name,name\nA,B\n", ["line 1, name: there are two columns"]),
    ("name,phones\nDora,12\n,07700 900150\n", ["line 2, phones: '12' is not", "line 3: needs `name`"]),
    ("name,days\nDora,mon\n", ["line 2, days: a plan needs consent"]),
    ('name,area\n"Two\nlines",x\nDora\n', ["line 4: has 1 cells where the first line has 2"]),
    ("name,language,ring_seconds\nDora,fr,5\n", ["line 2, language: must be one of", "line 2, ring_seconds: must be"]),
    ("name,safe_from,safe_to\nDora,25:00,\n", ["line 2, safe_from: must be a time", "line 2"]),
    ("ref,name\nann,A\nann,B\n", ["line 3, ref: 'ann' is given twice"]),
    (
        "name,groups,contacts\nDora,Nowhere,nobody\n",
        ["line 2, groups: there is no group", "line 2, contacts: there is"],
    ),
    ("name,phones\nAnn,07700 900101\n", ["line 2, phones: somebody of this name has this number"]),
    ("name,phones\nDora,07700 900101\n", ["line 2, phones: somebody else has this number"]),
    (
        "name,phones\nDora,07700 900150\nTom,07700 900150\n",
        ["line 2, phones: somebody else", "line 3, phones: somebody"],
    ),
    ("name,phones\nDora,01632 960000\n", ["line 2, phones: this is the line's own number"]),
    ("ref,name,status\nann,Ann,ended\n", ["line 2, status: leaves the line on their page"]),
    ('name\n"Dora\n', ["line 2: is not a row of a table"]),
    ("name\nDo\x07ra\n", ["line 2, name: holds a character"]),
    ("name\n", ["line 1: there is nobody"]),
    ("", ["line 1, name"]),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_every_mistake_has_its_line_and_nothing_is_brought_in(line: Line, text: str, said: list[str]) -> None:
    before = everything(line)
    found = wrongs(line, text)
    assert len(found) == len(said), found
    for one, begins in zip(found, said, strict=True):
        assert one.startswith(begins), one
    assert everything(line) == before


def test_only_the_columns_that_are_there_change(line: Line) -> None:
    assert brings(line, "ref,name,area\nann,Ann,Hove\nbill,Bill,\n").changed == 1
    assert value(line, "SELECT area FROM people WHERE ref = 'ann'") == "Hove"
    assert value(line, "SELECT ladder FROM plans") == ["text", "call", "contacts"]
    assert value(line, "SELECT count(*) FROM memberships") == 2


def test_a_shared_telephone_is_said_to_be(line: Line) -> None:
    assert brings(line, "name,phones,shared_phone\nDora,07700 900101,yes\n").new == 1
    assert value(line, "SELECT count(*) FROM people WHERE shared_phone") == 2


def test_whoever_is_to_be_invited_is(line: Line) -> None:
    made = brings(
        line, "name,phones,status,streams,consent\nDora,07700 900150,invited,checkins / reminders,paper form 7\n"
    )
    assert (made.invited, made.wrongs) == (1, [])
    assert value(line, "SELECT count(*) FROM timers WHERE topic = 'joining'") == 1
    text = "ref,name,phones,streams,consent\ntom,Tom,07700 900151,checkins,paper form 8\n"
    assert brings(line, text).wrongs == []
    sealed = value(line, "SELECT words FROM consents WHERE words IS NOT NULL")
    assert line.store.vault.open(sealed, "consents.words") == "paper form 8"


def test_a_cell_is_never_a_formula(line: Line) -> None:
    assert brings(line, "ref,name,area\nann,Ann,'=1+1\nbill,Bill,@cmd\n").wrongs == []
    assert value(line, "SELECT area FROM people WHERE ref = 'ann'") == "=1+1"
    text = exported(line)
    assert all(cell in text for cell in ("'=1+1", "'@cmd"))
    assert not any(start in text for start in (",=", ",@", ",+"))
    assert brings(line, text).same == 3


def test_a_file_that_is_too_long_or_no_text_is_refused() -> None:
    with pytest.raises(BadFile, match="the most is 5 MB"):
        sheet.decoded(b"x" * (sheet.MOST_BYTES + 1))
    with pytest.raises(BadFile, match="is no text"):
        sheet.decoded(b"name\n\x81\x8d\x8f")
    _, found = sheet.read("name\n" + "a\n" * (sheet.MOST_ROWS + 1))
    assert [wrong.why for wrong in found] == ["there are more than 50,000 rows: part the file"]
