"""The outcome questions of an organisation file, as values, and bringing the store to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from checkin import outcomes
from checkin.load.nodes import Node
from checkin.store.ids import new_id
from checkin.store.models import OutcomeQuestion
from checkin.store.work import Work
from checkin.wording import LANGUAGES
from checkin.wording.segments import is_gsm7, without_marks

# With what stands around it, a question stays within two text messages.
_LONGEST = 140


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """A question about how it goes. `fields` are columns of `outcome_questions`; `off`: it is asked no more."""

    ref: str
    fields: Mapping[str, object]
    off: bool


def question(n: Node, zone: str) -> QuestionSpec:
    """Return what one entry says; mistakes are left in the node."""
    n.only("ref", "ask", "least", "most", "low", "weeks", "starts", "zone", "scale", "licence", "off")
    least, most = n.whole("least", 1, 0, 98), n.whole("most", 5, 1, 99)
    if least >= most:
        n.wrong(f"must be more than least, {least}", "most")
    low = n.whole("low", least, 0, 99)
    if not least <= low < most:
        n.wrong("must be one of the answers, and not the highest", "low")
    scale = n.one_of("scale", outcomes.SCALES, "own")
    if scale != "own" and not n.has("licence"):
        n.wrong(f"{scale} is licensed: say in licence who allows its use, and until when", "scale")
    weeks = n.whole("weeks", outcomes.WEEKS, 1, 52)
    fields: dict[str, object] = {
        "ask": _words(n),
        "least": least,
        "most": most,
        "low": low,
        "rule": f"FREQ=WEEKLY;INTERVAL={weeks}",
        "starts": n.moment("starts"),
        "zone": n.zone("zone", zone),
        "scale": scale,
        "licence": n.maybe("licence"),
    }
    return QuestionSpec(n.text("ref"), fields, n.flag("off", default=False))


def _words(n: Node) -> dict[str, str]:
    ask = n.child("ask")
    if ask is None:
        if not n.has("ask"):
            n.wrong("needs `ask`")
        return {}
    ask.only(*LANGUAGES)
    found = {language: ask.text(language) for language in LANGUAGES if ask.has(language)}
    if not found:
        ask.wrong(f"needs words in {', '.join(LANGUAGES)}, or some of these")
    for language, words in found.items():
        if len(words) > _LONGEST or not is_gsm7(without_marks(words)):
            ask.wrong(f"must be plain text of at most {_LONGEST} characters", language)
    return found


def store(work: Work, spec: QuestionSpec) -> None:
    """Bring the store to one question."""
    standing = (
        work.conn.execute(
            select(
                OutcomeQuestion.rule, OutcomeQuestion.starts, OutcomeQuestion.zone, OutcomeQuestion.next_due_at
            ).where(OutcomeQuestion.ref == spec.ref)
        )
        .mappings()
        .first()
    )
    starts, zone = spec.fields["starts"], ZoneInfo(str(spec.fields["zone"]))
    due = None
    if not spec.off and isinstance(starts, datetime):
        due = outcomes.next_due(str(spec.fields["rule"]), starts, zone, work.now)
        same = standing is not None and all(standing[name] == spec.fields[name] for name in ("rule", "starts", "zone"))
        if standing is not None and same and standing["next_due_at"] is not None:
            due = standing["next_due_at"]
    values = {**spec.fields, "next_due_at": due}
    work.conn.execute(
        insert(OutcomeQuestion)
        .values(id=new_id(), ref=spec.ref, **values)
        .on_conflict_do_update(index_elements=["ref"], set_=values)
    )
