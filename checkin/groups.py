"""What a group is called and how it is found: made and changed by staff. Who belongs to it is each person's page."""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import insert, select, update

from checkin import audit, joining
from checkin.errors import BadInput
from checkin.store.ids import new_id
from checkin.store.models import Group
from checkin.store.work import Work


@dataclass(frozen=True, slots=True)
class Called:
    """A group's name, where it is, what it is for, what to expect of the first time, and its code for JOIN; "" for what
    is not said."""

    name: str
    area: str = ""
    about: str = ""
    expect: str = ""
    join_code: str = ""


def called(work: Work, group_id: UUID) -> Called | None:
    """Return what a group is called, its row locked; None when there is none."""
    columns = (Group.name, Group.area, Group.about, Group.expect, Group.join_code)
    row = work.conn.execute(select(*columns).where(Group.id == group_id).with_for_update()).first()
    return Called(*(value or "" for value in row)) if row else None


def create(work: Work, wanted: Called, *, by: UUID) -> UUID:
    """Make a group; return its id. Raises BadInput with one sentence."""
    group_id = new_id()
    work.conn.execute(insert(Group).values(id=group_id, by_hand=True, **_columns(work, wanted, group_id)))
    audit.record(work, by, "made_group", f"group {group_id}")
    return group_id


def rename(work: Work, group_id: UUID, wanted: Called, *, by: UUID) -> None:
    """Call a group otherwise; the organisation file leaves it alone from then on. Raises BadInput with one sentence."""
    columns = _columns(work, wanted, group_id)
    work.conn.execute(update(Group).where(Group.id == group_id).values(by_hand=True, **columns))
    audit.record(work, by, "changed_group", f"group {group_id}")


def _columns(work: Work, wanted: Called, group_id: UUID) -> dict[str, str | None]:
    code = joining.folded(wanted.join_code)
    if wanted.join_code and not joining.CODE.fullmatch(code):
        raise BadInput("A code for JOIN is 3 to 20 letters and digits.")
    # Two who give the same code or name at the same moment wait for each other here.
    work.conn.exec_driver_sql("LOCK TABLE groups IN SHARE ROW EXCLUSIVE MODE")
    others = work.conn.execute(select(Group.name, Group.join_code).where(Group.id != group_id)).all()
    if any(other.name.casefold() == wanted.name.casefold() for other in others):
        raise BadInput("There is a group of this name already: add where it meets, or when.")
    if code and any(other.join_code == code for other in others):
        raise BadInput("Another group has this code, or one that is read the same: 0 is O, and 1 is I and L.")
    return {name: value or None for name, value in (asdict(wanted) | {"join_code": code}).items()}
