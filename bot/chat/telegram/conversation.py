"""One exchange: an update comes in, the hooks are called, the answer goes back to where it was asked.

A pressed button's answer replaces the menu it stands under where it asks for that, but never an alert. Short
words that only the person who pressed is meant to see are shown to that person alone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog
from telegram import Bot, Update
from telegram.error import TelegramError

from bot.chat.telegram.inbound import Me, Press, Said, address, read
from bot.chat.telegram.outcomes import describe
from bot.chat.telegram.render import plain
from bot.chat.telegram.rights import Rights
from bot.domain.messages import Message, say
from bot.domain.models import Address, Malformed, Moved, Outcome, RetryAfter, Sent, Transient
from bot.ports import ChatEvent, Clock, Hooks

TOAST_LIMIT = 200
ATTEMPTS = 3
LONGEST_WAIT = 30.0
"""Seconds that an answer waits out a 429; whoever asked has gone after that."""

Send = Callable[[Address, Message], Awaitable[Outcome]]
Edit = Callable[[Address, str, Message], Awaitable[Outcome]]

log = structlog.get_logger()


class Conversation:
    """Carries updates to the hooks and answers back."""

    def __init__(self, bot: Bot, hooks: Hooks, send: Send, edit: Edit, clock: Clock) -> None:
        self._bot = bot
        self._hooks = hooks
        self._send = send
        self._edit = edit
        self._clock = clock
        self._rights = Rights(bot, clock)
        self._commands = {command.name.lower(): command for command in (*hooks.commands, *hooks.actions)}

    async def handle(self, update: Update, me: Me) -> None:
        """Do what the update asks; nothing when it is not for us."""
        match read(update, me, self._commands):
            case ChatEvent() as event:
                log.info("telegram_chat_event", chat=event.address.chat, kind=event.kind, detail=event.detail)
                await self._hooks.observe(event)
            case Said() as said:
                await self._answer(said)
            case None if update.callback_query:
                await self._toast(update.callback_query.id, "")

    async def _answer(self, said: Said) -> None:
        asked = said.inbound
        admin = said.is_admin
        if admin is None:
            admin = await self._rights.is_admin(asked.address.chat, asked.user)
        if said.in_passing and not admin:
            return
        answer = await self._hooks.receive(replace(asked, is_admin=admin))
        if answer.empty:
            if said.press is not None:
                await self._toast(said.press.query, "")
        elif said.press is None:
            await self._reply(asked.address, answer)
        else:
            await self._after_press(said.press, asked.address, answer)

    async def _after_press(self, press: Press, where: Address, answer: Message) -> None:
        """Short words for one person pop up; anything else takes the menu's place, or stands on its own."""
        words = plain(answer, self._clock.now())
        in_place = answer.in_place and not press.stays
        buttons = sum(map(len, answer.buttons))
        # A lone button is a way back, which is not worth a message to all subscribers of a channel.
        bare = not buttons or (press.in_channel and press.stays and answer.private and buttons == 1)
        pops_up = len(words) <= TOAST_LIMIT and bare and not (answer.card or answer.picture)
        if pops_up and not in_place and (press.stays or answer.private):
            await self._toast(press.query, words)
            return
        await self._toast(press.query, "")
        # A message of text cannot become one with a picture.
        stands = not in_place or answer.picture is not None
        outcome = None if stands else await self._edit(where, press.message_id, answer)
        if not isinstance(outcome, Sent):
            log.debug("telegram_answered_below", chat=where.chat, outcome=repr(outcome))
            await self._reply(where, answer)

    async def _toast(self, query: str, words: str) -> None:
        """Ends the button's waiting sign; with words, shows them to the person who pressed it."""
        try:
            await self._bot.answer_callback_query(query, words or None, show_alert=bool(words))
        except TelegramError as error:
            log.info("telegram_press_not_answered", error=describe(error))

    async def _reply(self, where: Address, answer: Message) -> None:
        """Sends an answer; tries again only when it surely was not sent."""
        outcome: Outcome | None = None
        for attempt in range(ATTEMPTS):
            outcome = await self._send(where, answer)
            match outcome:
                case Sent():
                    return
                case RetryAfter(seconds) if seconds <= LONGEST_WAIT:
                    await asyncio.sleep(seconds)
                case Transient():
                    await asyncio.sleep(2.0**attempt)
                case Moved(chat):
                    await self._hooks.observe(ChatEvent(where, "moved", chat))
                    where = address(int(chat))
                case Malformed():
                    answer = say(plain(answer, self._clock.now()))
                case _:
                    break
        log.warning("telegram_answer_lost", chat=where.chat, outcome=repr(outcome))
