"""Writes the sample day as publishers do: RSS 2.0, Atom and RDF feeds, article and index pages.

Pure apart from reading its own templates. Everything that was written as text is escaped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime as rfc822
from typing import Any

from babel.dates import format_datetime, get_timezone
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import escape

from bot.feeds.sample.day import Format, Publisher, Report, slugify
from bot.feeds.sample.timeline import Printed

CONTENT_TYPES = {
    Format.RSS: "application/rss+xml",
    Format.ATOM: "application/atom+xml",
    Format.RDF: "application/rdf+xml",
}
WORDS = {
    "nl": {
        "more": "Lees ook",
        "by": "Door",
        "corrected": "Kop aangepast",
        "invented": "Dit bericht is verzonnen. Het hoort bij de voorbeelddag van Heraut; "
        "de gebeurtenissen, citaten en cijfers hebben nooit bestaan.",
    },
    "en": {
        "more": "Read also",
        "by": "By",
        "corrected": "Headline corrected",
        "invented": "This article is invented. It belongs to Heraut's sample day; "
        "the events, quotations and figures never existed.",
    },
}
RELATED = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A printed report with its addresses, ready for a template."""

    printed: Printed
    url: str
    guid: str
    image: str | None

    @property
    def html(self) -> str:
        """The article's text as HTML paragraphs."""
        return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.printed.report.paragraphs)


def link_path(publisher: Publisher, report: Report, edition: datetime) -> str:
    """The path of a report's page. It follows the first headline, so that a correction doesn't move it."""
    tail = publisher.link.format(**_names(report, edition))
    return f"/{publisher.slug}{tail}"


def entry(publisher: Publisher, printed: Printed, base: str, edition: datetime) -> Entry:
    """Give a printed report its addresses under `base` (scheme, host and port)."""
    report = printed.report
    url = base + link_path(publisher, report, edition)
    guid = publisher.guid.format(url=url, **_names(report, edition))
    return Entry(printed, url, guid, f"{base}/media/{report.image}" if report.image else None)


def _names(report: Report, edition: datetime) -> dict[str, str]:
    return {
        "number": f"{edition:%y%m%d}{report.number:03}",
        "slug": slugify(report.title),
        "day": f"{edition:%Y/%m/%d}",
        "section": slugify(report.category),
    }


class Renderer:
    """Holds the templates. Every method gives a whole document."""

    def __init__(self) -> None:
        loader = PackageLoader("bot", "sample/pages")
        self._templates = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.filters["rfc822"] = lambda at: rfc822(at.astimezone(UTC), usegmt=True)
        self._templates.filters["spoken"] = _spoken
        self._templates.filters["iso"] = lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def feed(self, publisher: Publisher, entries: Sequence[Entry], base: str) -> bytes:
        """A publisher's feed, in its format and encoding. The same entries give the same bytes."""
        changed = max((e.printed.updated for e in entries), default=None)
        text = self._fill(
            f"{publisher.format}.xml", publisher=publisher, entries=entries, base=base, changed=changed
        )
        return text.encode(publisher.encoding, errors="xmlcharrefreplace")

    def article(self, publisher: Publisher, shown: Entry, others: Sequence[Entry]) -> str:
        """An article's page, with its text once for readers and once as JSON-LD."""
        return self._fill(
            "article.html",
            publisher=publisher,
            entry=shown,
            others=others[:RELATED],
            words=WORDS[publisher.language],
            linked_data=_linked_data(publisher, shown),
        )

    def front(self, publisher: Publisher, entries: Sequence[Entry]) -> str:
        """An outlet's front page: its headlines, newest first."""
        return self._fill("front.html", publisher=publisher, entries=entries, words=WORDS[publisher.language])

    def index(self, outlets: Sequence[tuple[Publisher, int]], published: int, total: int) -> str:
        """The page that lists all outlets with the number of reports each has published so far."""
        return self._fill("index.html", outlets=outlets, published=published, total=total)

    def _fill(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)


def _spoken(at: datetime, language: str) -> str:
    """A moment as a reader in Amsterdam would write it: 4 maart 2031, 15:30."""
    return format_datetime(at, "d MMMM y, HH:mm", tzinfo=get_timezone("Europe/Amsterdam"), locale=language)


def _linked_data(publisher: Publisher, shown: Entry) -> dict[str, Any]:
    """What publishers embed for search engines: https://schema.org/NewsArticle."""
    printed = shown.printed
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": shown.url,
        "headline": printed.title,
        "description": printed.report.teaser,
        "datePublished": printed.published.isoformat(timespec="seconds"),
        "dateModified": printed.updated.isoformat(timespec="seconds"),
        "inLanguage": publisher.language,
        "articleSection": printed.report.category,
        "author": {"@type": "Person", "name": printed.report.author},
        "publisher": {"@type": "NewsMediaOrganization", "name": publisher.name},
        "articleBody": "\n\n".join(printed.report.paragraphs),
        **({"image": [shown.image]} if shown.image else {}),
    }
