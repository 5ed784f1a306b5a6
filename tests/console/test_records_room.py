"""The page of the records: what goes when, what went, the last backup, and whether the audit is whole."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from checkin import audit, backup, retention
from tests.console.conftest import Browser, Office, Opens
from tests.console.walk import axe


def test_what_goes_when_and_what_went_stands_there(office: Office, sue: Browser) -> None:
    page = sue.get("/records").text
    for said in (
        "None was ever made",
        "Nobody has checked it yet",
        "Nothing was removed yet",
        "There is no receipt yet",
    ):
        assert said in page
    office.case("amber", ref="ann", ago=60)
    office.rows("UPDATE cases SET status = 'closed', closed_at = opened_at RETURNING 1")
    office.now += timedelta(days=729)
    page = office.staff("sue").get("/records").text
    assert "· in " in page.split("Cases other than RED")[1].split("</tr>")[0]
    office.now += timedelta(days=5)
    page = office.staff("sue").get("/records").text
    assert "Is late" in page.split("Cases other than RED")[1].split("</tr>")[0]
    retention.run(office.line.store, office.now)
    page = office.staff("sue").get("/records").text
    assert "Nothing is there" in page.split("Cases other than RED")[1].split("</tr>")[0]
    assert "1: Cases other than RED" in page
    assert "Is late" not in page
    assert "Nothing was removed" not in page
    assert ("sue", "read_records", "records") in office.audited()


def test_the_last_backup_and_the_last_check_of_the_audit_stand_there(
    office: Office, sue: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "line.zip"
    made = backup.backup(office.line.store, file, {}, office.now, lambda _: None)
    assert backup.reread(file) == made
    with office.line.store.work(office.now) as work:
        backup.note(work, made)
        audit.record(work, office.person("ada"), "check_audit", "audit", "whole")
    page = sue.get("/records").text
    assert f"{sum(made.rows.values()):,} rows of" in page
    assert "read again whole" in page
    assert "Yes, when it was last checked" in page
    # Who may not check it is not led there.
    assert "/audit/check" in page
    assert "/audit/check" not in office.staff("omar").get("/records").text
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    with pytest.raises(backup.BackupFailed, match="damaged"):
        backup.reread(file)


def test_the_consent_pack_is_made_from_the_page_and_has_nobody_in_it(office: Office, sue: Browser) -> None:
    sue.get("/records")
    answer = sue.post("/records/consent-pack.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert sorted(archive.namelist()) == ["consent-pack/index.html", "consent-pack/pack.json"]
        page = archive.read("consent-pack/index.html").decode()
    assert "Carol" not in page
    assert "Sample conversations" in page
    assert ("sue", "exported_consent_pack", "consent pack") in office.audited()


@pytest.mark.browser
def test_the_page_can_be_used_by_everybody(office: Office, opens: Opens, complaints: list[str]) -> None:
    retention.run(office.line.store, office.now)
    for page in (opens("omar"), opens("ada", width=1280, color_scheme="dark")):
        page.goto("/records")
        axe(page)
    assert complaints == []
