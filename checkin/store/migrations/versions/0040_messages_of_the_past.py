"""Messages about which nothing is left to be done lie in partitions of their own, by the month."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_WORDS = "body IS NOT NULL OR answer IS NOT NULL OR arguments IS NOT NULL"


def upgrade() -> None:
    op.execute("CREATE TABLE past_messages (LIKE messages INCLUDING DEFAULTS) PARTITION BY RANGE (at)")
    op.create_primary_key("pk_past_messages", "past_messages", ["id", "at"])
    op.create_check_constraint("status", "past_messages", "status IN ('received', 'sent', 'dropped', 'failed')")
    op.create_foreign_key(
        "fk_past_messages_person_id", "past_messages", "people", ["person_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index("ix_past_messages_person", "past_messages", ["person_id", "at"])
    op.create_index(
        "ix_past_messages_subject", "past_messages", ["subject"], postgresql_where=sa.text("subject IS NOT NULL")
    )
    op.create_index(
        "ix_past_messages_strangers", "past_messages", ["phone_id", "at"], postgresql_where=sa.text("person_id IS NULL")
    )
    op.create_index("ix_past_messages_words", "past_messages", ["at"], postgresql_where=sa.text(_WORDS))
    op.create_index("ix_past_messages_at", "past_messages", ["at"], postgresql_using="brin")
    # Both have the same columns in the same order.
    op.execute("CREATE VIEW every_message AS SELECT * FROM messages UNION ALL SELECT * FROM past_messages")
    # The message they are about may lie in either: what is kept of it is removed by rules of its own.
    op.drop_constraint("fk_holds_message_id", "holds")
    op.drop_constraint("fk_relay_calls_message_id", "relay_calls")


def downgrade() -> None:
    op.execute("INSERT INTO messages SELECT * FROM past_messages")
    for table in ("holds", "relay_calls"):
        op.execute(f"DELETE FROM {table} WHERE message_id NOT IN (SELECT id FROM messages)")  # noqa: S608  # our own
        op.create_foreign_key(f"fk_{table}_message_id", table, "messages", ["message_id"], ["id"], ondelete="CASCADE")
    op.execute("DROP VIEW every_message")
    op.drop_table("past_messages")
