"""Commands said in a sentence: "please stop txting me", "can someone give me a ring", "on holiday til the 14th".

Each pattern is tried only when one of its trigger words was said, in the order of the table: opt-out first, then
urgency, then everything else. They see mended words joined by one space, without punctuation.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from checkin.conversation.replies.kinds import Kind, Reading
from checkin.conversation.replies.pauses import when_of

_TEXTS: Final = r"(?:texts?|messages?|calls?|reminders?|check ?ins?|alerts?|notifications?|contact|emails?|service|these|those|them|this|spam)"
_WRITE: Final = (
    r"(?:text(?:ing)?|messag(?:e|ing)|contact(?:ing)?|send(?:ing)?|writ(?:e|ing)|mail(?:ing)?|email(?:ing)?)"
)
_SPEAK: Final = r"(?:call(?:ing)?|ring(?:ing)?|phon(?:e|ing))"
_PESTER: Final = r"(?:both(?:er|ering)|pester(?:ing)?|hassl(?:e|ing)|harass(?:ing)?|annoy(?:ing)?|spam(?:ming)?|nagging|hounding|disturb(?:ing)?|remind(?:ing)?)"
# "He won't stop texting me" and "don't stop" are not addressed to us.
_NOT_US: Final = r"(?<!cant )(?<!dont )(?<!wont )(?<!never )(?<!not )(?<!couldnt )(?<!didnt )(?<!doesnt )(?<!wouldnt )(?<!him to )(?<!her to )(?<!them to )(?<!cannot )(?<!cannae )"
_WHEN_SAID: Final = r"(?: (?:please|pls|now|today|ever|again|any ?more|no more|thanks|at all|for good|forever|for ever|immediately|asap|like this))*"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of saying a command. `value` makes the reading's value from the words, or is it."""

    kind: Kind
    triggers: str
    regex: re.Pattern[str]
    value: str | Callable[[str], str | None] | None = None


def stream_of(text: str) -> str:
    """Return which stream an opt-out names: "reminders", "checkins", "buddy", else "all"."""
    if "remind" in text:
        return "reminders"
    if "check" in text or "asking" in text:
        return "checkins"
    return "buddy" if "buddy" in text or "buddies" in text else "all"


def _landline(text: str) -> str | None:
    for word in ("landline", "house phone", "home phone", "home number", "mobile"):
        if word in text:
            return "mobile" if word == "mobile" else "landline"
    return None


def _pause_value(text: str) -> str | None:
    if "hosp" in text or "ysbyty" in text or "szpital" in text or "ward" in text.split():
        return "hospital"
    return when_of(text)


def _p(kind: Kind, triggers: str, regex: str, value: str | Callable[[str], str | None] | None = None) -> Pattern:
    return Pattern(kind, triggers, re.compile(regex), value)


_DURATION: Final = (
    r"(?:\d+|a|an|one|two|three|four|five|six|a few|few|couple of|a couple of|couple|a couple|the|this|next|all|half an) ?"
    r"(?:hours?|days?|nights?|weeks?|weekend|month|months|fortnight|while|bit)"
)
_UNTIL: Final = (
    r"(?:until|till|til|untill|before|to|from|after|since|dan|do|tan) (?:the |next |after |about |around |i am |im |i |my )?"
    r"(?:\d|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may\b|jun|jul|aug|sep|oct|nov|dec|tomorrow|tonight|later|christmas|xmas|easter|new year|further|next|week|end|morning|back|better|home|out|get|say|ask|holiday|let)"
)

