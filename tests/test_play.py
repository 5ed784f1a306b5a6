"""Being a member at the keyboard: what is typed, what it does, and the story that is written down."""

import ast
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from checkin.demo.handsets import News
from checkin.demo.phones import DemoPhone
from checkin.demo.session import HELP, Session, named
from checkin.demo.story import Story
from checkin.errors import BadInput
from checkin.services import ServiceFailed

ANN, BEN, BILL = "+447700900101", "+447700900111", "+441134960102"
PHONES = [DemoPhone(ANN, "Ann and Joe", "mobile"), DemoPhone(BEN, "Ben", "mobile"), DemoPhone(BILL, "Bill", "landline")]
MONDAY = datetime(2027, 1, 11, 8, 0, tzinfo=UTC)


@dataclass
class World:
    """Telephones in twenty lines: `coming` is what the next deed brings, `calls` how it stands with each phone."""

    at: datetime = MONDAY
    due: datetime | None = None
    coming: list[News] = field(default_factory=list)
    calls: dict[str, Literal["ringing", "talking"]] = field(default_factory=dict)
    done: list[tuple[str, ...]] = field(default_factory=list)
    away: bool = False

    def now(self) -> datetime:
        return self.at

    def next_due(self) -> datetime | None:
        return self.due

    def text(self, number: str, body: str) -> None:
        if self.away:
            raise ServiceFailed("The line does not answer.")
        self.done.append((number, "text", body))

    def ring(self, number: str) -> None:
        self.done.append((number, "ring"))
        self.calls[number] = "talking"

    def act(self, number: str, deed: str, body: dict[str, str] | None = None) -> None:
        self.done.append((number, deed, *(body or {}).values()))
        if deed == "answer":
            self.calls[number] = "talking"
        elif deed in {"hangup", "busy", "silence", "voicemail"}:
            del self.calls[number]

    def on_call(self, number: str) -> Literal["ringing", "talking"] | None:
        return self.calls.get(number)

    def move(self, target: datetime) -> None:
        self.at = target

    def news(self) -> list[News]:
        found, self.coming = self.coming, []
        return found


def played(world: World, *typed: str) -> tuple[list[str], str]:
    """Type some lines as Ann; return what was shown and the story's lines below its first."""
    shown: list[str] = []
    story = Story("people: []", {p.number: p.names for p in PHONES}, {BILL: "landline"})
    Session(world, PHONES, ANN, ZoneInfo("Europe/London"), shown.append, story).run(typed)
    written = story.written()
    ast.parse(written)
    return shown, written.partition("town.begin(ORGANISATION)\n")[2]


def test_a_text_is_sent_and_what_comes_is_shown_your_own_phone_first() -> None:
    world = World(coming=[News(BEN, "text", "Ann has not answered."), News(ANN, "text", "Tŷ 🙂")])
    shown, story = played(world, "hello", "", "   ")
    assert world.done == [(ANN, "text", "hello")]
    assert shown == ["  Ann and Joe: Tŷ 🙂  [1 x UCS-2]", "        Ben: Ann has not answered.  [1 x GSM-7]"]
    assert story == (
        '    ann_and_joe = town.phone("+447700900101", "Ann and Joe")\n'
        '    ben = town.phone("+447700900111", "Ben")\n'
        '    ann_and_joe.hears("Tŷ 🙂")\n'
        '    ben.hears("Ann has not answered.")\n'
        '    ann_and_joe.texts("hello")\n'
    )


@pytest.mark.parametrize("word", ["/quit", "/QUIT", "/q", "/exit"])
def test_quit_ends_it(word: str) -> None:
    world = World()
    played(world, word, "hello")
    assert world.done == []


