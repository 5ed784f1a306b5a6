"""The directory: services of others, as Open Referral feeds describe them, and the helplines that staff keep.

Everything that came from a feed belongs to it: its id is made of the feed and the source's own id, so that the same
record is the same row every time it is read. `record` is what the source said, word for word as far as it is harmless.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from checkin.store.models.base import Base, ident, one_of


def _leaves() -> Mapped[list[dict[str, Any]]]:
    """Return a column of things that are only ever read with the row they belong to."""
    return mapped_column(JSONB, server_default=text("'[]'"))


class Feed(Base):
    """Where records come from: a web address that is asked again every night, or the name of a file."""

    __tablename__ = "directory_feeds"
    __table_args__ = (one_of("status", "new", "ok", "held", "failed"),)
    id: Mapped[UUID] = ident()
    address: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    zone: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="new")
    # What the server said of the version that was read last; sent back, it answers "not modified".
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    tried_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    # What the last run found: counts, losses, problems (`directory.report.Report`).
    report: Mapped[dict[str, Any] | None]
    # Not read at night, until somebody resumes it.
    paused_at: Mapped[datetime | None]
    # Staff have looked at what would go: the next reading is taken as it is, once.
    accept_next: Mapped[bool] = mapped_column(server_default=text("false"))
    # Staff have looked, and what was there stays: when.
    kept_at: Mapped[datetime | None]
    # Asked for now; begun (a lease: one that broke off is begun again); how many records were read so far.
    asked_at: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]
    progress: Mapped[int] = mapped_column(Integer, server_default=text("0"))


class FeedRun(Base):
    """How one reading of a feed went. `counts` are numbers by the names that `directory.report.Report` has."""

    __tablename__ = "directory_runs"
    __table_args__ = (
        one_of("status", "ok", "held", "failed"),
        Index("ix_directory_runs_feed", "feed_id", "at"),
    )
    id: Mapped[UUID] = ident()
    feed_id: Mapped[UUID] = mapped_column(ForeignKey("directory_feeds.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    status: Mapped[str]
    counts: Mapped[dict[str, Any]]
    why: Mapped[str]


class Organisation(Base):
    """Who provides services."""

    __tablename__ = "directory_organisations"
    __table_args__ = (
        Index(
            "ix_directory_organisations_name",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
    )
    id: Mapped[UUID] = ident()
    feed_id: Mapped[UUID] = mapped_column(ForeignKey("directory_feeds.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[str]
    name: Mapped[str]
    alternate_name: Mapped[str | None]
    description: Mapped[str]
    url: Mapped[str | None]
    email: Mapped[str | None]
    phones: Mapped[list[dict[str, Any]]] = _leaves()
    record: Mapped[dict[str, Any]]
    digest: Mapped[bytes]


class Service(Base):
    """What somebody can turn to. `needs` are those it is for, the plainest first; `words` is for search by name."""

    __tablename__ = "directory_services"
    __table_args__ = (
        one_of("status", "active", "inactive", "defunct", "temporarily closed"),
        Index("ix_directory_services_words", "words", postgresql_using="gin"),
        Index(
            "ix_directory_services_name",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
    )
    id: Mapped[UUID] = ident()
    feed_id: Mapped[UUID] = mapped_column(ForeignKey("directory_feeds.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[str]
    organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("directory_organisations.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str]
    alternate_name: Mapped[str | None]
    description: Mapped[str | None]
    url: Mapped[str | None]
    email: Mapped[str | None]
    status: Mapped[str]
    alert: Mapped[str | None]
    application: Mapped[str | None]
    fees: Mapped[str | None]
    wait_time: Mapped[str | None]
    interpretation: Mapped[str | None]
    eligibility: Mapped[str | None]
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    assured_on: Mapped[date | None]
    modified_at: Mapped[datetime | None]
    languages: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    areas: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    phones: Mapped[list[dict[str, Any]]] = _leaves()
    schedules: Mapped[list[dict[str, Any]]] = _leaves()
    terms: Mapped[list[dict[str, Any]]] = _leaves()
    contacts: Mapped[list[dict[str, Any]]] = _leaves()
    costs: Mapped[list[dict[str, Any]]] = _leaves()
    needs: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    record: Mapped[dict[str, Any]]
    digest: Mapped[bytes]
    words: Mapped[str | None] = mapped_column(TSVECTOR)
    # No longer in the feed: never found, and kept, so that a feed that was wrong takes nothing with it.
    retired_at: Mapped[datetime | None]


class Correction(Base):
    """What staff put over a service: beside what its source says, so that reading the feed again undoes none of it.

    NULL is the source's own. `hours` are as staff wrote them, `phones` and `schedules` what they come to; `source` is
    what the source said when it was corrected, by which a page can tell that it has changed since.
    """

    __tablename__ = "directory_corrections"
    service_id: Mapped[UUID] = mapped_column(ForeignKey("directory_services.id", ondelete="CASCADE"), primary_key=True)
    about: Mapped[str | None]
    hours: Mapped[str | None]
    phones: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    schedules: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    source: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    note: Mapped[str] = mapped_column(server_default="")
    # Members are not given it, whatever its source says.
    withheld_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))


class Location(Base):
    """A place where services are given. `access` are the access needs it meets (`directory.model.ACCESS`)."""

    __tablename__ = "directory_locations"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="on_earth"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="both"),
    )
    id: Mapped[UUID] = ident()
    feed_id: Mapped[UUID] = mapped_column(ForeignKey("directory_feeds.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[str]
    name: Mapped[str | None]
    description: Mapped[str | None]
    kind: Mapped[str]
    address: Mapped[str | None]
    town: Mapped[str | None]
    region: Mapped[str | None]
    postcode: Mapped[str | None]
    country: Mapped[str | None]
    district: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    access: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    access_notes: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    phones: Mapped[list[dict[str, Any]]] = _leaves()
    schedules: Mapped[list[dict[str, Any]]] = _leaves()
    record: Mapped[dict[str, Any]]
    digest: Mapped[bytes]


class Listing(Base):
    """One service at one place, as it is looked for; a service with no place has one listing without.

    `keys` is everything a search asks at once, for one index: needs ("n:debt"), postcode district and area ("d:LS6",
    "a:LS"), names of places ("t:leeds"), a square of the map ("g:538:-8"), anywhere ("w"). No keys: not to be found.
    """

    __tablename__ = "directory_listings"
    __table_args__ = (Index("ix_directory_listings_keys", "keys", postgresql_using="gin"),)
    id: Mapped[UUID] = ident()
    service_id: Mapped[UUID] = mapped_column(ForeignKey("directory_services.id", ondelete="CASCADE"), index=True)
    location_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("directory_locations.id", ondelete="CASCADE"), index=True
    )
    source_id: Mapped[str | None]
    description: Mapped[str | None]
    phones: Mapped[list[dict[str, Any]]] = _leaves()
    schedules: Mapped[list[dict[str, Any]]] = _leaves()
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class Place(Base):
    """A place that people name: a postcode district, a town. `source` is "file" for what an admin imported; what the
    directory itself taught ("directory") is made anew after each import."""

    __tablename__ = "directory_places"
    __table_args__ = (
        one_of("kind", "district", "town"),
        one_of("source", "file", "directory"),
        Index("ix_directory_places_name", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )
    # As `directory.places.folded` writes it.
    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    shown: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    source: Mapped[str]


class Helpline(Base):
    """A helpline as an admin checked, changed or wrote it; one that comes with the line and stands as it came has no
    row (`directory.helplines`). An emergency number or a crisis line always has its number and is never withdrawn."""

    __tablename__ = "helplines"
    __table_args__ = (
        one_of("kind", "emergency", "crisis", "helpline"),
        CheckConstraint("(checked_on IS NULL) = (expires_on IS NULL)", name="checked"),
        CheckConstraint("expires_on > checked_on", name="expires"),
        CheckConstraint(
            "kind = 'helpline' OR (withdrawn_at IS NULL AND coalesce(number, text_number, '') <> '')", name="protected"
        ),
        CheckConstraint("coalesce(number, text_number, '') <> ''", name="reachable"),
    )
    ref: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    country: Mapped[str]
    regions: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    name: Mapped[str]
    about: Mapped[str]
    # E.164, or a short number as it is dialled there.
    number: Mapped[str | None]
    text_number: Mapped[str | None]
    text_words: Mapped[str | None]
    needs: Mapped[list[str]]
    languages: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    schedules: Mapped[list[dict[str, Any]]] = _leaves()
    zone: Mapped[str]
    checked_on: Mapped[date | None]
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    expires_on: Mapped[date | None]
    # The fewest days ahead at which staff were told that it expires.
    warned: Mapped[int | None] = mapped_column(Integer)
    withdrawn_at: Mapped[datetime | None]
