"""Places that people name: a postcode district, a town, an area.

What is known of places comes from the directory itself (`directory_places`: towns and districts of its own locations)
and from a table that an admin may import (`checkin directory places FILE`). Of a full postcode or an address only the
district is used, and nothing of what somebody typed is kept here.
"""

import math
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import text

from checkin.conversation.normal import fold
from checkin.directory.model import Place
from checkin.store.work import Work

# The letters that begin a postcode of the United Kingdom (Royal Mail, postcode areas).
_LETTERS = """
AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX
FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N
NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF
TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
"""
_AREAS = frozenset(_LETTERS.split())
_POSTCODES = {
    "GB": re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)(?:\s*(\d[A-Z]{2}))?\b", re.IGNORECASE),
    # An Eircode's routing key, alone or with the rest; "Dublin 8" is a town to us.
    "IE": re.compile(r"\b([AC-FHKNPRTV-Y]\d[\dW])(?:\s*([\dAC-FHKNPRTV-Y]{4}))?\b", re.IGNORECASE),
    "US": re.compile(r"\b(\d{5})(?:-(\d{4}))?\b"),
    "AU": re.compile(r"\b([0-8]\d{3})()\b"),
}
_AREA = re.compile(r"[A-Z]{1,2}(?=\d)|^\d\d")
# "b4 xmas" is not Birmingham: one letter and one digit say a place only where a place is said.
_TEXT_SPEAK = re.compile(r"[a-z]\d", re.IGNORECASE)
_SAYS_WHERE = frozenset(
    {"in", "near", "around", "round", "at", "from", "by", "for", "to", "nearby", "w", "yn", "ger", "kolo"}
)
_LEAST_LIKE = 0.45
_KM_A_DEGREE = 111.2
_MOST_WORDS = 4


def folded(name: str) -> str:
    """Return a place's name as names are compared: "St. Helens" and "saint helens" are one."""
    words = re.findall(r"[^\W_]+", fold(name).replace("'", ""))
    return " ".join("st" if w == "saint" else w for w in words)


def district_of(postcode: str, country: str) -> str | None:
    """Return the district of a postcode ("LS6 2AA" -> "LS6"); None when it is none of the country's."""
    pattern = _POSTCODES.get(country)
    if pattern is None:
        return folded(postcode).upper() or None
    found = pattern.search(postcode)
    district = found[1].upper() if found else None
    return district if district and (country != "GB" or area_of(district) in _AREAS) else None


def area_of(district: str) -> str:
    """Return the wider area of a district: "LS6" -> "LS", "90210" -> "90"."""
    found = _AREA.match(district)
    return found[0] if found else district


