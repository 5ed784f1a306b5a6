"""Gets a TwiML document: the webhook, then its fallback, and what each kind of answer means."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from simulator.signature import Product
from simulator.twiml import TwimlError, Verb, read_messaging, read_voice
from simulator.webhook import Answer, Request, WebhookError, Webhooks

Report = Callable[[int, str, str], None]
"""Told each failure: Twilio's code, the URL, one sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL and the method it is asked with; an empty URL means there is none."""

    url: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be done. Relative URLs in `verbs` start from `url`; a verb without an action goes back to it."""

    verbs: tuple[Verb, ...]
    url: str
    method: str = "POST"
    status: int = 200


class NoDocumentError(Exception):
    """Neither the webhook nor its fallback gave a document: a caller now hears of an application error."""

    def __init__(self, code: int, status: int | None) -> None:
        self.code, self.status = code, status
        super().__init__(str(code))


def get(
    webhooks: Webhooks, request: Request, fallback: Target, report: Report, *, timeout: float | None = None
) -> Document:
    """The document for a request. A failure is reported, and the fallback, if there is one, is asked once.

    Raises NoDocumentError.
    """
    try:
        return _get(webhooks, request, timeout)
    except (WebhookError, TwimlError) as error:
        report(error.code, request.url, error.reason)
        failed: WebhookError | TwimlError = error
    if not fallback.url:
        raise NoDocumentError(failed.code, _status(failed)) from failed
    told = (*request.parameters, ("ErrorCode", str(failed.code)), ("ErrorUrl", request.url))
    second = replace(request, url=fallback.url, method=fallback.method, parameters=told)
    try:
        return _get(webhooks, second, timeout)
    except (WebhookError, TwimlError) as error:
        report(error.code, fallback.url, error.reason)
        raise NoDocumentError(error.code, _status(error)) from error


def _status(error: WebhookError | TwimlError) -> int | None:
    return error.status if isinstance(error, WebhookError) else 200


def _get(webhooks: Webhooks, request: Request, timeout: float | None) -> Document:
    answer = webhooks.fetch(request, timeout=timeout)
    verbs = _of_text(answer) if request.product is Product.TEXT else _of_call(answer)
    return Document(verbs, answer.url, request.method, answer.status)


MARKUP = frozenset({"text/xml", "application/xml", "text/html"})


def _of_text(answer: Answer) -> tuple[Verb, ...]:
    if answer.status == 204 or not answer.body.strip():
        return ()
    if answer.content_type in MARKUP:
        return read_messaging(answer.body)
    if answer.content_type == "text/plain":
        return (Verb("Message", {}, answer.body.decode("utf-8", "replace")),)
    raise TwimlError(12300, f"content type {answer.content_type} is not one that can answer a text")


def _of_call(answer: Answer) -> tuple[Verb, ...]:
    if answer.status == 204 or not answer.body.strip():
        return ()
    if answer.content_type in MARKUP:
        return read_voice(answer.body)
    if answer.content_type == "text/plain":
        try:
            return read_voice(answer.body)
        except TwimlError:
            return (Verb("Say", {}, answer.body.decode("utf-8", "replace").strip()), Verb("Hangup", {}, ""))
    if answer.content_type is not None and answer.content_type.startswith("audio/"):
        return (Verb("Play", {}, answer.url), Verb("Hangup", {}, ""))
    raise TwimlError(12300, f"content type {answer.content_type} is not one that can answer a call")
