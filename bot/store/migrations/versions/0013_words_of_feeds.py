"""The words by which feeds are found, and an index of where they moved to"""

import sqlalchemy as sa
from alembic import op

from bot.store.feeds import words_of

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feeds", sa.Column("words", sa.Text(), server_default="", nullable=False))
    moved = sa.text("moved_to IS NOT NULL")
    op.create_index("ix_feeds_moved_to", "feeds", ["moved_to"], sqlite_where=moved, postgresql_where=moved)
    names = ("outlet", "owner", "title", "url", "moved_to")
    feeds = sa.table("feeds", sa.column("id"), sa.column("words"), *map(sa.column, names))
    found = op.get_bind().execute(sa.select(feeds)).all()
    if found:
        filled = sa.update(feeds).where(feeds.c.id == sa.bindparam("feed"))
        rows = [{"feed": row.id, "words": words_of(*(getattr(row, name) for name in names))} for row in found]
        op.get_bind().execute(filled, rows)
