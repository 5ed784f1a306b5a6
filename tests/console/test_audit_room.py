"""The audit is searched, and a line that was changed is found; the settings show no secret."""

import re
from html import unescape

import pytest

from checkin import audit
from checkin.settings import NAMES
from tests.console.conftest import Browser, Office
from tests.console.walk import text_stays_text


@pytest.fixture
def ada(office: Office) -> Browser:
    """Ada's browser; she is an admin and logged in."""
    return office.staff("ada")


def test_what_somebody_did_is_found(office: Office, ada: Browser, sue: Browser) -> None:
    number = office.case("red", ref="ann")
    sue.opens(number)
    rows = ada.get("/audit").text
    assert f"case {number}" in rows
    assert "Read case" in rows
    found = ada.get(f"/audit?who={office.person('sue')}&action=Read case&subject=case {number}").text
    assert found.count("Read case</td>") == 1
    assert "Nothing of this kind" in ada.get(f"/audit?who={office.person('omar')}&subject=case").text
    assert "Nothing of this kind" in ada.get("/audit?until=2026-12-02").text
    assert "Nothing of this kind" not in ada.get("/audit?since=2026-12-03&until=2026-12-03").text
    # Who looks is looked at; what is odd is as good as nothing.
    assert ("ada", "read_audit", "audit") in office.audited()
    assert ada.get("/audit?who=nobody&since=never&page=x").status_code == 200
    text_stays_text(ada.get("/audit?subject=<script>alert(1)</script>").text)


def test_what_is_kept_by_ids_is_said_by_names_and_days(office: Office, ada: Browser) -> None:
    ann, sue = office.person("ann"), office.person("sue")
    with office.line.store.work(office.now) as work:
        audit.record(work, sue, "rota_override", "override 0190f0a0-0000-7000-8000-00000000cafe",
                     f"{ann} 2026-12-24T08:00:00+00:00 2026-12-25 2026-99-99")  # fmt: skip
        audit.record(work, sue, "read_person", f"person {ann}")
    page = ada.get("/audit?action=rota").text
    assert "override …cafe</bdi></a>: <bdi>Ann Thu 24 Dec, 08:00 Fri 25 Dec 2026-99-99</bdi>" in page
    # What stands there leads to everything else about it.
    link = re.search(r'href="(/audit\?subject=[^"]+)"><bdi>person Ann<', ada.get("/audit").text)
    assert link
    found = ada.get(unescape(link[1])).text
    assert "Everything about <bdi>person Ann</bdi>" in found
    assert found.count("Read person</td>") == 1
    assert ada.get("/audit?subject=2026-99-99").status_code == 200


def test_a_line_that_was_changed_is_found_by_its_number(office: Office, ada: Browser) -> None:
    for _ in range(3):
        ada.get("/audit")
    assert "Yes: all 4 lines fit" in ada.get("/audit/check").text
    with office.line.store.work(office.now) as work:
        work.conn.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER USER")
        work.conn.exec_driver_sql("UPDATE audit SET subject = 'somebody else' WHERE id = 3")
    assert "No: line 3 does not fit" in ada.get("/audit/check").text


def test_a_long_chain_is_checked_in_parts(office: Office, ada: Browser) -> None:
    for _ in range(4):
        ada.get("/audit")
    with office.line.store.work(office.now) as work:
        parts = [audit.check_part(work, most=2)]
        while not parts[-1].whole:
            parts.append(audit.check_part(work, parts[-1].last, most=2))
        total = work.conn.exec_driver_sql("SELECT count(*) FROM audit").scalar()
        assert sum(part.count for part in parts) == total
        assert all(part.broken is None for part in parts)
        assert audit.verify(work) is None


def test_settings_are_shown_and_secrets_are_not(office: Office, ada: Browser, environment: dict[str, str]) -> None:
    page = ada.get("/settings").text
    for shown in ("20:30 to 09:00", "https://line.example.org", "Second step needed by", "CHECKIN_KEYS"):
        assert shown in page
    for name in ("CHECKIN_KEYS", "CHECKIN_SECRET", "TWILIO_AUTH_TOKEN", "DATABASE_URL", "REDIS_URL"):
        assert environment[name] not in page
    assert office.staff("omar").get("/settings").status_code == 403


# What would tell a secret or say nothing to a coordinator: where the stores are, the account, halves of pairs.
NOT_SHOWN = {
    "DATABASE_URL", "REDIS_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN_SECONDARY", "TWILIO_API_SECRET",
    "CHECKIN_DIRECTORY_LOOPBACK", "CHECKIN_CLOCK_URL",
}  # fmt: skip


def test_every_other_setting_there_is_stands_on_the_page(ada: Browser) -> None:
    shown = re.findall(r"<code>([A-Z_]+)</code></td>", ada.get("/settings").text)
    assert sorted(shown) == sorted({*NAMES} - NOT_SHOWN)
