"""Many people of one area quiet in one evening."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outages",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
        sa.UniqueConstraint("case_id", name=op.f("uq_outages_case_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outages_case_id"), ondelete="CASCADE"),
    )
    op.create_index("ix_outages_area", "outages", ["area", "last_at"])
    op.create_table(
        "outage_misses",
        sa.Column("outage_id", sa.Uuid, nullable=False),
        sa.Column("check_in_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("outage_id", "check_in_id", name=op.f("pk_outage_misses")),
        sa.UniqueConstraint("check_in_id", name=op.f("uq_outage_misses_check_in_id")),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outages.id"], name=op.f("fk_outage_misses_outage_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["check_in_id"], ["check_ins.id"], name=op.f("fk_outage_misses_check_in_id"), ondelete="CASCADE"
        ),
    )
    op.add_column("check_ins", sa.Column("missed_at", sa.DateTime(timezone=True)))
    op.add_column("check_ins", sa.Column("area", sa.Text))
    op.create_index("ix_check_ins_area", "check_ins", ["area", "due_at"], postgresql_where=sa.text("area IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_check_ins_area", "check_ins")
    op.drop_column("check_ins", "area")
    op.drop_column("check_ins", "missed_at")
    op.drop_table("outage_misses")
    op.drop_table("outages")
