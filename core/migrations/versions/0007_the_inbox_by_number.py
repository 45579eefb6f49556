"""the inbox by number"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# What it holds is kept for ten minutes: it is not carried over, and a message that a provider repeats across the
# upgrade is answered afresh.


def upgrade() -> None:
    op.drop_table("inbox")
    _create(sa.Column("id_hash", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False), with_rowid=True)


def downgrade() -> None:
    op.drop_table("inbox")
    _create(sa.Column("id_hash", sa.LargeBinary(length=32), nullable=False), with_rowid=False)


def _create(id_hash: sa.Column[int] | sa.Column[bytes], with_rowid: bool) -> None:
    op.create_table(
        "inbox",
        id_hash,
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_inbox")),
        sqlite_with_rowid=with_rowid,
    )
