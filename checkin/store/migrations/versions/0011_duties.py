"""Duties: what somebody is asked about the day before, who was asked to stand in, and holes that were told of."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATUS = "'planned', 'asked', 'confirmed', 'silent', 'proposed', 'offered', 'covered', 'nobody', 'over'"


def upgrade() -> None:
    op.create_table(
        "duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.Column("wanted", sa.Uuid(), nullable=True),
        sa.Column("covered_by", sa.Uuid(), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('shift', 'meeting')", name=op.f("ck_duties_kind")),
        sa.CheckConstraint(f"status IN ({_STATUS})", name=op.f("ck_duties_status")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_duties_span")),
        sa.CheckConstraint("(status = 'covered') = (covered_by IS NOT NULL)", name=op.f("ck_duties_covered")),
        sa.CheckConstraint("status <> 'proposed' OR wanted IS NOT NULL", name=op.f("ck_duties_proposed")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_duties_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["wanted"], ["people.id"], name=op.f("fk_duties_wanted"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["covered_by"], ["people.id"], name=op.f("fk_duties_covered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index("uq_duties_once", "duties", ["kind", "subject", "starts", "person_id"], unique=True)
    op.create_index("ix_duties_due", "duties", ["next_due_at"], postgresql_where=sa.text("next_due_at IS NOT NULL"))
    op.create_index(op.f("ix_duties_person_id"), "duties", ["person_id"])
    op.create_table(
        "offers",
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint("answer IN ('yes', 'no')", name=op.f("ck_offers_answer")),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_offers_duty_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_offers_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("duty_id", "person_id", name=op.f("pk_offers")),
    )
    op.create_index(op.f("ix_offers_person_id"), "offers", ["person_id"])
    op.create_table(
        "holes",
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("near", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ends", name=op.f("pk_holes")),
    )


def downgrade() -> None:
    op.drop_table("holes")
    op.drop_table("offers")
    op.drop_table("duties")
