"""The phone network's door: Twilio's webhooks in.

A view here verifies, dedupes, translates, delegates and answers; nothing else. Business lives in `checkin/`. To add a
step: a rule in `sms.py` or `voice.py`, and its signature is checked for you before it runs.
"""

from flask import Blueprint, Flask

from checkin.bootstrap import Bell, Line
from webhooks import probes, signature, sms, voice


def register(app: Flask, line: Line, bell: Bell) -> None:
    """Hang the door into the web process."""
    door = Blueprint("twilio", __name__, url_prefix="/twilio")
    door.before_request(signature.checker(line.settings))
    sms.add_rules(door, line, bell)
    voice.add_rules(door, line, bell)
    app.register_blueprint(door)
    probes.add_rules(app, line, bell)
