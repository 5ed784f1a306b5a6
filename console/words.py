"""What the line's codes mean, in sentences for staff. A code without a sentence is shown as it is, never hidden.

Tests go through every code that the line can write, so that a new one without a sentence is found.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import phonenumbers

from checkin.casebook import Event, NotSent, Phone, Profile, Said, Waiting
from checkin.conversation.risk import CATEGORIES
from checkin.phone import is_e164
from console.times import Times

SEVERITIES: Mapping[str, str] = {"red": "RED", "amber": "AMBER", "task": "TASK"}

# What the line itself does about a case when its next moment comes.
_DEADLINES: Mapping[tuple[bool, bool], str] = {
    (False, True): "the next person is asked",
    (False, False): "due",
    (True, True): "they are asked how it stands",
    (True, False): "it is looked at again",
}


def deadline(case: Waiting) -> str:
    """Return what happens when the next moment of a case comes."""
    return _DEADLINES[case.taken_by is not None, case.severity == "red"]


# Why a case was opened.
REASONS: Mapping[str, str] = {
    "words": "Words that may mean danger",
    "urgent": "Asked for a person urgently",
    "not_good": "Is not good today",
    "silent_after_low": "Said they are not good, then went quiet",
    "so_so_words": "Is so-so, and said something the line did not understand",
    "nobody_confirmed": "Has not answered a check-in, and nobody has confirmed that all is well",
    "call_me": "Would like to be rung",
    "call_me_waiting": "Asked to be rung a day ago, and nobody has seen to it",
    "asked_for_help": "Asked for help",
    "stopped": "Has stopped messages; that can be a way of asking for help",
    "stopped_buddy": "Has stopped messages from their buddy; the pair may need a word",
    "may_be_farewell": "Sent a word that ends messages and may mean more: ring them; texts cannot reach them",
    "in_hospital": "Is in hospital",
    "unread": "Wrote something the line did not understand",
    "unread_twice": "Wrote twice and was not understood",
    "question": "Asked a question",
    "asked_next": "Asked for the next meeting, and none is known",
    "wants_help_finding": "Is looking for help or a service nearby",
    "wants_a_group": "Is looking for a group",
    "wants_to_join": "Would like to join",
    "answered_staff": "Answered a text from staff, after the case was closed",
    "low_outcome": "Gave a low answer when asked how it goes",
    "outcome_words": "Answered in words when asked how it goes",
    "same_text_again": "Has sent the same text again and again; it is kept, and answered once",
    "answers_stopped": "So many texts in a few minutes that answers have stopped; it may be a machine",
    "tip": "Offers a tip to share; it waits to be read under Tips",
    "wants_a_tip": "Asked for a tip, and there was none to give",
    "did_not_help": "What they were put through to did not help",
    "cannot_greet": "Cannot be there to meet somebody new",
    "bad_tip": "Says that a tip is not right; nobody hears it until you have looked",
    "wrong_code": "Would like to join, and gave a code that the line does not know",
    "joined": "Has joined a group; say hello, and see what they need",
    "joining_unanswered": "Was asked to join, and has not answered; nothing more is sent",
    "said_no_to_joining": "Was asked to join, and said no; nothing more is sent",
    "was_here_before": "Somebody with this number has left the line before; see whether it is the same person",
    "name_needed": "Has joined, and the line has no name for them",
    "number_not_safe": "Says their number is not to be texted or rung; nothing is until you have looked",
    "number_not_good": "Says their number is no longer a good one; no texts go there until you have looked",
    "language": "Asked for a language the line does not write yet",
    "new_number": "Writes of a new number; check whose it is before it is used",
    "wrong_number": "Says this is a wrong number; it is not used until you have looked",
    "for_facilitator": "Has a question or a word for whoever runs their group; it was passed on",
    "low_beside_rsvp": "Does not sound well, when asked whether they come to a meeting",
    "for_buddy": "Wrote words for a buddy that could not be passed on",
    "buddy_worried": "Somebody who looks out for them is worried",
    "buddy_needs_cover": "Cannot look out for their person just now; somebody else is needed",
    "buddy_rests": "Their buddy is having a break, and nobody stands in",
    "buddy_so_so": "A buddy who says that they are so-so, the day after a bad one",
    "buddy_not_good": "A buddy who says that they are not good, the day after a bad one",
    "buddy_words": "A buddy who was asked how they are, and answered in their own words",
    "debrief": "What whoever was in touch with them says about it",
    "pair_not_made": "A buddy was proposed to them, and it did not come about; who said what is told to nobody",
    "pair_ended": "A pair was ended by one of the two; somebody may be without a buddy",
    "wants_to_part": "Would like to end a pair, and it is not clear which",
    "pair_review": "It is time to look with them and their buddy at how it goes",
    "buddy_silent": "Has not said how the person they look out for is",
    "pin_wrong": "Their PIN was keyed wrong three times in one call",
    "long_call": "Was on the phone with the line through an operator for very long; they may want a person",
    "rang_buddy": "Rang their buddy, who could not come to the phone, and would like a person",
    "who_is_it": "A text from a shared phone, and nobody said whose it is",
    "stranger": "A text from a number the line does not know",
    "stranger_wants_call": "Rang from a number the line does not know, and would like to be rung back",
    "carrier_opt_out": "The carrier holds an opt-out, so texts do not arrive",
    "number_unreachable": "Their number cannot be reached",
    "page_not_delivered": "A page to them did not arrive",
    "text_filtered": "A carrier took a text to them for spam; it must be said otherwise",
    "not_told": "Could be reached neither by text nor by telephone with something they should know",
    "duty_nobody": "Somebody cannot do their duty, and nobody has stepped in",
    "duty_silent": "Somebody has not said whether they can do their duty; it stands",
    "rota_hole": "Nobody is on call for a time that is coming up",
    "restored": "The line was restored from a backup",
    "rota_digest": "The gaps of the coming four weeks in the rota",
    "feed_held": "A feed of the directory has shrunk and waits for somebody",
    "feed_failed": "A feed of the directory cannot be read",
    "helpline_expires": "The check of a helpline runs out",
    "not_done": "The line has not done all that it should have; whoever looks after the machine must look",
    "probable_outage": "Many people in one area have not answered: a probable outage",
    "line_failed": "Something in the line broke while this was handled",
}

# What the auditor finds (`checkin/auditor.py`), as staff read it; docs/operations.md says what to do about each.
FINDINGS: Mapping[str, str] = {
    "not_begun": "Things are due, and nothing has begun them",
    "fails_again": "Something that is due fails again and again",
    "page_waits": "Pages wait, and are not sent",
    "not_sent": "Messages wait, and are not sent",
    "in_nobodys_hands": "Messages were being sent when something stopped, and nobody has looked since",
    "never_looked_up": "Messages may have been sent or not, and the carrier cannot be asked",
    "plan_without_outcome": "Members were neither asked nor left out with a reason",
    "ladder_stands_still": "Open check-ins wait for nothing",
    "ladder_ended_silently": "Check-ins ended unconfirmed, without a case",
    "case_without_clock": "Open cases have no time at which somebody is told again",
    "nobody_paged": "RED cases for which nobody was paged",
    "reminder_without_message": "Members counted as reminded were sent nothing",
    "carrier_refuses_us": "Messages failed because the carrier refuses the line, or they could not be put into words",
    "carrier_tells_nothing": "Texts go out, and the carrier tells nothing of what becomes of them",
}

# Why something was not sent, is held back, or failed.
WHY_NOT: Mapping[str, str] = {
    "no_number": "there is no number for it",
    "fictional_number": "the number is one kept for fiction",
    "number_suspended": "the number is out of use until somebody has looked",
    "not_active": "they are not active on the line",
    "not_relevant": "it had been answered or overtaken",
    "too_late": "it was too late for it",
    "not_sayable": "the line has no words for it in their language",
    "stopped": "they stopped texts",
    "not_safe": "it is marked not safe for them",
    "no_consent": "they have not agreed to this kind of message",
    "paused": "they have paused messages",
    "weekly_cap": "they have had as many as one week allows",
    "on_call": "they were on the phone with the line just then",
    "hours": "it is outside the hours in which they may be disturbed",
    "answered": "they were heard from first",
    "taken": "somebody took the case first",
    "pair_ended": "the pair had ended",
    "superseded": "a newer one took its place",
    "restored": "it may have been sent before the line was restored from a backup",
    "not_at_carrier": "the carrier never had it",
    "transient": "the carrier could not take it just then",
    "tomorrow": "the carrier's daily limit was reached",
    "unreachable": "the phone is off or out of reach",
    "unsubscribed": "the carrier holds an opt-out",
    "not_mobile": "the number takes calls only",
    "no_such_number": "there is no such number",
    "blocked": "they or their carrier refuse the line",
    "filtered": "a carrier took the words for spam",
    "landline": "the number takes calls only",
    "by_voice": "texts do not get through, so they are rung",
    "busy": "they were on the phone",
    "no_answer": "nobody answered",
    "voicemail": "a machine answered",
    "config": "the line's account at the carrier is not set up for it",
    "bug": "the line asked the carrier for something impossible",
    "cannot_be_said": "the sentence could not be put together",
    "undelivered": "the carrier could not deliver it",
    "failed": "the carrier could not deliver it",
    "red_case": "there was a RED case about them, and people were with them",
    "still_open": "the one before was still open",
    "appointment": "they had an appointment just then",
}

_TEXT_FATES: Mapping[str, str] = {
    "delivered": "Delivered",
    "read": "Delivered and read",
    "undelivered": "Not delivered",
    "failed": "Not delivered",
    "canceled": "Cancelled",
}
_CALL_FATES: Mapping[str, str] = {
    "in-progress": "Being answered now",
    "ringing": "Ringing now",
    "completed": "Answered, but no key was pressed, so nobody may have heard it",
    "busy": "Engaged",
    "no-answer": "No answer",
    "failed": "Could not be put through",
    "canceled": "Cancelled",
}

_EVENTS: Mapping[str, str] = {
    "alarm": "Alarm: {detail}",
    "paged": "{who} was paged",
    "asked": "{who} was asked to get in touch",
    "declined": "{who} passed it on",
    "taken": "{who} took it",
    "noted": "{who} noted",
    "said": "{who} said",
    "wrote": "{who} wrote to them by text",
    "close_asked": "{who} asked for it to be closed",
    "heard_from": "{who} was heard from, and is well",
    "in_touch": "{who} was heard from",
    "quiet": "{who} has not answered a check-in",
    "one_of": "The phone is shared; it may be one of these",
    "mended": "Mended since: {detail}",
    "named": "It was {who}, by their own word",
    "unreached": "Nobody who was paged could be reached, so the next were paged at once",
    "checked": "{who} was asked whether they have reached the person",
    "trying": "{who} is still trying",
    "arrived": "{who} says that help has come, or that the person is safe",
    "offered": "{detail} asked {who} to take it over",
    "offer_lapsed": "{who} did not take it over",
    "told": "{who} was told that nobody has it yet",
    "merged": "Case {detail} was made part of this one; what was said there is here now",
    "merged_into": "This was made part of case {detail}",
    "woke": "Back from being laid aside: {detail}",
}
# How a case came to be open again, and until when it was laid aside.
_REOPENED: Mapping[str, str] = {
    "silent": "Open again: nothing was heard of {who}, who had it",
    "handed_back": "Open again: {who} gave it back",
}
_SNOOZED: Mapping[str, str] = {
    "": "{who} laid it aside until a set time",
    "reply": "{who} laid it aside until the person is heard from",
}
# What whoever looks out for somebody answered when they were asked about it, or about themselves.
_WELFARE: Mapping[str, str] = {
    "good": "{who}, their buddy, was asked how they are themselves: good",
    "so_so": "{who}, their buddy, was asked how they are themselves: so-so",
    "low": "{who}, their buddy, was asked how they are themselves: not good",
    "call": "{who}, their buddy, was asked how they are themselves, and would like to be rung",
    "flagged": "{who}, their buddy, was asked how they are themselves, and does not sound well",
    "thanks": "{who}, their buddy, was asked how they are themselves, and says thank you",
    "words": "{who}, their buddy, was asked how they are themselves, and answered in their own words",
    "silent": "{who}, their buddy, was asked how they are themselves, and said nothing, which is all right",
}
_DEBRIEF: Mapping[str, str] = {
    "fine": "{who}, who was in touch with them, says that it went well",
    "hard": "{who}, who was in touch with them, says that it was hard",
    "worried": "{who}, who was in touch with them, is worried",
    "thanks": "{who}, who was in touch with them, says thank you",
    "words": "{who}, who was in touch with them, said how it went",
    "silent": "{who}, who was in touch with them, was asked how it went and said nothing, which is all right",
}
EVENT_KINDS = frozenset({*_EVENTS, "welfare", "debrief", "opened", "joined", "raised", "closed", "reopened", "snoozed"})

_BY_DETAIL: Mapping[str, Mapping[str, str]] = {
    "reopened": _REOPENED, "snoozed": _SNOOZED, "welfare": _WELFARE, "debrief": _DEBRIEF,
}  # fmt: skip

# What `escalations.open_case` writes: the severity, the code, then what was heard, one piece after each semicolon.
_OPENED = re.compile(r"(red|amber|task): (\w+)(.*)", re.DOTALL)
# What the auditor adds: its finding, and how many of them there are.
_FOUND = re.compile(r" \((\w+): (\d+)\)")
_STRANGER = "Somebody the line does not know"
_ROTA = "The rota"
_AN_AREA = "An area"
_ABOUT_THE_ROTA = frozenset({"duty_nobody", "duty_silent", "rota_digest", "rota_hole"})
_LINE, _ABOUT_THE_LINE = "The line itself", frozenset({"not_done"})
_DIRECTORY = "The directory"
_ABOUT_THE_DIRECTORY = frozenset({"feed_held", "feed_failed", "helpline_expires"})


def reason(code: str) -> str:
    """Return why a case was opened, in words."""
    return REASONS.get(code, code)


def member(name: str | None, why: str = "") -> str:
    """Return a member's first name, or that the line does not know them; a case about the rota is about nobody."""
    if why in _ABOUT_THE_DIRECTORY:
        return name or _DIRECTORY
    if why in _ABOUT_THE_LINE:
        return name or _LINE
    if why == "probable_outage":
        return _AN_AREA
    return name or (_ROTA if why in _ABOUT_THE_ROTA else _STRANGER)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a timeline in words: what happened, and what was heard that made the line think so."""

    what: str
    heard: Sequence[str] = ()
    flagged: Sequence[tuple[str, str]] = ()
    """The words that were flagged, each with its reason."""


def told(event: Event) -> Told:
    """Return a line of a timeline in words."""
    who = event.who or "Somebody"
    if event.kind in {"opened", "joined"}:
        return _told_opened(event)
    if event.kind == "raised":
        return Told(f"Raised to {SEVERITIES.get(event.detail, event.detail)}")
    if event.kind == "closed":
        return Told(f"{event.who} closed it" if event.who else "Closed by itself")
    by_detail = _BY_DETAIL.get(event.kind, {})
    sentence = by_detail.get(event.detail) or _EVENTS.get(event.kind)
    if sentence is None:
        return Told(": ".join(filter(None, (event.kind, event.detail))))
    return Told(sentence.format(who=who, detail=FINDINGS.get(event.detail, event.detail)))


def _told_opened(event: Event) -> Told:
    verb = "Opened" if event.kind == "opened" else "More came in"
    found = _OPENED.fullmatch(event.detail)
    if found is None:
        return Told(f"{verb}: {event.detail}")
    severity, code, rest = found.groups()
    rest, _, teller = rest.partition(", said by ")
    first, *pieces = rest.split("; ")
    if (finding := _FOUND.fullmatch(first)) is not None:
        first = f": {FINDINGS.get(finding[1], finding[1])} ({finding[2]})"
    what = f"{verb} as {SEVERITIES[severity]}: {reason(code)}{first}"
    reasons = [piece.partition(": ") for piece in pieces]
    marks = [(words, CATEGORIES.get(category, category)) for category, _, words in reasons if words]
    return Told(f"{what} (said by {teller})" if teller else what, [_heard(piece) for piece in pieces], marks)


def flagged(events: Sequence[Event]) -> list[tuple[str, str]]:
    """Return everything that was flagged on a case, each piece of words with its reason."""
    return [mark for event in events for mark in told(event).flagged]


def pieces(text: str, marks: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return a text in pieces, each with why it was flagged, or ""; what was heard in other letters stays unmarked."""
    found = [(piece, why) for piece, why in marks if piece.strip()]
    if not found:
        return [(text, "")]
    why_of = {piece.casefold(): why for piece, why in found}
    longest_first = sorted({piece for piece, _ in found}, key=len, reverse=True)
    pattern = re.compile("(" + "|".join(map(re.escape, longest_first)) + ")", re.IGNORECASE)
    return [(part, why_of.get(part.casefold(), "")) for part in pattern.split(text) if part]


