"""Joining: groups by their code, newcomers, and what a yes or a no comes to."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from checkin import outbox, people, timers
from checkin.conversation.effects import Stream
from checkin.conversation.names import is_called, read_name
from checkin.people import Member
from checkin.store.ids import new_id
from checkin.store.models import Group, Membership, Person, PersonPhone, Timer
from checkin.store.work import Work

# What somebody who joins by text is asked to agree to. A buddy is proposed to them later, by a person.
STREAMS = (Stream.CHECKINS, Stream.REMINDERS, Stream.CARING)
CODE = re.compile("[A-Z0-9]{3,20}")
_LONGEST_NAME = 40
# A code stands at the beginning, or in a short sentence.
_MOST_WORDS = 20

_ASKING = re.compile(r"^\W*join\b", re.IGNORECASE)

# What a keypad, or an eye, takes for another.
_ALIKE = str.maketrans("OIL", "011")


def folded(code: str) -> str:
    """Return a code as it is compared: capitals and digits only, and 0 for O, 1 for I and L."""
    return re.sub("[^A-Z0-9]", "", code.upper()).translate(_ALIKE)


_NO_NAME = frozenset({
    "yes", "no", "ok", "okay", "yep", "nope", "skip", "none", "nothing", "private", "anonymous", "stop", "na", "nie",
    "tak", "ie", "dim", "pomin", "hepgor",
})  # fmt: skip
_BEFORE_NAME = re.compile(
    r"^\W*(?:(?:hi|hello|yes|please|well|oh|ok)\W+)*"
    r"(?:(?:my (?:first )?name(?: is|'s|s)?|i am|i'm|im|i’m|it's|its|it is|this is|(?:\w+ )?calls? me|just|name"
    r"|mam na imi[eę]|jestem|fy enw i yw|enw i yw)\b\W*)",
    re.IGNORECASE,
)


def name_in(words: str) -> str | None:
    """Return the name that somebody gave in their own words ("hi my name is Ann" -> "Ann"); None when there is none.

    At most 40 characters, without anything that no name has: it is read out to others.
    """
    clean = "".join(c if c.isalpha() or c in "'’-" or unicodedata.category(c) == "Mn" else " " for c in words)
    name = re.sub(r"(?:\s+x+)+$", "", " ".join(clean.split()), flags=re.IGNORECASE)  # kisses
    name = " ".join(_BEFORE_NAME.sub("", name, count=1).split()) or name
    if not name or name.casefold() in _NO_NAME or len(name.split()) > 3 or len(name) > _LONGEST_NAME:
        return None
    return name if any(c.isupper() for c in name) and not name.isupper() else name.title()


def find_group(work: Work, said: Iterable[str]) -> UUID | None:
    """Return the group whose code was said: as the whole of what was said, or one word of it, or two. One that has a
    code may be called by its name as well, misspelt too, where it is the only one that is called so."""
    said = tuple(said)
    words = [text.split()[:_MOST_WORDS] for text in said]
    tries = {folded("".join(text[i:j])) for text in words for i in range(len(text)) for j in (i + 1, i + 2, len(text))}
    codes = sorted(code for code in tries if CODE.fullmatch(code))
    found = work.conn.scalars(select(Group.id).where(Group.join_code.in_(codes)).order_by(Group.id).limit(1)).first()
    return found or _by_name(work, said)


def _by_name(work: Work, said: Sequence[str]) -> UUID | None:
    wanted = [name for text in said if (name := read_name(_ASKING.sub("", text))) is not None]
    rows = work.conn.execute(select(Group.id, Group.name).where(Group.join_code.is_not(None))).all() if wanted else []
    found = {row.id for row in rows if any(is_called(name, row.name) for name in wanted)}
    return found.pop() if len(found) == 1 else None


def group_name(work: Work, subject: str) -> str:
    """Return the name of the group that a thread of joining is about; the line's own where it is about none."""
    found = work.conn.execute(select(Group.name).where(Group.id == UUID(subject))).scalar() if subject else None
    return found or work.settings.name


Standing = Literal["new", "belongs", "elsewhere", "for_a_person"]


def standing(work: Work, member: Member, group_id: UUID) -> Standing:
    """Return how somebody stands who has said a group's code: whether they are asked, or are in, or a person decides
    because they are suspended or several people use this telephone."""
    if member.status not in {"active", "invited"} or member.shared_phone or _shares(work, member.id):
        return "for_a_person"
    mine = select(Membership.group_id).where(Membership.person_id == member.id)
    groups = set(work.conn.scalars(mine))
    if member.status == "invited" or not groups:
        return "new"
    return "belongs" if group_id in groups else "elsewhere"


