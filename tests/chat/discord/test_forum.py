"""Forum channels: a post for each message, with its tags, changed in place; through the real client."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.discord import DiscordPlatform
from bot.chat.discord.forum import Forum, of_json, post
from bot.chat.discord.render import render
from bot.domain.messages import Message, Text, say
from bot.domain.models import (
    Address,
    Gone,
    Malformed,
    Outcome,
    RetryAfter,
    Sent,
    Transient,
    Unknown,
    Vanished,
)
from tests.emulators.discord import DiscordEmulator
from tests.support.discordbot import CARD, Desk, connected, platform_for, until

ALERT = Message(card=CARD, language="nl")


@pytest.fixture
async def guild(discord: DiscordEmulator) -> str:
    return discord.add_guild("Redactie")


@pytest.fixture
async def forum(discord: DiscordEmulator, guild: str) -> str:
    return await discord.add_forum(guild, "nieuws", "NATO", "Sport", "rutte", moderated="rutte")


@pytest.fixture
async def platform(discord: DiscordEmulator, desk: Desk, forum: str) -> AsyncIterator[DiscordPlatform]:
    """A platform that the gateway has told of the forum."""
    async with connected(discord, desk) as platform:
        await until(lambda: platform._forum(forum))
        yield platform


async def sent(platform: DiscordPlatform, forum: str, message: Message = ALERT, key: str = "k") -> Outcome:
    return await platform.send(Address("discord", forum), message, key)


async def test_a_story_is_a_post_with_its_headline_and_the_tags_of_its_topics(
    discord: DiscordEmulator, platform: DiscordPlatform, forum: str
) -> None:
    outcome = await sent(platform, forum)
    (made,) = discord.posts(forum)
    assert outcome == Sent(made.id)
    assert (made.name, made.applied) == (CARD.title, [discord.world.channels[forum].tags["NATO"]])
    (message,) = discord.messages(made.id)
    assert "De leiders spreken" in message.text
    assert message.embeds[0]["thumbnail"] == {"url": CARD.image}


async def test_an_update_changes_the_post_in_place(
    discord: DiscordEmulator, platform: DiscordPlatform, forum: str
) -> None:
    made = await sent(platform, forum)
    assert isinstance(made, Sent)
    news = replace(ALERT, card=replace(CARD, sources=(("BBC", "https://bbc.example/1"),)))
    assert await platform.edit(Address("discord", forum), made.message_id, news) == made
    (message,) = discord.messages(made.message_id)
    assert (message.edited, "+1: BBC" in message.text) == (1, True)


async def test_an_archived_post_is_opened_for_its_update(
    discord: DiscordEmulator, platform: DiscordPlatform, forum: str
) -> None:
    made = await sent(platform, forum)
    assert isinstance(made, Sent)
    await discord.set_thread(made.message_id, archived=True)
    assert await platform.edit(Address("discord", forum), made.message_id, say("later")) == made


@pytest.mark.parametrize("trouble", ["deleted", "locked"])
async def test_a_post_that_is_closed_says_nothing_of_its_forum(
    discord: DiscordEmulator, platform: DiscordPlatform, forum: str, trouble: str
) -> None:
    made = await sent(platform, forum)
    assert isinstance(made, Sent)
    if trouble == "deleted":
        await discord.remove_channel(made.message_id)
    else:
        await discord.set_thread(made.message_id, archived=True, locked=True)
    outcome = await platform.edit(Address("discord", forum), made.message_id, say("later"))
    assert isinstance(outcome, Vanished)
    assert isinstance(await sent(platform, forum, key="other"), Sent)


async def test_a_forum_that_asks_for_a_tag_gets_its_first_when_no_topic_has_one(
    discord: DiscordEmulator, desk: Desk, guild: str
) -> None:
    forum = await discord.add_forum(guild, "strikt", "Overig", needs_tag=True)
    async with connected(discord, desk) as platform:
        await until(lambda: platform._forum(forum))
        assert isinstance(await sent(platform, forum), Sent)
    assert discord.posts(forum)[0].applied == list(discord.world.channels[forum].tags.values())


async def test_a_forum_whose_tags_are_all_for_moderators_is_told_of(
    discord: DiscordEmulator, desk: Desk, guild: str
) -> None:
    forum = await discord.add_forum(guild, "strikt", "Overig", needs_tag=True, moderated="Overig")
    async with connected(discord, desk) as platform:
        await until(lambda: platform._forum(forum))
        outcome = await sent(platform, forum)
    assert isinstance(outcome, Gone)
    assert "asks for a tag" in outcome.reason


async def test_a_forum_is_known_without_the_gateway_too(
    discord: DiscordEmulator, desk: Desk, forum: str
) -> None:
    platform = platform_for(discord, desk)
    made = await sent(platform, forum)
    assert isinstance(made, Sent)
    assert [post.name for post in discord.posts(forum)] == [CARD.title]
    again = platform_for(discord, desk)
    assert await again.edit(Address("discord", forum), made.message_id, say("later")) == made
    for each in (platform, again):
        await each._rest.close()


async def found(
    discord: DiscordEmulator, desk: Desk, forum: str, message: Message = ALERT, age: float = 0.0
) -> Outcome | None:
    """What a process that was just started finds of a message that came to be `age` seconds ago."""
    platform = platform_for(discord, desk)
    since = datetime.now(UTC) - timedelta(seconds=age)
    try:
        return await platform.find(Address("discord", forum), message, since)
    finally:
        await platform._rest.close()


@pytest.mark.parametrize("archived", [False, True])
async def test_a_post_whose_answer_was_lost_is_found_by_the_next_process(
    discord: DiscordEmulator, desk: Desk, platform: DiscordPlatform, forum: str, archived: bool
) -> None:
    discord.fail("drop_after", path=r"/channels/\d+/threads")
    assert isinstance(await sent(platform, forum), Unknown)
    (made,) = discord.posts(forum)
    await discord.set_thread(made.id, archived=archived)
    assert await found(discord, desk, forum) == Sent(made.id)
    headline = replace(ALERT, card=replace(CARD, title="Rutte opent de top", sources=(("NRC", CARD.url),)))
    assert await found(discord, desk, forum, headline) == Sent(made.id)


async def test_a_post_without_a_link_is_found_by_its_name(
    discord: DiscordEmulator, desk: Desk, platform: DiscordPlatform, forum: str
) -> None:
    made = await sent(platform, forum, say("Zes berichten"))
    assert await found(discord, desk, forum, say("Zes berichten")) == made
    assert await found(discord, desk, forum, say("Zeven berichten")) is None


async def test_a_post_that_was_lost_on_the_way_there_is_made(
    discord: DiscordEmulator, desk: Desk, platform: DiscordPlatform, forum: str
) -> None:
    discord.fail("drop", path=r"/channels/\d+/threads")
    assert isinstance(await sent(platform, forum), Unknown)
    assert await found(discord, desk, forum) is None
    assert isinstance(await sent(platform, forum), Sent)


async def test_what_is_not_the_post_of_this_message_is_not_taken_for_it(
    discord: DiscordEmulator, desk: Desk, platform: DiscordPlatform, guild: str, forum: str
) -> None:
    assert isinstance(await sent(platform, forum), Sent)
    (post,) = discord.posts(forum)
    other = replace(ALERT, card=replace(CARD, url="https://nos.example/artikel/124"))
    elsewhere = await discord.add_forum(guild, "sport")
    assert await found(discord, desk, forum, other) is None
    assert await found(discord, desk, elsewhere) is None
    assert await found(discord, desk, forum, age=-3600) is None  # of an hour later
    post.owner = discord.world.user("anna").id  # who wrote about the same article
    assert await found(discord, desk, forum) is None


async def test_only_posts_are_looked_for(discord: DiscordEmulator, desk: Desk, guild: str) -> None:
    channel = await discord.add_channel(guild)
    async with connected(discord, desk) as platform:
        for place in (channel, "@42", "42"):
            assert await platform.find(Address("discord", place), ALERT, datetime.now(UTC)) is None
    assert await found(discord, desk, channel) is None


async def test_where_we_may_not_read_a_post_is_found_by_its_name(
    discord: DiscordEmulator, desk: Desk, platform: DiscordPlatform, forum: str
) -> None:
    made = await sent(platform, forum)
    await discord.set_permissions(forum, "read_message_history")
    assert await found(discord, desk, forum) == made


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"how": "status", "status": 503}, Transient),
        ({"how": "drop", "times": 9}, Transient),
        ({"how": "rate_limit", "retry_after": 3.0}, RetryAfter),
    ],
)
async def test_while_discord_does_not_tell_nothing_is_made(
    discord: DiscordEmulator,
    desk: Desk,
    platform: DiscordPlatform,
    forum: str,
    fault: dict[str, Any],
    outcome: type[Outcome],
) -> None:
    await sent(platform, forum)
    discord.fail(method="GET", path=r"/guilds/\d+/threads/active", **fault)
    assert isinstance(await found(discord, desk, forum), outcome)


@pytest.mark.parametrize("body", ["[]", '{"threads": 5}', '{"threads": [null, {"id": "x"}]}', "no json"])
async def test_a_garbled_list_of_posts_holds_none(
    discord: DiscordEmulator, desk: Desk, platform: DiscordPlatform, forum: str, body: str
) -> None:
    await sent(platform, forum)
    discord.fail("garbage", method="GET", path=r"/guilds/\d+/threads/active", status=200, body=body)
    assert await found(discord, desk, forum) is None


async def test_a_picture_that_is_refused_is_named_as_the_reason(
    discord: DiscordEmulator, platform: DiscordPlatform, forum: str
) -> None:
    discord.world.bad_pictures.add(str(CARD.image))
    outcome = await sent(platform, forum)
    assert isinstance(outcome, Malformed)
    assert outcome.picture


async def test_a_missing_permission_in_a_forum_is_named(
    discord: DiscordEmulator, platform: DiscordPlatform, forum: str
) -> None:
    await discord.set_permissions(forum, "send_messages")
    await until(lambda: platform._gateway and platform._gateway.lacking(int(forum)))
    assert await sent(platform, forum) == Gone("missing permission: Send Messages")


async def test_a_command_in_a_post_is_about_its_forum(
    discord: DiscordEmulator, desk: Desk, guild: str, forum: str
) -> None:
    async with connected(discord, desk) as platform:
        await until(lambda: platform._forum(forum))
        thread = await discord.add_channel(guild, "Vragen", parent=forum)
        await until(lambda: platform._gateway and platform._gateway.get_channel(int(thread)))
        await discord.slash(thread, "anna", "subscribe", "nato", admin=True)
    (asked,) = desk.asked
    assert (asked.address, asked.chat_title) == (Address("discord", forum), "Redactie #nieuws")


async def test_a_forum_in_which_the_bot_may_post_again_is_a_return(
    discord: DiscordEmulator, desk: Desk, platform: DiscordPlatform, forum: str
) -> None:
    await discord.set_permissions(forum, "send_messages")
    await until(lambda: platform._gateway and platform._gateway.lacking(int(forum)))
    before = len(desk.events)
    await discord.set_permissions(forum)
    await until(lambda: len(desk.events) > before)
    assert (desk.events[-1].kind, desk.events[-1].address.chat) == ("joined", forum)


def named(message: Message) -> str:
    return str(post(Forum(), message, render(message).payload)["name"])


def test_what_is_no_story_is_named_by_its_first_line() -> None:
    assert named(say([Text("Je overzicht", bold=True), " van vandaag"], "meer")) == "Je overzicht van vandaag"
    assert named(say("")) == "Heraut"


@given(st.text(max_size=300))
def test_a_post_has_a_name_that_discord_takes(title: str) -> None:
    name = named(replace(ALERT, card=replace(CARD, title=title)))
    assert len(name.strip()) >= 1
    assert len(name.encode("utf-16-le")) // 2 <= 100


def test_at_most_five_tags_are_set() -> None:
    forum = Forum({f"Tag {number}": str(number) for number in range(9)})
    card = replace(CARD, topics=tuple(f"tag-{number}" for number in range(9)))
    assert post(forum, Message(card=card), render(ALERT).payload)["applied_tags"] == list("01234")


@pytest.mark.parametrize("body", [None, [], "x", {}, {"type": 0}, {"type": "15"}])
def test_what_is_no_forum_is_none(body: Any) -> None:
    assert of_json(body) is None


def test_a_forum_with_garbled_tags_has_none() -> None:
    assert of_json({"type": 15, "available_tags": "x", "flags": None}) == Forum()
