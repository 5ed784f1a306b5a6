"""What an organisation file may say, as values."""

from dataclasses import dataclass, field
from functools import partial

from checkin import phone
from checkin.conversation.effects import Severity
from checkin.escalations.policies import Policy
from checkin.load import outcomes as outcome_questions
from checkin.load import risks
from checkin.load import rota as rotas
from checkin.load.groups import GroupSpec, PairSpec, group, pair
from checkin.load.nodes import Node
from checkin.load.policies import check_policies, understand_policies
from checkin.load.somebody import USUAL_PLAN, PersonSpec, person, plan_of
from checkin.wording import LANGUAGES, VARIANTS, Variant, overrides


@dataclass(frozen=True, slots=True)
class StaffSpec:
    """Somebody who may log in. `password` is for demos and rehearsals only; staff of a live line are invited."""

    person: str
    email: str
    role: str
    password: str | None


@dataclass(frozen=True, slots=True)
class WordingSpec:
    """A sentence in the organisation's own words: by variant, what is said."""

    key: str
    language: str
    says: dict[Variant, str]


@dataclass(slots=True)
class Organisation:
    """Everything a file says."""

    people: list[PersonSpec] = field(default_factory=list)
    groups: list[GroupSpec] = field(default_factory=list)
    pairs: list[PairSpec] = field(default_factory=list)
    rota: list[rotas.ShiftSpec] = field(default_factory=list)
    overrides: list[rotas.OverrideSpec] = field(default_factory=list)
    holidays: list[rotas.HolidaySpec] = field(default_factory=list)
    stand_ins: list[str] | None = None
    """None: those there are stay."""
    staff: list[StaffSpec] = field(default_factory=list)
    wording: list[WordingSpec] = field(default_factory=list)
    policies: dict[Severity, Policy] = field(default_factory=dict)
    pool: list[str] = field(default_factory=list)
    """Numbers of the line's own that pairs may have to themselves (E.164)."""
    risk: list[risks.RiskSpec] = field(default_factory=list)
    outcomes: list[outcome_questions.QuestionSpec] = field(default_factory=list)


def understand(root: Node, country: str, zone: str) -> Organisation:
    """Return what a file says; mistakes are left in `root.mistakes`."""
    root.only(
        "people",
        "groups",
        "pairs",
        "rota",
        "stand_ins",
        "overrides",
        "swaps",
        "holidays",
        "staff",
        "wording",
        "policies",
        "numbers",
        "risk",
        "outcomes",
        "plans",
    )
    usual = plan_of(root.child("plans")) or USUAL_PLAN
    found = Organisation(
        people=[person(n, country, zone, usual) for n in root.children("people")],
        groups=[group(n, zone) for n in root.children("groups")],
        pairs=[pair(n) for n in root.children("pairs")],
        rota=[rotas.shift(n, zone) for n in root.children("rota")],
        overrides=[rotas.override(n, zone) for n in root.children("overrides")],
        holidays=[rotas.holiday(n, zone) for n in root.children("holidays")],
        stand_ins=root.texts("stand_ins") if root.has("stand_ins") else None,
        staff=[_staff(n) for n in root.children("staff")],
        wording=[_wording(n, country) for n in root.children("wording")],
        policies=understand_policies(root),
        pool=_pool(root.child("numbers"), country),
        risk=[risks.risk(n) for n in root.children("risk")],
        outcomes=[outcome_questions.question(n, zone) for n in root.children("outcomes")],
    )
    shifts = {spec.ref: spec for spec in found.rota}
    swaps = [rotas.swap(n, shifts) for n in root.children("swaps")]
    _check_refs(root, found)
    _check_numbers(root, found)
    _check_once(root.children("swaps"), [spec.ref if spec else "" for spec in swaps], "ref")
    rotas.check(root, found.rota, {spec.ref: _reachable(spec) for spec in found.people})
    found.overrides += [spec for spec in swaps if spec is not None]
    return found


def _reachable(spec: PersonSpec) -> rotas.Reachable:
    safe = bool(spec.fields["safe_to_text"] or spec.fields["safe_to_call"])
    return rotas.Reachable(len(spec.phones), safe, str(spec.fields["speaks"] or [spec.fields["language"]]))


def _staff(n: Node) -> StaffSpec:
    n.only("person", "email", "role", "password")
    email = n.text("email").lower()
    if email and "@" not in email[1:-1]:
        n.wrong(f"must be an e-mail address, not {email!r}", "email")
    roles = ("admin", "coordinator", "safeguarding", "facilitator")
    return StaffSpec(n.text("person"), email, n.one_of("role", roles, "coordinator"), n.maybe("password"))


