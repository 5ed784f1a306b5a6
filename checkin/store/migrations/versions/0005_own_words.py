"""Sentences in an organisation's own words, with their history."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phrases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.CheckConstraint("variant IN ('text', 'discreet', 'voice')", name=op.f("ck_phrases_variant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrases")),
    )
    op.create_index("ix_phrases_sentence", "phrases", ["key", "language", "variant", "id"])
    op.execute(
        "CREATE TRIGGER phrases_append_only BEFORE UPDATE OR DELETE ON phrases "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("phrases")
