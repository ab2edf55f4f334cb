"""The commands that manage a channel or a group from a private chat; see `bot.services.linking`."""

from bot.chat.asking import Request
from bot.domain.messages import Button, Message, Text, say

AT_HOME = frozenset(
    (
        *("link", "unlink", "help", "about", "status", "feeds", "mydata", "forgetme"),
        *("addfeed", "removefeed", "allow", "deny", "broadcast", "backup", "blockers"),
        *("hush", "unhush", "less", "wrong", "amend"),
    )
)
"""What is always about the chat in which it is said: the person, the bot, and alerts that stand there."""

DEEP_LINKED = "start"
"""What a link to the bot says, with what it is for: that is meant for whoever follows the link."""


async def link(request: Request) -> Message:
    """Show or choose what is managed from this chat."""
    tongue, linking = request.tongue, request.use.linking
    if not linking.offered(request.place):
        return say(tongue("That is for Telegram. Here, say it in the channel itself."), private=True)
    if not request.inbound.is_private:
        return say(tongue("Write that to me in a private chat."), private=True)
    if not request.argument:
        target = await linking.linked(request.place)
        if target is None:
            return say(
                tongue("A channel or group can be managed from here: write /link @channel."), private=True
            )
        title = Text(target.title, bold=True)
        return say(
            tongue.spans("What you write here is about {title}.", title=title),
            buttons=[[Button(tongue("No longer"), "/unlink")]],
            private=True,
        )
    target = await linking.link(request.place, request.argument, request.inbound.user)
    return say(
        tongue.spans(
            "From now on what you write here is about {title}.", title=Text(target.title, bold=True)
        ),
        tongue("Alerts come there. /unlink ends it."),
        buttons=[
            [
                Button(tongue("Topics"), "/topics"),
                Button(tongue("Subscriptions"), "/subscriptions"),
                Button(tongue("Settings"), "/settings"),
            ],
            [Button(tongue("No longer"), "/unlink")],
        ],
        private=True,
    )


async def unlink(request: Request) -> Message:
    """Manage nothing but this chat from here."""
    tongue = request.tongue
    target = await request.use.linking.unlink(request.place)
    if target is None:
        return say(tongue("Nothing else is managed from this chat."), private=True)
    title = Text(target.title, bold=True)
    return say(tongue.spans("What you write here is no longer about {title}.", title=title), private=True)
