"""Every topic the line knows, by name. A topic is one file holding one table; topics do not know each other."""

from collections.abc import Mapping

from checkin.conversation.topic import Topic
from checkin.conversation.topics import (
    buddy_report,
    checkin,
    cover,
    duty,
    handling,
    join_code,
    joining,
    language,
    meeting,
    outcome,
    page,
    reach_out,
    relay,
    relay_which,
    review,
    safety,
    signpost,
    staff_reply,
    swap,
)

TOPICS: Mapping[str, Topic] = {
    t.name: t
    for t in (
        safety.TOPIC, page.TOPIC, handling.TOPIC, relay.TOPIC, relay_which.TOPIC, reach_out.TOPIC, checkin.TOPIC,
        buddy_report.TOPIC, cover.TOPIC, duty.TOPIC, swap.TOPIC, meeting.MOVED, meeting.TOPIC, signpost.TOPIC,
        outcome.TOPIC, joining.TOPIC, join_code.TOPIC, review.TOPIC, language.TOPIC, staff_reply.TOPIC,
    )
}  # fmt: skip
