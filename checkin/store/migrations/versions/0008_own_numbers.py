"""Numbers of their own for pairs, calls between the two, and who of several uses a phone."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("phones", sa.Column("speaker_id", sa.Uuid(), nullable=True))
    op.add_column("phones", sa.Column("spoke_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("phones", sa.Column("asked_who_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_phones_speaker_id"), "phones", "people", ["speaker_id"], ["id"], ondelete="SET NULL")
    op.add_column("messages", sa.Column("sender", sa.Text(), nullable=True))
    op.create_table(
        "pool_numbers",
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pool_numbers")),
    )
    op.create_table(
        "pair_lines",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("pair_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["pool_numbers.number"], name=op.f("fk_pair_lines_number")),
        sa.ForeignKeyConstraint(["pair_id"], ["pairs.id"], name=op.f("fk_pair_lines_pair_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pair_lines_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "number", name=op.f("pk_pair_lines")),
        sa.UniqueConstraint("pair_id", "person_id", name=op.f("uq_pair_lines_pair_id_person_id")),
    )
    op.create_table(
        "relay_calls",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("pair_id", sa.Uuid(), nullable=False),
        sa.Column("callee_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="ringing", nullable=False),
        sa.Column("seconds", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('ringing', 'accepted', 'talked', 'not_taken')", name=op.f("ck_relay_calls_outcome")
        ),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_relay_calls_seconds")),
        sa.ForeignKeyConstraint(
            ["callee_id"], ["people.id"], name=op.f("fk_relay_calls_callee_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_relay_calls_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pair_id"], ["pairs.id"], name=op.f("fk_relay_calls_pair_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_relay_calls")),
    )
    op.create_index(op.f("ix_relay_calls_pair_id"), "relay_calls", ["pair_id"])


def downgrade() -> None:
    for table in ("relay_calls", "pair_lines", "pool_numbers"):
        op.drop_table(table)
    op.drop_column("messages", "sender")
    for column in ("asked_who_at", "spoke_at", "speaker_id"):
        op.drop_column("phones", column)
