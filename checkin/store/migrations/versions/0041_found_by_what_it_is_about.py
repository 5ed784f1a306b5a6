"""What messages are about, what came from a phone of nobody we know, and what the carrier said of a message are found
without reading all there is."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_messages_subject", "messages", ["subject"], "subject IS NOT NULL"),
    ("ix_messages_strangers", "messages", ["phone_id", "at"], "person_id IS NULL"),
    ("ix_delivery_events_message", "delivery_events", ["message_id"], None),
)
_HALF = sa.text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")


def upgrade() -> None:
    # Beside the running line. One that was broken off is there, and of no use.
    with op.get_context().autocommit_block():
        half = set(op.get_bind().execute(_HALF).scalars())
        for name, table, columns, where in _INDEXES:
            if name in half:
                op.drop_index(name, table, postgresql_concurrently=True)
            op.create_index(
                name,
                table,
                columns,
                postgresql_where=sa.text(where) if where else None,
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    for name, table, _, _ in _INDEXES:
        op.drop_index(name, table)
