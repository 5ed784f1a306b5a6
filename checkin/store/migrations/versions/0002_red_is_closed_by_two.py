"""RED is closed by two people, and not by nobody either: a comparison with NULL had passed."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BY_TWO = "status <> 'closed' OR severity <> 'red' OR "


def upgrade() -> None:
    op.drop_constraint(op.f("ck_cases_red_closed_by_two"), "cases")
    op.create_check_constraint(
        op.f("ck_cases_red_closed_by_two"), "cases", _BY_TWO + "coalesce(closed_by <> close_asked_by, false)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_cases_red_closed_by_two"), "cases")
    op.create_check_constraint(op.f("ck_cases_red_closed_by_two"), "cases", _BY_TWO + "closed_by <> close_asked_by")
