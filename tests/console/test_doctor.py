"""The doctor's page: what is found, the worst first, for admins."""

from dataclasses import replace
from html import unescape

from checkin import doctor
from tests.console.conftest import Office

_NOWHERE = "http://127.0.0.1:1"


def test_an_admin_reads_what_is_found_and_how_it_is_mended(office: Office) -> None:
    settings = replace(office.line.settings, public_url=_NOWHERE, twilio_api_url=_NOWHERE)
    office.line = replace(office.line, settings=settings)
    office.hang()
    ada = office.staff("ada")
    page = unescape(ada.get("/doctor").text)
    assert {check.name for check in doctor.CHECKS if check.asks in page} == {c.name for c in doctor.CHECKS if c.cheap}
    everything = unescape(ada.get("/doctor?all=yes").text)
    assert [check.name for check in doctor.CHECKS if check.asks not in everything] == []
    assert "No backup was ever made." in everything
    assert "`checkin backup FILE`" in everything
    assert everything.index("<strong>problem</strong>") < everything.index("<strong>well</strong>")
    assert office.audited()[-2:] == [("ada", "ask_doctor", "line")] * 2
