"""The headline an item had at first, and when its outlet took it down"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("items", sa.Column("was", sa.Text(), nullable=True))
    op.add_column("items", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