@pytest.mark.parametrize(
    ("how", "until"),
    [
        ("30m", timedelta(minutes=30)),
        ("2 hours", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("16:00", timedelta(hours=8)),
        ("8:00", timedelta(days=1)),
        ("tue 10:00", timedelta(hours=26)),
        ("Monday 08:00", timedelta(days=7)),
        ("next", timedelta(minutes=91)),
    ],
)
def test_time_is_moved_by_a_span_or_to_a_moment(how: str, until: timedelta) -> None:
    world = World(due=MONDAY + timedelta(minutes=90, seconds=1))
    shown, story = played(world, f"/wait {how}")
    assert world.at == MONDAY + until
    assert story == f"    town.moves(minutes={until // timedelta(minutes=1)})\n"
    assert shown == [f"  It is {world.at:%A %H:%M}."]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("/wait", "Wait how long?"),
        ("/wait a bit", "Wait how long?"),
        ("/wait 25:00", "Wait how long?"),
        ("/wait 10:61", "Wait how long?"),
        ("/wait next", "Nothing is planned."),
        ("/dance", "There is no /dance"),
        ("/as", "There is nobody called ''"),
        ("/as zoe", "There is nobody called 'zoe' here; there are Ann, Joe, Ben, Bill."),
        ("/press 1", "You are not on the phone"),
        ("/hangup", "You are not on the phone"),
        ("/answer", "Your phone does not ring."),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_ends(typed: str, why: str) -> None:
    world = World()
    shown, story = played(world, typed, "/now then", "hello")
    assert why in shown[0]
    assert world.done == [(ANN, "text", "hello")]
    assert "texts" in story


def test_a_line_that_is_away_is_said() -> None:
    assert played(World(away=True), "hello")[0] == ["  The line does not answer."]


def test_keys_need_to_be_named() -> None:
    shown, _ = played(World(calls={ANN: "talking"}), "/press", "/say ")
    assert [line.strip() for line in shown] == ["Say what: /press 1", "Say what: /say yes"]


def test_a_call_is_answered_heard_and_ended() -> None:
    world = World(calls={BILL: "ringing"}, coming=[News(BILL, "rings")])
    shown, story = played(world, "/as BILL", "/answer", "/press 1", "/hangup")
    assert shown[0].endswith("Bill: rings. /answer, /busy, /ignore or /voicemail")
    assert world.done == [(BILL, "answer"), (BILL, "press", "1"), (BILL, "hangup")]
    assert story.endswith(
        'bill = town.phone("+441134960102", "Bill", kind="landline")\n'
        '    bill.is_rung().answers().presses("1").hangs_up()\n'
    )


def test_what_a_call_says_and_its_end_are_shown() -> None:
    world = World(coming=[News(ANN, "said", "Hello Ann."), News(ANN, "over")])
    shown, story = played(world, "/ring")
    assert shown[:2] == ["  Ann and Joe: \N{BLACK TELEPHONE} Hello Ann.", "  Ann and Joe: the call is over"]
    assert story.endswith('    ann_and_joe.is_told("Hello Ann.").rings().hangs_up()\n')


def test_no_phone_is_left_ringing_for_a_story_tells_everything() -> None:
    world = World(calls={BEN: "ringing", ANN: "talking"})
    _, story = played(world)
    assert world.calls == {}
    assert "ben.is_rung().lets_it_ring()" in story


def test_who_is_there_is_told_and_help_names_every_command() -> None:
    shown, _ = played(World(), "/who", "/help")
    assert shown[0] == "  It is Monday 11 January, 08:00."
    assert shown[1] == "  Ann and Joe: +447700900101, mobile, you"
    assert shown[-1] == HELP
    for command in ("ring", "answer", "press", "say", "silence", "hangup", "busy", "ignore", "voicemail", "wait"):
        assert f"/{command}" in HELP


def test_a_long_text_is_looked_for_in_pieces_without_links() -> None:
    story = Story("people: []", {ANN: "Ann"})
    words = "Case 7 is yours. " + "Ann said that all is not well with her. " * 4 + "Open it: http://127.0.0.1:1/cases/7"
    story.heard(ANN, words + '\nand "mind"')
    story.heard(ANN, "")
    call = ast.parse(story.written()).body[-1]
    pieces = [n.value for n in ast.walk(call) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    assert len(pieces) > 4
    assert all(piece in words or piece in {'and "mind"', ANN} for piece in pieces)
    assert not any("http" in piece for piece in pieces)


@pytest.mark.parametrize("organisation", ["people: []", 'x: """', "x: \\n", 'x: "\\"""'])
def test_an_organisation_is_written_as_it_is(organisation: str) -> None:
    module = ast.parse(Story(organisation, {}).written())
    kept = next(n.value.value for n in module.body if isinstance(n, ast.Assign) and isinstance(n.value, ast.Constant))
    assert isinstance(kept, str)
    assert kept.strip() == organisation


def test_names_become_names() -> None:
    names = {ANN: "Ann", BEN: "ann", BILL: "Town", "+1": "7 of 9", "+2": "Siân", "+3": "class"}
    story = Story("people: []", names)
    for number in names:
        story.heard(number, "hello")
    ast.parse(story.written())
    called = [line.split(" = ")[0].strip() for line in story.written().splitlines() if "= town.phone" in line]
    assert called == ["ann", "phone_2", "phone_3", "phone_4", "siân", "phone_6"]


def test_somebody_is_named_whatever_the_capitals() -> None:
    assert named(PHONES, "joe").number == ANN
    with pytest.raises(BadInput, match="nobody called"):
        named(PHONES, "carol")


def test_a_code_is_read_off_the_text_it_came_in() -> None:
    story = Story("people: []", {ANN: "Ann"})
    story.heard(ANN, "Reply OK 4821 to take it.")
    story.did(ANN, "texts", "OK 4821 {now}")
    story.told(ANN, "The code is 4 8 2 1. Thank you.")
    written = story.written()
    ast.parse(written)
    assert written.endswith(
        '    ann.hears(\n        "Reply OK",\n        "to take it.",\n    )\n'
        "    code_1 = ann.code()\n"
        '    ann.texts(f"OK {code_1} {{now}}")\n'
        '    ann.is_told(\n        "The code is",\n        ". Thank you.",\n    )\n'
    )
