"""What was found for somebody: kept until they look for something else, and said three at a time.

Telephone and hours always come first; what else is known is cut so that a text is never more than two messages. Kept,
sealed, are the need, the district or town, and which entries were found: each is read anew when it is told, so that
what has been withdrawn meanwhile is not.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from checkin import directory, people, through, trying, wording
from checkin.conversation.state import Thread
from checkin.conversations.rendering import cut, plain, render, when_said
from checkin.directory import Details, Found, Open
from checkin.people import Member
from checkin.store.ids import new_id
from checkin.store.models import Search
from checkin.store.work import Work, as_uuid
from checkin.trying import Visit
from checkin.wording import Variant
from checkin.wording.segments import size

AT_ONCE = 3
# More than this nobody goes through on a telephone.
MOST = 15
_GROUP = "group:"
_SEGMENTS = 2
_ROOM_FOR_NAMES = (44, 36, 30, 24, 16)
_ROOM_FOR_MORE = (230, 190, 150, 120, 90, 60, 30, 0)
_SPOKEN_MORE = 300
# "That one isn't there. These are:" may stand before a list.
_BEFORE = 40 * " "
# Topics whose sentences are about what was found, or what came of it.
TOPICS = frozenset({"found", "helped", "hello", "suited"})
KEYS = ("found.", "helped.", "hello.", "suited.")


@dataclass(frozen=True, slots=True)
class Results:
    """What was looked for and found: `keys` name entries of the directory, or ("group:…") groups of our own. Shown are
    three from `start`; `chosen` is the one that is looked at; `puzzled`: something was said to it that is no answer."""

    need: str
    place: str
    keys: tuple[str, ...]
    start: int = 0
    chosen: str = ""
    puzzled: bool = False

    @property
    def page(self) -> tuple[str, ...]:
        """The keys that are shown just now."""
        return self.keys[self.start : self.start + AT_ONCE]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of whom no more is known than how to write to them."""

    language: str
    variant: Variant


def keep(work: Work, person_id: UUID, results: Results) -> UUID:
    """Keep what was found for somebody in place of what was found before; return its id, a new one."""
    values = {"id": new_id(), "at": work.now, "found": _sealed(work, results)}
    row = insert(Search).values(person_id=person_id, **values)
    work.conn.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=values))
    return UUID(str(values["id"]))


def change(work: Work, search_id: UUID, results: Results) -> None:
    """Keep which of them are looked at now."""
    work.conn.execute(update(Search).where(Search.id == search_id).values(found=_sealed(work, results)))


def keep_puzzled(work: Work, person_id: UUID, results: Results) -> None:
    """Keep that something was said to somebody's list that is no answer to it."""
    values = {"found": _sealed(work, replace(results, puzzled=True))}
    work.conn.execute(update(Search).where(Search.person_id == person_id).values(**values))


def find(work: Work, search_id: UUID) -> Results | None:
    """Return what was found; None when something else has been looked for since."""
    return _opened(work, work.conn.execute(select(Search.found).where(Search.id == search_id)).scalar_one_or_none())


def last(work: Work, person_id: UUID) -> Results | None:
    """Return what was found for somebody the last time."""
    return _opened(
        work, work.conn.execute(select(Search.found).where(Search.person_id == person_id)).scalar_one_or_none()
    )


def _sealed(work: Work, results: Results) -> bytes:
    return work.vault.seal_json(asdict(results), "searches.found")


def _opened(work: Work, sealed: bytes | None) -> Results | None:
    stored = work.vault.open_json(sealed, "searches.found") if sealed else None
    return Results(**{**stored, "keys": tuple(stored["keys"])}) if stored else None


def group_key(group_id: UUID) -> str:
    """Return the key of a group of our own."""
    return f"{_GROUP}{group_id}"


def group_of(key: str) -> UUID | None:
    """Return which group of our own a key names; None for an entry of the directory."""
    return as_uuid(key.removeprefix(_GROUP)) if key.startswith(_GROUP) else None


