"""What TwiML allows: every verb the network plays, with its attributes, as data.

Each attribute maps to a pattern that its whole value must match, and, where Twilio has a code of its own for
a bad value, that code; otherwise the code is 12200, "schema validation".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

SCHEMA = 12200

ANY, WHOLE, FLAG, METHOD = r"[\s\S]*", r"\d+", r"true|false", r"(?i:get|post)"
URL = r"(?:https?://)?(?!\w+://)\S+"
LANGUAGE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,4}){0,2}"
VOICE = r"man|woman|alice|(?:Polly|Google)\.[\w.-]+"
CALL_EVENTS = r"(?:(?:initiated|ringing|answered|completed)(?: |$))+"
RECORDING_EVENTS = r"(?:(?:in-progress|completed|absent)(?: |$))+"

Attribute = str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element may carry. `text`: whether words may stand in it; `played`: whether the network plays it."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    children: Mapping[str, "Rule"] = field(default_factory=dict)
    text: bool = False
    played: bool = True
    nested_code: int = SCHEMA


_RECORDING: dict[str, Attribute] = {
    "recordingConfigurationId": ANY,
    "recordingStatusCallback": (URL, 11100),
    "recordingStatusCallbackEvent": RECORDING_EVENTS,
    "recordingStatusCallbackMethod": METHOD,
    "trim": "trim-silence|do-not-trim",
}

_SSML: dict[str, Rule] = {}
_SSML.update(
    {
        "break": Rule({"strength": "none|x-weak|weak|medium|strong|x-strong", "time": ANY}),
        "emphasis": Rule({"level": "strong|moderate|reduced"}, _SSML, text=True),
        "lang": Rule({"xml:lang": LANGUAGE}, _SSML, text=True),
        "p": Rule({}, _SSML, text=True),
        "phoneme": Rule({"alphabet": ANY, "ph": ANY}, text=True),
        "prosody": Rule({"volume": ANY, "rate": ANY, "pitch": ANY}, _SSML, text=True),
        "s": Rule({}, _SSML, text=True),
        "say-as": Rule({"interpret-as": r"[a-z-]+", "format": r"[a-z]+"}, text=True),
        "sub": Rule({"alias": ANY}, text=True),
        "w": Rule({"role": ANY}, _SSML, text=True),
    }
)

SAY = Rule({"voice": VOICE, "language": LANGUAGE, "loop": WHOLE}, _SSML, text=True)
PLAY = Rule({"loop": (WHOLE, 13410), "digits": r"[0-9*#wW]*"}, text=True)
PAUSE = Rule({"length": WHOLE})

GATHER = Rule(
    {
        "action": (URL, 11100),
        "actionOnEmptyResult": FLAG,
        "bargeIn": FLAG,
        "debug": FLAG,
        "enhanced": FLAG,
        "finishOnKey": (r"[0-9#*]?", 13310),
        "hints": ANY,
        "input": (r"(?:dtmf|speech)(?: (?:dtmf|speech))*", 13326),
        "language": LANGUAGE,
        "maxSpeechTime": WHOLE,
        "method": (METHOD, 13312),
        "numDigits": (r"[1-9]\d*", 13314),
        "partialResultCallback": (URL, 11100),
        "partialResultCallbackMethod": METHOD,
        "profanityFilter": FLAG,
        "speechModel": r"[\w.-]+",
        "speechTimeout": (r"auto|\d+", 13327),
        "timeout": (WHOLE, 13313),
    },
    {"Say": SAY, "Play": PLAY, "Pause": PAUSE},
    nested_code=13320,
)

RECORD = Rule(
    {
        "action": (URL, 11100),
        "finishOnKey": r"[0-9#*]*",
        "maxLength": WHOLE,
        "method": (METHOD, 13610),
        "playBeep": (FLAG, 13616),
        "timeout": WHOLE,
        "transcribe": (FLAG, 13614),
        "transcribeCallback": (URL, 11100),
        **_RECORDING,
    }
)

NUMBER = Rule(
    {
        "byoc": ANY,
        "amdStatusCallback": (URL, 11100),
        "amdStatusCallbackMethod": METHOD,
        "machineDetection": "Enable|DetectMessageEnd",
        "machineDetectionTimeout": WHOLE,
        "machineDetectionSpeechThreshold": WHOLE,
        "machineDetectionSpeechEndThreshold": WHOLE,
        "machineDetectionSilenceTimeout": WHOLE,
        "method": (METHOD, 13221),
        "sendDigits": r"[0-9*#wW]*",
        "statusCallback": (URL, 11100),
        "statusCallbackEvent": CALL_EVENTS,
        "statusCallbackMethod": METHOD,
        "url": (URL, 11100),
    },
    text=True,
)

_NOT_PLAYED = Rule(played=False)

DIAL = Rule(
    {
        "action": (URL, 11100),
        "answerOnBridge": FLAG,
        "callerId": (r"[\w+:@.-]+", 13214),
        "events": ANY,
        "hangupOnStar": FLAG,
        "method": METHOD,
        "passports": ANY,
        "record": "do-not-record|record-from-(?:answer|ringing)(?:-dual)?",
        "recordingTrack": "both|inbound|outbound",
        "referMethod": METHOD,
        "referUrl": (URL, 11100),
        "ringTone": r"[a-z-]+",
        "sequential": FLAG,
        "timeLimit": WHOLE,
        "timeout": WHOLE,
        **_RECORDING,
    },
    {
        "Number": NUMBER,
        **dict.fromkeys(("Application", "Client", "Conference", "Queue", "Sim", "Sip", "WhatsApp"), _NOT_PLAYED),
    },
    text=True,
)

VOICE_VERBS: dict[str, Rule] = {
    "Say": SAY,
    "Play": PLAY,
    "Pause": PAUSE,
    "Gather": GATHER,
    "Record": RECORD,
    "Dial": DIAL,
    "Hangup": Rule(),
    "Redirect": Rule({"method": METHOD}, text=True),
    "Reject": Rule({"reason": "rejected|busy"}),
    **dict.fromkeys(
        ("Connect", "Echo", "Enqueue", "Leave", "Pay", "Prompt", "Queue", "Refer", "Sms", "Start", "Stop"), _NOT_PLAYED
    ),
}

MESSAGING_VERBS: dict[str, Rule] = {
    "Message": Rule(
        {"action": (URL, 11100), "from": ANY, "method": METHOD, "statusCallback": (URL, 11100), "to": ANY},
        {"Body": Rule(text=True), "Media": Rule(text=True)},
        text=True,
    ),
    "Redirect": Rule({"method": METHOD}, text=True),
}