PATTERNS: Final = (
    # A stop with an end is a pause.
    _p(Kind.PAUSE, "stop pause hold hold snooze no nothing dont leave",
       rf"(?:^|\b(?:please|can you|could you|i want to|want to|id like to|just|yes|ok) )(?:stop|pause|hold|snooze|hold off|leave it|leave me|no (?:texts?|messages?|check ?ins?|calls?)|nothing|dont (?:text|message|contact|send))\b.*?\b(?:for {_DURATION}|{_UNTIL}|this week|next week|{_DURATION}$)", _pause_value),
    _p(Kind.STOP, "stop quit cease stopping end cancel halt",
       rf"{_NOT_US}\b(?:stop|quit|cease|halt|end|cancel)(?: \w+){{0,2}}? (?:{_WRITE}|{_SPEAK}|{_PESTER}|checking (?:up )?(?:in )?on)\b(?! help)", stream_of),
    _p(Kind.STOP, "stop end cancel quit",
       rf"{_NOT_US}\b(?:stop|end|cancel|quit)(?: getting| receiving| sending| all| the| all the| all of| your| my| any| any more| any of| of| me)* (?:meeting |buddy |group )?{_TEXTS}(?: \w+){{0,3}}$", stream_of),
    _p(Kind.STOP, "stop", rf"^(?:please|ok|yes|no|i said|can you|could you|will you|would you|you can|just|right|oh|for gods sake|thanks but|sorry but|i want you to|i would like you to|id like you to|i want this to|want this to|want to|i want to|now|hello|hi|dear|its|time to|hey|and|but) (?:please |just |all )?stop{_WHEN_SAID}(?: it| this| that| all| everything)?{_WHEN_SAID}$", stream_of),
    _p(Kind.STOP, "stop", r"^stop (?:im|i am|i|thanks|thank you|ok|we|my|youre|you are)\b", "all"),
    _p(Kind.STOP, "stop", rf"^stop(?: it| this| that| all| all of it| everything| them| stop)?(?: (?:please|now|thanks|ok|love|x|xx|at once|immediately|im serious|i said|i mean it|for good|forever|today|thank you))+$", stream_of),
    _p(Kind.STOP, "dont not no never",
       rf"\b(?:dont|do not|never|not to|please not|no)(?: you| ever| bother| please| keep)* (?:{_WRITE})(?: to)?(?: me| us| this| these| any| anything| my| here)*(?: \w+)?{_WHEN_SAID}$", stream_of),
    _p(Kind.STOP, "dont not never",
       rf"\b(?:dont|do not|never)(?: you| ever| bother| please| keep)* (?:{_SPEAK}|{_PESTER})(?: me| us)? (?:again|any ?more|ever|no more)\b", stream_of),
    _p(Kind.STOP, "bother bothering pester hassle", r"^(?:please )?(?:dont|do not|stop) (?:bother|bothering|pester|hassle|disturb)(?: me)?(?: again| please| any ?more)*$", "all"),
    _p(Kind.STOP, "no", rf"\bno (?:more|further) (?:of (?:these|the|your|this) ?)?(?:texts?|messages?|calls?|reminders?|check ?ins?|contact|texting|messaging|of this|of these|of it|of your)(?: please| thanks| for me)*", stream_of),
    _p(Kind.STOP, "take get remove delete strike cross scrub wipe", r"\b(?:take|get|remove|delete|strike|cross|scrub|wipe) (?:me|us|my (?:mobile |phone )?(?:number|name|details)|this number)(?: (?:off|from|out of|out|of|please|now|your|the|this|list|system|service|books?|database|records|it|all))*(?: please| now| thanks)*$", "all"),
    _p(Kind.STOP, "unsubscribe unsub unsubscribing opt optout opting", r"\b(?:unsubscribe|unsub|optout|opt(?:ing)? (?:me )?out)\b", stream_of),
    _p(Kind.STOP, "alone peace", r"(?<!dont )(?<!wont )(?<!never )(?<!not )(?<!wouldnt )(?<!to )(?<!doesnt )(?<!he )(?<!didnt )(?<!they )(?<!people )\b(?:leave|let) (?:me|us)(?: the \w+| be| please| just)? (?:alone|in peace|be)\b", "all"),
    _p(Kind.STOP, "off", r"^(?:oh |just |please |why dont you |now |will you |all of you |you lot |you can )*(?:piss|bugger|fuck|feck|sod|eff|f|naff|clear|do) off\b", "all"),
    _p(Kind.STOP, "away", r"^(?:please |just |oh |now |will you |can you )*go away(?: please| now| and .*| will you| ffs)*$", "all"),
    _p(Kind.STOP, "want need wish interested", rf"\b(?:dont|do not|no longer|didnt|not|never) (?:want|wish|need|like|ask for|wanted|wanting)(?: to)?(?: get| receive| have| be sent| hear from| be on| any| any more| anymore| more| all| to get)*(?: of)?(?: your| the| my)? ?(?:texts?|messages?|reminders?|check ?ins?|texting|spam|contacted|texted|messaged|contact|hear from you|be contacted|be texted|on your list|on this list|this service|the service|these|your service)\b", stream_of),
    _p(Kind.STOP, "sick fed enough tired had many", rf"\b(?:sick|fed up|enough|tired|had it) (?:of|with) (?:all )?(?:getting |receiving )?(?:these|your|the|all these|all your|you|constant|this|these bloody|bloody)(?: bloody| constant| daily| stupid)? ?(?:texts?|messages?|reminders?|check ?ins?|texting|messaging|pestering|spam|contacting)", stream_of),
    _p(Kind.STOP, "out leave", r"\b(?:i )?want (?:out of|to leave|to come off|off|taken off|to be taken off|to be off|removing from|to be removed from) (?:this|the|your)(?: texting| text| service| list| system| scheme| line)*\b", "all"),
    _p(Kind.STOP, "stopiwch stopio peidiwch paid przestan przestancie piszcie pisz wypisz wypiszcie",
       r"\b(?:stopiwch|peidiwch (?:a|ag|ar) |paid (?:a|ag) |prosze przestac|przestan(?:cie)? (?:pisac|dzwonic|wysylac)|nie pisz(?:cie)?|wypisz(?:cie)? mnie)\b(?!.*poeni)", "all"),
    # Now.
    _p(Kind.URGENT, "urgent urgently emergency ambulance 999 112 sos mayday", r"(?<!not )(?<!no )(?<!isnt )(?<!not that )(?<!not an )(?<!non )\b(?:urgent|urgently|emergency|ambulance|999|112|sos|mayday)\b(?! contact| number)", None),
    _p(Kind.URGENT, "now quick quickly immediately asap", r"\b(?:need|want|send|get|come|help|call|ring)(?: \w+){0,3} (?:right now|now|quick|quickly|immediately|asap|straight away)$", None),
    # Who is it.
    _p(Kind.WRONG_NUMBER, "wrong", r"\bwrong (?:number|person|num|no|phone|house|bloke|woman|man|one)\b", None),
    _p(Kind.WRONG_NUMBER, "name called live lives here named", r"(?:no ?one|nobody|no \w+|none).*(?:by|of|with) (?:that|this) name|(?:no ?one|nobody) (?:here )?(?:called|named)|^(?:sorry |hello |hi )*no \w+ (?:lives here|at this number|on this number)$|doesnt live here", None),
    _p(Kind.WHO, "robot bot machine automated automatic automaton computer human ai real person recording", r"\b(?:is|are|am|r|you|this|it|czy|that)\b.*\b(?:robot|bot|machine|automated|automatic|computer|human|ai|real person|a person|actual person|recording|real)\b(?! (?:name|problem|pain|worry|bad|low|shame|struggle|mess|good|nice))", "robot"),
    _p(Kind.WHO, "who whos whose", r"\b(?:who|whos)(?: the \w+)?(?: \w+)? (?:is|are|r|am|was|sent|keeps|texting|texted|messaging|messaged|gave|this|you|ye|that|these)\b(?! (?:coming|going|running|leading|there|in charge|taking))", None),
    _p(Kind.WHO, "get got number name", r"\b(?:how|where) did (?:you|u) (?:get|find|know) (?:my|this|me)\b", None),
    # Other languages.
    _p(Kind.LANGUAGE, "rozumiem polsku polski polskiego mowie mow polskim", r"\bnie (?:rozumiem|mowie|znam)\b|\b(?:po|w|jezyku|tylko) polsk\w+\b|\bmow\w* po\b|\bjezyk polski\b|^polski$", "pl"),
    _p(Kind.LANGUAGE, "cymraeg gymraeg saesneg", r"\b(?:cymraeg|gymraeg)\b|\b(?:dim|ddim)(?: \w+)* saesneg\b", "cy"),
    # A person.
    _p(Kind.CALL_ME, "call ring phone bell buzz callback shout tinkle ringing calling phoned",
       rf"(?<!dont )(?<!do not )(?<!not )(?<!never )(?<!they )(?<!he )(?<!she )(?<!people )(?<!to )(?<!need to )(?<!kids )(?<!will )(?<!cant )\b(?:call|ring|phone|bell|buzz) (?:me|us|my (?:landline|house|home|mobile))\b(?! names| a | an | if you| margaret)", _landline),
    _p(Kind.CALL_ME, "call ring phone bell buzz callback shout tinkle",
       r"\b(?:give|gis|gies|gie|giv|gimme)(?: me| us| my \w+)?(?: a)?(?: wee| quick| little)? (?:call|ring|phone|bell|buzz|tinkle|shout|callback|phone call)\b", _landline),
    _p(Kind.CALL_ME, "call ring phone speak talk someone chat voice person",
       r"(?<!no )\b(?:can|could|will|would|want|need|like|love|please|get|ask|have|want(?:ed)?|let|wish) (?:\w+ ){0,3}?(?:to )?(?:call|ring|phone)(?: me| back| us| please| my| the| tonight| tomorrow| today| later| someone| over| at| on| after)*\b", _landline),
    _p(Kind.CALL_ME, "speak talk chat natter blether ear listen", r"(?<!dont )(?<!not )(?<!didnt )(?<!cant )(?<!no )(?:\b(?:can|could|may) (?:i|we|you|someone|anyone|anybody)(?: please| just)?|\b(?:need|want|like|love|rather|prefer)|could do with|dying|wish i could|please)(?: someone| somebody| a person| anyone| a real person| a bit of| a wee| a| to| please| just| really)* (?:speak|talk|chat|natter|blether|listen|chinwag)\b", _landline),
    _p(Kind.CALL_ME, "zadzwon zadzwonic zadzwoncie oddzwon oddzwonic oddzwoncie ffoniwch ffonia ffonio galwch", r"\b(?:zadzwon\w*|oddzwon\w*|ffoniwch|ffonia|galwch|ffonio fi)\b", None),
    _p(Kind.CALL_ME, "call ring phone", r"^(?:4 |four |please |yes |no |ok |3 |not good |not great |bad |not ok )*(?:please )?(?:ring|call|phone)(?: please| back| me| thanks| landline| asap| when you can| anytime| tonight| today| tomorrow| later| after \w+| at \w+)*$", _landline),
    # Away and back.
    _p(Kind.BACK, "back out home discharged unpause resume restart", r"^(?:hi |hello |ok |yes |just |im |i am |ive |we are |now |got |am |were |all )*(?:back (?:from|off|after) (?:my |me |our |the |a )?(?:holidays?|hols|hospital|vacation|trip|break|spain|away|travels|cruise|respite)|(?:out of|home from|discharged from|out from) (?:the )?(?:hospital|hosp|ward|infirmary)|back (?:home )?(?:again|now|today)|(?:start|resume|carry on|restart) (?:the )?(?:texts|check ?ins|messages|again))\b", None),
    _p(Kind.PAUSE, "pause snooze", r"\b(?:pause|snooze)\b", _pause_value),
    _p(Kind.PAUSE, "hospital hosp infirmary ward admitted ysbyty szpitalu", r"(?:^|\b(?:im|i am|am|still|ive|been|me|now|going|they|kept|keeping|yes|no|sorry|ok|taken|back|hi|hello|dwi|dw|jestem) )(?:in|into|to|admitted|on|going into|going in|rushed into|taken into|kept in|yn yr|w|me in|been|going)(?: to| into| in)? ?(?:the |a |for )?(?:hospital|hosp|infirmary|ward|ysbyty|szpitalu|admitted)\b(?! appointment| tomorrow to see| visiting| to visit| visit| with my| with mum| to see)", "hospital"),
    _p(Kind.PAUSE, "holiday holidays hols vacation away abroad wyliau wakacjach urlopie respite cruise", rf"\b(?:holidays?|hols|vacation|away|abroad|wyliau|wakacjach|urlopie|respite|cruise)\b.*?\b(?:for {_DURATION}|{_DURATION}|{_UNTIL}|back on)", _pause_value),
    _p(Kind.PAUSE, "holiday holidays hols vacation", r"^(?:hi |hello |sorry |yes |no |im |i am |we are |am |were |off |going |away |just )*(?:on|off|for)(?: my| me| our| the| a| ma)? ?(?:holidays?|hols|vacation)\b(?! was)", _pause_value),
    _p(Kind.PAUSE, "hospital operation op surgery", r"\b(?:going|go|goin|booked|am|be) (?:\w+ )?(?:in|into|to)(?: the)? (?:hospital|hosp)\b(?! appointment| to see| to visit)", "hospital"),
    # The rest.
    _p(Kind.START, "start unstop again restart opt sign subscribe", r"^(?:please |can you |ok |yes |i want to |id like to |could you )*(?:start|restart|resume|begin) (?:texting|messaging|sending|the (?:texts|messages|check ?ins|reminders)|texts|messages|again|up again|it again|me|check ?ins|reminders|my)\b|\b(?:opt|sign) (?:me )?(?:back )?(?:in|up) again\b|\bopt (?:me )?(?:back )?in\b|\bsign me (?:back )?up\b|\b(?:text|message) me again\b", None),
    _p(Kind.NEXT, "next meeting group session when whens", r"\b(?:when|whens|what day|what date|what time|date of|time of)\b.*\b(?:next (?:meeting|one|group|session|get together|time)|the (?:meeting|group|session|get together))\b|^(?:the |our )?next (?:meeting|session|group)\b.*(?:when|\?)?$|\bis (?:there|the) (?:a )?(?:meeting|group|session)(?: on)? (?:this|tonight|today|tomorrow|next|on|week|mon|tue|wed|thu|fri)", None),
    _p(Kind.REPEAT, "repeat again understand hear catch resend", r"^(?:sorry |can you |could you |please |i |will you |would you )*(?:repeat|say (?:that|it) again|send (?:that|it) again|resend|didnt (?:hear|catch|get|understand)|dont understand|do not understand|tell me again)(?: that| this| it| you| please| last| what you said| the question| the message| what you mean| your message| the text)*$", None),
    _p(Kind.HELP, "help", r"^(?:hi |hello |please |yes |no |ok |sorry |oh |god |1 |2 |3 |4 |can you |could you |can someone |can anyone |could anyone |could someone |someone |somebody |i |really |just |need |want |some |a bit of |bit of |im stuck |im lost |you have to |you must |got to |please can i get |can i get |can i have )*help(?: me| us| please| help| now| with this| someone| im| anyone| thanks| here)*$|\b(?:i|we|you) (?:really |do |just |badly |desperately )?(?:need|want) (?:your |some |a bit of |more |a little |any )?help\b(?! with (?:my |the )?(?:rent|food|benefits|housing|shopping))|\bhelp me\b(?! to see)|\bneed (?:some |your )?help\b|\bpomoc[yz]?\b|\bangen (?:help|cymorth)\b", None),
)  # fmt: skip


def _by_trigger() -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for index, pattern in enumerate(PATTERNS):
        for word in pattern.triggers.split():
            found.setdefault(word, []).append(index)
    return {word: tuple(dict.fromkeys(indexes)) for word, indexes in found.items()}


_BY_TRIGGER: Final = _by_trigger()
_TRIGGERS: Final = frozenset(_BY_TRIGGER)


def match(tokens: list[str], joined: str) -> Reading | None:
    """Return the first command in the table that `joined` (the tokens without punctuation) says, if any."""
    if _TRIGGERS.isdisjoint(tokens):
        return None
    indexes = sorted({index for token in tokens if token in _TRIGGERS for index in _BY_TRIGGER[token]})
    for index in indexes:
        pattern = PATTERNS[index]
        if pattern.regex.search(joined):
            value = pattern.value(joined) if callable(pattern.value) else pattern.value
            return Reading(pattern.kind, value)
    return None
