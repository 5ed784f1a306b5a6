"""From an empty folder to a line that people depend on, and what it is put through then, as the guides say it: a
restore, an upgrade, a change of keys and an erasure, each while texts keep coming in.

Every text has a number. In the end each is stored once, has had one answer, and was passed on once; what a restore
cannot bring back is what docs/operations.md says it cannot.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pyotp
import pytest
import requests

from checkin import people
from checkin.commands.questions import QUESTIONS
from checkin.directory import helplines
from checkin.register import leaving
from checkin.settings import file as files
from checkin.store.migrate import State, upgrade
from simulator.twiml import read_messaging
from tests.machine import Machine, Sent, Stream, Terminal, static_host, until
from tests.services import Databases, RedisDatabases
from tests.stories import leaks
from tests.stories.town import ROOT, free_port
from tests.test_upgrading import further

LINE, ANN, BEA, CAI, BEN, ZED, GIL = (f"+4477009000{n:02}" for n in (0, 1, 2, 3, 4, 5, 6))
ACCOUNT, TOKEN = "AC" + "5" * 32, "a-token-for-tests"
PASSWORD = "four quiet herons wading"
ORGANISATION = """
people:
  - {ref: ann, name: Ann, phones: 07700 900001, streams: [buddy]}
  - {ref: bea, name: Bea, phones: 07700 900002, streams: [buddy]}
  - {ref: cai, name: Cai, phones: 07700 900003, streams: [buddy]}
  - {ref: ben, name: Ben, phones: 07700 900004, streams: [buddy]}
  - {ref: zed, name: Zebedee, phones: 07700 900005, streams: [buddy]}
  - {ref: gil, name: Gil, phones: 07700 900006, streams: [buddy]}
  - {ref: sue, name: Sue, phones: 07700 900031}
pairs:
  - {member: ann, buddy: ben}
  - {member: bea, buddy: ben}
  - {member: cai, buddy: ben}
  - {member: zed, buddy: gil}