def km(one: Place, other: Place) -> float | None:
    """Return how far two places are from each other, as the crow flies; None where nobody knows where one is."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return 0.0 if one.key == other.key else None
    east = (one.longitude - other.longitude) * math.cos(math.radians(one.latitude))
    return _KM_A_DEGREE * math.hypot(one.latitude - other.latitude, east)


def squares(latitude: float, longitude: float, around: int = 0) -> list[str]:
    """Return the keys of the square of the map that holds a point, and of so many `around` it: one is a tenth of a
    degree high and a fifth wide, about 11 by 13 km in Leeds."""
    row, column = int(latitude * 10 // 1), int(longitude * 5 // 1)
    reach = range(-around, around + 1)
    return [f"g:{row + y}:{column + x}" for y in reach for x in reach]


def block(latitude: float, longitude: float) -> tuple[list[str], float]:
    """Return the keys of the four squares whose common corner is nearest to a point, and how far it is (km) from the
    point to what lies outside them: half a square at least."""
    across = 111.2 * math.cos(math.radians(latitude))
    # Half a square down and left is in the lowest and leftmost of the four.
    south, west = math.floor(latitude * 10 - 0.5) / 10, math.floor(longitude * 5 - 0.5) / 5
    edge = min(latitude - south, south + 0.2 - latitude) * 111.2
    return (
        [key for y in (0.05, 0.15) for x in (0.1, 0.3) for key in squares(south + y, west + x)],
        min(edge, min(longitude - west, west + 0.4 - longitude) * across),
    )


def postcode_in(words: str, country: str) -> str | None:
    """Return the last postcode district that somebody wrote, be it in a whole address; None for none."""
    pattern = _POSTCODES.get(country)
    if pattern is None:
        return None
    found = None
    for match in pattern.finditer(words):
        district = match[1].upper()
        if country == "GB" and area_of(district) not in _AREAS:
            continue
        before = words[: match.start()].split()
        said = not before or before[-1].lower() in _SAYS_WHERE or match.end() >= len(words.rstrip(" .,!?"))
        if country == "GB" and not match[2] and _TEXT_SPEAK.fullmatch(match[1]) and not (said or match[1].isupper()):
            continue
        if country in {"US", "AU"} and not said:
            continue
        found = district
    return found


def named(work: Work | None, words: str, taken: Iterable[str] = ()) -> Place | None:
    """Return the place that some words name; None for none.

    `taken` are words that said something else already ("reading" as a thing to learn): they count as a place only
    behind "in", "near" and their like. Without a store only what needs none is known.
    """
    country = work.settings.country if work else "GB"
    district = postcode_in(words, country)
    if district is not None:
        return _district(work, district)
    grams = _grams(folded(words).split(), frozenset(taken))
    known = _known(work, [g for g, _ in grams])
    for gram, _ in grams:
        if gram in known:
            return known[gram]
    for gram, said in grams:
        if said and work is not None and (like := _like(work, gram)):
            return like
    return None


@cache
def towns() -> frozenset[str]:
    """Return towns everybody knows, by folded name: enough to see that a word is a place."""
    written = (Path(__file__).parent / "towns.txt").read_text(encoding="utf-8")
    return frozenset(folded(line) for line in written.splitlines() if line and not line.startswith("#"))


def _grams(words: Sequence[str], taken: frozenset[str]) -> list[tuple[str, bool]]:
    """Return the runs of words that may name a place, the likeliest first, and whether "in" or the like is before."""
    found = []
    for size in range(min(_MOST_WORDS, len(words)), 0, -1):
        for i in range(len(words) - size, -1, -1):
            said = i > 0 and words[i - 1] in _SAYS_WHERE
            run = words[i : i + size]
            if said or not (set(run) & taken or run[0] in _SAYS_WHERE):
                found.append((" ".join(run), said))
    return sorted(found, key=lambda g: not g[1])


def _district(work: Work | None, district: str) -> Place:
    found = _ask(work, "kind = 'district' AND name = ANY(%(names)s)", [district]) if work else {}
    return found.get(district) or Place(district, "district", district)


def _known(work: Work | None, grams: list[str]) -> dict[str, Place]:
    everywhere = {g: Place(g, "town", g.title()) for g in grams if g in towns()}
    return everywhere | (_ask(work, "kind = 'town' AND name = ANY(%(names)s)", grams) if work else {})


def _ask(work: Work, where: str, names: list[str]) -> dict[str, Place]:
    rows = work.rows(
        f"SELECT name, kind, shown, latitude, longitude FROM directory_places WHERE {where}",
        {"names": names},
    )
    return {row[0]: Place(*row) for row in rows}


def has_trigrams(work: Work) -> bool:
    """Tell whether this database can find a misspelt name (the extension pg_trgm)."""
    return work.memory.recall(
        "pg_trgm", 3600, lambda: bool(work.rows("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'", {}))
    )


def _like(work: Work, name: str) -> Place | None:
    """Return the town with the name most like this one; None for none, or where PostgreSQL cannot tell."""
    if len(name) < _MOST_WORDS or not has_trigrams(work):
        return None
    rows = work.conn.execute(
        text(
            "SELECT name, kind, shown, latitude, longitude FROM directory_places WHERE kind = 'town' AND name % :name "
            "AND similarity(name, :name) >= :least ORDER BY similarity(name, :name) DESC, name LIMIT 1"
        ),
        {"name": name, "least": _LEAST_LIKE},
    ).all()
    return Place(*rows[0]) if rows else None
