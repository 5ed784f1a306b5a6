"""What Twilio, and the way from Twilio to the line, can be asked."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit

import urllib3

from checkin.doctor.found import Found, Patient, problem, warning
from checkin.gateways.twilio_account import difference

_SECONDS = 10.0
# Whoever renews does so a month before: in two weeks there is time to find out why nobody did.
_RUNS_OUT = timedelta(days=14)
# OpenSSL, x509_vfy.h: X509_V_ERR_CERT_HAS_EXPIRED.
_EXPIRED = 10
# What proxies like to change on the way: an encoded letter, an encoded sign, a value of nothing.
_PATH = f"/twilio/doctor?caf%C3%A9={quote(chr(39))}&nothing="
_FORM = {"Body": "café &+", "Empty": ""}


def public_url(patient: Patient) -> Iterator[Found]:
    """A request signed as Twilio signs it, sent by PUBLIC_URL, comes in whole; one without a signature is refused."""
    url = patient.settings.public_url + _PATH
    try:
        status, body = _post(url, {"X-Twilio-Signature": patient.account.sign(url, _FORM)})
        unsigned, _ = _post(url, {})
    except urllib3.exceptions.SSLError:
        yield problem(f"{patient.settings.public_url} cannot be reached by TLS.", "see the check certificate")
        return
    except urllib3.exceptions.HTTPError as error:
        yield problem(f"{patient.settings.public_url} does not answer ({type(error).__name__}).")
        return
    if unsigned == http.client.OK:
        yield problem("A request without a signature was let in: PUBLIC_URL leads to something that is not this line.")
        return
    if status in range(300, 400):
        yield problem("PUBLIC_URL is redirected elsewhere: Twilio needs the address that answers itself.")
    elif status == http.client.FORBIDDEN:
        yield problem(
            "A rightly signed request was refused: a proxy changes addresses, or the running web process has another "
            "PUBLIC_URL or auth token.",
            "no rewriting in the proxy; restart the web process after changing settings",
        )
    elif status == http.client.NOT_FOUND:
        yield problem("PUBLIC_URL leads to something that is not this line.")
    elif status != http.client.OK:
        yield problem(f"PUBLIC_URL answers {status}.", "is the web process running?")
    else:
        yield from _arrived(patient, body)


def certificate(patient: Patient) -> Iterator[Found]:
    """The certificate of PUBLIC_URL is one that Twilio trusts, and will be for two more weeks."""
    public = urlsplit(patient.settings.public_url)
    if public.scheme != "https":
        return
    try:
        ends = _certified_until(public.hostname or "", public.port or 443)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            yield problem(f"The certificate of {public.hostname} has run out: no text and no call comes in.")
        else:
            yield problem(
                f"The certificate of {public.hostname} is not one that Twilio trusts: {error.verify_message}."
            )
        return
    except OSError as error:
        yield problem(f"{public.hostname} does not answer by TLS ({type(error).__name__}).", "see the check public_url")
        return
    left = ends - patient.clock()
    if left < _RUNS_OUT:
        yield warning(f"The certificate of {public.hostname} runs out in {left.days} days, and nobody has renewed it.")


def _certified_until(host: str, port: int) -> datetime:
    """Return the moment at which a host's certificate runs out. Raises OSError, SSLCertVerificationError among them."""
    with (
        socket.create_connection((host, port), timeout=_SECONDS) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as connection,
    ):
        found = connection.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


def _arrived(patient: Patient, body: bytes) -> Iterator[Found]:
    public = urlsplit(patient.settings.public_url)
    seen = json.loads(body)
    if seen["host"].casefold() != public.netloc.casefold():
        yield warning(f"The proxy calls the line {seen['host']}, not {public.netloc}.", "pass the Host header on")
    if seen["scheme"] != public.scheme:
        yield warning(
            f"The proxy does not say that the request came by {public.scheme}.", "set X-Forwarded-Proto in the proxy"
        )


def _post(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    sent = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "checkin doctor", **headers}
    with urllib3.PoolManager(retries=False) as pool:
        answer = pool.request("POST", url, body=urlencode(_FORM), headers=sent, timeout=_SECONDS, redirect=False)
        return answer.status, answer.data


def number(patient: Patient) -> Iterator[Found]:
    """The account has the number and the pairs' own ones; each can text, unless a service does that, and ring."""
    service = patient.settings.messaging_service_sid
    for one in patient.connected:
        if one.kind != "number":
            continue
        if not one.texts and not (service and one.name == patient.settings.number):
            yield problem(f"{one.name} cannot send texts.", "a mobile number, or a Messaging Service with one")
        if not one.calls:
            yield problem(f"{one.name} cannot ring anybody.", "a number with voice")
    senders = patient.account.in_service() if service else set()
    where = "Twilio's console, Messaging, Services, Sender Pool"
    if service and patient.settings.number and patient.settings.number not in senders:
        yield warning("TWILIO_NUMBER is not one of the Messaging Service's numbers: people see two.", where)
    if shared := sorted(senders.intersection(patient.pool)):
        named = ", ".join(shared)
        yield problem(f"A STOP to a pair's own number would stop them all: take {named} out of the service.", where)


def webhooks(patient: Patient) -> Iterator[Found]:
    """Whatever reaches the number or the service is told to the line."""
    for one in patient.connected:
        wrong = [name for name in difference(patient.settings, one) if "fallback" not in name]
        if wrong:
            kind = f"number {one.name}" if one.kind == "number" else "Messaging Service"
            yield problem(f"The {kind} does not lead to this line: {', '.join(wrong)}.")


def fallback(patient: Patient) -> Iterator[Found]:
    """Texts and calls have somewhere to go when the line is down, and that is not the line's own host."""
    settings = patient.settings
    own = urlsplit(settings.public_url).hostname
    for one in patient.connected:
        served = settings.messaging_service_sid and one.name == settings.number
        names = {"service": {"fallback_url": "texts"}}.get(
            one.kind,
            {"voice_fallback_url": "calls"} | ({} if served else {"sms_fallback_url": "texts"}),
        )
        there = f" to {one.name}" if one.name in patient.pool else ""
        for name, what in names.items():
            url = one.set_to.get(name, "")
            if not url:
                yield warning(f"When the line is down, {what}{there} get no answer.")
            elif urlsplit(url).hostname == own:
                yield problem(f"The fallback for {what} is on the line's own host, and down when that is.")
        if wrong := [name for name in difference(settings, one) if "fallback" in name]:
            yield warning(f"The fallback is not what the settings name: {', '.join(wrong)}.")


def opt_out(patient: Patient) -> Iterator[Found]:
    """Advanced Opt-Out belongs to a Messaging Service. Twilio's API does not tell whether one has it, so this is as
    much as can be said from here."""
    settings = patient.settings
    if settings.advanced_opt_out and not settings.messaging_service_sid:
        yield problem("CHECKIN_ADVANCED_OPT_OUT is yes, and there is no Messaging Service that could have it.")
    elif settings.messaging_service_sid and not settings.advanced_opt_out and not settings.simulated:
        yield warning(
            "CHECKIN_ADVANCED_OPT_OUT is no: is it off in the Messaging Service, too? Twilio tells nobody by its API.",
            "Twilio's console, Messaging, Services, Opt-Out Management; then text STOP from your own telephone",
        )
