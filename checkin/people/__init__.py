"""People: who is behind a number, how they may be reached, what they agreed to.

* `member.py`: somebody with their row locked, and where their conversation stands.
* `behind.py`: who uses a number.
* `names.py`: a name, and how it is found although it is sealed.
* `phones.py`: the numbers that reach somebody.
* `consents.py`: what they agreed to, and when.
* `reaching.py`: how they may be reached, language, pauses.
* `secrets.py`: PIN and code word.
"""

from checkin.people.behind import Behind, User, behind_number, everybody_behind, id_behind, sharing
from checkin.people.consents import consent, decided, ever_given
from checkin.people.member import COLUMNS, Member, count, first_name, first_names, keep_state, lock, read, set_status
from checkin.people.names import NAMELESS, SHORTEST, Sought, file_names, file_unfiled, keep_name, refile, sought
from checkin.people.phones import has_mobile, numbers, phone_for, phones_for, suspend_phone
from checkin.people.reaching import REACH, block_texts, not_discreet, pause, pause_ends, reach, speak
from checkin.people.secrets import CODE_WORD, PIN_TRIES, all_have_pins, check_pin, says_code_word, whose_pin

__all__ = [
    "CODE_WORD", "COLUMNS", "NAMELESS", "PIN_TRIES", "REACH", "SHORTEST", "Behind", "Member", "Sought", "User",
    "all_have_pins", "behind_number", "block_texts", "check_pin", "consent", "count", "decided", "ever_given",
    "everybody_behind", "file_names", "file_unfiled", "first_name", "first_names", "has_mobile", "id_behind",
    "keep_name", "keep_state", "lock", "not_discreet", "numbers", "pause", "pause_ends", "phone_for", "phones_for",
    "reach", "read", "refile", "says_code_word", "set_status", "sharing", "sought", "speak", "suspend_phone",
    "whose_pin",
]  # fmt: skip