def _heard(piece: str) -> str:
    category, _, words = piece.partition(": ")
    return f"{CATEGORIES.get(category, category)}: “{words}”" if words else piece


def fate(said: Said, times: Times) -> str:
    """Return what became of a text or call in one sentence."""
    if said.direction == "in":
        return "Not understood: a person should read it" if said.unread else ""
    why = WHY_NOT.get(said.reason or "", said.reason or "")
    match said.status:
        case "owed" if why and said.due_at:
            return f"Held back until {times.said(said.due_at)}: {why}"
        case "owed":
            return "Waiting to go out"
        case "leased":
            return "Being sent now"
        case "unknown":
            return "May have been sent: the carrier is being asked"
        case "dropped":
            return f"Not sent: {why}"
        case "failed":
            return f"Failed: {why}{_code(said)}"
        case _:
            return _fate_at_carrier(said)


_KINDS: Mapping[str, str] = {
    "checkins": "Check-in",
    "reminders": "Reminder",
    "buddy": "Message about a buddy",
    "caring": "Caring message",
    "contact": "Question about how to reach them",
    "notice": "Notice",
    "service": "Answer to something they began",
    "safety": "Safety message",
}
_BY: Mapping[str | None, str] = {"text": " by text", "call": " by telephone", None: ""}


