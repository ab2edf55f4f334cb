"""The command line, `heraut`. `python -m bot` is the same."""

import typer

from bot.cli.check import check_config
from bot.cli.feeds import feeds
from bot.cli.match import match
from bot.cli.outbox import outbox
from bot.cli.parse import parse
from bot.cli.password import password
from bot.cli.preview import preview
from bot.cli.replay import replay
from bot.cli.rules import rules
from bot.cli.run import demo, run
from bot.cli.stories import stories
from bot.cli.summarise import summarise

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False
)


@cli.callback()
def heraut() -> None:
    """A news herald for Telegram and Discord: one alert per story, in Dutch and English."""


cli.command()(run)
cli.command()(demo)
cli.command("check-config")(check_config)
cli.command()(password)
cli.command()(match)
cli.command()(parse)
cli.command()(preview)
cli.add_typer(rules, name="rules")
cli.add_typer(outbox, name="outbox")
cli.add_typer(feeds, name="feeds")
cli.command()(replay)
cli.command()(stories)
cli.command()(summarise)


def main() -> None:
    """Run the command line."""
    cli(prog_name="heraut")


if __name__ == "__main__":
    main()
