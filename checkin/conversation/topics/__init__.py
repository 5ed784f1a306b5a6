"""Every topic the line knows, by name. A topic is one file holding one table; topics do not know each other."""

from collections.abc import Mapping

from checkin.conversation.topic import Topic
from checkin.conversation.topics import (
    buddy_offer,
    buddy_report,
    buddy_wanted,
    checkin,
    cover,
    debrief,
    duty,
    found,
    handling,
    hello,
    helped,
    join_code,
    joining,
    language,
    meeting,
    outcome,
    page,
    parting,
    parting_which,
    reach_out,
    relay,
    relay_which,
    review,
    safety,
    signpost,
    staff_reply,
    suited,
    swap,
    welfare,
)

TOPICS: Mapping[str, Topic] = {
    t.name: t
    for t in (
        safety.TOPIC, page.TOPIC, handling.TOPIC, relay.TOPIC, relay_which.TOPIC, reach_out.TOPIC, checkin.TOPIC,
        buddy_report.TOPIC, cover.TOPIC, duty.TOPIC, swap.TOPIC, meeting.MOVED, meeting.TOPIC, signpost.TOPIC,
        buddy_wanted.TOPIC, buddy_offer.TOPIC, parting.TOPIC, parting_which.TOPIC, welfare.TOPIC, debrief.TOPIC,
        outcome.TOPIC, joining.TOPIC, join_code.TOPIC, review.TOPIC, language.TOPIC, staff_reply.TOPIC,
        found.TOPIC, helped.TOPIC, hello.TOPIC, suited.TOPIC,
    )
}  # fmt: skip
