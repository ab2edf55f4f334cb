"""A forum on Discord that follows a topic: a post for each story, which its later reports change."""

from datetime import timedelta

import pytest

from tests.emulators.discord import DiscordEmulator
from tests.support.discordbot import connected, until
from tests.support.newsroom import Newsroom, report
from tests.support.wires import Behind, OnDiscord, deliver

TITLE = "NAVO oefent met schepen op de Waddenzee"


@pytest.mark.slow
async def test_a_forum_follows_a_topic_and_gets_a_post_for_each_story(room: Newsroom) -> None:
    behind = Behind(room)
    async with DiscordEmulator() as discord:
        guild = discord.add_guild("Redactie")
        forum = await discord.add_forum(guild, "nieuws", "NATO", "rutte")
        questions = await discord.add_channel(guild, "Vragen", parent=forum)
        async with connected(discord, behind) as platform:  # type: ignore[arg-type]  # only its hooks
            behind.lanes[platform.name] = platform.lane
            await until(lambda: platform._forum(forum))
            wire = OnDiscord(discord, platform, questions)
            assert "now follows NATO" in (await wire.says("/subscribe nato")).text
            first, second = await room.add_feed(), await room.add_feed("Kustbode", "kust")
            await room.take(first, [report(TITLE, 1, room.clock.now())])
            await deliver(room, wire)
            room.clock.advance(timedelta(minutes=5))
            await room.take(second, [report(TITLE, 2, room.clock.now(), site="kust")])
            room.clock.advance(timedelta(minutes=5))
            await deliver(room, wire)
            made = [post for post in discord.posts(forum) if post.id != questions]
            assert [(post.name, len(post.applied)) for post in made] == [(TITLE, 1)]
            (alert,) = discord.messages(made[0].id)
            assert (alert.edited, "+1: Kustbode" in alert.text) == (1, True)
            muted = await discord.press(alert.message_id, "Mute story", "anna", admin=True)
            assert "Nothing more of this story" in muted.text
