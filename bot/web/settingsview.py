"""The settings of this installation as rows to show: what is secret is only said to be set or not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

LIMIT = 200
SET = "set, and kept secret"
UNSET = "not set"


@dataclass(frozen=True, slots=True)
class Row:
    """A setting. `value` may be one of `SET` and `UNSET`, which pages put in the reader's language."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """The settings of a table of the file; the name is "" for those that stand in none."""

    name: str
    rows: Sequence[Row]


def shown(settings: BaseModel) -> list[Group]:
    """All settings, in the order of the model."""
    plain: list[Row] = []
    groups: list[Group] = []
    for key, field in type(settings).model_fields.items():
        value = getattr(settings, key)
        if isinstance(value, BaseModel):
            groups += _nested(key, value)
        elif _is_tables(value):
            # The path of a webhook is often its secret.
            groups += [
                Group(f"{key} {number}", _rows(each, path=False)) for number, each in enumerate(value, 1)
            ]
        else:
            plain.append(Row(key, _said(value, _may_be_secret(field.annotation))))
    return [Group("", plain), *groups]


def _nested(name: str, table: BaseModel) -> list[Group]:
    """A table, and the tables by name that stand in it, such as `telegram.accounts.sport`."""
    groups = [Group(name, _rows(table))]
    for key in type(table).model_fields:
        if isinstance(inner := getattr(table, key), dict):
            groups += [Group(f"{name}.{key}.{each}", _rows(found)) for each, found in inner.items()]
    return groups


def _rows(table: BaseModel, *, path: bool = True) -> list[Row]:
    fields = {
        key: field
        for key, field in type(table).model_fields.items()
        if not isinstance(getattr(table, key), dict)
    }
    return [
        Row(key, _said(getattr(table, key), _may_be_secret(field.annotation), path=path))
        for key, field in fields.items()
    ]


def _is_tables(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], BaseModel)


def _may_be_secret(annotation: Any) -> bool:
    return "SecretStr" in str(annotation)


def _said(value: Any, secret: bool, *, path: bool = True) -> str:
    if secret or isinstance(value, SecretStr):
        return SET if value else UNSET
    if value is None or value == "" or value == ():
        return UNSET
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list | frozenset):
        return ", ".join(_bare(str(each), path=path) for each in value)[:LIMIT]
    if isinstance(value, Path):
        return value.as_posix()[:LIMIT]
    return _bare(str(value), path=path)[:LIMIT]


def _bare(text: str, *, path: bool) -> str:
    """An address without what may be a secret: user, password, query, perhaps path; other text as it is."""
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "…"
    host = f"{parts.scheme}://{parts.hostname or ''}{port}"
    return f"{host}{parts.path}{'?…' if parts.query else ''}" if path else f"{host}/…"
