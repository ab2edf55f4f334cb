"""Which accounts told a chat that it is not served"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat_access", sa.Column("told_by", sa.Text(), server_default="", nullable=False))
