"""The console's pictures in docs/images: `make pictures` takes them anew, of the demo's organisation on a made-up day.

It is no test, and is only run when it is asked for.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from checkin.conversations.texts import Text, hear
from checkin.load import load_file
from tests.console.conftest import Office, Opens

ROOT = Path(__file__).parent.parent.parent
IMAGES = ROOT / "docs" / "images"
_EVERYBODY = "00000000-0000-0000-0000-000000000000"
# How many of each in the weeks that the reports show, oldest first.
_WEEKS = {
    ("checkins", "self"): (118, 121, 119, 126, 124, 131, 129, 134),
    ("checkins", "other"): (14, 12, 15, 11, 13, 9, 10, 8),
    ("checkins", "unconfirmed"): (6, 7, 5, 6, 5, 5, 6, 5),
    ("human", "red:m5"): (9, 8, 11, 9, 10, 12, 11, 12),
    ("human", "amber:h1"): (6, 7, 6, 8, 5, 6, 7, 5),
    ("attendance", "came"): (31, 29, 34, 33, 36, 35, 38, 37),
    ("attendance", "did_not"): (12, 14, 11, 12, 9, 10, 8, 9),
    ("delivery", "text:delivered"): (612, 604, 631, 640, 655, 661, 668, 671),
    ("delivery", "text:failed:30003"): (9, 8, 11, 7, 9, 8, 6, 7),
}


@pytest.fixture
def demo(office: Office, password_hash: str) -> Office:
    """The demo's organisation, with a busy noon behind it."""
    with office.line.store.work(office.now) as work:
        work.conn.execute(text("DELETE FROM shifts"))
    with office.line.store.work(office.now - timedelta(days=1)) as work:
        load_file(work, ROOT / "checkin" / "demo" / "organisation.yaml")
        work.conn.execute(text("UPDATE staff SET password_hash = :hash"), {"hash": password_hash})
    said = [
        (95, "+447700900103", "can somebody ring me after one please"),
        (40, "+447700900101", "not so good today, bit of a bad night"),
        (35, "+447700900101", "3"),
        (4, "+447700900103", "I can't do this any more, I want to end it all tonight"),
    ]
    for number, (ago, sender, body) in enumerate(said):
        with office.line.store.work(office.now - timedelta(minutes=ago)) as work:
            hear(work, Text(sid=f"SM{number:032}", sender=sender, to="+441632960000", body=body))
    monday = date(2026, 11, 30)
    with office.line.store.work(office.now) as work:
        for (measure, code), numbers in _WEEKS.items():
            for week, number in enumerate(reversed(numbers)):
                work.conn.execute(
                    text("INSERT INTO tallies VALUES (:group, :week, :measure, :code, :number, :people)"),
                    {"group": _EVERYBODY, "week": monday - timedelta(weeks=week), "measure": measure, "code": code,
                     "number": number, "people": max(5, number // 3)},
                )  # fmt: skip
        for week in range(8):
            values = {"week": monday - timedelta(weeks=week), "now": office.now - timedelta(minutes=10)}
            work.conn.execute(text("INSERT INTO tally_weeks VALUES (:week, :now)"), values)
    return office


def test_take_the_pictures(demo: Office, opens: Opens) -> None:
    """Queue, case, person, meeting and reports, as Sue sees them at a desk; the queue on her phone as well."""
    red = demo.rows("SELECT number FROM cases WHERE severity = 'red'")[0][0]
    meeting = demo.rows("SELECT id FROM meetings WHERE ref = 'leeds-weekly'")[0][0]
    pages = {
        "queue": "/",
        "case": f"/cases/{red}",
        "person": f"/people/{demo.person('ann')}",
        "meeting": f"/meetings/{meeting}/2026-12-10",
        "reports": "/reports",
        "rota": "/rota",
        "wording": "/wording/checkin.ask/en/text",
    }
    page = opens("sue", width=1100)
    for name, address in pages.items():
        # A plot is as high as its legend.
        page.set_viewport_size({"width": 1100, "height": 1000 if name == "reports" else 800})
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / f"{name}.png")
    phone = opens("sue")
    phone.goto("/")
    phone.wait_for_load_state("networkidle")
    phone.screenshot(path=IMAGES / "queue-phone.png")
