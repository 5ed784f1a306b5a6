"""An office in which there is one of everything, so that every address of the console leads to a page."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from werkzeug.routing import Rule

from checkin import appointments, escalations, pairing, tips
from checkin.meetings import keeping
from checkin.meetings.changing import Place
from checkin.store.ids import new_id
from checkin.store.models import Outage
from tests.console.conftest import Office
from tests.console.walk import HOSTILE, PARTS
from tests.directory.town import serve, settle

# NOON is Thursday 3 December 2026.
_DAY = date(2026, 12, 10)
_FIRST = datetime(2026, 11, 5, 19)  # noqa: DTZ001  # on the wall's clock, as a series has it
_COUNTED = (
    ("checkins", "self"), ("human", "red:m5"), ("attendance", "came"), ("delivery", "text:delivered"),
    ("areas", "asked:LS6"),
)  # fmt: skip


def everything(office: Office) -> Mapping[str, Any]:
    """Return something that is there for each part of an address. Where two rooms call different things by one name,
    the room stands before it."""
    case = office.case("task", "call_me", ref="ann")
    with office.line.store.work(office.now) as work:
        proposal = pairing.propose(work, None, pairing.Ask(office.person("ann"), office.person("fay")))
        for topic in pairing.PROPOSALS:
            pairing.answer(work, topic, proposal, "yes")
        pairing.make(work, proposal)
        pairing.propose(work, None, pairing.Ask(office.person("carol"), office.person("fay")))
    settle(office.line)
    with office.line.store.work(office.now) as work:
        serve(work, "Debt Help", "n:debt", "w")
        when = office.now, office.now + timedelta(hours=2)
        appointment = appointments.add(work, office.person("ann"), when, HOSTILE, told_by="member")
        outage = escalations.open_outage(work, "probable_outage", "LS6")
        work.add(Outage, id=new_id(), area="LS6", case_id=outage, began_at=office.now, last_at=office.now)
        out_there = escalations.find(work, outage).number
        tips.offer(work, office.person("ann"), HOSTILE)
        place = Place("Town Hall")
        draft = keeping.Draft("FREQ=WEEKLY", _FIRST, "Europe/London", 90, place, ("1 16:00",), ask=True)
        group = work.conn.execute(text("SELECT id FROM groups WHERE ref = 'harbour'")).scalar_one()
        meeting = keeping.create(work, group, draft, by=office.person("ada"))
        for measure, code in _COUNTED:
            work.conn.execute(
                text("INSERT INTO tallies VALUES (:group, '2026-11-30', :measure, :code, 30, 30)"),
                {"group": group, "measure": measure, "code": code},
            )

    def one(sql: str) -> Any:
        return office.rows(sql)[0][0]

    return {
        **PARTS,
        "number": case,
        "outages.number": out_there,
        "person_id": office.person("ann"),
        "person": office.person("fay"),
        "member_id": office.person("ann"),
        "buddy_id": office.person("omar"),
        "pair_id": one("SELECT id FROM pairs"),
        "proposal_id": one("SELECT id FROM proposals WHERE status = 'asked'"),
        "group": group,
        "meeting": meeting,
        "day": _DAY,
        "service_id": one("SELECT id FROM directory_services"),
        "feed_id": one("SELECT id FROM directory_feeds"),
        "ref": "gb-calm",
        "appointment_id": appointment,
        "shift_id": one("SELECT id FROM shifts WHERE ref = 'days'"),
        "tip": one("SELECT id FROM tips"),
    }


def address(office: Office, rule: Rule, there: Mapping[str, Any]) -> str:
    """Return an address with what is there for each of its parts; where nothing is, with what is nobody's."""
    room, nobody = rule.endpoint.partition(".")[0], office.person("ada")
    parts = {name: there.get(f"{room}.{name}", there.get(name, nobody)) for name in rule.arguments}
    with office.app.test_request_context():
        return office.app.url_for(rule.endpoint, **parts)
