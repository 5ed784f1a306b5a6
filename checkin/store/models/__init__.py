"""Every table, typed. What must never be stored cannot be: CHECK, UNIQUE and foreign keys say so.

All moments are `timestamptz`. `bytes` columns hold sealed text (see `vault.py`), except those that end in `_index`
or `_hash`. History tables (delivery events, case events, consents, audit) are only ever added to: triggers refuse
updates and deletes of audit rows.

One module a room; a table is imported from here. A new one goes into its room and into the list below.
"""

from checkin.store.models.base import Base
from checkin.store.models.buddies import Aftercare, Pair, PairLine, PoolNumber, Proposal, RelayCall
from checkin.store.models.caring import Caring
from checkin.store.models.cases import Alert, Case, CaseEvent, Code, KeptFile, Look, Policy, StaffReply, Verdict
from checkin.store.models.checkins import Appointment, CheckIn, Outage, OutageMiss, Plan
from checkin.store.models.directory import (
    Correction,
    Feed,
    FeedRun,
    Helpline,
    Listing,
    Location,
    Organisation,
    Place,
    Service,
)
from checkin.store.models.meetings import (
    Attendance,
    Calendar,
    Group,
    Meeting,
    MeetingChange,
    Membership,
    Occurrence,
    Reminder,
    Rsvp,
)
from checkin.store.models.messages import (
    Allowance,
    CallTurn,
    DeliveryEvent,
    Finding,
    Heartbeat,
    Hold,
    Message,
    Pace,
    PastMessage,
    Timer,
    every_message,
)
from checkin.store.models.outcomes import Outcome, OutcomeQuestion
from checkin.store.models.people import Consent, Contact, NameMark, NumberMove, Person, PersonPhone, Phone, Upload
from checkin.store.models.phrases import Phrase, RiskPhrase
from checkin.store.models.reports import Tally, TallyWeek
from checkin.store.models.rota import Absence, Duty, Hole, Offer, Override, Shift, StandIn
from checkin.store.models.signposting import MissingNeed, Search, ThroughCall, Trial
from checkin.store.models.staff import Audit, ConsoleSession, Factor, Invitation, KeptForm, Receipt, RecoveryCode, Staff
from checkin.store.models.tips import Report, Tip, TipHearing

__all__ = [
    "Absence",
    "Aftercare",
    "Alert",
    "Allowance",
    "Appointment",
    "Attendance",
    "Audit",
    "Base",
    "Calendar",
    "CallTurn",
    "Caring",
    "Case",
    "CaseEvent",
    "CheckIn",
    "Code",
    "Consent",
    "ConsoleSession",
    "Contact",
    "Correction",
    "DeliveryEvent",
    "Duty",
    "Factor",
    "Feed",
    "FeedRun",
    "Finding",
    "Group",
    "Heartbeat",
    "Helpline",
    "Hold",
    "Hole",
    "Invitation",
    "KeptFile",
    "KeptForm",
    "Listing",
    "Location",
    "Look",
    "Meeting",
    "MeetingChange",
    "Membership",
    "Message",
    "MissingNeed",
    "NameMark",
    "NumberMove",
    "Occurrence",
    "Offer",
    "Organisation",
    "Outage",
    "OutageMiss",
    "Outcome",
    "OutcomeQuestion",
    "Override",
    "Pace",
    "Pair",
    "PairLine",
    "PastMessage",
    "Person",
    "PersonPhone",
    "Phone",
    "Phrase",
    "Place",
    "Plan",
    "Policy",
    "PoolNumber",
    "Proposal",
    "Receipt",
    "RecoveryCode",
    "RelayCall",
    "Reminder",
    "Report",
    "RiskPhrase",
    "Rsvp",
    "Search",
    "Service",
    "Shift",
    "Staff",
    "StaffReply",
    "StandIn",
    "Tally",
    "TallyWeek",
    "ThroughCall",
    "Timer",
    "Tip",
    "TipHearing",
    "Trial",
    "Upload",
    "Verdict",
    "every_message",
]
