"""Buddies in the console: pairs, why somebody suits, what each will be told, and what then happens."""

import re

from checkin import pairing, people
from tests.console.conftest import Browser, Office
from tests.console.test_meetings import hidden
from tests.console.walk import HOSTILE, text_stays_text

CHOSEN = {"rank": "1", "first": "both", "every": "1", "on": "SU", "at": "17:00", "review_on": "2027-02-01"}


def paired(office: Office, member: str = "ann", buddy: str = "fay") -> str:
    """Make a pair of two who have said yes; return its id."""
    ids = [office.person(ref) for ref in (member, buddy)]
    with office.line.store.work(office.now) as work:
        proposal = pairing.propose(work, None, pairing.Ask(ids[0], ids[1]))
        for topic in pairing.PROPOSALS:
            pairing.answer(work, topic, proposal, "yes")
        pairing.make(work, proposal)
    return str(office.rows("SELECT id FROM pairs ORDER BY id DESC LIMIT 1")[0][0])


def test_suggestions_say_why_and_why_not(office: Office, sue: Browser) -> None:
    page = sue.get(f"/buddies/for/{office.person('ann')}").text
    assert "Goes to Harbour too" in page
    assert "Speaks English" in page
    assert "Looks out for nobody else yet" in page
    paired(office)
    assert "Goes to Harbour too" not in sue.get(f"/buddies/for/{office.person('ann')}").text


def test_what_each_will_be_told_is_seen_before_anybody_is_asked(office: Office, sue: Browser) -> None:
    address = f"/buddies/for/{office.person('ann')}/{office.person('fay')}"
    sue.get(address)
    wrong = sue.post(address, **{**CHOSEN, "review_on": "", "at": "noon"})
    assert wrong.status_code == 422
    assert "Enter the day" in wrong.text
    seen = sue.post(address, **CHOSEN)
    for words in ("Would you like a buddy? Fay could", "Could you be a buddy to Ann", "Fay is your buddy from now on"):
        assert words in seen.text.replace("&#39;", "'")
    assert office.rows("SELECT count(*) FROM proposals") == [(0,)]
    assert sue.post(address, stage="sure", **CHOSEN).status_code == 303
    assert office.rows("SELECT rule, status FROM proposals") == [("FREQ=WEEKLY;BYDAY=SU", "asked")]
    assert "fire" in office.bell.rung
    again = sue.post(address, stage="sure", **CHOSEN)
    assert "is being asked about a buddy already" in again.text
    listed = sue.get("/buddies").text
    assert "Being asked" in listed
    taken_back = re.search(r"/buddies/proposals/[^\"]+/withdraw", listed)
    assert taken_back
    assert sue.post(taken_back[0]).status_code == 303
    assert office.rows("SELECT status FROM proposals") == [("off",)]


def test_a_buddy_who_looks_out_for_three_is_given_no_more(office: Office, sue: Browser) -> None:
    for member in ("carol", "sue", "omar"):
        paired(office, member)
    address = f"/buddies/for/{office.person('ann')}/{office.person('fay')}"
    sue.get(address)
    assert "looks out for 3 people already" in sue.post(address, stage="sure", **CHOSEN).text
    assert "But: </strong><bdi>Looks out for 3 people" in sue.get(f"/buddies/for/{office.person('ann')}").text


def test_a_pair_is_seen_looked_at_handed_over_and_ended(office: Office, sue: Browser) -> None:
    pair = paired(office)
    page = sue.get(f"/buddies/{pair}").text
    assert "Never asked" in page
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert version
    moved = sue.post(f"/buddies/{pair}", version=version[1], review_on="2027-03-01")
    assert moved.status_code == 303
    assert "Mon 1 Mar 2027, 09:00" in sue.get("/buddies").text
    past = sue.post(f"/buddies/{pair}", version=version[1], review_on="2020-01-01")
    assert past.status_code in {409, 422}
    instead = f"/buddies/for/{office.person('ann')}/{office.person('carol')}?instead={pair}"
    sue.get(instead)
    told = sue.post(instead, **CHOSEN).text
    assert "in place of Fay" in told
    assert "Carol looks out for Ann from now on" in told
    assert sue.post(instead, stage="sure", **CHOSEN).status_code == 303
    assert "Handover asked" in sue.get("/buddies").text
    ending = sue.get(f"/buddies/{pair}/end").text
    assert "You and Fay are no longer buddies" in ending
    assert "You and Ann are no longer buddies" in ending
    assert sue.post(f"/buddies/{pair}/end").status_code == 303
    assert sue.get(f"/buddies/{pair}").status_code == 404
    assert ("sue", "pair_ended", f"pair {pair}") in office.audited()


def test_a_break_is_seen_in_words_given_and_ended(office: Office, sue: Browser) -> None:
    pair = paired(office)
    form = f"/buddies/{pair}/break"
    assert "Give <bdi>Fay</bdi> a break" in sue.get(f"/buddies/{pair}").text
    opened = hidden(sue.get(form).text)
    assert "Choose a day from tomorrow on" in sue.post(form, **opened, back="2026-12-03").text
    assert "Choose a day within 90 days" in sue.post(form, **opened, back="2027-12-03").text
    told = sue.post(form, **opened, back="2026-12-17").text.replace("&#39;", "'")
    assert "You have a rest from being a buddy until Thursday 17 December" in told
    assert "Fay is having a rest until Thursday 17 December" in told
    assert office.rows("SELECT status FROM pairs") == [("active",)]
    assert sue.post(form, **opened, back="2026-12-17", stage="sure").status_code == 303
    # Who opened the form before that is told, and ends nobody's break sooner unseen.
    late = sue.post(form, **opened, back="2026-12-08", stage="sure")
    assert (late.status_code, "Somebody else has changed this" in late.text) == (409, True)
    assert office.rows("SELECT status FROM pairs") == [("resting",)]
    told_of = (
        "SELECT p.ref, m.wording FROM messages m JOIN people p ON p.id = m.person_id WHERE m.wording LIKE 'rest.%'"
    )
    assert set(office.rows(told_of)) == {("fay", "rest.done"), ("ann", "rest.member")}
    back = f"/buddies/{pair}/back"
    assert "there for you again" in sue.get(back).text
    assert sue.post(back).status_code == 303
    assert office.rows("SELECT status FROM pairs") == [("active",)]
    assert set(office.rows(told_of)) >= {("fay", "rest.over"), ("ann", "rest.back")}
    assert "They have no break that could be ended" in sue.post(back).text
    assert {("sue", "gave_break"), ("sue", "ended_break")} <= {row[:2] for row in office.audited()}


def test_hostile_names_stay_text_and_pages_cost_the_same(office: Office, sue: Browser) -> None:
    pair = paired(office)
    with office.line.store.work(office.now) as work:
        people.keep_name(work, office.person("ann"), HOSTILE)
    paths = [
        "/buddies", f"/buddies/{pair}", f"/buddies/{pair}/end", f"/buddies/for/{office.person('ann')}",
        f"/buddies/for/{office.person('ann')}/{office.person('carol')}", "/buddies/find?q=carol",
    ]  # fmt: skip
    for path in paths:
        text_stays_text(sue.get(path).text)
    few = office.statements(sue, "/buddies")
    for member in ("carol", "sue"):
        paired(office, member, "omar")
    assert office.statements(sue, "/buddies") == few
