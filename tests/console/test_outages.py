"""The page of a probable outage: everybody it concerns, closed for as many as it is true of."""

from uuid import UUID

import pytest

from checkin import escalations
from checkin.store.ids import new_id
from checkin.store.models import CheckIn, Outage, OutageMiss
from tests.console.conftest import Browser, Office, Opens
from tests.console.walk import axe


def _outage(office: Office) -> tuple[int, dict[str, UUID]]:
    """Ann and Carol are quiet."""
    found = {}
    with office.line.store.work(office.now) as work:
        case = escalations.open_outage(work, "probable_outage", "LS6")
        outage = new_id()
        work.add(Outage, id=outage, area="LS6", case_id=case, began_at=office.now, last_at=office.now)
        for ref in ("ann", "carol"):
            found[ref] = new_id()
            work.add(
                CheckIn, id=found[ref], person_id=office.person(ref), due_at=office.now, ladder=["text"],
                missed_at=office.now, area="LS6",
            )  # fmt: skip
            work.add(OutageMiss, outage_id=outage, check_in_id=found[ref])
        return escalations.find(work, case).number, found


def test_everybody_it_concerns_is_on_one_page_and_closed_with_one_note(office: Office, sue: Browser) -> None:
    number, quiet = _outage(office)
    case = sue.get(f"/cases/{number}").text
    assert f"/outages/{number}" in case
    assert "An area" in sue.get("/").text
    page = sue.get(f"/outages/{number}").text
    for said in ("Ann", "Carol", "Still quiet: others are being asked", "LS6"):
        assert said in page
    refused = sue.post(f"/outages/{number}", people=str(quiet["ann"]), note="")
    assert (refused.status_code, "Write a note" in refused.text) == (422, True)
    assert sue.post(f"/outages/{number}", people=str(quiet["ann"]), note="Rang her").status_code == 303
    after = sue.get(f"/outages/{number}").text
    assert "Closed for 1 person." in after
    assert "Closed by staff" in after
    assert f'value="{quiet["carol"]}"' in after
    assert f'value="{quiet["ann"]}"' not in after
    assert ("sue", "closed_outage", f"case {number}") in office.audited()
    assert sue.get("/outages/999").status_code == 404


@pytest.mark.browser
def test_the_page_can_be_used_by_everybody(office: Office, opens: Opens, complaints: list[str]) -> None:
    number, quiet = _outage(office)
    for page in (opens("sue"), opens("omar", width=1280, color_scheme="dark")):
        page.goto(f"/outages/{number}")
        axe(page)
    page.get_by_role("button", name="Close for those chosen").press("Enter")
    page.wait_for_selector("#problem")
    axe(page)
    page.get_by_label("Ann").check()
    page.get_by_label("How you know").fill("Rang her")
    page.get_by_role("button", name="Close for those chosen").press("Enter")
    page.get_by_text("Closed for 1 person.").wait_for()
    axe(page)
    assert str(quiet["ann"]) not in page.content()
    # The browser notes that the first try was refused.
    assert [one for one in complaints if "422" not in one] == []
