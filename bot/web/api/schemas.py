"""The shapes of answers, as JSON Schema (OpenAPI 3.1). A test holds the answers to them."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
MOMENT: Schema = {"type": "string", "format": "date-time"}


def _maybe(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _object(**properties: Schema) -> Schema:
    """An object that has all of these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def ref(name: str) -> Schema:
    """A named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


_MATCH = _object(
    entity=TEXT,
    surface=TEXT,
    field={"type": "string", "enum": ["title", "text"]},
    start=WHOLE,
    end=WHOLE,
    why=TEXT,
)
_ITEM = {
    "id": WHOLE,
    "url": TEXT,
    "title": TEXT,
    "summary": TEXT,
    "language": _maybe(TEXT),
    "outlet": TEXT,
    "owner": TEXT,
    "published": MOMENT,
    "seen_at": MOMENT,
    "story": _maybe(WHOLE),
    "topics": _list(TEXT),
    "salience": {"type": "object", "additionalProperties": NUMBER},
    "matches": _list(ref("Match")),
}
_STORY = {
    "id": WHOLE,
    "title": TEXT,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "topics": {"type": "object", "additionalProperties": NUMBER},
    "languages": _list(TEXT),
    "owners": _list(TEXT),
    "sources": WHOLE,
    "follows": _maybe(WHOLE),
}

SCHEMAS: Mapping[str, Schema] = {
    "Match": _MATCH,
    "Item": _object(**_ITEM),
    "Report": _object(**_ITEM, why=TEXT, joined_at=MOMENT, edited_at=_maybe(MOMENT)),
    "Story": _object(**_STORY, reports=WHOLE),
    "StoryFile": _object(**_STORY, reports=_list(ref("Report")), deliveries=_list(ref("Delivery"))),
    "Topic": _object(slug=TEXT, names={"type": "object", "additionalProperties": TEXT}, rule=TEXT),
    "Coverage": _object(
        slug=TEXT,
        names={"type": "object", "additionalProperties": TEXT},
        rule=TEXT,
        days={"type": "object", "additionalProperties": WHOLE},
        outlets={"type": "object", "additionalProperties": WHOLE},
    ),
    "Feed": _object(
        id=WHOLE,
        outlet=TEXT,
        owner=TEXT,
        title=TEXT,
        address=TEXT,
        language=TEXT,
        state={"type": "string", "enum": ["failing", "silent", "retired", "new", "well"]},
        interval_seconds=NUMBER,
        last_success_at=_maybe(MOMENT),
        next_poll_at=MOMENT,
        last_gap_at=_maybe(MOMENT),
        failures=WHOLE,
        last_error=TEXT,
    ),
    "Delivery": _object(
        id=WHOLE,
        lane=TEXT,
        chat=WHOLE,
        chat_title=TEXT,
        kind=TEXT,
        state=TEXT,
        story=_maybe(WHOLE),
        attempts=WHOLE,
        detail=TEXT,
        created_at=MOMENT,
        updated_at=MOMENT,
        not_before=_maybe(MOMENT),
    ),
    "Error": _object(error=TEXT),
}


def page_of(name: str) -> Schema:
    """A page of a list: `next` is the address of the following one, null at the end."""
    return _object(data=_list(ref(name)), next=_maybe(TEXT))
