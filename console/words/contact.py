"""How somebody may be reached without harm, and their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers

from checkin.casebook import Phone, Profile
from checkin.phone import is_e164
from checkin.wording import NAMES
from console.times import Times


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
STATUSES: Mapping[str, str] = {
    "invited": "Invited, has not said yes yet",
    "active": "On the line",
    "suspended": "Suspended",
    "ended": "Has left",
}


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
        Line("Language", language(profile.language), care=profile.language != "en"),
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
        lines.append(Line("On the line", STATUSES.get(profile.status, profile.status), care=True))
    return lines


def language(code: str) -> str:
    """Return a language's name in English."""
    return NAMES.get(code, code)


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
