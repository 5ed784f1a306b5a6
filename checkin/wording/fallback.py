"""What callers get from the carrier itself when the line cannot answer: static TwiML with a country's crisis numbers.

In English, for it cannot know who rings. It links to nothing of the line's: that would be down as well.
"""

from xml.sax.saxutils import escape

from checkin.wording import countries, country

_TEXT = (
    "Sorry, nobody can read your text now. Emergency: {emergency}. To talk: {helpline}, or text {crisis_text}. "
    "Please text again in an hour."
)
# Said slowly, the numbers twice; each with the seconds of silence after it.
_VOICE = (
    ("We are sorry. This line can not take your call just now. Nobody has been told that you rang.", 1),
    ("In an emergency, ring {emergency_spoken}.", 1),
    ("To talk to somebody at any time, ring {helpline_spoken}.{free}", 2),
    ("Again. In an emergency, ring {emergency_spoken}. To talk to somebody, ring {helpline_spoken}.", 1),
    ("Please ring this number again in an hour. Goodbye.", 0),
)
# In the whole of Europe a call to 116 123 costs nothing, without credit too.
_FREE = "116 123"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<Response>\n'


def documents() -> dict[str, str]:
    """Return each document's text by its path, such as "GB/sms.xml"."""
    found = {}
    for code in countries():
        found[f"{code}/sms.xml"] = f"{_HEAD}  <Message>{escape(_TEXT.format(**country(code)))}</Message>\n</Response>\n"
        found[f"{code}/voice.xml"] = f"{_HEAD}{_spoken(code)}  <Hangup/>\n</Response>\n"
    return found


def _spoken(code: str) -> str:
    values = country(code)
    free = " It is free." if values["helpline_number"] == _FREE else ""
    lines = ""
    for sentence, pause in _VOICE:
        said = escape(sentence.format(**values, free=free))
        lines += f'  <Say voice="Polly.Amy" language="en-GB">{said}</Say>\n'
        lines += f'  <Pause length="{pause}"/>\n' if pause else ""
    return lines
