"""The rule language: read a rule's text into its tree, with errors that say where, what and what instead.

Described for users in `docs/rules.md`; the tree is in `rule_tree`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

from bot.domain.rule_tree import (
    All,
    EntityRef,
    Field,
    FieldIs,
    Near,
    Node,
    Not,
    Rule,
    Some,
    Words,
    holds_on_nothing,
)
from bot.domain.text import fold, words_only
from bot.errors import Phrase, RuleError

MAX_LENGTH = 10_000
MAX_DEPTH = 50
MAX_DISTANCE = 100
MIN_PREFIX = 2

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<quoted>"[^"]*"?)(?P<star>\*?)
    | (?P<field>[A-Za-z]+):(?=\S)
    | (?P<entity>@[^\s()"]*)
    | (?P<word>[^\s()":]+(?::[^\s()"]+)*:?|:)
    )""",
    re.VERBOSE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NEAR = re.compile(r"NEAR(?:/(\d*))?\Z")
_LOWER_NEAR = re.compile(r"[Nn]ear/\d*\Z")
_LOOKALIKE = {"and": "AND", "en": "AND", "or": "OR", "of": "OR", "not": "NOT", "niet": "NOT"}
_QUOTES = str.maketrans("“”„«»", '"""""')


def parse_rule(text: str, entities: Collection[str]) -> Rule:
    """Parse a rule.

    Args:
        text: the rule as somebody wrote it.
        entities: the ids that `@` may name.

    Raises:
        RuleError: with the position of the mistake and what to write instead.
    """
    if len(text) > MAX_LENGTH:
        raise RuleError(
            "a rule has at most {n} characters", MAX_LENGTH, "split it into several rules", n=MAX_LENGTH
        )
    control = _CONTROL.search(text)
    if control:
        raise RuleError("there is a control character", control.start(), "remove it")
    root = _Parser(text.translate(_QUOTES), entities).parse()
    culprit = holds_on_nothing(root)
    if culprit is not None:
        raise RuleError(
            "this would match every item that lacks something",
            culprit.start,
            "add what must be there: @nato NOT sport",
        )
    return Rule(text, root)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def _tokenize(text: str) -> list[_Token]:
    found: list[_Token] = []
    position = 0
    while text[position:].strip():
        token = _TOKEN.match(text, position)
        if token is None or token.lastgroup is None:
            raise RuleError("this cannot be read", position)
        kind = "quoted" if token.lastgroup == "star" else token.lastgroup
        start, end = token.start(kind), token.end()
        found.append(_Token(kind, text[start:end], start, end))
        position = end
    return found


