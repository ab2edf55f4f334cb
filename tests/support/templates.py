"""Finds the English templates in the sources, and the texts that a chat would see without a translation."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bot

ROOT = Path(bot.__file__).parent

ERRORS = {
    "CommandError": (0, 1),
    "RuleError": (0, 2),
    "FeedError": (0,),
    "FeedUnreachable": (0,),
    "FeedHeld": (0,),
    "FeedTooLarge": (0,),
    "FeedRefused": (0,),
    "FeedGone": (0,),
    "FeedUnreadable": (0,),
}
"""Errors whose texts reach chats, and which of their arguments are texts."""

MARKED = {"Phrase": (0,), "tongue": (0,), "spans": (0,), "recall": (), **ERRORS}
COUNTED = ("count", "count_spans")
SAID = ("say", "Button", "Text")


@dataclass(frozen=True, slots=True)
class Template:
    """A template where it stands. `plural` is "" for one that knows no number, `context` for most."""

    where: str
    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What a catalogue finds it by."""
        return self.context, self.text


def templates() -> list[Template]:
    """Every template in the sources."""
    return [
        template
        for path in sorted(ROOT.rglob("*.py"))
        for template in _in_file(path, str(path.relative_to(ROOT.parent)))
    ]


def unmarked() -> list[str]:
    """Texts in the chat's sources that are said without a translation, as ``file:line: text``."""
    paths = [path for folder in ("chat", "services") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [found for path in paths for found in _bare_texts(path, str(path.relative_to(ROOT.parent)))]


def unreadable() -> list[str]:
    """Templates that are put together while running, which no catalogue can know."""
    return [
        f"{path.relative_to(ROOT.parent)}:{call.lineno}"
        for path in sorted(ROOT.rglob("*.py"))
        for call in _calls(path)
        for argument in (call.args[index] for index in _texts_of(call) if index < len(call.args))
        if isinstance(argument, ast.JoinedStr)
    ]


def _calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _in_file(path: Path, shown: str) -> Iterator[Template]:
    for call in _calls(path):
        where, name = f"{shown}:{call.lineno}", _name(call)
        if name in COUNTED and _is_tongue(call.func):
            one, many = _literals(call.args[1]), _literals(call.args[2])
            yield from (Template(where, *pair) for pair in zip(one, many, strict=True))
        elif name == "meant" and _is_tongue(call.func):
            yield from (
                Template(where, text, context=str(ast.literal_eval(call.args[0])))
                for text in _literals(call.args[1])
            )
        else:
            for index in _texts_of(call):
                if index < len(call.args):
                    yield from (Template(where, text) for text in _literals(call.args[index]) if text)


def _texts_of(call: ast.Call) -> tuple[int, ...]:
    name = _name(call)
    if name == "spans" and not _is_tongue(call.func):
        return ()
    if name == "spec":
        return (1, 2, 3)
    return MARKED.get(name, ())


def _literals(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return [*_literals(one), *_literals(other)]
        case ast.Call(func=ast.Name(id="Phrase"), args=[inner, *_]):
            return _literals(inner)
    return []


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_tongue(func: ast.expr) -> bool:
    match func:
        case ast.Attribute(value=ast.Name(id="tongue") | ast.Attribute(attr="tongue")):
            return True
    return False


def _bare_texts(path: Path, shown: str) -> Iterator[str]:
    for call in _calls(path):
        if _name(call) not in SAID or (_name(call) == "Text" and _is_code(call)):
            continue
        shown_args = call.args[:1] if _name(call) != "say" else call.args
        for argument in shown_args:
            for text in _unwrapped(argument):
                if _reads_like_words(text):
                    yield f"{shown}:{call.lineno}: {text}"


def _is_code(call: ast.Call) -> bool:
    return any(keyword.arg == "code" for keyword in call.keywords)


def _unwrapped(node: ast.AST) -> Iterator[str]:
    """The texts below a node that do not go through a tongue and are not below another call."""
    match node:
        case ast.Constant(str(text)):
            yield text
        case ast.Call():
            return
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _unwrapped(child)


def _reads_like_words(text: str) -> bool:
    bare = text.strip()
    letters = [char for char in bare if char.isalpha()]
    return len(letters) > 2 and not bare.startswith(("/", "http")) and bare != "Heraut"
