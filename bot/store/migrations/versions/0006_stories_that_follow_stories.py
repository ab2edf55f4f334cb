"""Which earlier story a story is a reaction to, or the next event of"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stories", sa.Column("follows", sa.Integer(), nullable=True))
