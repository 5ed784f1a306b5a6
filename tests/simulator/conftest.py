"""The network, served; an application in the line's place; Twilio's own SDK between them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response as TwilioResponse
from twilio.rest import Client

from simulator.clock import Clock
from simulator.line import Line, Service, connected
from simulator.network import Network
from simulator.server import Server
from tests.simulator.standin import StandIn

Sdk = Any
"""A Twilio client. Its annotations promise enumerations where strings come, and text where it takes lists."""

ACCOUNT = "AC" + "a1" * 16
SERVICE = "MG" + "b2" * 16
TOKEN = "a-token-for-tests"
LINE, SECOND = "+447700900000", "+447700900001"
ANN, BEN, LANDLINE = "+447700900101", "+447700900102", "+442079460101"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class Sim:
    """The control API, as a driver uses it."""

    def __init__(self, server: Server) -> None:
        self.server, self.url = server, server.url
        self.network = server.network
        self._session = requests.Session()
        self._session.trust_env = False  # everything is on this machine: nobody need look for proxies

    def get(self, path: str) -> Any:
        answer = self._session.get(self.url + path, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, status: int = 200, /, **body: object) -> Any:
        answer = self._session.post(self.url + path, json=body, timeout=60)
        assert answer.status_code == status, answer.text
        return answer.json()

    def delete(self, path: str) -> int:
        return self._session.delete(self.url + path, timeout=30).status_code

    def phone(self, number: str, name: str = "", **behaviour: str) -> None:
        self.post("/sim/phones", number=number, name=name or number)
        if behaviour:
            self.post(f"/sim/phones/{number}/behaviour", **behaviour)

    def text(self, number: str, body: str, **more: object) -> Any:
        return self.post(f"/sim/phones/{number}/text", body=body, **more)

    def ring(self, number: str, **more: object) -> Any:
        return self.post(f"/sim/phones/{number}/ring", **more)

    def act(self, call: Any, deed: str, **more: object) -> Any:
        return self.post(f"/sim/calls/{call['sid']}/{deed}", **more)

    def settle(self) -> None:
        assert self.get("/sim/quiet?wait=20")["quiet"]

    def of(self, number: str) -> Any:
        return self.get(f"/sim/phones/{number}")

    def advance(self, seconds: float) -> None:
        self.post("/sim/clock", advance=seconds)

    def codes(self) -> list[int]:
        return [notice["code"] for notice in self.get("/sim/state")["debugger"]]

    def close(self) -> None:
        self._session.close()


class ToSimulator(TwilioHttpClient):
    """Twilio's own client, talking to another host."""

    def __init__(self, url: str, timeout: float = 20) -> None:
        super().__init__(timeout=timeout, pool_connections=True)
        self._to = urlsplit(url)

    def request(self, method: str, url: str, *rest: Any, **named: Any) -> TwilioResponse:  # type: ignore[override] # the SDK's two base classes disagree on the name
        moved = urlsplit(url)._replace(scheme=self._to.scheme, netloc=self._to.netloc)
        return super().request(method, urlunsplit(moved), *rest, **named)

    def close(self) -> None:
        if self.session is not None:
            self.session.close()


def make_line(url: str, *, service: bool = False, public_url: str = "") -> Line:
    base = public_url or url
    return Line(
        ACCOUNT,
        TOKEN,
        url,
        base,
        {number: connected(number, base, NOON) for number in (LINE, SECOND)},
        Service(SERVICE, NOON) if service else None,
        {ACCOUNT: TOKEN},
    )


@pytest.fixture
def line() -> Iterator[StandIn]:
    standin = StandIn()
    yield standin
    standin.close()


@pytest.fixture
def with_service(request: pytest.FixtureRequest) -> bool:
    """Whether the line has a Messaging Service; a test says so by parametrising this fixture."""
    return bool(getattr(request, "param", False))


@pytest.fixture
def sim(line: StandIn, with_service: bool) -> Iterator[Sim]:
    server = Server(Network(make_line(line.url, service=with_service), clock=Clock(start=NOON, frozen=True)))
    server.start()
    driver = Sim(server)
    driver.phone(ANN, "Ann")
    driver.phone(BEN, "Ben")
    yield driver
    driver.close()
    server.close()


@pytest.fixture
def client(sim: Sim) -> Iterator[Sdk]:
    http = ToSimulator(sim.url)
    yield Client(ACCOUNT, TOKEN, http_client=http)
    http.close()


@pytest.fixture
def hasty(sim: Sim) -> Iterator[Sdk]:
    """A client that waits a second and no longer."""
    http = ToSimulator(sim.url, timeout=1)
    yield Client(ACCOUNT, TOKEN, http_client=http)
    http.close()
