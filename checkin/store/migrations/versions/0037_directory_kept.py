"""What staff put over a service of the directory, how each reading of a feed went, and what they decided about it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_MOMENTS = ("paused_at", "kept_at", "asked_at", "begun_at")


def upgrade() -> None:
    op.create_table(
        "directory_corrections",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Text()),
        sa.Column("hours", sa.Text()),
        sa.Column("phones", JSONB()),
        sa.Column("schedules", JSONB()),
        sa.Column("source", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("withheld_at", sa.DateTime(timezone=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid()),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["directory_services.id"],
            name=op.f("fk_directory_corrections_service_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["people.id"], name=op.f("fk_directory_corrections_changed_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_directory_corrections")),
    )
    op.create_table(
        "directory_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('ok', 'held', 'failed')", name=op.f("ck_directory_runs_status")),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["directory_feeds.id"], name=op.f("fk_directory_runs_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_runs")),
    )
    op.create_index("ix_directory_runs_feed", "directory_runs", ["feed_id", "at"])
    for name in _MOMENTS:
        op.add_column("directory_feeds", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column(
        "directory_feeds", sa.Column("accept_next", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("directory_feeds", sa.Column("progress", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    for name in (*_MOMENTS, "accept_next", "progress"):
        op.drop_column("directory_feeds", name)
    op.drop_table("directory_runs")
    op.drop_table("directory_corrections")
