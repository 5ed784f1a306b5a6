"""What is counted for reports, by the week."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("group_id", sa.Uuid, nullable=False),
        sa.Column("week", sa.Date, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("people", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "week", "measure", "code", name=op.f("pk_tallies")),
    )
    op.create_index("ix_tallies_week", "tallies", ["week"])
    op.create_table(
        "tally_weeks",
        sa.Column("week", sa.Date, nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("week", name=op.f("pk_tally_weeks")),
    )
    op.create_index("ix_messages_at", "messages", ["at"], postgresql_using="brin")
    op.create_index("ix_check_ins_due_at", "check_ins", ["due_at"])


def downgrade() -> None:
    op.drop_index("ix_check_ins_due_at", "check_ins")
    op.drop_index("ix_messages_at", "messages")
    op.drop_table("tally_weeks")
    op.drop_table("tallies")
