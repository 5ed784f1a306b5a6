"""Known appointments; and a ladder waits for whoever has said that they will try."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.LargeBinary),
        sa.Column("told_by", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Uuid),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("starts < ends", name=op.f("ck_appointments_span")),
        sa.CheckConstraint("told_by IN ('member', 'staff', 'file')", name=op.f("ck_appointments_told_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_appointments_person_id"),
            ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_appointments_entered_by"),
            ondelete="SET NULL"),
    )  # fmt: skip
    op.create_index("ix_appointments_person", "appointments", ["person_id", "ends"])
    op.add_column("check_ins", sa.Column("held_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("check_ins", "held_until")
    op.drop_table("appointments")
