"""Whatever is posted to the phone network's door, signed or not: never a 500, and what is answered can be read.

By hypothesis alone. schemathesis makes requests from an OpenAPI description, and there is none: the addresses and their
fields are Twilio's, and what it posts is not ours to describe. The names are read from the door's own sources.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.test import EnvironBuilder, TestResponse
from werkzeug.wrappers import Request

import webhooks
from tests.parts import loads, opened, rows
from tests.services import Databases
from tests.test_webhooks import ANN, PATHS, TOKEN, TOWN, Twilio
from workers.queues import Bell

_SOURCES = "".join(path.read_text() for path in Path(webhooks.__file__).parent.glob("*.py"))
FIELDS = sorted(set(re.findall(r'form\.get\(\s*"(\w+)"', _SOURCES)) | {"AccountSid", "Unheard", ""})
ASKED = sorted(set(re.findall(r'args\.get\(\s*["\'](\w+)["\']', _SOURCES)))
# Twilio gives up after 15 s; a busy machine that runs other tests may be slow, and nothing may come near it.
_MOST_SECONDS = 10
_LARGE = "x" * 300_000

_WORDS = st.sampled_from(["", "1", "0", "menu", "question", "end", "completed", "human", "STOP", "i want to die", ANN,
    "é", "\x00", "💚", "\u202e", "\ufffe", "9" * 40, "-1", "1e308", "nan", "<Say>", "&", "a" * 2000])  # fmt: skip
_BYTES = st.one_of(_WORDS.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=40))


@pytest.fixture(scope="module")
def door(databases: Databases) -> Iterator[tuple[Flask, list[str]]]:
    """The door of a line at which Ann has just rung, and the ids that stand in its addresses."""
    with databases.clean() as url, opened(url) as line:
        loads(line, TOWN)
        app = webhooks.create_app(line, Bell(line.settings.redis_url))
        Twilio(app).rings()
        yield app, [str(row[0]) for row in rows(line, "SELECT id FROM messages")]


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    """An address, its query and its form: any of the names, some twice, with anything in them."""
    path = draw(st.sampled_from(PATHS))
    pairs = st.tuples(st.sampled_from(FIELDS), _BYTES)
    form = draw(st.lists(pairs, max_size=8))
    if draw(st.booleans()):
        sid = draw(st.sampled_from(["SM1", "CA1", "CA" + "0" * 31 + "1"])).encode()
        form += [("MessageSid", sid), ("CallSid", sid), ("From", ANN.encode()), ("Body", draw(_BYTES))]
    query = draw(st.lists(st.tuples(st.sampled_from([*ASKED, "?"]), _BYTES), max_size=5))
    return path, query, form


def post(app: Flask, path: str, query: list[tuple[str, bytes]], form: list[tuple[str, bytes]]) -> TestResponse:
    """Post as Twilio does, signed over what the form reads as."""
    target, body = f"{path}?{urlencode(query)}" if query else path, urlencode(form)
    kind = "application/x-www-form-urlencoded"
    read = Request(EnvironBuilder(target, method="POST", data=body, content_type=kind).get_environ()).form
    signature = RequestValidator(TOKEN).compute_signature(f"https://line.example.org{target}", read)
    return app.test_client().post(target, data=body, content_type=kind, headers={"X-Twilio-Signature": signature})


@given(request=requests(), known=st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_posted_is_answered_in_time_and_can_be_read(
    door: tuple[Flask, list[str]],
    request: tuple[str, list[tuple[str, bytes]], list[tuple[str, bytes]]],
    known: bool,
) -> None:
    app, ids = door
    path, query, form = request
    began = time.monotonic()
    answer = post(app, path, [("m", ids[0].encode()), *query] if known else query, form)
    assert time.monotonic() - began < _MOST_SECONDS
    assert answer.status_code in {200, 204, 400}, (path, query, form)
    # What the doctor asks of its own line is not TwiML.
    if answer.status_code == 200 and path != "/twilio/doctor":
        assert answer.mimetype == "text/xml"
        assert ET.fromstring(answer.data).tag == "Response"  # noqa: S314  # our own answer


def test_what_is_too_large_is_refused_unread(door: tuple[Flask, list[str]]) -> None:
    app, _ = door
    for path in PATHS:
        answer = app.test_client().post(path, data={"Body": _LARGE}, headers={"X-Twilio-Signature": "x"})
        assert answer.status_code in {403, 413}, path


def test_what_is_not_signed_never_reaches_the_database() -> None:
    """However many come, each costs a comparison; nothing is opened, stored or looked up."""
    with opened("postgresql+psycopg://nobody@127.0.0.1:1/nothing") as nowhere:
        client = webhooks.create_app(nowhere, Bell(nowhere.settings.redis_url)).test_client()
        for path in PATHS:
            assert client.post(path, data={"MessageSid": "SM1", "From": ANN}).status_code == 403


def test_every_answer_carries_its_headers(door: tuple[Flask, list[str]]) -> None:
    app, _ = door
    for rule in app.url_map.iter_rules():
        for method in ("GET", "POST", "DELETE"):
            headers = app.test_client().open(rule.rule, method=method).headers
            assert headers["Content-Security-Policy"].startswith("default-src 'none'"), rule
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cache-Control"] == "no-store"
            assert headers["Strict-Transport-Security"]
            assert not headers.getlist("Set-Cookie")