def still(work: Work, member: Member | Reader, key: str) -> Details | Visit | None:
    """Return all about an entry as it is now; None when it may not be told any more."""
    group_id = group_of(key)
    if group_id is not None:
        return trying.look(work, group_id)
    return directory.details(work, key, work.now, directory.Known(languages=(member.language,)))


def question(work: Work, member: Member, key: str, thread: Thread | None) -> str | None:
    """Return how a question about what was found is put as things are: in place of an entry that may not be told any
    more, the list. None when something else has been looked for since, and there is nothing to ask."""
    if thread is None or thread.topic != "found" or not key.startswith("found."):
        return key
    results = find(work, UUID(thread.subject))
    if results is None:
        return None
    if key != "found.list" and still(work, member, results.chosen) is not None:
        return key
    # Without a place they may be told of help far away, and are told how to name one.
    return "found.list" if results.place else "found.list_anywhere"


def values(work: Work, member: Member, key: str, thread: Thread) -> dict[str, str]:
    """Return what the placeholders of a sentence about what was found stand for."""
    subject = UUID(thread.subject)
    if thread.topic == "helped":
        call = through.find(work, subject)
        return {"service": cut(call.name, 60) if call else "?"}
    if thread.topic in {"hello", "suited"}:
        return _of_trial(work, member, subject)
    results = find(work, subject)
    if results is None:
        return {"list": "", "list_spoken": ""}
    if key.startswith("found.list"):
        return _list(work, member, results.page, key)
    return of_one(work, member, key, results.chosen)


def of_one(work: Work, member: Member, key: str, chosen: str) -> dict[str, str]:
    """Return what is said of one entry: in a text no more than two messages."""
    entry = still(work, member, chosen)
    if entry is None:
        return {}
    if isinstance(entry, Visit):
        return _fitted(work, member, key, _of_group(work, member, entry), _words_of_group(entry))
    found = entry.found
    voice = _facts(work, member, found, "voice")
    said = _facts(work, member, found, member.variant)
    offer = "found.offer" if through.refused(found.phone, work.settings.country) is None else ""
    pieces = {
        **said,
        **{f"{name}_spoken": words for name, words in voice.items()},
        "service": cut(found.name, 60),
        "offer": f"{render(work, offer, member.language, member.variant, {})} " if offer else "",
        "offer_spoken": render(work, offer, member.language, "voice", {}) if offer else "",
        "send_spoken": _send(work, member),
    }
    return _fitted(work, member, key, pieces, _words_of_service(entry))


def _send(work: Work, member: Member) -> str:
    """Return the offer to text it, where there is a telephone to text it to."""
    return render(work, "found.send", member.language, "voice", {}) if people.has_mobile(work, member.id) else ""


def _fitted(work: Work, member: Member, key: str, pieces: dict[str, str], more: str) -> dict[str, str]:
    """Return the pieces with as much `more` as there is room for."""
    for room in _ROOM_FOR_MORE:
        filled = {**pieces, "more": f" {cut(more, room)}" if room and more else "", "more_spoken": ""}
        if size(render(work, key, member.language, member.variant, filled)).segments <= _SEGMENTS:
            break
    return {**filled, "more_spoken": f"{cut(more, _SPOKEN_MORE).rstrip('. ')}." if more else ""}


def _list(work: Work, member: Member, keys: Sequence[str], sentence: str) -> dict[str, str]:
    """Return entries as a list, with as much of their names as there is room for."""
    entries = [(str(n), still(work, member, key)) for n, key in enumerate(keys, start=1)]
    spoken = " ".join(line(work, member, n, entry, "voice", 80) for n, entry in entries if entry is not None)
    listed = in_room(
        work,
        member,
        sentence,
        lambda room: [line(work, member, n, entry, member.variant, room) for n, entry in entries if entry is not None],
    )
    return {"list": listed, "list_spoken": spoken}


def in_room(work: Work, reader: Member | Reader, sentence: str, lines: Callable[[int], list[str]]) -> str:
    """Return the lines of a list with as much of the names as a sentence has room for."""
    for room in _ROOM_FOR_NAMES:
        listed = "\n".join(lines(room))
        said = render(work, sentence, reader.language, reader.variant, {"list": listed, "list_spoken": ""})
        if size(_BEFORE + said).segments <= _SEGMENTS:
            break
    return listed