def _wording(n: Node, country: str) -> WordingSpec:
    n.only("sentence", "language", *VARIANTS)
    key, language = n.text("sentence"), n.one_of("language", LANGUAGES, "en")
    says: dict[Variant, str] = {}
    for variant in VARIANTS:
        if key and n.has(variant):
            check = partial(overrides.check, key, language, variant, home=country)
            checked = n.checked(variant, n.text(variant), check, None)
            says |= {variant: checked.text} if checked else {}
    if key and not any(n.has(variant) for variant in VARIANTS):
        n.wrong(f"needs one of {', '.join(VARIANTS)}")
    return WordingSpec(key, language, says)


def _pool(n: Node | None, country: str) -> list[str]:
    if n is None:
        return []
    n.only("pool")
    return [n.checked("pool", text, lambda t: phone.parse(t, country), "") for text in n.texts("pool")]


# Which fields of what name people.
_PEOPLE_OF = {
    "pairs": ("member", "buddy"),
    "rota": ("person",),
    "overrides": ("person", "instead_of"),
    "swaps": ("person",),
    "holidays": ("person",),
    "staff": ("person",),
}


def _check_refs(root: Node, found: Organisation) -> None:
    """Every reference must lead to a person of the file, and every ref must be given once."""
    check_policies(root, {p.ref: len(p.phones) for p in found.people})
    known = {p.ref for p in found.people}
    for name in ("people", "groups", "pairs", "rota", "overrides", "holidays", "outcomes"):
        _check_once(root.children(name), [spec.ref for spec in getattr(found, name)], "ref")
    codes = [g.join_code or "" for g in found.groups]
    _check_once(root.children("groups"), codes, "join")
    meetings = [m for n in root.children("groups") for m in n.children("meetings")]
    _check_once(meetings, [spec.ref for group in found.groups for spec in group.meetings], "ref")
    _check_once(root.children("staff"), [spec.person for spec in found.staff], "person")
    _check_once(root.children("staff"), [spec.email for spec in found.staff], "email")
    _check_once(root.children("risk"), [spec.phrase for spec in found.risk], "phrase")
    _check_once(root.children("wording"), [f"{spec.key} in {spec.language}" for spec in found.wording], "sentence")
    ranks: set[tuple[str, int]] = set()
    for n, spec in zip(root.children("pairs"), found.pairs, strict=True):
        if spec.ended:
            continue
        if spec.member and (spec.member, spec.rank) in ranks:
            n.wrong(f"{spec.member!r} has a buddy of rank {spec.rank} already", "rank")
        ranks.add((spec.member, spec.rank))
    for n in root.children("groups"):
        for part in ("members", "facilitators", "cover"):
            _check_people(n, part, known)
    for n in root.children("people"):
        _check_people(n, "contacts", known)
    _check_people(root, "stand_ins", known)
    for name, parts in _PEOPLE_OF.items():
        for n in root.children(name):
            for part in parts:
                _check_people(n, part, known)


def _check_numbers(root: Node, found: Organisation) -> None:
    """A number of the line's own is nobody else's; and who shares a phone is told apart by name."""
    n = root.child("numbers")
    theirs = {number for spec in found.people for number, _ in spec.phones}
    for i, number in enumerate(found.pool):
        if n is not None and number in theirs:
            n.wrong(f"{number} is somebody's telephone in people", "pool")
        if n is not None and number in found.pool[:i]:
            n.wrong(f"{number} is given twice", "pool")
    named: set[tuple[str, str]] = set()
    for node, spec in zip(root.children("people"), found.people, strict=True):
        for number, _ in spec.phones:
            if number and (number, spec.name.casefold()) in named:
                node.wrong(f"another {spec.name!r} has the same telephone; call one of them something else", "name")
            named.add((number, spec.name.casefold()))


def _check_once(nodes: list[Node], values: list[str], name: str) -> None:
    seen: set[str] = set()
    for n, value in zip(nodes, values, strict=True):
        if value and value in seen:
            n.wrong(f"{value!r} is given twice", name)
        seen.add(value)


def _check_people(n: Node, part: str, known: set[str]) -> None:
    for ref in n.texts(part):
        if ref not in known:
            n.wrong(f"there is no person with the ref {ref!r}", part)