rota: [{ref: always, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 1440}]
"""
FALLBACK = ROOT / "deploy" / "fallback" / "GB"
PASSED_ON = re.compile(r"I've passed that on to (Ben|Gil)\.")
# Twilio gives up after 15 seconds, and asks the fallback.
_TWILIO_WAITS = 14
CAME_IN = "SELECT sid, count(*) FROM messages WHERE direction = 'in' GROUP BY sid"
# Relayed words that are still to be sent, or to be looked up.
UNSENT = "SELECT count(*) FROM messages WHERE wording = 'relay.message' AND status IN ('owed', 'leased', 'unknown')"
LATER = (
    "op.execute('ALTER TABLE messages ADD COLUMN colour TEXT')\n"
    "    with op.get_context().autocommit_block():\n"
    "        op.create_index('ix_later', 'messages', ['colour', 'id'], postgresql_concurrently=True)"
)


def answers(machine: Machine, database: str, redis: str, elsewhere: str) -> Iterator[tuple[str, str]]:
    """Yield what a volunteer is asked and types: a slip, a default that will do, a password."""
    # Nobody is to be kept waiting by the hour at which this test runs.
    now = datetime.now(ZoneInfo("Europe/London"))
    quiet = f"{now + timedelta(hours=11):%H}:00-{now + timedelta(hours=13):%H}:00"
    typed = {
        "CHECKIN_NAME": "Harbour Line", "CHECKIN_COUNTRY": "", "CHECKIN_TIMEZONE": "", "CHECKIN_QUIET_HOURS": "25-9",
        "CHECKIN_QUIET_HOURS ": quiet, "DATABASE_URL": database, "REDIS_URL": redis, "PUBLIC_URL": machine.url,
        "CHECKIN_BEHIND_PROXY": "no", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_NUMBER": "07700 900000", "TWILIO_NUMBER ": LINE, "TWILIO_MESSAGING_SERVICE_SID": "",
        "TWILIO_FALLBACK_SMS_URL": f"{elsewhere}/sms.xml", "TWILIO_FALLBACK_VOICE_URL": f"{elsewhere}/voice.xml",
        "CHECKIN_HEARTBEAT_URL": "",
    }  # fmt: skip
    for name, answer in typed.items():
        yield QUESTIONS[name.strip()].asks, answer
    yield from (("Your e-mail address", "ada@example.org"), ("Your name", "Ada"))
    yield from (("A password", PASSWORD), ("Once more", PASSWORD))


@dataclass
class Live:
    """The line of this test, those who text it, and what is to be remembered of the restore: from when to when the
    backup was made and the line was down, by our own watch; what had come in by then, and how much was unsent."""

    machine: Machine
    network: str
    texts: Stream
    backing_up: tuple[float, float] = (0.0, 0.0)
    down: tuple[float, float] = (0.0, 0.0)
    came_in: frozenset[str] = frozenset()
    unsent: int = 0

    # --- going live ---

    def sets_up(self, database: str, redis: str, elsewhere: str) -> str:
        """Answer the questions of `checkin setup`, and the code that the telephone shows; return what was shown."""
        machine = self.machine
        fixed = (f"TWILIO_API_URL={self.network}", "CHECKIN_ANSWERS_MOST=10000")
        sets = [word for one in fixed for word in ("--set", one)]
        terminal = Terminal(["checkin", "setup", "--file", str(machine.file), *sets], machine.bare)
        for question, answer in answers(machine, database, redis, elsewhere):
            terminal.types(question, answer)
        terminal.waits_for("The code it shows")
        secret = re.search(r"Or type it in: ([A-Z2-7 ]+)", terminal.shown)
        assert secret, terminal.shown
        terminal.types("The code it shows", pyotp.TOTP(secret[1].replace(" ", "")).now())
        assert terminal.ends() == 0, terminal.shown
        return terminal.shown

    def prepares(self, shown: str) -> None:
        """Do what stands between the questions and the doctor: the number, people, the helplines, a backup."""
        machine = self.machine
        machine.runs("twilio", "connect", "--yes", "--keep", str(machine.folder / "before.json"))
        organisation = machine.folder / "organisation.yaml"
        organisation.write_text(ORGANISATION, encoding="utf-8")
        machine.runs("load", str(organisation))
        first, *more = re.findall(r"checked yet: .* check ([\w-]+)", shown)
        machine.runs("directory", "helplines", "check", first)
        with machine.line() as line, line.store.work(line.clock()) as work:
            for ref in more:  # as the command does, without a process for each
                helplines.check(work, ref, None)
        machine.runs("backup", str(machine.folder / "first.zip"))

    # --- what it is put through ---

    def is_restored(self, database: str) -> None:
        """Back it up while it runs, then stop it and bring it back in another database, started as units are."""
        machine, file = self.machine, self.machine.folder / "line.zip"
        began = time.monotonic()
        machine.runs("backup", str(file))
        self.backing_up = (began, time.monotonic())
        stopping = time.monotonic()
        machine.stops("honcho")
        self.came_in = frozenset(sid for sid, _ in machine.rows(CAME_IN))
        self.unsent = machine.rows(UNSENT)[0][0]
        machine.changes(DATABASE_URL=database)
        assert "the audit is in order" in machine.runs("restore", str(file))
        machine.starts_as_units()
        self.down = (stopping, time.monotonic())

    def is_upgraded(self) -> None:
        """Bring the tables to a later version's from two machines at once, then relieve the processes."""
        machine = self.machine
        later = further(machine.folder / "later", body=LATER)
        with machine.line() as line, ThreadPoolExecutor(2) as pool:
            both = [pool.submit(upgrade, line.settings.database_url, folder=later) for _ in range(2)]
            assert [one.result() for one in both] == [State.UP_TO_DATE] * 2
        assert "may run beside it" in machine.runs("db", "check")
        machine.reloads()

    def changes_keys(self) -> None:
        """Go through the steps of "A new key" in docs/operations.md."""
        machine = self.machine
        old, new = files.read(machine.file)["CHECKIN_KEYS"], machine.runs("keys", "new").strip()
        for keys in (f"{old},{new}", f"{new},{old}"):
            machine.changes(CHECKIN_KEYS=keys)
            machine.restarts()
        until(lambda: machine.asks("keys", "rotate").returncode == 0, "a rotation that leaves nothing")
        machine.changes(CHECKIN_KEYS=new)
        machine.restarts()
        with machine.line() as line:
            leaks.opens(line.store.engine, line.store.vault)

    def erases_zebedee(self) -> None:
        """He has been told all that he was owed, leaves as he asked staff to, and is erased."""
        self.texts.ends(ZED)
        until(lambda: not any(self._since_restored(ZED)), "his words at Gil's telephone")
        with self.machine.line() as line, line.store.work(line.clock()) as work:
            member = people.lock(work, UUID(str(self.machine.rows("SELECT id FROM people WHERE ref = 'zed'")[0][0])))
            assert member
            leaving.end(work, member, words="asked us to")
        self.machine.runs("person", "erase", "07700 900005", "--yes")
        assert (
            self.machine.asks("person", "export", "07700 900005", str(self.machine.folder / "zed.json")).returncode == 2
        )
        assert not PASSED_ON.match(self.texts.text(ZED, "BUDDY hello")[1][0])

    # --- how it ends ---

    def arrived(self, number: str) -> Counter[int]:
        """Return how often each numbered text has arrived at a telephone."""
        told = requests.get(f"{self.network}/sim/phones/{number}", timeout=60).json()["texts"]
        words = (one["body"] for one in told if one["direction"] == "in" and one["arrived"])
        return Counter(int(found[1]) for said in words if (found := re.search(r"says: news (\d+)", said)))

    def everybody_was_answered(self) -> None:
        """Each text had one answer: the line's, or while it was down the fallback's. On a machine so busy that Twilio
        would not have waited for it, the line may answer nobody in time and hear the text all the same."""
        (fallback,) = read_messaging((FALLBACK / "sms.xml").read_bytes())
        for one in self.texts.sent:
            assert len(one.heard) == 1, one
            assert PASSED_ON.match(one.heard[0]) or one.heard[0] == fallback.text, one
        missed = [one for one in self.texts.sent if not self._heard(one)]
        down = [one for one in missed if one.ended > self.down[0] and one.began < self.down[1]]
        assert down, "nobody texted while the line was down"
        assert [one for one in missed if one not in down and one.ended - one.began < _TWILIO_WAITS] == []

    def everything_is_stored_once(self) -> None:
        """Each text that was heard is there, once; but for what came in between the backup and the restore, and for
        what was erased."""
        stored = Counter(dict(map(tuple, self.machine.rows(CAME_IN))))
        assert {*stored.values()} == {1}
        before = {one.sid for one in self.texts.sent if self._heard(one) and one.began < self.down[0]}
        assert before <= self.came_in
        kept = [one for one in self.texts.sent if one.sender != ZED]
        early = {one.sid for one in kept if self._heard(one) and one.ended < self.backing_up[0]}
        late = {one.sid for one in kept if self._heard(one) and one.began > self.down[0]}
        lost = {one.sid for one in kept if one.began > self.backing_up[1] and one.ended < self.down[0]}
        his = {one.sid for one in self.texts.sent if one.sender == ZED}
        assert early | late <= {*stored}
        assert not (lost | his) & {*stored}

    def everything_was_passed_on_once(self) -> None:
        """Each of them was passed on, once; but for what was owed when the line was stopped for the restore."""
        until(lambda: not self.machine.rows(UNSENT)[0][0], "nothing left to be sent")
        until(lambda: len(self._not_arrived()) <= self.unsent, "every text passed on", self._not_arrived)
        assert {*(self.arrived(BEN) + self.arrived(GIL)).values()} == {1}
        assert all(one.began < self.down[0] for one in self._not_arrived())

    def _not_arrived(self) -> list[Sent]:
        arrived = {*self.arrived(BEN), *self.arrived(GIL)}
        return [one for one in self.texts.sent if self._heard(one) and one.number not in arrived]

    def _since_restored(self, sender: str) -> Iterator[Sent]:
        return (one for one in self._not_arrived() if one.sender == sender and one.began > self.down[0])

    @staticmethod
    def _heard(one: Sent) -> bool:
        return PASSED_ON.match(one.heard[0]) is not None


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """An empty machine, and a phone network beside it; what was started is stopped."""
    with ExitStack() as stack:
        machine, port = Machine(stack, tmp_path, free_port()), free_port()
        network = f"http://127.0.0.1:{port}"
        machine.starts("network", "python", "-m", "simulator", "--port", str(port), "--app-url", machine.url,
            "--number", LINE, "--unconnected", "--account-sid", ACCOUNT, "--auth-token", TOKEN)  # fmt: skip
        machine.comes_up(f"{network}/sim/clock")
        for number in (ANN, BEA, CAI, BEN, ZED, GIL):
            requests.post(f"{network}/sim/phones", json={"number": number}, timeout=60).raise_for_status()
        yield Live(machine, network, Stream(network, pause=0.7))


