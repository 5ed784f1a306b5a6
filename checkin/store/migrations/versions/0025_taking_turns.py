"""Groups take turns when messages are sent; a page's timer goes before all others."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_NOBODY = sa.text("'00000000-0000-0000-0000-000000000000'")


def upgrade() -> None:
    op.add_column("messages", sa.Column("queue", sa.Uuid(), server_default=_NOBODY, nullable=False))
    op.create_index(
        "ix_messages_turn",
        "messages",
        ["class", "medium", "queue", "due_at"],
        postgresql_where=sa.text("status = 'owed'"),
    )
    op.create_index(
        "ix_timers_pages", "timers", ["due_at", "id"], postgresql_where=sa.text("kind = 'page' OR topic = 'page'")
    )


def downgrade() -> None:
    op.drop_index("ix_timers_pages", "timers")
    op.drop_index("ix_messages_turn", "messages")
    op.drop_column("messages", "queue")
