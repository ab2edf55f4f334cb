"""A bot account on Telegram: sends and edits what the ledger asks, and brings in what people say.

It classifies what Telegram answers and leaves pacing and retrying of deliveries to the lane's pump. It
must not know topics, subscriptions or the ledger.
"""

import asyncio
import json
import random
import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any
from urllib.parse import urlencode
from weakref import WeakValueDictionary

import structlog
from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeChat, InputFile, Update
from telegram import BotCommandScopeAllChatAdministrators as ForAdministrators
from telegram import BotCommandScopeAllGroupChats as ForGroups
from telegram import BotCommandScopeAllPrivateChats as ForPeople
from telegram import BotCommandScopeDefault as ForAll
from telegram.constants import ParseMode
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.chat.telegram.conversation import Conversation
from bot.chat.telegram.inbound import PLATFORM, Me
from bot.chat.telegram.outcomes import Floods, classify, classify_edit, describe, wait_of
from bot.chat.telegram.render import CAPTION_LIMIT, TEXT_LIMIT, render
from bot.chat.telegram.request import AiohttpRequest
from bot.chat.telegram.standing import standing_in
from bot.chat.telegram.webhook import Webhook, number_of
from bot.domain import models
from bot.domain.backoff import backoff
from bot.domain.messages import Message, Picture, without_picture
from bot.domain.models import Address, Outcome, Sent, Unknown
from bot.domain.pacing import pace_of
from bot.domain.tongue import SOURCE, Tongue
from bot.errors import BadInput
from bot.ports import Clock, CommandSpec, Hooks, Standing, SystemClock
from bot.services.inbox import Inbox
from bot.services.tongues import languages, tongue_of

OFFICIAL = "https://api.telegram.org"
HEARD = ["message", "channel_post", "callback_query", "message_reaction", "my_chat_member"]
"""The updates we ask for. Edited messages are not among them: a command counts as it was first sent."""

POLL = 30
"""Seconds that Telegram holds a request open while nothing happens."""

GRACE = 2.0
"""Seconds that updates are worked on before Telegram is told to forget them; most take far less."""

HANDLING = 60.0
"""Seconds until the answer to an update is given up."""

DRAIN = 3.0
"""Seconds that answers under way may take when we stop."""

LONGEST_PAUSE = 60.0
REFUSED_PAUSE = 300.0
AT_ONCE = 16
"""Chats whose updates are worked on at the same time."""

BACKLOG = 1000
"""Updates that may wait for their turn before no more are taken."""


log = structlog.get_logger()


