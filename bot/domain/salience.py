"""How much an item is *about* an entity, 0..1: headline, lead, share of mentions, and how early.

Mentions in a headline weigh most, as editors put there what an item is about; a person named in the
twelfth paragraph is context. Titles and implied names count less than names.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.finder import Hit
from bot.domain.reading import Reading

DEFAULT_THRESHOLD = 0.25
"""What a subscription starts with: everything but a passing mention beyond the lead."""

ABOUT = 0.5
"""From here on an item is about the entity, for `about:@entity`."""

LEAD = 280

_HEADLINE, _EARLY, _IN_LEAD, _SHARE = 0.5, 0.1, 0.2, 0.2
_INDIRECT = 0.6


def salience_of(reading: Reading, hits: Iterable[Hit]) -> dict[str, float]:
    """Salience per entity that is named.

    Args:
        reading: the document.
        hits: where which entity is named.
    """
    by_entity: dict[str, list[Hit]] = {}
    for hit in hits:
        by_entity.setdefault(hit.entity, []).append(hit)
    most = max((len(found) for found in by_entity.values()), default=1)
    return {entity: round(_of_one(reading, found, most), 3) for entity, found in by_entity.items()}


def best_of(salience: Mapping[str, float], entities: Iterable[str]) -> float:
    """The best salience among `entities`; 1.0 when none of them is named, as then words decided."""
    return max((salience[entity] for entity in entities if entity in salience), default=1.0)


def _of_one(reading: Reading, hits: Sequence[Hit], most: int) -> float:
    """A text without a headline, or a headline without a text, is judged by what there is."""
    has_title, has_text = reading.title_end > 1, len(reading.folded) > reading.text_start + 1
    in_title = [hit for hit in hits if reading.in_title(hit.start)]
    in_lead = [hit for hit in hits if reading.text_start <= hit.start < reading.text_start + LEAD]
    score, total = 0.0, 0.0
    if has_title:
        total += _HEADLINE + _EARLY
        score += _HEADLINE * _weight(in_title)
        score += _EARLY * _weight(hit for hit in in_title if hit.start <= reading.title_end / 2)
    if has_text:
        total += _IN_LEAD + _SHARE
        score += _IN_LEAD * _weight(in_lead)
        score += _SHARE * len(hits) / most * _weight(hits)
    return score / (total or 1.0)


def _weight(hits: Iterable[Hit]) -> float:
    return max((_INDIRECT if hit.indirect else 1.0 for hit in hits), default=0.0)
