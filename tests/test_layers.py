"""Imports point one way: down the list in the docstring of `bot`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import bot

ROOT = Path(bot.__file__).parent

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"__main__"}),
    frozenset({"cli"}),
    frozenset({"app"}),
    frozenset({"config", "log"}),
    frozenset({"chat", "web"}),
    frozenset({"services"}),
    frozenset({"store", "feeds", "jobs"}),
    frozenset({"ports"}),
    frozenset({"domain"}),
    frozenset({"errors"}),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

IMPURE = frozenset({"asyncio", "os", "random", "socket", "sqlite3", "subprocess", "threading", "time"})
ADAPTERS = frozenset({"aiohttp", "discord", "sqlalchemy", "starlette", "structlog", "telegram"})


def sources() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if "migrations" not in path.parts]


def top(path: Path) -> str:
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def module_name(path: Path) -> str:
    return ".".join(("bot", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


MODULES = frozenset(map(module_name, sources()))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute here"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def test_every_package_has_a_place_in_the_list() -> None:
    found = {top(path) for path in sources()} - {"__init__"}
    assert found <= RANK.keys()
    assert len(sources()) > 10


def test_imports_go_down_the_list_only() -> None:
    wrong = []
    for path in sources():
        here = top(path)
        for name in imported(path):
            parts = name.split(".")
            if parts[0] != "bot" or len(parts) == 1 or parts[1] not in RANK or parts[1] == here:
                continue
            if RANK[parts[1]] <= RANK[here]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_the_domain_knows_no_clock_network_or_database() -> None:
    used = {name.split(".")[0] for path in sources() if top(path) == "domain" for name in imported(path)}
    assert used & (IMPURE | ADAPTERS) == set()


def test_no_module_reaches_itself_through_imports() -> None:
    graph = {module_name(path): set(imported(path)) & MODULES - {module_name(path)} for path in sources()}

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph[start])
        while todo:
            node = todo.pop()
            if node not in seen:
                seen.add(node)
                todo += graph[node]
        return seen

    assert [name for name in graph if name in reach(name)] == []
