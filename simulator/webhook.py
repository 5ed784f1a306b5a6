"""Makes the network's requests to the line: signed, timed, tried again as Twilio does, and never more politely."""

import base64
import http.client
import socket
import ssl
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from simulator.signature import Product, sign, signed_url

Parameters = Sequence[tuple[str, str]]

MAX_REDIRECTS = 10
BODY_LIMIT = 1 << 20


class WebhookError(Exception):
    """No usable answer came. `code` is the one Twilio's debugger would show, `url` what was asked, `status` the
    HTTP status when there was one.
    """

    def __init__(self, code: int, url: str, reason: str, status: int | None = None) -> None:
        self.code, self.url, self.reason, self.status = code, url, reason, status
        super().__init__(f"{code} {url}: {reason}")


@dataclass(frozen=True, slots=True)
class Manners:
    """How long the network waits, in seconds, and what it tries again.

    A URL's fragment can change it: `#rc=2&rp=5xx`.
    """

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})


def manners(url: str, usual: Manners) -> tuple[str, Manners]:
    """The URL without its fragment, and what the fragment asks for. Values out of range are ignored, as by Twilio."""
    parts = urlsplit(url)
    wanted = usual
    for name, value in parse_qsl(parts.fragment):
        milliseconds = int(value) if value.isdigit() else 0
        if name == "ct" and 100 <= milliseconds <= 10_000:
            wanted = replace(wanted, connect=milliseconds / 1000)
        elif name == "rt" and 100 <= milliseconds <= 15_000:
            wanted = replace(wanted, read=milliseconds / 1000)
        elif name == "tt" and 100 <= milliseconds <= 15_000:
            wanted = replace(wanted, total=milliseconds / 1000)
        elif name == "rc" and value.isdigit() and int(value) <= 5:
            wanted = replace(wanted, retries=int(value))
        elif name == "rp" and set(value.split(",")) <= {"4xx", "5xx", "ct", "rt", "all"}:
            wanted = replace(wanted, retry_on=frozenset(value.split(",")))
    return urlunsplit(parts._replace(fragment="")), wanted


@dataclass(slots=True)
class Jar:
    """The cookies of one conversation: a call, or a pair of numbers."""

    cookies: dict[str, str] = field(default_factory=dict)

    def header(self) -> str:
        """What goes into the Cookie header; empty when there is nothing."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def keep(self, set_cookie: Sequence[str]) -> None:
        """Takes what an answer's Set-Cookie headers say."""
        for line in set_cookie:
            try:
                morsels = SimpleCookie(line).values()
            except CookieError:
                continue
            for morsel in morsels:
                if morsel["max-age"] == "0":
                    self.cookies.pop(morsel.key, None)
                else:
                    self.cookies[morsel.key] = morsel.coded_value


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask of the line."""

    url: str
    method: str
    parameters: Parameters
    product: Product
    cookies: Jar = field(default_factory=Jar)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `content_type` is without parameters and in lower case, None when the header was missing."""

    url: str
    status: int
    content_type: str | None
    body: bytes
    location: str = ""
    set_cookie: tuple[str, ...] = ()


class _AttemptError(Exception):
    """One attempt failed; `kind` is what a URL's `rp` calls it."""

    def __init__(self, kind: str, code: int, reason: str, status: int | None = None) -> None:
        self.kind, self.code, self.reason, self.status = kind, code, reason, status
        super().__init__(reason)


