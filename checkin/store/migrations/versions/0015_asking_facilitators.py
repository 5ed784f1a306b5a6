"""Whoever runs a meeting is asked the day before."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meetings", sa.Column("ask", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("meetings", sa.Column("ask_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_meetings_ask_due", "meetings", ["ask_due_at"], postgresql_where=sa.text("ask_due_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_meetings_ask_due", "meetings")
    op.drop_column("meetings", "ask_due_at")
    op.drop_column("meetings", "ask")
