"""The directory: services as Open Referral feeds describe them, places, helplines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("tried_at", sa.DateTime(timezone=True)),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.Column("report", JSONB()),
        sa.CheckConstraint("status IN ('new', 'ok', 'held', 'failed')", name=op.f("ck_directory_feeds_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_feeds")),
        sa.UniqueConstraint("address", name=op.f("uq_directory_feeds_address")),
    )
    op.create_table(
        "directory_places",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('district', 'town')", name=op.f("ck_directory_places_kind")),
        sa.CheckConstraint("source IN ('file', 'directory')", name=op.f("ck_directory_places_source")),
        sa.PrimaryKeyConstraint("name", "kind", name=op.f("pk_directory_places")),
    )
    op.create_table(
        "directory_locations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("town", sa.Text()),
        sa.Column("region", sa.Text()),
        sa.Column("postcode", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("district", sa.Text()),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("access", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("access_notes", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("phones", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("schedules", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("record", JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_directory_locations_both")),
        sa.CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
            name=op.f("ck_directory_locations_on_earth"),
        ),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["directory_feeds.id"], name=op.f("fk_directory_locations_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_locations")),
    )
    op.create_index(op.f("ix_directory_locations_feed_id"), "directory_locations", ["feed_id"], unique=False)
    op.create_table(
        "directory_organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alternate_name", sa.Text()),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("phones", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("record", JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["directory_feeds.id"], name=op.f("fk_directory_organisations_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_organisations")),
    )
    op.create_index(op.f("ix_directory_organisations_feed_id"), "directory_organisations", ["feed_id"], unique=False)
    op.create_table(
        "helplines",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("regions", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("text_number", sa.Text()),
        sa.Column("text_words", sa.Text()),
        sa.Column("needs", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("minimum_age", sa.SmallInteger()),
        sa.Column("maximum_age", sa.SmallInteger()),
        sa.Column("schedules", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date()),
        sa.Column("checked_by", sa.Uuid()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("warned", sa.Integer()),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("coalesce(number, text_number, '') <> ''", name=op.f("ck_helplines_reachable")),
        sa.CheckConstraint(
            "kind = 'helpline' OR (withdrawn_at IS NULL AND coalesce(number, text_number, '') <> '')",
            name=op.f("ck_helplines_protected"),
        ),
        sa.CheckConstraint("kind IN ('emergency', 'crisis', 'helpline')", name=op.f("ck_helplines_kind")),
        sa.CheckConstraint("(checked_on IS NULL) = (expires_on IS NULL)", name=op.f("ck_helplines_checked")),
        sa.CheckConstraint("expires_on > checked_on", name=op.f("ck_helplines_expires")),
        sa.ForeignKeyConstraint(
            ["checked_by"], ["people.id"], name=op.f("fk_helplines_checked_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_helplines")),
    )
    op.create_table(
        "directory_services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alternate_name", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text()),
        sa.Column("application", sa.Text()),
        sa.Column("fees", sa.Text()),
        sa.Column("wait_time", sa.Text()),
        sa.Column("interpretation", sa.Text()),
        sa.Column("eligibility", sa.Text()),
        sa.Column("minimum_age", sa.SmallInteger()),
        sa.Column("maximum_age", sa.SmallInteger()),
        sa.Column("assured_on", sa.Date()),
        sa.Column("modified_at", sa.DateTime(timezone=True)),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("areas", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("phones", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("schedules", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("terms", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("contacts", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("costs", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("needs", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("record", JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("words", TSVECTOR()),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "status IN ('active', 'inactive', 'defunct', 'temporarily closed')",
            name=op.f("ck_directory_services_status"),
        ),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["directory_feeds.id"], name=op.f("fk_directory_services_feed_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["directory_organisations.id"],
            name=op.f("fk_directory_services_organisation_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_services")),
    )
    op.create_index(op.f("ix_directory_services_feed_id"), "directory_services", ["feed_id"], unique=False)
    op.create_index(
        op.f("ix_directory_services_organisation_id"), "directory_services", ["organisation_id"], unique=False
    )
    op.create_index(
        "ix_directory_services_words", "directory_services", ["words"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "directory_listings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid()),
        sa.Column("source_id", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("phones", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("schedules", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("keys", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["directory_locations.id"],
            name=op.f("fk_directory_listings_location_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["directory_services.id"], name=op.f("fk_directory_listings_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_listings")),
    )
    op.create_index("ix_directory_listings_keys", "directory_listings", ["keys"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_directory_listings_location_id"), "directory_listings", ["location_id"], unique=False)
    op.create_index(op.f("ix_directory_listings_service_id"), "directory_listings", ["service_id"], unique=False)
    # PostgreSQL's own, yet a package apart on some systems: without it a misspelt place or name is not found
    # (docs/decisions), and everything else is.
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")):
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.create_index(
            "ix_directory_places_name",
            "directory_places",
            ["name"],
            unique=False,
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        )
        op.create_index(
            "ix_directory_services_name",
            "directory_services",
            ["name"],
            unique=False,
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        )


def downgrade() -> None:
    op.drop_table("directory_listings")
    op.drop_table("directory_services")
    op.drop_table("helplines")
    op.drop_table("directory_organisations")
    op.drop_table("directory_locations")
    op.drop_table("directory_places")
    op.drop_table("directory_feeds")
