"""The pages besides the web chat, one file per noun. They read; what changes anything asks `access` first."""

from starlette.routing import Route

from bot.web.desk import Frame
from bot.web.guard import Guesses
from bot.web.pages import deliveries, feeds, login, rules, settings, stories, subscriptions, topics
from bot.web.trials import Trials


def routes(frame: Frame, guesses: Guesses, trials: Trials) -> list[Route]:
    """Every page."""
    return [
        *stories.Stories(frame).routes,
        *topics.Topics(frame).routes,
        *rules.Rules(frame, trials).routes,
        *feeds.Feeds(frame).routes,
        *login.Login(frame, guesses).routes,
        *deliveries.Deliveries(frame).routes,
        *subscriptions.Subscriptions(frame).routes,
        *settings.SettingsPages(frame).routes,
    ]
