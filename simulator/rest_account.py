"""The account, its numbers and its Messaging Service in the REST API: what `connect` commands read and set."""

from collections.abc import Mapping

from flask import Response, jsonify, request

from simulator.documents import Target
from simulator.line import Number, Service
from simulator.rest import ROOT, Json, blueprint, missing, network, page_of
from simulator.wire import API_VERSION, iso, rfc2822

api = blueprint("account")

NUMBER_TARGETS = {
    "sms": ("SmsUrl", "SmsMethod"),
    "sms_fallback": ("SmsFallbackUrl", "SmsFallbackMethod"),
    "voice": ("VoiceUrl", "VoiceMethod"),
    "voice_fallback": ("VoiceFallbackUrl", "VoiceFallbackMethod"),
    "status_callback": ("StatusCallback", "StatusCallbackMethod"),
}
SERVICE_TARGETS = {"inbound": ("InboundRequestUrl", "InboundMethod"), "fallback": ("FallbackUrl", "FallbackMethod")}


@api.get(f"/{API_VERSION}/Accounts/<account>.json")
def account_resource() -> Response:
    """The account itself; its token is not told."""
    account = network().line.account_sid
    return jsonify(
        {
            "sid": account,
            "friendly_name": "A rehearsal",
            "status": "active",
            "type": "Full",
            "auth_token": None,
            "owner_account_sid": account,
            "date_created": None,
            "date_updated": None,
            "uri": f"/{API_VERSION}/Accounts/{account}.json",
            "subresource_uris": {},
        }
    )


def _find(sid: str) -> Number:
    number = network().line.number_with_sid(sid)
    if number is None:
        raise missing()
    return number


def _number(number: Number) -> Json:
    account = network().line.account_sid
    return {
        "sid": number.sid,
        "account_sid": account,
        "friendly_name": number.friendly_name or number.number,
        "phone_number": number.number,
        "api_version": API_VERSION,
        "date_created": rfc2822(number.created),
        "date_updated": rfc2822(number.created),
        "sms_url": number.sms.url,
        "sms_method": number.sms.method,
        "sms_fallback_url": number.sms_fallback.url,
        "sms_fallback_method": number.sms_fallback.method,
        "voice_url": number.voice.url,
        "voice_method": number.voice.method,
        "voice_fallback_url": number.voice_fallback.url,
        "voice_fallback_method": number.voice_fallback.method,
        "status_callback": number.status_callback.url,
        "status_callback_method": number.status_callback.method,
        "voice_caller_id_lookup": False,
        "voice_application_sid": number.voice_application,
        "sms_application_sid": number.sms_application,
        "address_requirements": "none",
        "address_sid": None,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": number.texts, "mms": False, "fax": False},
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "identity_sid": None,
        "origin": "twilio",
        "status": "in-use",
        "trunk_sid": None,
        "type": "mobile" if number.texts else "local",
        "voice_receive_mode": "voice",
        "uri": f"/{API_VERSION}/Accounts/{account}/IncomingPhoneNumbers/{number.sid}.json",
    }


@api.get(f"{ROOT}/IncomingPhoneNumbers.json")
def numbers() -> Response:
    """Our numbers, all or those with the PhoneNumber or FriendlyName asked for."""
    wanted = {"PhoneNumber": "phone_number", "FriendlyName": "friendly_name"}
    items = [_number(number) for number in network().line.numbers.values()]
    for name, key in wanted.items():
        if name in request.args:
            items = [item for item in items if request.args[name] in str(item[key])]
    return jsonify(page_of("incoming_phone_numbers", items))


@api.get(f"{ROOT}/IncomingPhoneNumbers/<sid>.json")
def number(sid: str) -> Response:
    """One of our numbers."""
    return jsonify(_number(_find(sid)))


@api.post(f"{ROOT}/IncomingPhoneNumbers/<sid>.json")
def update_number(sid: str) -> Response:
    """Points a number's webhooks elsewhere."""
    found = _find(sid)
    with network().lock:
        _retarget(found, NUMBER_TARGETS, request.form)
        found.friendly_name = request.form.get("FriendlyName", found.friendly_name)
        found.sms_application = request.form.get("SmsApplicationSid", found.sms_application)
        found.voice_application = request.form.get("VoiceApplicationSid", found.voice_application)
    return jsonify(_number(found))


def _retarget(holder: Number | Service, names: Mapping[str, tuple[str, str]], form: Mapping[str, str]) -> None:
    for attribute, (url, method) in names.items():
        old: Target = getattr(holder, attribute)
        setattr(holder, attribute, Target(form.get(url, old.url), form.get(method, old.method).upper()))


def _service(sid: str) -> Service:
    service = network().line.service
    if service is None or service.sid != sid:
        raise missing()
    return service


def _service_resource(service: Service) -> Json:
    url = f"{network().api_url}/v1/Services/{service.sid}"
    return {
        "sid": service.sid,
        "account_sid": network().line.account_sid,
        "friendly_name": service.friendly_name,
        "date_created": iso(service.created),
        "date_updated": iso(service.created),
        "inbound_request_url": service.inbound.url or None,
        "inbound_method": service.inbound.method,
        "fallback_url": service.fallback.url or None,
        "fallback_method": service.fallback.method,
        "status_callback": service.status_callback or None,
        "sticky_sender": True,
        "mms_converter": True,
        "smart_encoding": service.smart_encoding,
        "scan_message_content": "inherit",
        "fallback_to_long_code": True,
        "area_code_geomatch": True,
        "synchronous_validation": False,
        "validity_period": 36_000,
        "usecase": "notifications",
        "us_app_to_person_registered": False,
        "use_inbound_webhook_on_number": service.use_inbound_webhook_on_number,
        "url": url,
        "links": {"phone_numbers": f"{url}/PhoneNumbers"},
    }


@api.get("/v1/Services/<sid>")
def service(sid: str) -> Response:
    """The Messaging Service."""
    return jsonify(_service_resource(_service(sid)))


@api.post("/v1/Services/<sid>")
def update_service(sid: str) -> Response:
    """Changes the Messaging Service."""
    found, form = _service(sid), request.form
    with network().lock:
        _retarget(found, SERVICE_TARGETS, form)
        found.status_callback = form.get("StatusCallback", found.status_callback)
        found.friendly_name = form.get("FriendlyName", found.friendly_name)
        if "UseInboundWebhookOnNumber" in form:
            found.use_inbound_webhook_on_number = form["UseInboundWebhookOnNumber"] == "true"
        if "SmartEncoding" in form:
            found.smart_encoding = form["SmartEncoding"] == "true"
    return jsonify(_service_resource(found))


@api.get("/v1/Services/<sid>/PhoneNumbers")
def service_numbers(sid: str) -> Response:
    """The numbers in the Messaging Service: all of ours."""
    line, found = network().line, _service(sid)
    items = [
        {"sid": one.sid, "account_sid": line.account_sid, "service_sid": found.sid, "phone_number": one.number}
        for one in line.numbers.values()
    ]
    url = f"{network().api_url}/v1/Services/{found.sid}/PhoneNumbers"
    meta = {
        "page": 0,
        "page_size": 50,
        "first_page_url": url,
        "previous_page_url": None,
        "url": url,
        "next_page_url": None,
        "key": "phone_numbers",
    }
    return jsonify({"phone_numbers": items, "meta": meta})
