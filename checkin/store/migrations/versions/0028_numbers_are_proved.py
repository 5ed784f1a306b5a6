"""Somebody's new number is proved by a code before it is used."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_moves",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("phone_id", sa.Uuid, sa.ForeignKey("phones.id"), nullable=False),
        sa.Column("instead_of", sa.Uuid, sa.ForeignKey("phones.id")),
        sa.Column("code", sa.LargeBinary, nullable=False),
        sa.Column("medium", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("outcome", sa.Text),
        sa.CheckConstraint("medium IN ('text', 'call')", name=op.f("ck_number_moves_medium")),
        sa.CheckConstraint("outcome IN ('moved', 'given_up', 'too_many')", name=op.f("ck_number_moves_outcome")),
    )
    op.create_index("ix_number_moves_person_id", "number_moves", ["person_id"])
    op.create_index("ix_number_moves_phone_id", "number_moves", ["phone_id"])
    op.create_index(
        "uq_number_moves_open", "number_moves", ["person_id"], unique=True, postgresql_where=sa.text("outcome IS NULL")
    )


def downgrade() -> None:
    op.drop_table("number_moves")
