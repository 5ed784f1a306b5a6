"""Texts, both ways: what the REST API is asked to send, and what a phone sends to the line."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from simulator import documents
from simulator.carrier import Carrier
from simulator.documents import Document, NoDocumentError, Target
from simulator.exchange import Exchange
from simulator.faults import Fault
from simulator.messages import ENDED, Direction, Message, Status
from simulator.optout import OptOut
from simulator.orders import MAX_BODY, Order
from simulator.phones import geography
from simulator.segments import measure
from simulator.signature import Product
from simulator.twiml import Verb
from simulator.webhook import Jar, Request
from simulator.wire import API_VERSION, RestError, new_sid

COOKIE_LIFE = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Inbound:
    """What came of a text from a phone. `webhook_status` is None when the line could not be reached at all."""

    message: Message
    replies: tuple[Message, ...]
    webhook_status: int | None


class Texts:
    """Every text there has been, and how one is made."""

    def __init__(self, net: Exchange) -> None:
        self._net = net
        self._carrier = Carrier(net)
        self.messages: dict[str, Message] = {}
        self._jars: dict[tuple[str, str], tuple[Jar, datetime]] = {}

    # Out: the REST API

    def create(self, order: Order) -> Message:
        """Accepts a text. The response is made from what is returned; callbacks come later, but for a fault."""
        net = self._net
        status = Status.QUEUED if order.service_sid is None else Status.ACCEPTED
        if order.send_at is not None:
            status = Status.SCHEDULED
        callback = order.status_callback or (
            net.line.service.status_callback if order.service_sid and net.line.service else ""
        )
        with net.lock:
            message = Message(
                sid=new_sid("MM" if order.media else "SM"),
                account_sid=net.line.account_sid,
                sender=order.sender,
                to=order.to,
                body=order.body,
                direction=Direction.API,
                status=status,
                created=net.clock.now(),
                service_sid=order.service_sid,
                media=order.media,
                status_callback=callback,
                send_at=order.send_at,
                validity=order.validity,
            )
            self.messages[message.sid] = message
            net.touch()
        return message

    def dispatch(self, message: Message) -> None:
        """Hands an accepted text to the carrier, or sets its timer when it is scheduled."""
        net = self._net
        if message.send_at is None:
            self._carrier.take(message)
        else:
            wait = (message.send_at - net.clock.now()).total_seconds()
            net.timers.after(wait, lambda: self._carrier.take(message), f"scheduled text to {message.to}")

    def cancel(self, message: Message) -> None:
        """Calls a scheduled text off. Raises RestError 30409 for any other."""
        with self._net.lock:
            if message.status is not Status.SCHEDULED:
                raise RestError(30409, "This message cannot be canceled")
            message.move(Status.CANCELED, self._net.clock.now())
            self._net.touch()

    def redact(self, message: Message) -> None:
        """Empties a text that has come to its end. Raises RestError 20009 before that."""
        with self._net.lock:
            if message.status not in ENDED | {Status.SENT}:
                raise RestError(20009, "Cannot update this message before it has been processed.")
            message.body, message.updated = "", self._net.clock.now()
            self._net.touch()

    def delete(self, message: Message) -> None:
        """Forgets a text that has come to its end. Raises RestError 20009 before that."""
        with self._net.lock:
            if message.status not in ENDED | {Status.SENT}:
                raise RestError(20009, "Cannot delete message because delivery has not been completed.", 409)
            del self.messages[message.sid]
            self._net.touch()

    # In: a phone writes to the line

    def receive(self, phone: str, body: str, to: str, media: int = 0) -> Inbound:
        """A phone's text reaches one of our numbers; the line is told, and what it answers is sent.

        Raises KeyError when the number is not ours.
        """
        net = self._net
        with net.lock:
            number = net.line.numbers[to]
            scope = net.line.opt_out_scope(to)
            asked, confirmation = net.opt_outs.heard(scope, phone, body)
            message = self._keep(phone, to, body, Direction.INBOUND, media=media)
            service = net.line.service
            by_number = service is None or service.use_inbound_webhook_on_number
            target, fallback = (number.sms, number.sms_fallback) if by_number else (Target(), Target())
            if not by_number and service is not None:
                target, fallback = service.inbound, service.fallback
        replies = [self._confirm(to, phone, confirmation)] if confirmation else []
        if not target.url:
            return Inbound(message, tuple(replies), None)
        advanced = asked if net.line.service is not None and net.line.service.advanced_opt_out else None
        request = Request(target.url, target.method, self._told(message, advanced), Product.TEXT, self._jar(phone, to))
        document, status = self._ask(request, fallback, message)
        if net.faults.draw(Fault.WEBHOOK_DUPLICATE, phone) is not None:
            self._ask(request, fallback, message)
        if document is not None:
            replies += self._act(document, request, message)
        return Inbound(message, tuple(replies), status)

    def _keep(self, sender: str, to: str, body: str, direction: Direction, *, media: int = 0) -> Message:
        net = self._net
        sid = new_sid("MM" if media else "SM")
        where = f"{net.api_url}/{API_VERSION}/Accounts/{net.line.account_sid}/Messages/{sid}/Media"
        pictures = tuple(f"{where}/{new_sid('ME')}" for _ in range(media))
        message = Message(
            sid=sid,
            account_sid=net.line.account_sid,
            sender=sender,
            to=to,
            body=body,
            direction=direction,
            status=Status.RECEIVED if direction is Direction.INBOUND else Status.QUEUED,
            created=net.clock.now(),
            media=pictures,
        )
        with net.lock:
            self.messages[message.sid] = message
            net.touch()
        return message

    def _confirm(self, sender: str, phone: str, words: str) -> Message:
        message = self._keep(sender, phone, words, Direction.REPLY)
        message.confirmation = True
        self._carrier.take(message)
        return message

    def _told(self, message: Message, opt_out: OptOut | None) -> list[tuple[str, str]]:
        service = self._net.line.service
        told = [
            ("ToCountry", geography("To", message.to)["ToCountry"]),
            *((name, value) for name, value in geography("To", message.to).items() if name != "ToCountry"),
            ("SmsMessageSid", message.sid),
            ("NumMedia", str(len(message.media))),
            ("SmsSid", message.sid),
            *geography("From", message.sender).items(),
            ("SmsStatus", "received"),
            ("To", message.to),
            ("NumSegments", str(max(1, measure(message.body).segments))),
            ("MessageSid", message.sid),
            ("AccountSid", message.account_sid),
            ("From", message.sender),
            ("ApiVersion", API_VERSION),
        ]
        if message.body or not message.media:
            told.append(("Body", message.body))
        for n, url in enumerate(message.media):
            told += [(f"MediaUrl{n}", url), (f"MediaContentType{n}", "image/png")]
        if service is not None:
            told.append(("MessagingServiceSid", service.sid))
        if opt_out is not None:
            told.append(("OptOutType", opt_out.value))
        return told

    def _jar(self, phone: str, to: str) -> Jar:
        now = self._net.clock.now()
        with self._net.lock:
            jar, used = self._jars.get((phone, to), (Jar(), now))
            if now - used > COOKIE_LIFE:
                jar = Jar()
            self._jars[phone, to] = (jar, now)
        return jar

    def _ask(self, request: Request, fallback: Target, message: Message) -> tuple[Document | None, int | None]:
        net = self._net
        late = net.faults.draw(Fault.WEBHOOK_TIMEOUT, message.phone)
        try:
            document = documents.get(
                net.webhooks,
                request,
                fallback,
                lambda code, url, reason: net.report(code, url, reason, message.sid),
                timeout=None if late is None else late.seconds,
            )
        except NoDocumentError as error:
            return None, error.status
        return document, document.status

    # What the line answered

    def _act(self, document: Document, request: Request, message: Message) -> list[Message]:
        """Carries out the verbs. Nothing is reached after a <Redirect>, nor after a <Message> with an action."""
        replies: list[Message] = []
        for _ in range(10):
            onward = ""
            for verb in document.verbs:
                if verb.name == "Redirect":
                    onward, method = urljoin(document.url, verb.text), verb.get("method", "POST").upper()
                    break
                replies += self._reply(verb, document, message)
                if verb.get("action"):
                    return replies
            if not onward:
                return replies
            again = Request(onward, method, request.parameters, Product.TEXT, request.cookies)
            answered, _ = self._ask(again, Target(), message)
            if answered is None:
                return replies
            document = answered
        self._net.report(11215, document.url, "more than 10 <Redirect>s", message.sid)
        return replies

    def _reply(self, verb: Verb, document: Document, inbound: Message) -> list[Message]:
        net = self._net
        body = "".join(child.text for child in verb.children if child.name == "Body") or verb.text
        media = tuple(child.text for child in verb.children if child.name == "Media")
        to, sender = verb.get("to", inbound.sender), verb.get("from", inbound.to)
        if not body and not media:
            net.report(14103, document.url, "a <Message> with nothing in it", inbound.sid)
            return []
        if len(body) > MAX_BODY:
            net.report(21617, document.url, f"a <Message> of {len(body)} characters", inbound.sid)
            return []
        callback = verb.get("action") or verb.get("statusCallback")
        message = self._keep(sender, to, net.line.encoded(body), Direction.REPLY)
        message.media = media
        message.status_callback = urljoin(document.url, callback) if callback else ""
        message.callback_method = verb.get("method", "POST").upper()
        if net.opt_outs.blocks(net.line.opt_out_scope(sender), to):
            net.report(21610, document.url, "a reply to a phone that has opted out", inbound.sid)
        self._carrier.take(message)
        return [message]
