"""The ceiling for `bench/webhook.py`: the least that a webhook of ours could do and still keep its promises.

Check the signature, store the text sealed, commit, answer TwiML. No reading, no conversation, nobody looked up. Served
by the same gunicorn with the same settings on the same database.
"""

import os
from datetime import UTC, datetime

from flask import Flask, Response, request
from sqlalchemy import insert
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from checkin.settings import read_settings
from checkin.store.engine import connect
from checkin.store.ids import new_id
from checkin.store.models import Message
from checkin.store.vault import Vault

settings = read_settings(os.environ)
engine = connect(settings.database_url)
vault = Vault(settings.keys)
validator = RequestValidator(settings.auth_tokens[0])
app = Flask("ceiling")
_INSERT = insert(Message)


@app.get("/healthz")
def healthz() -> str:
    """Answer when it is up."""
    return "ok"


@app.post("/twilio/sms")
def sms() -> Response:
    """Take one text."""
    url = settings.public_url + request.environ["RAW_URI"]
    if not validator.validate(url, request.form, request.headers["X-Twilio-Signature"]):
        return Response(status=403)
    with engine.begin() as connection:
        connection.execute(
            _INSERT,
            {
                "id": new_id(),
                "at": datetime.now(UTC),
                "direction": "in",
                "medium": "text",
                "sid": request.form["MessageSid"],
                "status": "received",
                "body": vault.seal(request.form["Body"], "messages.body"),
            },
        )
    document = MessagingResponse()
    document.message("Thank you. Glad you are all right.")
    return Response(str(document), mimetype="text/xml")