def not_sent(one: NotSent, times: Times) -> str:
    """Return in one sentence why something was not sent, or not when it was due."""
    what = f"{_KINDS.get(one.stream, one.stream)}{_BY[one.medium]}"
    why = WHY_NOT.get(one.why, one.why)
    match one.outcome:
        case "left_out":
            return f"{what} left out: {why}."
        case "held":
            until = f" until {times.said(one.until)}" if one.until else ""
            return f"{what} held back{until}: {why}."
        case "failed":
            return f"{what} failed: {why}{f' (carrier code {one.code})' if one.code else ''}."
        case _:
            return f"{what} not sent: {why}."


def _fate_at_carrier(said: Said) -> str:
    if said.medium == "call" and said.reached:
        return "Reached: somebody pressed a key"
    fates = _TEXT_FATES if said.medium == "text" else _CALL_FATES
    return f"{fates.get(said.carrier_status or '', 'On its way')}{_code(said)}"


def _code(said: Said) -> str:
    return f" (carrier code {said.carrier_code})" if said.carrier_code else ""


def is_pending(said: Said) -> bool:
    """Tell whether something has yet to be sent, or may have to be."""
    return said.status in {"owed", "leased", "unknown"}


def is_lost(said: Said) -> bool:
    """Tell whether something was never sent, or never arrived."""
    return said.status in {"dropped", "failed"} or said.carrier_status in {"undelivered", "failed"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a safe-contact profile. `care`: it forbids something, or asks for care."""

    label: str
    value: str
    care: bool = False


_VOICEMAIL: Mapping[str, str] = {
    "none": "Leave no message",
    "neutral": "Neutral message only",
    "full": "May leave a full message",
}
_LANGUAGES: Mapping[str, str] = {"en": "English", "cy": "Welsh", "pl": "Polish"}


def safe_contact(profile: Profile, times: Times) -> list[Line]:
    """Return how somebody may be reached without harm, what forbids something first in each pair."""
    text, ring = _texting(profile), _ringing(profile)
    hours = "Any time outside quiet hours"
    if profile.safe_hours:
        hours = f"{times.clock(profile.safe_hours[0])} to {times.clock(profile.safe_hours[1])} only"
    if str(times.zone) != profile.zone:
        hours += f" ({profile.zone} time)"
    lines = [
        text,
        ring,
        Line("Hours", hours, care=profile.safe_hours is not None),
        Line("Voicemail", _VOICEMAIL.get(profile.voicemail, profile.voicemail), care=profile.voicemail == "none"),
        Line("Phone", "Shared: make sure who answers" if profile.shared_phone else "Their own", profile.shared_phone),
        Line(
            "Wording",
            "Discreet: say nothing of the group or the line" if profile.discreet else "Ordinary",
            care=profile.discreet,
        ),
        Line("Language", _LANGUAGES.get(profile.language, profile.language), care=profile.language != "en"),
    ]
    if profile.text_relay:
        lines.append(Line("Text relay", "An operator types what you say: speak slowly, and wait", care=True))
    if profile.has_pin:
        lines.append(Line("PIN", "The line says nothing private in a call before it"))
    if profile.missed_call_ok:
        lines.append(Line("Missed call", "Ringing and hanging up counts as: I am OK"))
    if profile.paused_until and profile.paused_until > times.now:
        lines.append(Line("Paused", f"Until {times.both(profile.paused_until)}", care=True))
    if profile.status != "active":
        lines.append(Line("On the line", f"No longer active: {profile.status}", care=True))
    return lines


def language(code: str) -> str:
    """Return a language's name in English."""
    return _LANGUAGES.get(code, code)


def _texting(profile: Profile) -> Line:
    if not profile.safe_to_text:
        return Line("Text", "Not safe: do not text", care=True)
    if profile.text_blocked:
        return Line("Text", "Texts do not arrive: they or the carrier stopped them", care=True)
    return Line("Text", "Safe, and preferred" if profile.prefers == "text" else "Safe")


def _ringing(profile: Profile) -> Line:
    if not profile.safe_to_call:
        return Line("Ring", "Not safe: do not ring", care=True)
    return Line("Ring", "Safe, and preferred" if profile.prefers == "call" else "Safe")


_LINES: Mapping[str, str] = {"landline": "landline: calls only", "mobile": "mobile"}


def number(phone: Phone, country: str) -> str:
    """Return a number as people in `country` (ISO 3166) write it, with the kind of line it is."""
    parts = [
        phone.number,
        _LINES.get(phone.line, ""),
        "out of use until somebody has looked" if phone.suspended else "",
    ]
    if is_e164(phone.number):
        parsed = phonenumbers.parse(phone.number)
        at_home = parsed.country_code == phonenumbers.country_code_for_region(country)
        style = phonenumbers.PhoneNumberFormat
        parts[0] = phonenumbers.format_number(parsed, style.NATIONAL if at_home else style.INTERNATIONAL)
    return " · ".join(filter(None, parts))
