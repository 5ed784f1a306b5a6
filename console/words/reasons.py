"""Why there is a case, how grave it is, and whom it is about."""

from collections.abc import Mapping

from checkin.casebook import CaseFile, Waiting

SEVERITIES: Mapping[str, str] = {"red": "RED", "amber": "AMBER", "task": "TASK"}

# What the line itself does about a case when its next moment comes.
_DEADLINES: Mapping[tuple[bool, bool], str] = {
    (False, True): "the next person is asked",
    (False, False): "due",
    (True, True): "they are asked how it stands",
    (True, False): "it is looked at again",
}


def deadline(case: Waiting | CaseFile) -> str:
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
    "strangers_not_answered": "So many texts from unknown numbers today that they are no longer answered; each is read "
    "for danger and kept. It may be an attack",
    "tip": "Offers a tip to share; it waits to be read under Tips",
    "tip_by_phone": "Offers a tip by telephone: ring, and write it down under Tips",
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

_STRANGER = "Somebody the line does not know"
_ROTA = "The rota"
_AN_AREA = "An area"
_ABOUT_THE_ROTA = frozenset({"duty_nobody", "duty_silent", "rota_digest", "rota_hole"})
_LINE, _ABOUT_THE_LINE = "The line itself", frozenset({"not_done"})
_DIRECTORY = "The directory"
_ABOUT_THE_DIRECTORY = frozenset({"feed_held", "feed_failed", "helpline_expires"})


# Where more of what a case is about stands: an endpoint, and how the way there is called.
LEADS = {
    "feed_held": ("feeds.show", "See what would go, and decide"),
    "feed_failed": ("feeds.show", "See the feed"),
    "helpline_expires": ("directory.helplines", "See the helplines"),
}


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
