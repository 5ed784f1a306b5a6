"""The rooms of the console, in the order of the navigation: one line each, so that adding one is one line more.

A room says who may enter (`roles`), what it is called in the navigation (`name`; empty: it is reached from another
room) and the endpoint that its name leads to (`home`). The guard, the navigation and the tests that walk every page as
every role all read this table.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint

from checkin.staff import ROLES
from console import (
    account,
    audit,
    buddies,
    buddies_breaks,
    cases,
    directory,
    directory_keeping,
    doctor,
    feeds,
    groups,
    groups_helpers,
    groups_series,
    meetings,
    outages,
    people,
    people_appointments,
    people_doings,
    people_records,
    queue,
    reader,
    reports,
    retained,
    rota,
    settings,
    staff,
    tips,
    wording,
)
from console.desk import Desk

# Staff who work on cases. Facilitators see their own groups, and nothing of anybody's case.
CASE_WORKERS = frozenset({"admin", "coordinator", "safeguarding"})
EVERYBODY = frozenset(ROLES)
ADMINS = frozenset({"admin"})


@dataclass(frozen=True, slots=True)
class Room:
    """One room: how it is built, who may enter, and how it stands in the navigation."""

    build: Callable[[Desk], Blueprint]
    roles: frozenset[str]
    name: str = ""
    home: str = ""
    # Blueprints that stand in the navigation as a part of this one, though their addresses do not begin with its own.
    parts: tuple[str, ...] = ()


ROOMS = (
    # What waits
    Room(queue.room, CASE_WORKERS, "Queue", "queue.show"),
    Room(cases.room, CASE_WORKERS),
    Room(outages.room, CASE_WORKERS),
    # People and their buddies
    Room(people.room, CASE_WORKERS, "People", "people.show"),
    Room(people_doings.room, CASE_WORKERS),
    Room(people_appointments.room, CASE_WORKERS),
    Room(people_records.room, CASE_WORKERS),
    Room(people_records.data_room, people.READERS),
    Room(people.talk_room, people.READERS),
    Room(buddies.room, CASE_WORKERS, "Buddies", "buddies.show"),
    Room(buddies_breaks.room, CASE_WORKERS),
    # Groups and meetings
    Room(groups.room, EVERYBODY, "Groups", "groups.show"),
    Room(groups_series.room, groups.KEEPERS),
    Room(groups_helpers.room, groups.FOUNDERS),
    Room(meetings.room, EVERYBODY, "Meetings", "meetings.show"),
    # Directory and tips
    Room(directory.room, EVERYBODY, "Directory", "directory.show", parts=("tips",)),
    Room(directory_keeping.room, CASE_WORKERS),
    Room(feeds.room, CASE_WORKERS),
    Room(tips.room, CASE_WORKERS),
    # Figures
    Room(reports.room, EVERYBODY, "Reports", "reports.show"),
    Room(reader.room, CASE_WORKERS, "The reader", "reader.show"),
    # What the line says, and who is on call
    Room(rota.room, CASE_WORKERS, "Rota", "rota.show"),
    Room(wording.room, CASE_WORKERS, "Wording", "wording.show"),
    # Settings, staff, audit
    Room(staff.room, ADMINS, "Staff", "staff.show"),
    Room(audit.room, audit.READERS, "Audit", "audit.show"),
    Room(retained.room, CASE_WORKERS, "Records", "retained.show"),
    Room(settings.room, ADMINS, "Settings", "settings.show"),
    Room(doctor.room, ADMINS, "Doctor", "doctor.show"),
    Room(account.room, EVERYBODY),
)


def named(role: str) -> list[Room]:
    """Return the rooms that the navigation shows to somebody of this role."""
    return [room for room in ROOMS if room.name and role in room.roles]


def home(role: str) -> str:
    """Return the endpoint where somebody of this role begins."""
    return next((room.home for room in named(role)), "queue.show")