class TelegramPlatform:
    """One bot token.

    Args:
        token: as BotFather gives it.
        hooks: whom to call for commands and events, and the commands to offer.
        api_base_url: a Bot API server of one's own; None for Telegram's.
        webhook: where Telegram shall bring updates; None to ask for them (long polling).
        answer_timeout: seconds to wait for an answer before a send counts as unknown.
        paid_broadcast: send above the free rate, which the account is charged for.
        first_pause: seconds before the first new attempt while Telegram can't be reached; doubles.

    `refused` says whether Telegram, asked last, did not know the token.

    Raises:
        BadInput: the token can't be one.
    """

    name = PLATFORM

    def __init__(
        self,
        token: str,
        hooks: Hooks,
        *,
        api_base_url: str | None = None,
        webhook: Webhook | None = None,
        clock: Clock | None = None,
        answer_timeout: float = 15.0,
        paid_broadcast: bool = False,
        first_pause: float = 1.0,
    ) -> None:
        self.lane = lane_of(token)
        base = (api_base_url or OFFICIAL).rstrip("/")
        self._polling = AiohttpRequest(pool_size=1, read_timeout=POLL + 10)
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=AiohttpRequest(
                # As many as the pump has under way, and the answers to people.
                pool_size=pace_of(PLATFORM, paid=paid_broadcast).at_once + AT_ONCE,
                read_timeout=answer_timeout,
            ),
            get_updates_request=self._polling,
        )
        self._hooks = hooks
        self._webhook = webhook
        self._clock = clock or SystemClock()
        self._first_pause = first_pause
        self._paid = paid_broadcast or None
        self._conversation = Conversation(self._bot, hooks, self._send, self.edit, self._clock)
        self._floods = Floods()
        self._me: Me | None = None
        self.refused = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._slots = asyncio.Semaphore(AT_ONCE)

    # --- sending

    async def send(self, address: Address, message: Message, key: str) -> Outcome:
        """Send once. Telegram has no idempotency keys, so `key` is not used."""
        return await self._send(address, message)

    async def _send(self, address: Address, message: Message) -> Outcome:
        if message.picture is None:
            return await self._post(address, message)
        outcome = await self._post(address, message, message.picture)
        if isinstance(outcome, models.Malformed | models.Gone):
            # Pictures can be forbidden where text is not, and a server may not like this one.
            log.info("telegram_picture_refused", chat=address.chat, reason=outcome.reason)
            return await self._post(address, without_picture(message))
        return outcome

    async def _post(self, address: Address, message: Message, picture: Picture | None = None) -> Outcome:
        where: dict[str, Any] = {
            "message_thread_id": int(address.thread) if address.thread else None,
            "disable_notification": message.silent,
            "allow_paid_broadcast": self._paid,
        }
        try:
            if picture is None:
                content = self._content(message, address)
                sent = await self._bot.send_message(chat_of(address), **where, **content)
            else:
                photo = InputFile(picture.data, filename=picture.name)
                caption = self._caption(message, address)
                sent = await self._bot.send_photo(chat_of(address), photo, **where, **caption)
        except TelegramError as error:
            return self._judged(address, classify(error))
        except UNREADABLE as error:
            return Unknown(f"the answer can't be read ({type(error).__name__})")
        return Sent(str(sent.message_id))

    async def edit(self, address: Address, message_id: str, message: Message) -> Outcome:
        """Replace an earlier message, its buttons included."""
        try:
            await self._bot.edit_message_text(
                chat_id=chat_of(address), message_id=int(message_id), **self._content(message, address)
            )
        except TelegramError as error:
            return self._judged(address, classify_edit(error, message_id))
        except UNREADABLE as error:
            return Unknown(f"the answer can't be read ({type(error).__name__})")
        return Sent(message_id)

    def _caption(self, message: Message, address: Address) -> dict[str, Any]:
        content = self._content(message, address, CAPTION_LIMIT)
        del content["link_preview_options"]
        return {"caption": content.pop("text"), **content}

    def _content(self, message: Message, address: Address, limit: int = TEXT_LIMIT) -> dict[str, Any]:
        rendered = render(message, self._clock.now(), limit)
        if rendered.dropped:
            log.warning("telegram_buttons_dropped", chat=address.chat, labels=rendered.dropped)
        return {
            "text": rendered.html,
            "parse_mode": ParseMode.HTML,
            "reply_markup": rendered.keyboard,
            "link_preview_options": rendered.preview,
        }

    def _judged(self, address: Address, outcome: Outcome) -> Outcome:
        if isinstance(outcome, models.RetryAfter):
            return self._floods.judge(address.chat, outcome, self._clock.now())
        if isinstance(outcome, models.LaneDown):
            log.error("telegram_token_refused", lane=self.lane, reason=outcome.reason)
        return outcome

    async def standing(self, chat: str, user: str) -> Standing | None:
        """How a person and the bot stand in a channel or group; see `bot.ports.Standings`."""
        return await standing_in(self._bot, self._me.id, chat, user) if self._me else None

    # --- running

    async def run(self) -> None:
        """Connect and bring in updates until cancelled; then finish what is under way and close."""
        try:
            await self._connect()
            if self._webhook is None:
                await self._poll()
            else:
                await self._take_in(self._webhook.inbox)
        finally:
            await self._close()

    async def _connect(self) -> None:
        failures = 0
        while self._me is None:
            try:
                await self._bot.initialize()
                await self._choose_delivery()
            except TelegramError as error:
                failures += 1
                await self._pause(error, failures)
            else:
                me = self._bot.bot
                self._me = Me(me.id, me.username or "")
                self.refused = False
        log.info("telegram_connected", lane=self.lane, username=self._me.username)
        await self._offer_commands()

    async def _choose_delivery(self) -> None:
        if self._webhook is None:
            await self._bot.delete_webhook()
            return
        await self._bot.set_webhook(
            self._webhook.url, allowed_updates=HEARD, secret_token=self._webhook.secret
        )

    async def _offer_commands(self) -> None:
        """The command menus in each language: everybody is offered only what they may do."""
        for language, (scope, commands) in product(languages(), menus_of(self._hooks)):
            # English is for everybody whose language has no menu of its own.
            code = None if language == SOURCE else language
            try:
                await self._bot.set_my_commands(
                    menu(commands, tongue_of(language)), scope=scope, language_code=code
                )
            except TelegramError as error:
                # An owner who never wrote to the bot has no chat to show a menu in.
                log.warning(
                    "telegram_menu_refused", scope=scope.type, language=language, error=describe(error)
                )

    async def _poll(self) -> None:
        offset = failures = 0
        while True:
            try:
                updates = await self._ask_for_updates(offset)
            except TelegramError as error:
                failures += 1
                await self._pause(error, failures)
                continue
            failures, self.refused = 0, False
            begun = [self._begin(update) for update in updates]
            offset = max((number_of(update) + 1 for update in updates), default=offset)
            if begun:
                await asyncio.wait(begun, timeout=GRACE if len(self._tasks) < BACKLOG else None)

    async def _ask_for_updates(self, offset: int) -> Sequence[object]:
        """The next updates, unread: the library's `get_updates` fails as a whole for one it can't read."""
        asked = {"offset": offset, "timeout": POLL, "allowed_updates": json.dumps(HEARD)}
        try:
            updates = await self._polling.post(f"{self._bot.base_url}/getUpdates?{urlencode(asked)}")
        except UNREADABLE as error:
            raise NetworkError(f"the answer can't be read ({type(error).__name__})") from error
        if not isinstance(updates, list):
            raise NetworkError("the answer is no list of updates")
        return updates

    async def _pause(self, error: TelegramError, failures: int) -> None:
        """Log why, and wait as long as the error calls for."""
        longest = backoff(self._first_pause, failures - 1, LONGEST_PAUSE)
        wait = longest * random.uniform(0.5, 1.0)  # noqa: S311  spreads reconnections, guards nothing
        self.refused = isinstance(error, InvalidToken)
        if self.refused:
            log.error("telegram_token_refused", lane=self.lane, retry_in=REFUSED_PAUSE)
            wait = REFUSED_PAUSE
        elif isinstance(error, Conflict):
            log.error("telegram_polled_elsewhere", lane=self.lane, error=describe(error), retry_in=wait)
        else:
            wait = wait_of(error) if isinstance(error, RetryAfter) else wait
            log.warning("telegram_unreachable", lane=self.lane, error=describe(error), retry_in=wait)
        await asyncio.sleep(wait)

    async def _close(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._me, self.refused = None, False
        if self._webhook:
            await self._webhook.inbox.flush()
        await self._bot.shutdown()
        log.info("telegram_closed", lane=self.lane)

    # --- updates

    async def _take_in(self, inbox: Inbox) -> None:
        """Handle what Telegram brought, to whichever process; what is begun when we stop is left open."""
        async for letter in inbox.letters():
            self._begin(letter.content, partial(inbox.handled, letter.number))

    def _begin(self, data: object, done: Callable[[], None] = lambda: None) -> asyncio.Task[None]:
        task = asyncio.create_task(self._handle(data, done), name=f"telegram update {number_of(data)}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _handle(self, data: object, done: Callable[[], None]) -> None:
        """One update, in the order of its chat; its failure is nobody else's."""
        try:
            update = Update.de_json(data, self._bot)  # type: ignore[arg-type]  # garbage raises, caught below
            chat = update.effective_chat.id if update.effective_chat else 0
            lock = self._locks.setdefault(chat, asyncio.Lock())
            async with lock, self._slots, asyncio.timeout(HANDLING):
                if self._me is not None:
                    await self._conversation.handle(update, self._me)
        except Exception:
            log.exception("telegram_update_failed", lane=self.lane, update=number_of(data))
        done()


UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
"""What the library raises for an answer with status 200 that is not what the Bot API promises."""


def lane_of(token: str) -> str:
    """The account's name in the ledger: the bot's id, which is the token's public part."""
    found = re.fullmatch(r"(\d+):[A-Za-z0-9_-]{20,}", token)
    if found is None:
        raise BadInput(
            "this is no Telegram token", "it looks like 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
        )
    return f"{PLATFORM}:{found.group(1)}"


def chat_of(address: Address) -> int | str:
    """The chat's id as the Bot API wants it: a number, or a channel's @name."""
    return address.chat if address.chat.startswith("@") else int(address.chat)


def menus_of(hooks: Hooks) -> list[tuple[BotCommandScope, Sequence[CommandSpec]]]:
    """Who is offered which commands; of those that fit somebody, Telegram shows the narrowest."""
    public = [command for command in hooks.commands if not command.for_owners]
    shared = [command for command in public if not command.private_only]
    harmless = [command for command in shared if not command.changes_chat]
    owners = [owner.removeprefix(f"{PLATFORM}:") for owner in hooks.owners if owner.startswith(PLATFORM)]
    return [
        (ForAll(), shared),
        (ForPeople(), public),
        *((BotCommandScopeChat(int(owner)), hooks.commands) for owner in owners if owner.isdecimal()),
        (ForGroups(), harmless),
        (ForAdministrators(), shared),
    ]


def menu(commands: Sequence[CommandSpec], tongue: Tongue) -> list[BotCommand]:
    """The commands as Telegram's menu takes them: at most 100, described in at most 256 characters."""
    return [BotCommand(command.name, tongue(command.description)[:256]) for command in commands[:100]]