# Two dozen processes start one after another: on a machine that is busy that takes minutes.
@pytest.mark.timeout(900)
def test_from_nothing_to_a_line_that_loses_nothing(
    live: Live, databases: Databases, redis_databases: RedisDatabases
) -> None:
    machine, texts = live.machine, live.texts
    with ExitStack() as stack:
        first, second = (stack.enter_context(databases.empty()) for _ in range(2))
        redis, elsewhere = (stack.enter_context(one) for one in (redis_databases.clean(), static_host(FALLBACK)))
        # Before what they stand on goes.
        stack.callback(machine.stops)
        stack.callback(texts.ends)
        # As a platform names it.
        shown = live.sets_up(first.replace("postgresql+psycopg://", "postgres://"), redis, elsewhere)
        assert machine.file.stat().st_mode & 0o777 == 0o600
        assert TOKEN not in shown
        assert PASSWORD not in shown
        for said in ("CHECKIN_QUIET_HOURS must be", "TWILIO_NUMBER must be", "Ten codes for the day you lose that",
                     "Samaritans 116 123   not checked yet", "mend it: `checkin twilio connect`"):  # fmt: skip
            assert said in shown
        machine.starts_by_honcho()
        machine.comes_up(f"{machine.url}/healthz")
        live.prepares(shown)
        assert "Harbour Line" in texts.text(ANN, "who is this")[1][0]
        until(lambda: not machine.ails(), "a green doctor", machine.ails)

        for who in (ANN, BEA, CAI, ZED):
            texts.joins(who)
        with texts.goes_on():
            live.is_restored(second)
        assert machine.rows("SELECT count(*) FROM case_events WHERE detail = 'amber: restored'")[0][0] == 1
        with texts.goes_on():
            live.is_upgraded()
        with texts.goes_on():
            live.changes_keys()
        with texts.goes_on():
            live.erases_zebedee()
        texts.ends()

        live.everybody_was_answered()
        live.everything_is_stored_once()
        live.everything_was_passed_on_once()
        machine.runs("audit", "verify")
        # That the tables are a later version's; and after honcho's two there was one worker here, to save time.
        until(lambda: machine.ails().keys() == {"database", "workers"}, "a doctor who finds no more", machine.ails)
        written = "".join(log.read_text() for log in machine.folder.glob("*.log"))
        for secret in (TOKEN, PASSWORD, files.read(machine.file)["CHECKIN_SECRET"], "news 1", "7700900001"):
            assert secret not in written
