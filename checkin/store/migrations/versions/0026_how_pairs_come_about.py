"""Pairs are proposed, rest, are looked at and end; what is asked afterwards; kind words that ask for nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("pairs", sa.Column("place", sa.SmallInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column("pairs", sa.Column("began_at", _MOMENT, server_default=sa.text("now()"), nullable=False))
    for moment in ("rests_until", "review_due_at", "ask_due_at"):
        op.add_column("pairs", sa.Column(moment, _MOMENT))
    op.execute(
        "UPDATE pairs SET place = p.place FROM (SELECT id, row_number() OVER (PARTITION BY buddy_id ORDER BY id) "
        "AS place FROM pairs WHERE status <> 'ended') p WHERE p.id = pairs.id"
    )
    op.create_check_constraint(op.f("ck_pairs_place"), "pairs", "place BETWEEN 1 AND 9")
    op.create_check_constraint(op.f("ck_pairs_rests"), "pairs", "rests_until IS NULL OR status = 'resting'")
    op.create_index(
        "uq_pairs_place", "pairs", ["buddy_id", "place"], unique=True, postgresql_where=sa.text("status <> 'ended'")
    )
    for name, column in (("review", "review_due_at"), ("ask", "ask_due_at")):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_pairs_{name}", "pairs", [column], postgresql_where=where)
    op.drop_constraint(op.f("ck_duties_kind"), "duties")
    op.create_check_constraint(op.f("ck_duties_kind"), "duties", "kind IN ('shift', 'meeting', 'week')")
    _proposals()
    _aftercare()
    op.create_table(
        "caring",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sent", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_due_at", _MOMENT),
        sa.Column("held_until", _MOMENT),
        sa.CheckConstraint("sent >= 0", name=op.f("ck_caring_sent")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_caring_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_caring")),
    )
    op.create_index("ix_caring_due", "caring", ["next_due_at"], postgresql_where=sa.text("next_due_at IS NOT NULL"))


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("buddy_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("rule", sa.Text()),
        sa.Column("at", sa.Time()),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("replaces", sa.Uuid()),
        sa.Column("first", sa.Text(), server_default="both", nullable=False),
        sa.Column("status", sa.Text(), server_default="asked", nullable=False),
        sa.Column("member_said", sa.Boolean()),
        sa.Column("buddy_said", sa.Boolean()),
        sa.Column("by", sa.Uuid()),
        sa.Column("proposed_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.CheckConstraint("member_id <> buddy_id", name=op.f("ck_proposals_two_people")),
        sa.CheckConstraint("status IN ('asked', 'made', 'off')", name=op.f("ck_proposals_status")),
        sa.CheckConstraint("first IN ('both', 'member', 'buddy')", name=op.f("ck_proposals_first")),
        sa.CheckConstraint(
            "status <> 'off' OR (member_said IS NULL AND buddy_said IS NULL)", name=op.f("ck_proposals_nobody_declined")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["people.id"], name=op.f("fk_proposals_member_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["buddy_id"], ["people.id"], name=op.f("fk_proposals_buddy_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["replaces"], ["pairs.id"], name=op.f("fk_proposals_replaces"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_proposals_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_buddy_id"), "proposals", ["buddy_id"])
    op.create_index(
        "uq_proposals_open",
        "proposals",
        ["member_id", "rank"],
        unique=True,
        postgresql_where=sa.text("status = 'asked'"),
    )


def _aftercare() -> None:
    op.create_table(
        "aftercare",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid()),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("answer", sa.Text()),
        sa.CheckConstraint("kind IN ('debrief', 'welfare')", name=op.f("ck_aftercare_kind")),
        sa.CheckConstraint("(kind = 'debrief') = (check_in_id IS NOT NULL)", name=op.f("ck_aftercare_check_in")),
        sa.CheckConstraint("kind <> 'welfare' OR case_id IS NOT NULL", name=op.f("ck_aftercare_case")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_aftercare_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["member_id"], ["people.id"], name=op.f("fk_aftercare_member_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["check_in_id"], ["check_ins.id"], name=op.f("fk_aftercare_check_in_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_aftercare_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aftercare")),
    )
    op.create_index(op.f("ix_aftercare_person_id"), "aftercare", ["person_id"])
    op.create_index("uq_aftercare_debrief", "aftercare", ["check_in_id", "person_id"], unique=True)
    op.create_index(
        "uq_aftercare_welfare",
        "aftercare",
        ["case_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'welfare'"),
    )


def downgrade() -> None:
    for table in ("caring", "aftercare", "proposals"):
        op.drop_table(table)
    op.execute("DELETE FROM duties WHERE kind = 'week'")
    op.drop_constraint(op.f("ck_duties_kind"), "duties")
    op.create_check_constraint(op.f("ck_duties_kind"), "duties", "kind IN ('shift', 'meeting')")
    for name in ("ix_pairs_ask", "ix_pairs_review", "uq_pairs_place"):
        op.drop_index(name, "pairs")
    op.drop_constraint(op.f("ck_pairs_rests"), "pairs")
    op.drop_constraint(op.f("ck_pairs_place"), "pairs")
    for column in ("ask_due_at", "review_due_at", "rests_until", "began_at", "place"):
        op.drop_column("pairs", column)
