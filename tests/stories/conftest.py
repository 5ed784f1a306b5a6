"""The town is built once a run; each story begins on a clean slate."""

from collections.abc import Iterator

import pytest

from tests.services import Databases, RedisDatabases
from tests.stories.town import Phone, Town, built

HARBOUR = """
people:
  - {ref: ann, name: Ann, phones: 07700 900101, area: Leeds, streams: [checkins, reminders, buddy],
     voicemail: neutral, contacts: [joy],
     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}}
  - {ref: bill, name: Bill, phones: 0113 496 0102, prefers: call, streams: [checkins]}
  - {ref: ben, name: Ben, phones: 07700 900111, streams: [buddy]}
  - {ref: joy, name: Joy, phones: 07700 900141, streams: [buddy]}
  - {ref: sue, name: Sue, phones: 07700 900131}
  - {ref: omar, name: Omar, phones: 07700 900132}
groups:
  - ref: leeds
    name: Leeds group
    members: [ann, bill]
    facilitators: [ben]
    meetings:
      - {ref: thursdays, rule: FREQ=WEEKLY;BYDAY=TH, starts: 2026-01-08 19:00, venue: Friends Meeting House,
         reminders: never}
pairs:
  - {ref: ann-ben, member: ann, buddy: ben, report: {days: sun, at: "17:00"}}
rota:
  - {ref: days, person: sue, rule: FREQ=DAILY, starts: 2026-01-01 08:00, minutes: 720}
  - {ref: nights, person: omar, rule: FREQ=DAILY, starts: 2026-01-01 20:00, minutes: 720}
staff:
  - {person: sue, email: sue@example.org, role: safeguarding}
  - {person: omar, email: omar@example.org, role: coordinator}
policies:
  # Most stories are about something else: in them pages are texts, and nobody is reminded of what waits in the queue.
  # `test_pages.py` tells of the rest.
  red: {steps: [{whom: on_call 1, by: text}]}
  amber: {within: 10080}
  task: {within: 10080}
"""


# Bill's story is told without Ann's.
BILL = HARBOUR.replace(',\n     plan: {days: every day, at: "10:00", ladder: [text, call, buddy, staff]}', "").replace(
    "prefers: call, streams: [checkins]}",
    'prefers: call, streams: [checkins],\n     plan: {days: [mon], at: "11:00", ladder: [call, staff]}}',
)


@pytest.fixture(scope="session")
def built_town(
    databases: Databases, redis_databases: RedisDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The line's processes and the phone network, running."""
    logs = tmp_path_factory.mktemp("town")
    with databases.clean() as database, redis_databases.clean() as redis, built(database, redis, logs) as town:
        yield town


@pytest.fixture
def town(built_town: Town) -> Iterator[Town]:
    """A town on a Monday at eight in the morning; at the end everything that anybody heard must have been told."""
    yield built_town.begin(HARBOUR)
    built_town.settles()
    built_town.everything_was_heard()
    built_town.everything_happened()
    built_town.nothing_lies_open()


@pytest.fixture
def clock(town: Town) -> Town:
    """The clock: `clock.moves_to("16:00")`."""
    return town


@pytest.fixture
def ann(town: Town) -> Phone:
    """A member with a basic mobile; Ben is her buddy."""
    return town.phone("+447700900101", "Ann")


@pytest.fixture
def bill(town: Town) -> Phone:
    """A member with a landline; Ann has no plan when he is there."""
    town.loads(BILL)
    return town.phone("+441134960102", "Bill", kind="landline")


@pytest.fixture
def ben(town: Town) -> Phone:
    """Ann's buddy."""
    return town.phone("+447700900111", "Ben")


@pytest.fixture
def sue(town: Town) -> Phone:
    """On call by day."""
    return town.phone("+447700900131", "Sue")


@pytest.fixture
def omar(town: Town) -> Phone:
    """On call by night."""
    return town.phone("+447700900132", "Omar")
