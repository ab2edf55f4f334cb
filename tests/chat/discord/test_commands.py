from dataclasses import replace

import pytest

from bot.chat.discord.commands import registered, slash_commands
from bot.ports import CommandSpec
from tests.emulators.discord.checks import ApiError, check_commands

SUBSCRIBE = CommandSpec("subscribe", "Follow a topic", "topic or rule", "what to follow", completes=True)


def test_an_argument_becomes_an_option_with_a_name_discord_allows() -> None:
    (option,) = slash_commands([SUBSCRIBE])[0]["options"]
    assert option["name"] == "topic_or_rule"
    assert option["autocomplete"] is True
    assert option["required"] is False


def test_a_command_without_argument_has_no_options() -> None:
    assert slash_commands([CommandSpec("about", "What this is")])[0]["options"] == []


def test_a_command_is_described_in_our_other_languages() -> None:
    (command,) = slash_commands([CommandSpec("about", "What Heraut is")])
    assert command["description_localizations"] == {"nl": "Wat Heraut is"}
    check_commands([command])


def test_a_command_that_changes_a_chat_is_shown_to_who_may_manage_the_channel() -> None:
    everyone, admins = slash_commands([SUBSCRIBE, replace(SUBSCRIBE, name="x", changes_chat=True)])
    assert everyone["default_member_permissions"] is None
    assert admins["default_member_permissions"] == 1 << 4


def test_commands_work_in_servers_and_with_the_bot() -> None:
    assert slash_commands([SUBSCRIBE])[0]["contexts"] == [0, 1]


def test_descriptions_of_any_length_are_accepted() -> None:
    specs = [CommandSpec("a", "d" * 300, "thing", "h" * 300), CommandSpec("b", "", "é ü!", "")]
    check_commands(slash_commands(specs))


def test_the_set_discord_has_is_recognised_in_its_own_spelling() -> None:
    ours = slash_commands([SUBSCRIBE, replace(SUBSCRIBE, name="mute", changes_chat=True)])
    theirs = [
        {
            **command,
            "id": "1",
            "version": "2",
            "nsfw": False,
            "name_localizations": None,
            "options": [{k: v for k, v in option.items() if v is not False} for option in command["options"]],
        }
        for command in reversed(ours)
    ]
    assert registered(ours, theirs)


@pytest.mark.parametrize(
    "other",
    [
        replace(SUBSCRIBE, description="Follow"),
        replace(SUBSCRIBE, argument_help="its link"),
        replace(SUBSCRIBE, completes=False),
        replace(SUBSCRIBE, changes_chat=True),
        replace(SUBSCRIBE, argument=""),
        replace(SUBSCRIBE, name="follow"),
    ],
)
def test_any_difference_is_noticed(other: CommandSpec) -> None:
    assert not registered(slash_commands([SUBSCRIBE]), slash_commands([other]))


def test_the_emulator_refuses_names_discord_refuses() -> None:
    with pytest.raises(ApiError, match="50035"):
        check_commands([{"name": "Two Words", "description": "x"}])
