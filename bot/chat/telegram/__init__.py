"""Telegram: a bot account over the Bot API, with python-telegram-bot."""

from bot.chat.telegram.platform import TelegramPlatform
from bot.chat.telegram.webhook import Webhook

__all__ = ["TelegramPlatform", "Webhook"]
