"""The rule language: text in, checked tree out. Described for users in `docs/rules.md`.

    (@rutte OR @nato) AND defensie* NOT sport
    title:"NATO summit" lang:en    about:@trump NEAR...   f16 NEAR/5 levering

The tree and its checks. `rules` reads the text; what a rule means for a document is decided in
`program` (fast) and `explain` (in words).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """Where a clause looks, when not in title and text alike."""

    TITLE = "title"
    SOURCE = "source"
    LANG = "lang"
    OWNER = "owner"
    ABOUT = "about"


@dataclass(frozen=True, slots=True)
class Words:
    """A word, a phrase, or with `prefix` their beginning. `text` is folded, one space between words."""

    start: int
    end: int
    text: str
    prefix: bool = False
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class EntityRef:
    """An entity that must be named; with `about`, that the item must be about."""

    start: int
    end: int
    entity: str
    in_title: bool = False
    about: bool = False


@dataclass(frozen=True, slots=True)
class FieldIs:
    """A property of the item: its source, language or owner. `value` is folded words."""

    start: int
    end: int
    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class Near:
    """Two things at most `distance` words apart, in either order, in the same field."""

    start: int
    end: int
    distance: int
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be."""

    start: int
    end: int
    child: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """AND, written or not."""

    start: int
    end: int
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """OR."""

    start: int
    end: int
    children: tuple["Node", ...]


Node = Words | EntityRef | FieldIs | Near | Not | All | Some


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that parsed."""

    text: str
    root: Node

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities that the rule names, each once, in order."""
        found = (node.entity for node in walk(self.root) if isinstance(node, EntityRef))
        return tuple(dict.fromkeys(found))


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything below it."""
    yield node
    match node:
        case All() | Some():
            for child in node.children:
                yield from walk(child)
        case Not():
            yield from walk(node.child)
        case Near():
            yield from walk(node.left)
            yield from walk(node.right)


def holds_on_nothing(node: Node) -> Node | None:
    """The part that makes a rule true of an item in which it finds nothing, None for a sound rule."""
    match node:
        case Not():
            return node
        case All():
            culprits = [holds_on_nothing(child) for child in node.children]
            return culprits[0] if None not in culprits else None
        case Some():
            return next((found for child in node.children if (found := holds_on_nothing(child))), None)
        case _:
            return None
