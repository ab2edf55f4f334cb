import discord
import pytest

from bot.chat.discord.permissions import is_admin, missing, named, refusal
from bot.services.tongues import tongue_of

ALL = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, embed_links=True
)


def without(**taken: bool) -> discord.Permissions:
    permissions = discord.Permissions(ALL.value)
    permissions.update(**taken)
    return permissions


def test_with_everything_nothing_is_missing() -> None:
    assert missing(ALL, thread=False) == missing(ALL, thread=True) == ()


def test_an_administrator_lacks_nothing() -> None:
    assert missing(discord.Permissions(administrator=True), thread=False) == ()


def test_a_channel_and_its_threads_are_spoken_in_with_different_permissions() -> None:
    assert missing(without(send_messages=False), thread=False) == ("send_messages",)
    assert missing(without(send_messages=False), thread=True) == ()
    assert missing(without(send_messages_in_threads=False), thread=True) == ("send_messages_in_threads",)


def test_permissions_are_named_as_discords_settings_name_them() -> None:
    names = missing(discord.Permissions.none(), thread=False)
    assert named(names) == "View Channel, Send Messages, Embed Links"
    assert named(names, tongue_of("nl")) == "Kanaal bekijken, Berichten verzenden, Links insluiten"
    assert named(names, tongue_of("fr")) == named(names)


def test_a_refusal_is_for_the_eyes_of_who_asked() -> None:
    assert refusal(("embed_links",), tongue_of("nl")).private
    assert refusal(("embed_links",), tongue_of("en")).private


@pytest.mark.parametrize(
    ("permissions", "may"),
    [
        (discord.Permissions(manage_channels=True), True),
        (discord.Permissions(manage_guild=True), True),
        (discord.Permissions(administrator=True), True),
        (discord.Permissions(manage_messages=True, send_messages=True), False),
        (discord.Permissions.none(), False),
    ],
)
def test_who_may_manage_the_channel_or_the_server_is_an_admin(
    permissions: discord.Permissions, may: bool
) -> None:
    assert is_admin(permissions) is may
