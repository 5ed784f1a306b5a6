"""How it goes: an organisation's own questions, and what was answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcome_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("ask", JSONB(), nullable=False),
        sa.Column("least", sa.SmallInteger(), nullable=False),
        sa.Column("most", sa.SmallInteger(), nullable=False),
        sa.Column("low", sa.SmallInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("starts", sa.DateTime(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("scale", sa.Text(), server_default="own", nullable=False),
        sa.Column("licence", sa.Text()),
        sa.Column("next_due_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("scale = 'own' OR licence IS NOT NULL", name=op.f("ck_outcome_questions_licence")),
        sa.CheckConstraint("least <= low AND low < most", name=op.f("ck_outcome_questions_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_questions")),
        sa.UniqueConstraint("ref", name=op.f("uq_outcome_questions_ref")),
    )
    op.create_index(
        "ix_outcome_questions_due",
        "outcome_questions",
        ["next_due_at"],
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.SmallInteger()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(value IS NULL) = (answered_at IS NULL)", name=op.f("ck_outcomes_answered")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["outcome_questions.id"], name=op.f("fk_outcomes_question_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_outcomes_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint(
            "question_id", "person_id", "asked_at", name=op.f("uq_outcomes_question_id_person_id_asked_at")
        ),
    )
    op.create_index(op.f("ix_outcomes_person_id"), "outcomes", ["person_id"])


def downgrade() -> None:
    op.drop_table("outcomes")
    op.drop_table("outcome_questions")
