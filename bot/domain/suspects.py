"""The words of an item that made a rule true, and phrases in which each may mean something else. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.models import Document, MatchResult
from bot.domain.phrases import phrases
from bot.domain.rule_tree import All, EntityRef, Near, Node, Not, Rule, Some, Words
from bot.domain.text import fold, words_only

MOST = 40
"""Words of one item and rule that are looked at."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands in the item, for which entity it was taken ("" for none), and what is around it."""

    surface: str
    entity: str
    phrases: tuple[str, ...]


def words_for(document: Document, result: MatchResult, rule: Rule) -> list[Word]:
    """What in an item speaks for a rule, in order of place; at most `MOST`.

    Args:
        document: the item as it was matched.
        result: what the matcher said of it.
        rule: the rule that it satisfies.
    """
    nodes = list(_asked(rule.root))
    entities = {node.entity for node in nodes if isinstance(node, EntityRef)}
    fields = {"title": document.title, "text": document.text}
    found = [
        (each.field != "title", each.start, each.end, each.entity)
        for each in result.matches
        if each.entity in entities and each.field in fields
    ]
    for node in nodes:
        if isinstance(node, Words):
            found += [
                (field != "title", *place, "") for field in fields for place in _places(fields[field], node)
            ]
    told = []
    for in_text, start, end, entity in sorted(found)[:MOST]:
        text = fields["text" if in_text else "title"]
        told.append(Word(text[start:end], entity, tuple(phrases(text, start, end))))
    return told


def _asked(node: Node) -> Iterator[Node]:
    """The parts of a rule that ask for something; what must not be there asks for nothing."""
    match node:
        case All() | Some():
            for child in node.children:
                yield from _asked(child)
        case Near():
            yield from _asked(node.left)
            yield from _asked(node.right)
        case Not():
            return
        case _:
            yield node


def _places(text: str, node: Words) -> Iterator[tuple[int, int]]:
    folded = fold(text)
    wanted = r" +".join(map(re.escape, node.text.split()))
    tail = r"[^\W_]*" if node.prefix else r"(?![^\W_])"
    for found in re.finditer(rf"(?<![^\W_]){wanted}{tail}", words_only(folded.text)):
        yield folded.original_span(*found.span())
