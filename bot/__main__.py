"""The command line, `heraut`. `python -m bot` is the same."""

import typer

from bot.cli.later import Command, register

COMMANDS = (
    Command("run", "bot.cli.run:run", "Run the service: poll feeds, match, and tell the chats that asked."),
    Command(
        "demo",
        "bot.cli.run:demo",
        "Play a bundled day of invented news at a quick pace, in the web chat. No account, no network.",
    ),
    Command(
        "check-config",
        "bot.cli.check:check_config",
        "Check settings, feeds, topics and packs; exit 2 with every mistake, each with file, key and remedy.",
    ),
    Command(
        "doctor",
        "bot.cli.doctor:doctor",
        "Tell what is wrong with this installation and what to do; exit 1 when something does not work.",
    ),
    Command(
        "password",
        "bot.cli.password:password",
        "Ask for a password (or read a line) and print its hash for `web.password_hash`.",
    ),
    Command(
        "match",
        "bot.cli.match:match",
        "Match items (JSON Lines in, JSON Lines out) against the topics, with the reason of every match.",
    ),
    Command("parse", "bot.cli.parse:parse", "Read feed files and write one JSON line per item."),
    Command(
        "preview",
        "bot.cli.preview:preview",
        "Show what would be sent for the items in these feeds now, and for the rest why not.",
    ),
    Command("rules", "bot.cli.rules:rules", "Try rules on items, and list what they can name."),
    Command("outbox", "bot.cli.outbox:outbox", "What is owed to chats: look, send again, give up."),
    Command(
        "copy-data",
        "bot.cli.copydata:copy_data",
        "Copy all data to another database, SQLite or PostgreSQL, and verify it.",
    ),
    Command(
        "backup",
        "bot.cli.backup:backup",
        "Copy the database into a file, also while the service runs; prints its size.",
    ),
    Command(
        "migrate",
        "bot.cli.migrate:migrate",
        "Make the tables, or bring them up to date. May be run at any time, also by several at once.",
    ),
    Command("feeds", "bot.cli.feeds:feeds", "List, add and remove feeds; read and write OPML."),
    Command(
        "replay",
        "bot.cli.replay:replay",
        "Play consecutive snapshots of one feed and write what would have been noticed and sent, in order.",
    ),
    Command(
        "stories",
        "bot.cli.stories:stories",
        "Group items (JSON Lines in time order) into stories: the id of each story's first item, and why.",
    ),
    Command(
        "summarise",
        "bot.cli.summarise:summarise",
        "Summarise articles (JSON Lines in, JSON Lines out): one or two of their own sentences.",
    ),
)

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False
)


@cli.callback()
def heraut() -> None:
    """A news herald for Telegram and Discord: one alert per story, in Dutch and English."""


for command in COMMANDS:
    register(cli, command)


def main() -> None:
    """Run the command line."""
    cli(prog_name="heraut")


if __name__ == "__main__":
    main()
