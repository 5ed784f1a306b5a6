"""From the outbox to the carrier: many at a time, and no transaction open while the carrier thinks.

Lease, decide, prepare: one transaction. Send: none. Settle: another. A process that dies anywhere in between leaves
leases that run out, and what they held is looked up at the carrier before it is sent again.
"""

import time as clock
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from checkin import buddies, checkins, claims, delivery, lanes, logs, outbox, outlook, timers
from checkin.claims import Claimed
from checkin.conversations.sentences import render
from checkin.errors import CarrierError, CheckinError
from checkin.gate import CAPPED, Defer, Drop, Medium, Request, Send, may
from checkin.gateways import Gateway, Machines, Receipt
from checkin.lanes import Lane, Start
from checkin.store.work import Store, Work
from checkin.wording import LANGUAGES
from checkin.wording.segments import as_sent

_log = logs.get("dispatch")

# The carrier may show a text in its list only a little after it took it.
_SETTLES = timedelta(seconds=30)
_LONGEST = timedelta(hours=1)


@dataclass(slots=True)
class _Batch:
    """One lot of messages on their way: what to send, and afterwards what became of each."""

    ready: list[tuple[Claimed, str, str]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    again: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    failed: list[tuple[UUID, int]] = field(default_factory=list)
    unsayable: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    deferred: list[dict[str, Any]] = field(default_factory=list)
    capped: Counter[tuple[UUID, Medium]] = field(default_factory=Counter)
    """What of this lot counts towards somebody's weekly cap."""
    ringing: set[UUID] = field(default_factory=set)
    """Whom this lot rings: nobody is rung twice at once."""
    traces: dict[UUID, UUID] = field(default_factory=dict)
    """What set off each message, as the logs call it."""


class Dispatcher:
    """Sends what is owed. One a process; its threads wait for the carrier together."""

    def __init__(self, store: Store, gateway: Gateway, *, threads: int) -> None:
        self._store = store
        self._gateway = gateway
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="carrier")

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown()

    def send(self, lane: Lane, now: datetime) -> int:
        """Send one lot of what is due at `now`; return how many were claimed (0: nothing left to do)."""
        with self._store.work(now) as work:
            claimed = _claim(work, lane)
            if not claimed:
                return 0
            batch = _Batch()
            for message in claimed:
                batch.traces[message.id] = message.trace
                with logs.following(message.trace):
                    self._decide_safely(work, message, batch)
            outbox.failed(work.conn, batch.unsayable)
            outbox.prepared(work.conn, batch.bodies)
            outbox.dropped(work.conn, batch.dropped)
            outbox.deferred(work, batch.deferred)
            starts = lanes.starts(work.conn, lane, Counter(message.medium for message, *_ in batch.ready))
        self._send_all(batch, starts, now)
        self._settle(batch, now)
        return len(claimed)

    # --- deciding ---

    def _decide_safely(self, work: Work, message: Claimed, batch: _Batch) -> None:
        try:
            self._decide(work, message, batch)
        except (KeyError, ValueError, CheckinError):
            # One message that cannot be said must not hold up those behind it.
            _log.exception("cannot_be_said", message=str(message.id), wording=message.wording)
            batch.unsayable.append({"id": message.id, "reason": "cannot_be_said", "code": None})

    def _decide(self, work: Work, message: Claimed, batch: _Batch) -> None:
        person = message.person
        if message.medium == "text" and person["line"] == "landline":
            outbox.by_voice(work.conn, [{"id": message.id, "reason": "landline"}])
            return
        number = work.vault.open(person["number"], "phones.number") if person["number"] else None
        whose = message.person_id, message.medium
        ringing = message.person_id in batch.ringing
        verdict = may(_request(work, message, number, batch.capped[whose], ringing=ringing))
        match verdict:
            case Send():
                batch.capped[whose] += message.stream in CAPPED
                if message.medium == "call":
                    batch.ringing.add(message.person_id)
                body = _body(work, message)
                sealed = work.vault.seal(body, "messages.body")
                batch.bodies.append({"id": message.id, "body": sealed, "phone_id": person["phone_id"]})
                batch.ready.append((message, number or "", body))
            case Defer(until=until, why=why):
                batch.deferred.append({"id": message.id, "person": message.person_id, "until": until, "reason": why})
                if message.wording == "checkin.ask":
                    # The silence that is waited for begins when the question is put.
                    timers.shift_silence(work, message.person_id, until - max(message.due_at, work.now))
                elif message.wording == "reach_out.ask" and message.subject is not None:
                    later = until - max(message.due_at, work.now)
                    checkins.wait_for(work, message.subject, message.person_id, later)
            case Drop(why=why):
                batch.dropped.append({"id": message.id, "reason": why})
                _log.info("dropped", why=why, message=str(message.id))
                others = message.wording in buddies.RELAYED or message.wording == "reach_out.ask"
                if ((others and why != "not_relevant") or why not in _NO_USE_GOING_ON) and (
                    row := delivery.find(work, message.id)
                ):
                    delivery.go_on(work, row)
                if message.reason == delivery.BY_VOICE and why not in _OVERTAKEN:
                    delivery.tell_staff(work, message.person_id, "not_told", 0)

    # --- sending ---

    def _send_all(self, batch: _Batch, starts: Mapping[Medium, Start], now: datetime) -> None:
        begun = clock.monotonic()
        sent: Counter[Medium] = Counter()
        jobs = []
        for message, to, body in batch.ready:
            start, nth = starts[message.medium], sent[message.medium]
            sent[message.medium] += 1
            not_before = begun + start.wait + nth * start.apart
            jobs.append((message, self._pool.submit(self._send_one, message, to, body, not_before)))
        for message, job in jobs:
            with logs.following(message.trace):
                self._sent(batch, message, job, now)

    def _sent(self, batch: _Batch, message: Claimed, job: Future[Receipt], now: datetime) -> None:
        try:
            receipt = job.result()
        except CarrierError as error:
            self._refused(batch, message, error, now)
            return
        _log.info("sent", message=str(message.id), sid=receipt.sid, medium=message.medium, wording=message.wording)
        row = {"id": message.id, "sid": receipt.sid, "at": now, "rank": receipt.rank}
        batch.sent.append({**row, "carrier_status": receipt.status})

    def _send_one(self, message: Claimed, to: str, body: str, not_before: float) -> Receipt:
        if (early := not_before - clock.monotonic()) > 0:
            clock.sleep(early)
        with logs.following(message.trace):
            return self._hand_over(message, to, body)

    def _hand_over(self, message: Claimed, to: str, body: str) -> Receipt:
        if message.medium == "text":
            return self._gateway.text(message.id, to, body, sender=message.sender)
        person = message.person
        machines: Machines = "hang_up" if person["voicemail"] == "none" else "leave_word"
        if person["text_relay"]:
            machines = "ignore"
        return self._gateway.call(
            message.id, to, ring_seconds=person["ring_seconds"], machines=machines, sender=message.sender
        )

    def _refused(self, batch: _Batch, message: Claimed, error: CarrierError, now: datetime) -> None:
        _log.warning("carrier_error", code=error.code, ambiguous=error.ambiguous, message=str(message.id))
        if error.ambiguous:
            batch.unknown.append({"id": message.id, "at": now + _SETTLES})
            return
        fault = self._gateway.fault(error.code)
        until = delivery.next_try(fault, message.attempt, now, error.retry_after)
        if until is not None and (message.expires_at is None or until < message.expires_at):
            batch.again.append({"id": message.id, "until": until, "reason": fault.name.lower(), "code": error.code})
        else:
            batch.failed.append((message.id, error.code))

    def _settle(self, batch: _Batch, now: datetime) -> None:
        with self._store.work(now) as work:
            outbox.sent(work.conn, batch.sent)
            outbox.again(work.conn, batch.again)
            outbox.unknown(work.conn, batch.unknown)
            for row in batch.again:
                # It is tried again; meanwhile nobody waits for whoever could not be paged just now.
                with logs.following(batch.traces[row["id"]]):
                    delivery.not_reached(work, row["id"], row["reason"])
            for message_id, code in batch.failed:
                with logs.following(batch.traces[message_id]):
                    self._give_up(work, message_id, code)

    def _give_up(self, work: Work, message_id: UUID, code: int) -> None:
        fault = self._gateway.fault(code)
        outbox.failed(work.conn, [{"id": message_id, "reason": fault.name.lower(), "code": code}])
        row = delivery.find(work, message_id)
        if row is not None:
            delivery.follow(work, row, fault, code)

    # --- reconciling ---

    def reconcile(self, now: datetime, *, batch: int = 50) -> int:
        """Look up at the carrier what may or may not have been sent; only what it does not know is sent again."""
        with self._store.work(now) as work:
            lapsed = outbox.lapse(work)
            unknowns = outbox.unknowns(work, batch=batch)
        if lapsed:
            _log.warning("leases_lapsed", count=lapsed)
        for message in unknowns:
            with logs.following(message.trace):
                self._look_up(message, now)
        return len(unknowns)

    def _look_up(self, message: outbox.Unknown, now: datetime) -> None:
        vault = self._store.vault
        number = vault.open(message.number, "phones.number") if message.number else ""
        try:
            if message.body is None or not number:
                found = None
            elif message.medium == "text":
                found = self._gateway.find_text(number, vault.open(message.body, "messages.body"), message.at)
            else:
                found = self._gateway.find_call(number, message.at)
        except CarrierError as error:
            _log.warning("cannot_look_up", code=error.code, message=str(message.id))
            return
        with self._store.work(now) as work:
            if found is not None:
                row = {"id": message.id, "sid": found.sid, "at": now, "rank": found.rank}
                outbox.sent(work.conn, [{**row, "carrier_status": found.status}])
                if found.code is not None and (out := delivery.find(work, message.id)):
                    # The callback that told of it may be the one that was lost.
                    delivery.did_not_arrive(work, out, self._gateway.fault(found.code), found.code)
            elif now - message.at >= _SETTLES:
                # The first time at once: most of these are our own time-outs. Then a carrier in trouble is given longer
                # and longer, and asked every hour until it recovers or the message is too old: none is given up.
                wait = min(timedelta(seconds=15) * (1 << min(message.attempt - 1, 8)), _LONGEST) * (message.attempt > 1)
                again = {"id": message.id, "until": now + wait, "reason": outbox.NOT_AT_CARRIER, "code": None}
                outbox.again(work.conn, [again])


