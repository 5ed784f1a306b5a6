"""What was removed when its time was over is written down, and what goes first is found without a search."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_receipts_rule", "receipts", ["rule", "id"])
    op.create_index(
        "ix_messages_words",
        "messages",
        ["at"],
        postgresql_where=sa.text("body IS NOT NULL OR answer IS NOT NULL OR arguments IS NOT NULL"),
    )
    op.create_index("ix_call_turns_at", "call_turns", ["at"])


def downgrade() -> None:
    op.drop_index("ix_call_turns_at", "call_turns")
    op.drop_index("ix_messages_words", "messages")
    op.drop_table("receipts")