def _shares(work: Work, person_id: UUID) -> bool:
    phones = select(PersonPhone.phone_id).where(PersonPhone.person_id == person_id)
    others = (
        select(PersonPhone.person_id)
        .join(Person, Person.id == PersonPhone.person_id)
        .where(PersonPhone.phone_id.in_(phones), PersonPhone.person_id != person_id, Person.status != "ended")
    )
    return bool(work.conn.execute(select(others.exists())).scalar())


def newcomer(work: Work, number: str) -> None:
    """Store somebody whom the line does not know, behind a number: no name yet, nothing agreed to, and until they say
    otherwise only texts. Does nothing when somebody has been stored there meanwhile; `people` then finds them."""
    phone_id = people.phone_for(work, number)
    # Two first texts may arrive at once: whoever comes second waits here, and finds the first one's person. Not on the
    # telephone's row: a third, who has found that person by then, holds their row and comes to the telephone's.
    work.conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(phone_id), 0))))
    here = exists().where(PersonPhone.phone_id == phone_id, PersonPhone.person_id == Person.id)
    if work.conn.execute(select(Person.id).where(here, Person.status != "ended").limit(1)).first():
        return
    person_id = new_id()
    work.add(
        Person,
        id=person_id,
        name=work.vault.seal("", "people.name"),
        zone=str(work.settings.zone),
        status="invited",
        safe_to_call=False,
        invited_to=[s.value for s in STREAMS],
    )
    people.file_names(work, {person_id: ""})
    work.add(PersonPhone, person_id=person_id, phone_id=phone_id, rank=1)


def was_here_before(work: Work, member: Member) -> bool:
    """Tell whether somebody behind the same telephone has left the line: it may be them, or somebody else now."""
    mine = select(PersonPhone.phone_id).where(PersonPhone.person_id == member.id)
    ended = (
        select(Person.id)
        .join(PersonPhone, PersonPhone.person_id == Person.id)
        .where(PersonPhone.phone_id.in_(mine), Person.id != member.id, Person.status == "ended")
    )
    return bool(work.conn.execute(select(ended.exists())).scalar())


def invite_all(work: Work, people_asked: Sequence[UUID]) -> None:
    """Have people asked, each in their own conversation, whether they would like to join: for the first of the groups
    that they are in, if any."""
    first = (
        select(Membership.person_id, Membership.group_id)
        .ext(distinct_on(Membership.person_id))
        .where(Membership.person_id.in_(people_asked))
        .order_by(Membership.person_id, Membership.group_id)
    )
    groups = {row.person_id: row.group_id for row in work.conn.execute(first)} if people_asked else {}
    timers.set_for_all(work, work.now, "joining", {person_id: groups.get(person_id) for person_id in people_asked})


def asked_to(work: Work, person_id: UUID) -> Sequence[str]:
    """Return the streams that somebody is asked to agree to when they join."""
    found = work.conn.execute(select(Person.invited_to).where(Person.id == person_id)).scalar_one()
    return found or [s.value for s in STREAMS]


def admit(work: Work, member: Member, group_id: UUID | None) -> None:
    """Make somebody who said yes active and a member of the group, and let its facilitators know that there is
    somebody new; who it is they hear from a person."""
    people.set_status(work, member.id, "active")
    review_later(work, member.id)
    if group_id is not None:
        belong(work, member, group_id)


def belong(work: Work, member: Member, group_id: UUID) -> None:
    """Add somebody to a group by their own wish: a file that does not name them leaves them in it."""
    row = {"group_id": group_id, "person_id": member.id, "joined_at": work.now}
    work.conn.execute(insert(Membership).values(**row).on_conflict_do_nothing())
    facilitators = work.conn.scalars(
        select(Membership.person_id).where(
            Membership.group_id == group_id, Membership.role == "facilitator", Membership.person_id != member.id
        )
    ).all()
    for person_id in facilitators:
        values = {"group": group_name(work, str(group_id))}
        outbox.owe(work, person_id, "text", Stream.BUDDY, "joining.news", values, subject=group_id)


def review_later(work: Work, person_id: UUID) -> None:
    """Have somebody asked again, the set number of weeks from now, whether their number is still a good one."""
    mine = (Timer.kind == "open", Timer.topic == "review", Timer.person_id == person_id)
    work.conn.execute(delete(Timer).where(*mine))
    review_all_later(work, [person_id])


def review_all_later(work: Work, newcomers: Sequence[UUID]) -> None:
    """Have people who are not to be asked yet asked so, as `review_later` has one."""
    timers.set_for_all(work, work.now + work.settings.review_every, "review", dict.fromkeys(newcomers))


def has_review(work: Work, person_id: UUID) -> bool:
    """Tell whether somebody is to be asked about their number some day."""
    mine = select(func.count()).where(Timer.kind == "open", Timer.topic == "review", Timer.person_id == person_id)
    return bool(work.conn.execute(mine).scalar())
