"""What is told of an item, whether it is behind a paywall, and whether a feed's pages may be read"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("brief", sa.Text(), nullable=True),
        sa.Column("paywalled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("shortened", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("items", column)
    op.add_column("feeds", sa.Column("article", sa.Boolean(), server_default=sa.true(), nullable=False))
