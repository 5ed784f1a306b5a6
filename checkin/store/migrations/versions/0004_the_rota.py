"""The rota: changes, absences, stand-ins, languages, and who is asked the day before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _person(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["people.id"], name=op.f(f"fk_overrides_{name}"), ondelete="CASCADE")


def upgrade() -> None:
    op.add_column("people", sa.Column("speaks", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("shifts", sa.Column("ask", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("shifts", sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_shifts_due", "shifts", ["next_due_at"], postgresql_where=sa.text("next_due_at IS NOT NULL"))
    op.create_table(
        "overrides",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("instead_of", sa.Uuid(), nullable=True),
        sa.Column("shift_id", sa.Uuid(), nullable=True),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rank", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("why", sa.Text(), server_default="override", nullable=False),
        sa.CheckConstraint("why IN ('override', 'swap', 'covers')", name=op.f("ck_overrides_why")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_overrides_span")),
        sa.CheckConstraint("person_id <> instead_of", name=op.f("ck_overrides_two_people")),
        sa.CheckConstraint("shift_id IS NULL OR instead_of IS NOT NULL", name=op.f("ck_overrides_shift")),
        _person("person_id"),
        _person("instead_of"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_overrides_shift_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
        sa.UniqueConstraint("ref", name=op.f("uq_overrides_ref")),
    )
    op.create_index("ix_overrides_ends", "overrides", ["ends"])
    op.create_index(op.f("ix_overrides_person_id"), "overrides", ["person_id"])
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts < ends", name=op.f("ck_absences_span")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_absences_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("ref", name=op.f("uq_absences_ref")),
    )
    op.create_index("ix_absences_ends", "absences", ["ends"])
    op.create_index(op.f("ix_absences_person_id"), "absences", ["person_id"])
    op.create_table(
        "stand_ins",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_stand_ins_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_stand_ins")),
    )


def downgrade() -> None:
    op.drop_table("stand_ins")
    op.drop_table("absences")
    op.drop_table("overrides")
    op.drop_index("ix_shifts_due", "shifts")
    op.drop_column("shifts", "next_due_at")
    op.drop_column("shifts", "ask")
    op.drop_column("people", "speaks")
