"""The rehearsal's clock: it stands or runs, moves forward only, and stops at what is due on the way."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulator.conftest import ANN, LINE, NOON, Sdk, Sim
from tests.simulator.standin import StandIn


def now(sim: Sim) -> datetime:
    return datetime.fromisoformat(sim.get("/sim/clock")["now"])


class Diary:
    """The line's own timers: what is due leaves the diary when the line next looks at the clock."""

    def __init__(self, sim: Sim, line: StandIn, *due: timedelta) -> None:
        self.sim, self.due, self.done = sim, [NOON + each for each in due], list[datetime]()
        line.next_due_at = self.next_due_at

    def next_due_at(self) -> str | None:
        moment = self.sim.network.clock.now()
        while self.due and self.due[0] <= moment:
            self.due.pop(0)
            self.done.append(moment)
        return self.due[0].isoformat() if self.due else None


def test_it_stands_until_it_is_moved_and_runs_when_it_is_let(sim: Sim) -> None:
    assert now(sim) == NOON
    sim.advance(0.5)
    assert now(sim) == NOON + timedelta(milliseconds=500)
    sim.post("/sim/clock", frozen=False)
    first = now(sim)
    assert sim.network.wait_until(lambda: sim.network.clock.now() > first, 5)
    sim.post("/sim/clock", frozen=True)
    assert now(sim) == now(sim)


def test_it_moves_to_a_moment_in_any_zone(sim: Sim) -> None:
    sim.post("/sim/clock", to="2026-06-01T16:00", zone="Europe/London")
    assert now(sim) == datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
    sim.post("/sim/clock", to="2026-06-01T18:00:00+02:00")
    assert now(sim) == datetime(2026, 6, 1, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        {"advance": -1},
        {"advance": "soon"},
        {"advance": True},
        {"to": "2026-05-31T12:00:00+00:00"},
        {"to": "tomorrow"},
        {"to": "2026-06-02T12:00", "zone": "Atlantis"},
    ],
)
def test_it_never_runs_back_and_says_what_it_cannot_read(sim: Sim, body: dict[str, object]) -> None:
    assert sim.post("/sim/clock", 400, **body)["error"]
    assert now(sim) == NOON


def test_everything_on_the_way_happens_at_its_own_time(sim: Sim, line: StandIn, client: Sdk) -> None:
    url, told = f"{line.url}/out", f"{line.url}/told"
    client.calls.create(to=ANN, from_=LINE, url=url, timeout=20, status_callback=told)
    sim.settle()
    sim.advance(3600)
    assert line.at("/told")[0].form["Timestamp"] == "Mon, 01 Jun 2026 12:00:25 +0000"


def test_to_the_next_thing_due_the_lines_or_the_networks(sim: Sim, line: StandIn, client: Sdk) -> None:
    Diary(sim, line, timedelta(minutes=10))
    client.calls.create(to=ANN, from_=LINE, url=f"{line.url}/out", timeout=55)
    sim.settle()
    first = sim.post("/sim/clock/next")
    assert (first["step"]["whose"], now(sim)) == ("network", NOON + timedelta(minutes=1))
    second = sim.post("/sim/clock/next")
    assert (second["step"]["whose"], now(sim)) == ("line", NOON + timedelta(minutes=10))
    assert second["step"]["settled"] is True
    assert sim.post("/sim/clock/next")["step"] is None


def test_step_by_step_through_everything_due(sim: Sim, line: StandIn) -> None:
    diary = Diary(sim, line, timedelta(minutes=1), timedelta(hours=2), timedelta(hours=2), timedelta(days=2))
    moved = sim.post("/sim/clock", advance=86_400, stepwise=True)
    assert [step["settled"] for step in moved["steps"]] == [True, True]
    assert diary.done == [NOON + timedelta(minutes=1), NOON + timedelta(hours=2), NOON + timedelta(hours=2)]
    assert now(sim) == NOON + timedelta(days=1)


def test_a_line_that_does_not_finish_is_reported_and_not_waited_for_again(sim: Sim, line: StandIn) -> None:
    due = NOON + timedelta(minutes=1)
    line.next_due_at = due.isoformat
    moved = sim.post("/sim/clock", advance=3600, stepwise=True, patience=0.3)
    assert [(step["whose"], step["settled"]) for step in moved["steps"]] == [("line", False)]
    assert "still not done" in moved["steps"][0]["why"]
    assert now(sim) == NOON + timedelta(hours=1)


def test_a_line_that_cannot_be_asked_is_reported_and_the_clock_moves_all_the_same(sim: Sim, line: StandIn) -> None:
    line.next_due_at = lambda: "sometime"
    moved = sim.post("/sim/clock", advance=60, stepwise=True)
    assert "sometime" in moved["steps"][0]["why"]
    assert now(sim) == NOON + timedelta(minutes=1)
    assert "sometime" in sim.post("/sim/clock/next", 400)["error"]


def test_quiet_is_said_when_nothing_is_under_way(sim: Sim, line: StandIn, client: Sdk) -> None:
    assert sim.get("/sim/quiet") == {"quiet": True}

    def slow(_seen: object) -> str:
        assert sim.get("/sim/quiet") == {"quiet": False}
        return ""

    line.replies["/told"] = slow
    client.messages.create(to=ANN, from_=LINE, body="Hi", status_callback=f"{line.url}/told")
    sim.settle()
    assert len(line.at("/told")) == 2
    assert sim.codes() == []
