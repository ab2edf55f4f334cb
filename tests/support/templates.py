"""Finds the English templates in the sources, and the texts that a chat would see without a translation."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import bot
from bot.web.words import NAMED

ROOT = Path(bot.__file__).parent

MARKED = {
    "Phrase": (0,),
    "tongue": (0,),
    "self": (0,),
    "spans": (0,),
    "CommandError": (0, 1),
    "RuleError": (0, 2),
}
"""Calls that are given templates, and which of their arguments these are."""

REASONS = {
    **dict.fromkeys(("FeedError", "FeedUnreachable", "FeedHeld", "FeedTooLarge", "FeedRefused"), 0),
    **dict.fromkeys(("FeedGone", "FeedUnreadable"), 0),
    **dict.fromkeys(("Gone", "Vanished", "Malformed", "LaneDown", "Transient", "Unknown"), 0),
    **dict.fromkeys(("Verdict", "Settlement", "StoryDecision"), 1),
    **dict.fromkeys(("Hit", "Telling", "fold_chat", "fold_into", "drop_asked_by"), 3),
}
"""Calls that are given a reason: it is kept in English, and recognised when a chat asks (`Tongue.recall`)."""

REASON_NAMES = ("why", "detail", "alarm", "reason", "when")
REASON_TABLES = ("VANISHED", "GONE", "REFUSED", "SKIPPED", "MUTED", "_CODES")
COUNTED = ("count", "count_spans")
SHELL = ("cli", "config.py", "__main__.py")
"""What speaks English only: the terminal of whoever runs Heraut."""

PAGE_WORDS = re.compile(r"""\b(?:_|w|word|words\(language\))\(\s*(["'])([^"']+|(?:(?!\1).)+)\1\s*\)""")
"""How the pages ask for a phrase."""

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
    return of_pages() + [
        template
        for path in sorted(ROOT.rglob("*.py"))
        if path.relative_to(ROOT).parts[0] not in SHELL
        for template in _in_file(path, str(path.relative_to(ROOT.parent)))
    ]


def of_pages() -> list[Template]:
    """The phrases of the web pages."""
    paths = [*sorted((ROOT / "web").rglob("*.html")), *sorted((ROOT / "web").rglob("*.py"))]
    return [
        Template(str(path.relative_to(ROOT.parent)), text)
        for path in paths
        for _, text in PAGE_WORDS.findall(path.read_text(encoding="utf8"))
        if text not in NAMED
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
    return (node for node in _nodes(path) if isinstance(node, ast.Call))


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf8"))))


def _in_file(path: Path, shown: str) -> Iterator[Template]:
    for node in _nodes(path):
        where = f"{shown}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            yield from _in_call(node, where)
        for reason in _reasons(node):
            yield from (Template(where, text) for text in _literals(reason, made=True) if _says(text))


def _in_call(call: ast.Call, where: str) -> Iterator[Template]:
    if _name(call) in COUNTED and _is_tongue(call.func):
        one, many = _literals(call.args[1]), _literals(call.args[2])
        yield from (Template(where, *pair) for pair in zip(one, many, strict=True))
    elif _name(call) == "meant" and _is_tongue(call.func):
        context = str(ast.literal_eval(call.args[0]))
        yield from (Template(where, text, context=context) for text in _literals(call.args[1]))
    else:
        given = (call.args[index] for index in _texts_of(call) if index < len(call.args))
        yield from (Template(where, text) for argument in given for text in _literals(argument) if text)


def _reasons(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions at a node that make a reason."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
            return
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            index = REASONS.get(name, len(node.args))
            yield from node.args[index : index + 1]
            yield from (keyword.value for keyword in node.keywords if keyword.arg in REASON_NAMES)
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
        ) if name in REASON_TABLES:
            yield from _told(value)
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in REASON_NAMES:
            yield value
        case ast.FunctionDef(name=name) if name.endswith(("_why", "_reason")):
            yield from (each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value)


def _told(table: ast.expr) -> Iterator[ast.expr]:
    """The texts of a table of reasons; its keys are the platform's own words."""
    tops = table.values if isinstance(table, ast.Dict) else [table]
    return (each for top in tops for each in ast.walk(top) if isinstance(each, ast.Constant))


def _texts_of(call: ast.Call) -> tuple[int, ...]:
    name = _name(call)
    if name == "spans" and not _is_tongue(call.func):
        return ()
    return (1, 2, 3) if name == "spec" else MARKED.get(name, ())


def _literals(node: ast.expr, *, made: bool = False) -> list[str]:
    """The texts that an expression can be; with `made`, also those that are put together from values."""
    match node:
        case ast.Constant(str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return [*_literals(one, made=made), *_literals(other, made=made)]
        case ast.Call(func=ast.Name(id="Phrase"), args=[inner, *_]):
            return _literals(inner)
        case ast.JoinedStr(values=parts) if made:
            return ["".join(_part(part, number) for number, part in enumerate(parts))]
    return []


def _part(part: ast.expr, number: int) -> str:
    """A part of a text that is put together: itself, or a placeholder for a value."""
    match part:
        case ast.Constant(str(text)):
            return text
        case ast.FormattedValue(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            return f"{{{name.strip('_')}}}"
    return f"{{value{number}}}"


def _says(text: str) -> bool:
    """Whether a reason has words of its own."""
    bare = "".join(literal for literal, *_ in Formatter().parse(text))
    return sum(char.isalpha() for char in bare) > 2 and " " in bare.strip()


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="tongue_of")):
            return "tongue"
    return ""


def _is_tongue(func: ast.expr) -> bool:
    match func:
        case ast.Attribute(value=ast.Name(id="tongue") | ast.Attribute(attr="tongue") | ast.Call()):
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
