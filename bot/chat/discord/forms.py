"""Discord's select menus and modals: a choice of several, and a form for a longer text. Pure.

Sources: https://docs.discord.com/developers/components/reference (string select, label, text input) and
https://docs.discord.com/developers/interactions/receiving-and-responding (modal).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.chat.discord.commands import MOST_TYPED
from bot.chat.discord.escape import length, shorten
from bot.domain.messages import Menu
from bot.domain.tongue import Tongue
from bot.ports import CommandSpec

OPTIONS = 25
OPTION = 100
PLACEHOLDER, FORM_TITLE, FORM_LABEL, HINT = 150, 45, 45, 100
_ROW, _SELECT, _INPUT, _LABEL = 1, 3, 4, 18
_PARAGRAPH = 2
_DEEPEST = 4


def select_row(menu: Menu) -> dict[str, Any] | None:
    """The row with a select menu, of which any number may be chosen; None for one without an option."""
    options = [
        {"label": label, "value": each.value, "default": each.chosen}
        for each in menu.options
        if (label := shorten(each.label, OPTION)) and 0 < length(each.value) <= OPTION
    ][:OPTIONS]
    if not options or not menu.action:
        return None
    select = {
        "type": _SELECT,
        "custom_id": menu.action,
        "options": options,
        "min_values": 0,
        "max_values": len(options),
    }
    if placeholder := shorten(menu.prompt, PLACEHOLDER):
        select["placeholder"] = placeholder
    return {"type": _ROW, "components": [select]}


def form(spec: CommandSpec, written: str, tongue: Tongue) -> dict[str, Any]:
    """The modal that asks for a command's argument, with what was written before."""
    field: dict[str, Any] = {
        "type": _INPUT,
        "custom_id": spec.argument,
        "style": _PARAGRAPH,
        "required": True,
        "min_length": 1,
        "max_length": MOST_TYPED,
    }
    if written:
        field["value"] = written[:MOST_TYPED]
    label = {
        "type": _LABEL,
        "label": shorten(tongue(spec.argument), FORM_LABEL),
        "description": shorten(tongue(spec.argument_help), HINT),
        "component": field,
    }
    return {
        "custom_id": f"/{spec.name}",
        "title": shorten(tongue(spec.description), FORM_TITLE),
        "components": [label],
    }


def chosen(interaction: discord.Interaction[Any]) -> str:
    """What a person chose or wrote: the values of a select menu or the texts of a form, in one line."""
    data: Mapping[str, Any] = interaction.data or {}
    if interaction.type is discord.InteractionType.modal_submit:
        values = list(_written(data.get("components"), _DEEPEST))
    else:
        values = [str(each) for each in data.get("values") or ()]
    return " ".join(" ".join(values).split())[:MOST_TYPED]


def _written(node: Any, depth: int) -> Iterator[str]:
    """The values of text inputs, which stand in labels or rows."""
    if isinstance(node, list) and depth:
        for each in node[:OPTIONS]:
            yield from _written(each, depth - 1)
    elif isinstance(node, Mapping) and depth:
        if isinstance(node.get("value"), str):
            yield node["value"]
        yield from _written(node.get("component"), depth - 1)
        yield from _written(node.get("components"), depth - 1)
