"""reports"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("provider_ref", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inspector_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("sealing", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signing", sa.LargeBinary(length=32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name=op.f("fk_inspector_keys_added_by")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_inspector_keys_area_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_inspector_keys_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspector_keys")),
        sa.UniqueConstraint("sealing", name=op.f("uq_inspector_keys_sealing")),
    )
    op.create_index(op.f("ix_inspector_keys_area_id"), "inspector_keys", ["area_id"])
    op.create_index(op.f("ix_inspector_keys_staff_id"), "inspector_keys", ["staff_id"])
    op.create_table(
        "report_drafts",
        sa.Column("id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("particulars", sa.LargeBinary(), nullable=False),
        sa.Column("touched_at", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_drafts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report_pieces",
        sa.Column("draft_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["report_drafts.id"], name=op.f("fk_report_pieces_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_report_pieces")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report_intake",
        sa.Column("id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("cost", sa.String(length=24), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_intake")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("lookup_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("cost", sa.String(length=24), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("destroy_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("lookup_hash", name=op.f("uq_reports_lookup_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report_additions",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_additions_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_additions")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_report_additions_report_id"), "report_additions", ["report_id"])
    op.create_table(
        "report_answers",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("copy", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_answers_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_answers")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_report_answers_report_id"), "report_answers", ["report_id"])
    op.create_table(
        "report_rewards",
        sa.Column("word_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("fetched_on", sa.Date(), nullable=True),
        sa.Column("fetched_from", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["fetched_from"], ["staff.id"], name=op.f("fk_report_rewards_fetched_from")),
        sa.PrimaryKeyConstraint("word_hash", name=op.f("pk_report_rewards")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report_tallies",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_report_tallies")),
    )


def downgrade() -> None:
    for table in (
        "report_tallies",
        "report_rewards",
        "report_answers",
        "report_additions",
        "reports",
        "report_intake",
        "report_pieces",
        "report_drafts",
        "inspector_keys",
        "erasures",
    ):
        op.drop_table(table)