def line(work: Work, member: Member | Reader, number: str, entry: Details | Visit, variant: Variant, room: int) -> str:
    """Return one line of a list, with so much room for a name."""
    if isinstance(entry, Visit):
        filled = {"key": number, "group": cut(entry.group, room), "when": meets(work, member, entry, variant, room)}
        return render(work, "found.group_line", member.language, variant, filled)
    facts = _facts(work, member, entry.found, variant)
    filled = {"key": number, "service": cut(entry.found.name, room), **facts}
    return render(work, "found.line", member.language, variant, filled)


def _facts(work: Work, member: Member | Reader, found: Found, variant: Variant) -> dict[str, str]:
    """Return how to reach a service and when somebody is there."""
    return {"phone": _reached(work, member, found, variant), "hours": _hours(work, member, found.open, variant)}


def _reached(work: Work, member: Member | Reader, found: Found, variant: Variant) -> str:
    if found.phone:
        return render(work, "found.by_phone", member.language, variant, {"phone": found.phone_shown or found.phone})
    if not found.text_to:
        return render(work, "found.no_number", member.language, variant, {})
    words = found.text_words or "HELLO"
    return render(work, "found.by_text", member.language, variant, {"key": words, "phone": found.text_to})


def _hours(work: Work, member: Member | Reader, opened: Open, variant: Variant) -> str:
    moment = opened.until if opened.now else opened.opens
    key = "found.always" if opened.always else "found.hours_unknown"
    if moment is not None and not opened.always:
        key = "found.open" if opened.now else "found.opens"
    when = when_said(work, moment, member.language, variant) if moment else ""
    return render(work, key, member.language, variant, {"when": when} if moment else {})


def _words_of_service(entry: Details) -> str:
    found = entry.found
    where = entry.address or found.where or ""
    parts = [where, found.about, *found.eligibility, entry.notice or ""]
    return " ".join(f"{said.rstrip('.')}." for part in parts if (said := plain(part)))


def _words_of_group(visit: Visit) -> str:
    directions = visit.next.directions if visit.next else ""
    parts = [visit.about, visit.expect, directions]
    return " ".join(f"{said.rstrip('.')}." for part in parts if (said := plain(part)))


def _of_group(work: Work, member: Member, visit: Visit) -> dict[str, str]:
    door = "found.meets_you" if visit.meets_you else "found.somebody_meets_you"
    named = {"facilitator": visit.meets_you} if visit.meets_you else {}
    return {
        "group": cut(visit.group, 50),
        "when": meets(work, member, visit, member.variant, 60),
        "meets": render(work, door, member.language, member.variant, named),
        "meets_spoken": render(work, door, member.language, "voice", named),
        "send_spoken": _send(work, member),
    }


def meets(work: Work, member: Member | Reader, visit: Visit, variant: Variant, room: int) -> str:
    """Return when and where a group meets next."""
    if visit.next is None:
        return render(work, "found.no_date", member.language, variant, {}).rstrip(".")
    return f"{wording.day_and_time(visit.next.starts, member.language)}, {cut(visit.next.venue, room)}"


def _of_trial(work: Work, member: Member, trial_id: UUID) -> dict[str, str]:
    newcomer = trying.find(work, trial_id)
    if newcomer is None:
        return {"group": "?", "sender": "?", "when": "?", "how": "", "how_spoken": ""}
    how = "hello.quietly" if newcomer.quiet else "hello.openly"
    when = (
        wording.day_and_time(newcomer.first_at, member.language)
        if newcomer.first_at
        else render(work, "found.no_date", member.language, member.variant, {})
    )
    return {
        "group": newcomer.group,
        "sender": newcomer.name,
        "when": when,
        "how": render(work, how, member.language, member.variant, {}),
        "how_spoken": render(work, how, member.language, "voice", {}),
    }