# Going on up the ladder would ask somebody's buddy about a question that was never put, or no longer stands.
_NO_USE_GOING_ON = frozenset({"not_relevant", "weekly_cap", "paused", "not_active", "no_consent"})


# Nobody has to be told of what no longer stands.
_OVERTAKEN = frozenset({"not_relevant", "too_late", "not_active"})


def _claim(work: Work, lane: Lane) -> list[Claimed]:
    wait = lanes.wait_for_a_call(work.conn, lane)
    claimed: list[Claimed] = []
    for urgency in lane.classes:
        if (left := lane.batch - len(claimed)) > 0:
            claimed += claims.claim(work, urgency, lane.most(left, wait))
    return claimed


def _request(work: Work, message: Claimed, number: str | None, sent_just_now: int, *, ringing: bool) -> Request:
    person = message.person
    return outlook.request(
        work,
        person,
        number,
        medium=message.medium,
        stream=message.stream,
        key=message.wording,
        expires_at=message.expires_at,
        relevant=person["relevant"] is not False,
        on_call=person["on_call"] or ringing,
        sent_this_week=person["sent_this_week"] + sent_just_now,
    )


def _body(work: Work, message: Claimed) -> str:
    variant = outlook.variant(message.person, message.medium)
    values = work.vault.open_json(message.arguments, "messages.arguments")
    # What the gate lets through in a language that the line does not speak is about danger.
    language = message.person["language"] if message.person["language"] in LANGUAGES else "en"
    body = render(work, message.wording, language, variant, values)
    if variant != "text" or not message.person["shared_phone"]:
        return body
    # Whoever picks up a shared phone sees first whom it is for. A discreet profile wants no name there.
    name = work.vault.open(message.person["name"], "people.name")
    return body if name in body[:_BEGINNING] else f"{as_sent(name)}: {body}"


_BEGINNING = 30
