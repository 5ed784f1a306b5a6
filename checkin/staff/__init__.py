"""Staff: who may log in to the console, and how they show that it is they.

* `accounts.py`: who is on the list, as what, and the groups a facilitator sees; adding, changing, ending.
* `passwords.py`: which passwords are taken, and how they are kept.
* `sessions.py`: a log-in as a row, so that it can be seen, ended from elsewhere, and runs out.
* `factors.py`: the second factor: codes that change every half minute (RFC 6238), and recovery codes.
* `invitations.py`: a link by which somebody sets their password, once.
* `kept.py`: what was being written when a log-in ran out.
"""

from checkin.staff.accounts import (
    ROLES,
    Account,
    Member,
    add,
    by_email,
    change_role,
    end,
    everybody,
    find,
    own_groups,
    start_again,
)
from checkin.staff.factors import (
    Secret,
    check_code,
    confirm,
    forget_factor,
    has_factor,
    new_recovery_codes,
    propose,
    recovery_codes_left,
    use_recovery_code,
)
from checkin.staff.invitations import INVITED_FOR, Invited, accept, invite, invited
from checkin.staff.kept import Kept, drop, keep, kept
from checkin.staff.passwords import is_password, set_password, weakness
from checkin.staff.sessions import Session, begin, end_session, end_sessions, find_session, prove, seen, sessions, whose

__all__ = [
    "INVITED_FOR", "ROLES", "Account", "Invited", "Kept", "Member", "Secret", "Session", "accept", "add", "begin",
    "by_email", "change_role", "check_code", "confirm", "drop", "end", "end_session", "end_sessions", "everybody",
    "find", "find_session", "forget_factor", "has_factor", "invite", "invited", "is_password", "keep", "kept",
    "new_recovery_codes", "own_groups", "propose", "prove", "recovery_codes_left", "seen", "sessions", "set_password",
    "start_again", "use_recovery_code", "weakness", "whose",
]  # fmt: skip