class Webhooks:
    """Asks the line. `route` says where a public URL is really served; it is asked for every request."""

    def __init__(self, token: Callable[[], str], route: Callable[[str], str]) -> None:
        self._token, self._route = token, route
        self.usual = Manners()

    def fetch(self, request: Request, *, timeout: float | None = None) -> Answer:
        """The final answer, after retries and redirects. `timeout` in seconds replaces the usual 15.
        Raises WebhookError when there is none, or when it is a 4xx or 5xx.
        """
        usual = self.usual if timeout is None else replace(self.usual, read=timeout, total=timeout)
        target = request
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._with_retries(target, usual)
            if not (300 <= answer.status < 400 and answer.location):
                return answer
            keeps_method = answer.status in {307, 308}
            target = replace(
                target,
                url=urljoin(answer.url, answer.location),
                method=target.method if keeps_method else "GET",
                parameters=target.parameters if keeps_method else (),
            )
        raise WebhookError(11215, request.url, f"more than {MAX_REDIRECTS} redirects")

    def _with_retries(self, request: Request, usual: Manners) -> Answer:
        url, wanted = manners(request.url, usual)
        request = replace(request, url=url)
        token, deadline = str(uuid.uuid4()), time.monotonic() + wanted.total
        for turn in range(wanted.retries + 1):
            try:
                return self._once(request, wanted, token, deadline)
            except _AttemptError as failed:
                again = bool(wanted.retry_on & {failed.kind, "all"})
                if turn == wanted.retries or not again or time.monotonic() >= deadline:
                    raise WebhookError(failed.code, url, failed.reason, failed.status) from failed
        raise AssertionError("the last turn returns or raises")

    def _once(self, request: Request, wanted: Manners, token: str, deadline: float) -> Answer:
        connection = self._connect(request.url, min(wanted.connect, deadline - time.monotonic()))
        try:
            if connection.sock is not None:
                connection.sock.settimeout(max(0.05, min(wanted.read, deadline - time.monotonic())))
            answer = _receive(connection, self._send(connection, request, token))
        except TimeoutError as error:
            raise _AttemptError("rt", 11200, "no answer in time") from error
        except (OSError, http.client.HTTPException) as error:
            raise _AttemptError("rt", 11206, f"the answer broke off: {error!r}") from error
        finally:
            connection.close()
        request.cookies.keep(answer.set_cookie)
        if answer.status >= 400:
            raise _AttemptError(f"{answer.status // 100}xx", 11200, f"the answer was {answer.status}", answer.status)
        return answer

    def _connect(self, url: str, timeout: float) -> http.client.HTTPConnection:
        parts = urlsplit(self._route(url))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise WebhookError(11100, url, "not a URL that can be asked")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=max(0.05, timeout))
        try:
            connection.connect()
        except ssl.SSLError as error:
            connection.close()
            raise _AttemptError("ct", 11220, f"TLS failed: {error}") from error
        except (OSError, socket.gaierror) as error:
            connection.close()
            raise _AttemptError("ct", 11205, f"no connection: {error}") from error
        return connection

    def _send(self, connection: http.client.HTTPConnection, request: Request, token: str) -> str:
        url, body, signed = request.url, b"", tuple(request.parameters)
        if request.method == "GET":
            if request.parameters:
                url += ("&" if urlsplit(url).query else "?") + urlencode(request.parameters)
            signed = ()
        else:
            body = urlencode(request.parameters).encode()
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in self._headers(url, request, signed, token, len(body)):
            connection.putheader(name, value)
        connection.endheaders(body or None)
        return url

    def _headers(
        self, url: str, request: Request, signed: Parameters, token: str, length: int
    ) -> list[tuple[str, str]]:
        parts = urlsplit(url)
        charset = "; charset=UTF-8" if request.product is Product.VOICE else ""
        headers = [
            ("Host", parts.netloc.rpartition("@")[2]),
            ("User-Agent", "TwilioProxy/1.1"),
            ("Accept", "*/*"),
            ("Cache-Control", "max-age=259200"),
            ("X-Home-Region", "us1"),
            ("I-Twilio-Idempotency-Token", token),
            ("X-Twilio-Signature", sign(self._token(), signed_url(url, request.product), signed)),
        ]
        if request.method != "GET":
            headers.append(("Content-Type", "application/x-www-form-urlencoded" + charset))
            headers.append(("Content-Length", str(length)))
        if request.cookies.cookies:
            headers.append(("Cookie", request.cookies.header()))
        if parts.username:
            pair = f"{parts.username}:{parts.password or ''}".encode()
            headers.append(("Authorization", "Basic " + base64.b64encode(pair).decode()))
        if self._route(url) != url:
            headers += [("X-Forwarded-Proto", parts.scheme), ("X-Forwarded-Host", parts.netloc)]
        return headers


def _receive(connection: http.client.HTTPConnection, url: str) -> Answer:
    response = connection.getresponse()
    body = response.read(BODY_LIMIT)
    content_type = response.getheader("Content-Type")
    return Answer(
        url,
        response.status,
        None if content_type is None else content_type.partition(";")[0].strip().lower(),
        body,
        response.getheader("Location", ""),
        tuple(response.headers.get_all("Set-Cookie", [])),
    )
