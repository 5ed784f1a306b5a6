"""Somebody is erased: nothing of theirs is left anywhere, but for what the law wants kept; and it is said."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from checkin import escalations, people
from checkin.errors import BadInput
from checkin.records import erasing, evidence, exporting, kept_files
from checkin.register import leaving
from checkin.store.fields import fields
from checkin.store.models import Base
from tests.stories.town import Phone, Town

DANGER = "made-up words: i want to kill myself tonight"
HELLO = "made-up hello across the garden wall"
NUMBER = "+447700900101"


def _everything(town: Town) -> dict[str, str]:
    """Return every stored value as text, with what is sealed opened, by table and column."""
    kinds = {(field.table, field.column): field.kind for field in fields()}
    found: dict[str, str] = {}
    with town.line.store.work(town.now()) as work:
        for table in Base.metadata.sorted_tables:
            for row in work.conn.execute(sa.select(table)).mappings():
                for column in table.columns:
                    place, value = f"{table.name}.{column.name}", row[column.name]
                    sealed = isinstance(column.type, sa.LargeBinary) and kinds[table.name, column.name] != "index"
                    if value and sealed and column.name != "row_hash":
                        value = work.vault.open(value, place)
                    found[place] = f"{found.get(place, '')}\n{value.hex() if isinstance(value, bytes) else value}"
    return found


def _left(town: Town, *sought: str) -> dict[str, str]:
    """Return where something is still to be read."""
    looks = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in sought))
    return {place: hit[0] for place, text in _everything(town).items() if (hit := looks.search(text))}


def _closes_red(town: Town) -> int:
    case_id = UUID(str(town.scalar("SELECT id FROM cases WHERE severity = 'red'")))
    for name in ("sue", "omar"):
        with town.line.store.work(town.now()) as work:
            by = UUID(str(town.scalar("SELECT id FROM people WHERE ref = :ref", ref=name)))
            if name == "sue":
                escalations.take(work, case_id, by)
            escalations.close(work, case_id, by, "made-up note: they are safe")
    town.settles()
    return int(town.scalar("SELECT number FROM cases WHERE id = :id", id=case_id))


def _lives(town: Town, ann: Phone, ben: Phone, sue: Phone) -> int:
    """Have Ann be asked, miss it, be looked for, write to her buddy, and be in danger; return the RED case's number."""
    town.moves_to("10:00")
    town.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    town.moves_to("10:45")
    ben.texts("1")
    ann.texts(f"BUDDY {HELLO}")
    ann.texts(DANGER)
    number = _closes_red(town)
    for phone in (ann, ben, sue):
        while town.next_text(phone.number):
            pass
    return number


def test_nothing_of_somebody_is_left_but_what_the_law_wants_kept(
    town: Town, ann: Phone, ben: Phone, sue: Phone
) -> None:
    number = _lives(town, ann, ben, sue)
    person_id = UUID(str(town.scalar("SELECT id FROM people WHERE ref = 'ann'")))
    with town.line.store.work(town.now()) as work:
        handed_over = exporting.export(work, person_id)
        with pytest.raises(BadInput, match="still on the line"):
            erasing.erase(work, person_id)
        member = people.lock(work, person_id)
        assert member is not None
        leaving.end(work, member, words="made-up: she rang us")
    town.settles()
    for phone in (ann, ben):
        while town.next_text(phone.number):
            pass
    _hands_over(handed_over)
    before = _left(town, "Ann", NUMBER, DANGER, HELLO)
    assert {"people.name", "phones.number", "messages.body", "case_events.words"} <= set(before)
    with town.line.store.work(town.now()) as work:
        receipt = erasing.erase(work, person_id)
    assert _left(town, "Ann", NUMBER, DANGER, HELLO, str(person_id)).keys() <= {"kept_files.file", "audit.actor"}
    index = town.line.store.vault.index(NUMBER).hex()
    assert index not in "".join(_everything(town).values())
    assert [kept.number for kept in receipt.kept] == [number]
    assert f"case {number} until 2" in erasing.told(receipt)
    with town.line.store.work(town.now()) as work:
        kept = kept_files.opened(work, number)
    assert (kept["name"], kept["numbers"]) == ("Ann", [NUMBER])
    assert DANGER in {entry["words"] for entry in kept["timeline"]}
    assert town.scalar("SELECT person_id FROM cases WHERE number = :number", number=number) is None


def _hands_over(found: dict[str, Any]) -> None:
    """What is handed over holds what was stored, reads as a page, and proves the consent."""
    tables = found["tables"]
    assert tables["people"][0]["name"] == "Ann"
    assert "pin" not in tables["people"][0]
    assert tables["phones"][0]["number"] == NUMBER
    assert DANGER in {row["body"] for row in tables["messages"]}
    assert DANGER in {row["words"] for row in tables["case_events"]}
    assert "staff" not in tables
    page = exporting.readable(json.loads(json.dumps(found)), "What we hold of <Ann>")
    assert "&lt;Ann&gt;" in page
    assert DANGER in page
    pack = found["consent"]
    assert pack["lines"]
    assert evidence.holds(pack)
    pack["lines"][0]["how"] = "another way"
    assert not evidence.holds(pack)
