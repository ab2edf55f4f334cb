"""`heraut check-config`: every mistake in settings, feeds, topics and packs, before anything starts."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from bot.chat.discord.platform import lane_of as discord_lane
from bot.chat.telegram.platform import lane_of as telegram_lane
from bot.cli.options import ConfigOption, exit_on_bad_input, read_config
from bot.config import Config, Settings, table_of
from bot.domain.rules import parse_rule
from bot.errors import BadInput, ConfigError, ConfigProblem, PackError, RuleError
from bot.services.packs import load_catalog, load_topics


@exit_on_bad_input
def check_config(config: ConfigOption = None) -> None:
    """Check settings, feeds, topics and packs; exit 2 with every mistake, each with file, key and remedy."""
    found = read_config(config)
    problems = list(mistakes(found))
    if problems:
        raise ConfigError(problems)
    chats = found.settings.account_titles
    out = Console()
    out.print(f"Settings: {found.path or 'defaults'}")
    out.print(f"Feeds: {len(found.feeds)}, of {len({feed.outlet.owner for feed in found.feeds})} owners")
    out.print(f"Chats: {', '.join(chats) or 'web chat only (no token is set)'}")
    out.print("Everything holds.")


def mistakes(config: Config) -> Iterator[ConfigProblem]:
    """What is wrong with the files that the settings name, read and put together."""
    settings = config.settings
    yield from _malformed(settings, str(config.path or "settings"))
    try:
        catalog = load_catalog((settings.packs_dir,) if settings.packs_dir else ())
    except PackError as error:
        yield ConfigProblem(error.file, error.key, error.problem)
        return
    try:
        topics = load_topics(settings.topics_file)
    except PackError as error:
        yield ConfigProblem(error.file, error.key, error.problem)
        return
    file = str(settings.topics_file or Path("topics.toml"))
    for topic in topics:
        try:
            parse_rule(topic.rule, catalog.entities)
        except RuleError as error:
            yield ConfigProblem(
                file, f"topic {topic.slug}.rule", f"{error} at character {error.position + 1}"
            )


def _malformed(settings: Settings, file: str) -> Iterator[ConfigProblem]:
    """Tokens that cannot be any: their accounts would be left out."""
    telegram, discord = settings.telegram.used(), settings.discord.used()
    tokens = [("telegram", name, own.token, telegram_lane) for name, own in telegram.items()]
    tokens += [("discord", name, own.token, discord_lane) for name, own in discord.items()]
    for platform, name, token, lane_of in tokens:
        try:
            lane_of(token.get_secret_value() if token else "")
        except BadInput as error:
            yield ConfigProblem(file, f"{table_of(platform, name)}.token", f"{error}; {error.hint}")
