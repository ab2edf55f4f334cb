"""The pages besides the web chat, one file per noun. They read; what changes anything asks `access` first."""

from starlette.routing import Route

from bot.web.desk import Frame
from bot.web.pages import deliveries, feeds, rules, stories, topics


def routes(frame: Frame) -> list[Route]:
    """Every page."""
    return [
        *stories.Stories(frame).routes,
        *topics.Topics(frame).routes,
        *rules.Rules(frame).routes,
        *feeds.Feeds(frame).routes,
        *deliveries.Deliveries(frame).routes,
    ]