class _Parser:
    """Recursive descent: OR < AND < NOT < NEAR < a clause."""

    def __init__(self, text: str, entities: Collection[str]) -> None:
        self._text = text
        self._entities = entities
        self._tokens = _tokenize(text)
        self._at = 0

    def parse(self) -> Node:
        if not self._tokens:
            raise RuleError("the rule is empty", 0, 'write for example: @nato AND "defence spending"')
        root = self._either(0)
        token = self._peek()
        if token:
            raise RuleError("there is a ) without a (", token.start, "remove it")
        return root

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _peek_is(self, *operators: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == "word" and token.text in operators

    def _next(self, expected: Phrase) -> _Token:
        token = self._peek()
        if token is None:
            raise RuleError(
                "the rule ends where {expected} should follow",
                len(self._text),
                "finish it",
                expected=expected,
            )
        self._at += 1
        return token

    def _either(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            token = self._peek()
            position = token.start if token else len(self._text)
            raise RuleError(
                "parentheses go deeper than {n}",
                position,
                "leave out those that add nothing",
                n=MAX_DEPTH,
            )
        children = [self._every(depth)]
        while self._peek_is("OR"):
            self._at += 1
            children.append(self._every(depth))
        return (
            children[0] if len(children) == 1 else Some(children[0].start, children[-1].end, tuple(children))
        )

    def _every(self, depth: int) -> Node:
        children = [self._unary(depth)]
        while (token := self._peek()) is not None and token.kind != "close" and not self._peek_is("OR"):
            if self._peek_is("AND"):
                self._at += 1
            children.append(self._unary(depth))
        return (
            children[0] if len(children) == 1 else All(children[0].start, children[-1].end, tuple(children))
        )

    def _unary(self, depth: int) -> Node:
        negations = []
        while self._peek_is("NOT"):
            negations.append(self._next(Phrase("NOT")).start)
        if len(negations) > 1:
            raise RuleError("NOT stands here twice", negations[1], "write it once, or not at all")
        node = self._near(depth)
        if negations and holds_on_nothing(node) is not None:
            raise RuleError("this NOT undoes another NOT", negations[0], "say it without them")
        return Not(negations[0], node.end, node) if negations else node

    def _near(self, depth: int) -> Node:
        left = self._clause(depth)
        token = self._peek()
        found = _NEAR.match(token.text) if token and token.kind == "word" else None
        if not token or not found:
            return left
        self._at += 1
        distance = int(found[1]) if found[1] and len(found[1]) < 6 else 0
        if not 1 <= distance <= MAX_DISTANCE:
            raise RuleError(
                "NEAR needs a distance in words", token.start, "write NEAR/5, at most {n}", n=MAX_DISTANCE
            )
        right = self._clause(depth)
        for side in (left, right):
            if not _can_be_near(side):
                raise RuleError(
                    "beside NEAR only words, phrases, entities, or these joined by OR may stand",
                    side.start,
                    'write for example: ("F-16" OR "F-35") NEAR/5 @ukraine',
                )
        return Near(left.start, right.end, distance, left, right)

    def _clause(self, depth: int) -> Node:
        token = self._next(Phrase("a word"))
        match token.kind:
            case "open":
                return self._group(token, depth)
            case "close":
                raise RuleError(
                    "there is nothing before this )", token.start, "put a word there, or remove it"
                )
            case "field":
                return self._field(token)
            case "entity":
                return self._entity(token)
            case "quoted":
                return self._quoted(token)
            case _:
                return self._word(token)

    def _group(self, opening: _Token, depth: int) -> Node:
        token = self._peek()
        if token and token.kind == "close":
            raise RuleError(
                "these parentheses are empty", opening.start, "put a word in them, or remove them"
            )
        node = self._either(depth + 1)
        if self._peek() is None:
            raise RuleError("this ( is never closed", opening.start, "add a )")
        self._at += 1
        return node

    def _field(self, token: _Token) -> Node:
        name = token.text.rstrip(":").lower()
        if name not in set(Field):
            raise RuleError(
                "there is no field “{name}”",
                token.start,
                _did_you_mean(name, list(Field), Phrase("fields are {fields}", fields=_FIELDS)),
                name=name,
            )
        field, value = Field(name), self._next(Phrase("a value"))
        if field is Field.ABOUT:
            return self._about(token, value)
        if field is Field.TITLE:
            return self._titled(token, value)
        return self._property(token, field, value)

    def _about(self, token: _Token, value: _Token) -> Node:
        if value.kind != "entity":
            raise RuleError("about: takes an entity", value.start, "write for example: about:@rutte")
        return EntityRef(token.start, value.end, self._known(value), about=True)

    def _titled(self, token: _Token, value: _Token) -> Node:
        match value.kind:
            case "entity":
                return EntityRef(token.start, value.end, self._known(value), in_title=True)
            case "quoted" | "word":
                words = self._quoted(value) if value.kind == "quoted" else self._word(value)
                return Words(token.start, value.end, words.text, words.prefix, in_title=True)
            case _:
                raise RuleError(
                    "title: takes a word, a phrase or an entity",
                    value.start,
                    "write title: before each: (title:rutte OR title:navo)",
                )

    def _property(self, token: _Token, field: Field, value: _Token) -> Node:
        text = " ".join(_words_of(value.text).split()) if value.kind in ("word", "quoted") else ""
        if not text:
            raise RuleError(
                "{field}: takes a name",
                value.start,
                "write for example: {example}",
                field=field,
                example=_EXAMPLES[field],
            )
        if field is Field.LANG and not re.fullmatch("[a-z]{2}", text):
            raise RuleError("lang: takes a code of two letters", value.start, "write for example: lang:nl")
        return FieldIs(token.start, value.end, field, text)

    def _entity(self, token: _Token) -> Node:
        return EntityRef(token.start, token.end, self._known(token))

    def _known(self, token: _Token) -> str:
        name = token.text[1:].lower()
        if name not in self._entities:
            otherwise = Phrase("see the list with: heraut rules entities")
            hint = _did_you_mean(name, self._entities, otherwise, "@")
            problem = Phrase("there is no entity @{name}" if name else "@ needs a name", name=name)
            raise RuleError(problem, token.start, hint)
        return name

    def _quoted(self, token: _Token) -> Words:
        inner = token.text.removesuffix("*")
        if len(inner) < 2 or not inner.endswith('"'):
            raise RuleError("this quote is never closed", token.start, 'add a "')
        star = token.text.endswith("*") or inner[:-1].endswith("*")
        return _checked_words(token, inner.strip('"'), prefix=star)

    def _word(self, token: _Token) -> Words:
        if token.text in ("AND", "OR", "NOT") or _NEAR.match(token.text):
            raise RuleError(
                "{word} stands without a word before or after it", token.start, "add one", word=token.text
            )
        operator = _LOOKALIKE.get(token.text.lower()) or ("NEAR/5" if _LOWER_NEAR.match(token.text) else "")
        if operator:
            raise RuleError(
                "is “{word}” meant as an operator?",
                token.start,
                'write {operator} in capitals, or "{word}" in quotes for the word',
                word=token.text,
                operator=operator,
            )
        if token.text.startswith("-"):
            raise RuleError(
                "a minus is not understood", token.start, "write NOT {word}", word=token.text[1:] or "…"
            )
        return _checked_words(token, token.text, prefix=token.text.endswith("*"))


_FIELDS = ", ".join(f"{field}:" for field in Field)
_EXAMPLES = {Field.SOURCE: "source:nos.nl", Field.LANG: "lang:nl", Field.OWNER: "owner:dpg"}


def _words_of(text: str) -> str:
    """`text` as it stands in a reading's words, between its spaces."""
    return words_only(fold(text).text).strip(" ")


def _checked_words(token: _Token, text: str, *, prefix: bool) -> Words:
    if "*" in text.rstrip("*"):
        raise RuleError("a * may only stand at the end", token.start, "write for example: defensie*")
    words = _words_of(text)
    if not words:
        raise RuleError(
            "a * needs letters before it" if "*" in text else "there is no letter or digit in this",
            token.start,
            "write for example: defensie*",
        )
    if prefix and len(words.rpartition(" ")[2]) < MIN_PREFIX:
        raise RuleError(
            "a * needs at least {n} letters before it", token.start, "write more of the word", n=MIN_PREFIX
        )
    return Words(token.start, token.end, words, prefix)


def _did_you_mean(name: str, known: Collection[str], otherwise: Phrase, mark: str = "") -> Phrase:
    nearest = get_close_matches(name[:60], list(known), n=1, cutoff=0.5)
    return Phrase("did you mean {name}?", name=mark + nearest[0]) if nearest else otherwise


def _can_be_near(node: Node) -> bool:
    match node:
        case Words() | EntityRef(about=False):
            return True
        case Some():
            return all(map(_can_be_near, node.children))
        case _:
            return False
