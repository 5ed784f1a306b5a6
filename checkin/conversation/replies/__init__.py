"""What people mean by what they type, press or say, on a basic phone, in their own words.

A reply is folded (`normal.py`), cut into words (`text.py`), its slips are mended (`slips.py`), and then asked, in this
order: the carriers' opt-out words alone; a machine's reply; whole-text commands and commands in a sentence, opt-out
first (`commands.py`, `patterns.py`); menu digits, number words, moods and negation by what was asked (`signs.py`,
`judge.py`); a question; and else it is `unclear`. Uncertainty is never read as reassurance: a "fine" inside worrying
words, somebody else's "fine", or one among words nobody knows is not a yes.

The word lists are in `data/replies/*.toml`, for people who do not program. To teach the reader a way of saying
something, add it to a list there (to `crossed.toml` when it is one of many made the same way, such as "no bother, no
trouble, no fuss") and the reply to `tests/conversation/replies_museum.tsv`. Danger is not read here:
`risk` reads every inbound first.

What `Reading.value` holds: NUMBER the number; CHOICE "worried" or "cannot" for a buddy report, else the words; STOP
"all", "reminders", "checkins", "buddy", "caring", "tips" or "pair" (to end one); START one of those streams or None;
PAUSE "2 weeks", "til 14th", "hospital", "2 hours" (SLEEP) or None; CALL_ME "landline", "mobile" or None; HELP "info",
"person" (key 0) or None; WHO "robot" or None; WRONG_NUMBER None, "not known", "new" or "new:+447700900123"; QUESTION
"time", "travel" or "other"; LANGUAGE an ISO 639 code or None; FIND need and place; GROUP place; BUDDY the words as
typed; TIP words, or "report"; JOIN the code in capitals; BACK "menu" or None; UNCLEAR "auto" for a machine's reply.
"""

from checkin.conversation.replies.carrying import Tip, is_first_name, tip_in
from checkin.conversation.replies.kinds import Asked, Kind, Reading
from checkin.conversation.replies.pauses import bereaved, pause_until
from checkin.conversation.replies.reader import greets, read, read_keys, read_speech, sounds_low, takes_break

__all__ = [
    "Asked", "Kind", "Reading", "Tip", "bereaved",
    "greets", "is_first_name", "pause_until", "read", "read_keys", "read_speech",
    "sounds_low", "takes_break", "tip_in",
]  # fmt: skip
