"""Well-formed XML to a tree: no entities, nothing fetched. Everything else is somebody else's work."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Protocol, Self

from lxml import etree

from bot.feeds.parsing.names import usual_name

_TEXT_TYPES = frozenset({"text", "html", "xhtml", "plain", "xml"})


class Element(Protocol):
    """What the readers use of an lxml element. `base` is what `xml:base` says here, None when nothing."""

    @property
    def tag(self) -> object: ...
    @property
    def prefix(self) -> str | None: ...
    @property
    def text(self) -> str | None: ...
    @property
    def base(self) -> str | None: ...
    @property
    def attrib(self) -> Mapping[str, str]: ...

    def get(self, name: str) -> str | None: ...
    def itertext(self) -> Iterator[str]: ...
    def __iter__(self) -> Iterator[Self]: ...
    def __len__(self) -> int: ...


def read_tree(document: bytes) -> Element | None:
    """The root of a well-formed document, or None for any other.

    Args:
        document: UTF-8, whatever its declaration says, without a document type declaration.
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        root: Element = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def name_of(element: Element) -> str:
    """The element's usual name; "" for what is no element (an unresolved entity)."""
    tag = element.tag
    return usual_name(tag, element.prefix) if isinstance(tag, str) else ""


def text_of(element: Element) -> str:
    """The text of a simple element, stripped; of all text in it when it has elements inside."""
    text = element.text or ""
    return ("".join(element.itertext()) if len(element) else text).strip()


def markup_of(element: Element) -> str:
    """What stands in an element as markup: its text as it is, or the elements inside written out.

    Atom elements of another type than text or XML are base64 (RFC 4287, 4.1.3.3).
    """
    if len(element):
        inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
        return (_escaped(element.text or "") + inner).strip()
    text = (element.text or "").strip()
    kind = element.get("type")
    if (kind and _is_binary(kind.lower())) or element.get("mode") == "base64":
        return _from_base64(text)
    return text


def _is_binary(kind: str) -> bool:
    return kind not in _TEXT_TYPES and not kind.startswith("text/") and not kind.endswith(("+xml", "/xml"))


def _from_base64(text: str) -> str:
    try:
        return b64decode(text, validate=False).decode("utf-8")
    except ValueError:
        return text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
