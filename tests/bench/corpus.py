"""Text to measure on: invented Dutch and English with the word frequencies of news, or real pools.

`HERAUT_BENCH_POOLS` may name a folder with ``pool_nl.jsonl.gz`` and ``pool_en.jsonl.gz`` (title and text
or summary per line); without it everything is generated from a seed.
"""

import gzip
import json
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise, product
from pathlib import Path

from bot.domain.models import Document

SIZE = 2000
_WORD = re.compile(r"[^\W\d_]{2,}")


def _words(text: str) -> list[str]:
    return text.split()


_PARTS = {
    "nl": (
        _words("ver be ge on her aan uit op in over door voor tegen mee na"),
        _words("werk loop stuur bouw zorg geld land water macht recht plan tijd huis weg stroom gas school"),
        _words("en ing heid er de ster lijk baar beleid raad kamer fonds crisis top dag wet plan bedrijf"),
    ),
    "en": (
        _words("re un out over under fore mis inter counter sub trans pro de"),
        _words(
            "work build trade price court house power water field state light stock farm school road force"
        ),
        _words("s ing ed er ment ness ship able less ful ism ist ward line way side plan house time rate"),
    ),
}
_EVERYDAY = {
    "nl": _words("de het een en van in op te is dat die voor met zijn niet aan er ook om als maar dan bij"),
    "en": _words("the of to and a in that is for on with as it was by be at are from has his have not an"),
}
_NAMES = [
    "NAVO-top",
    "NATO",
    "Mark Rutte",
    "Trump",
    "Oekraïne",
    "Ukraine",
    "Zelensky",
    "NAVO-chef",
    "US president",
]


@dataclass(frozen=True)
class Corpus:
    """Documents of `SIZE` characters, and words and word pairs that stand in them, rarest included."""

    name: str
    documents: tuple[Document, ...]
    words: tuple[str, ...]
    pairs: tuple[str, ...]


def load(count: int = 400) -> Corpus:
    """A corpus of `count` documents."""
    folder = os.environ.get("HERAUT_BENCH_POOLS")
    texts = list(_pool_texts(Path(folder), count)) if folder else list(_invented_texts(count))
    split = [_WORD.findall(text.lower()) for _, text in texts]
    words = sorted({word for found in split for word in found} | _more_words())
    pairs = sorted({f"{one} {two}" for found in split for one, two in pairwise(found)})
    random.Random(3).shuffle(words)
    random.Random(4).shuffle(pairs)
    documents = tuple(Document(text[:80], text[80:], language) for language, text in texts)
    return Corpus("pools" if folder else "invented", documents, tuple(words), tuple(pairs))


def literals(corpus: Corpus, count: int) -> list[str]:
    """`count` different literals, two thirds of them single words as far as there are so many."""
    singles = corpus.words[: count * 2 // 3]
    found = [*singles, *corpus.pairs[: count - len(singles)]]
    chance = random.Random(5)
    while len(found) < count:
        found += {
            f"{chance.choice(corpus.words)} {chance.choice(corpus.words)}" for _ in range(count - len(found))
        }
        found = list(dict.fromkeys(found))
    return found[:count]


def _invented_texts(count: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(1)
    vocabulary = {language: _vocabulary(language) for language in _PARTS}
    for number in range(count):
        language = "nl" if number % 2 else "en"
        words = vocabulary[language]
        weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
        text = ""
        while len(text) < SIZE:
            sentence = chance.choices(words, cum_weights=weights, k=chance.randint(8, 20))
            if chance.random() < 0.15:
                sentence[chance.randrange(len(sentence))] = chance.choice(_NAMES)
            text += " ".join(sentence).capitalize() + ". "
        yield language, text[:SIZE]


def _vocabulary(language: str) -> list[str]:
    starts, stems, ends = _PARTS[language]
    built = ["".join(parts) for parts in product(["", *starts], stems, ["", *ends])]
    random.Random(2).shuffle(built)
    return _EVERYDAY[language] + built


def _more_words() -> set[str]:
    """Words that stand in no document, as most rules of a large installation find nothing in an item."""
    starts, stems, ends = (sorted({*_PARTS["nl"][part], *_PARTS["en"][part]}) for part in range(3))
    return {"".join(parts) for parts in product(starts, stems, stems, ends[:12])}


def _pool_texts(folder: Path, count: int) -> Iterator[tuple[str, str]]:
    """Items joined to texts of `SIZE` characters, half of them Dutch."""
    for language in ("nl", "en"):
        made, text = 0, ""
        with gzip.open(folder / f"pool_{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                text += f"{row.get('title') or ''}. {row.get('text') or row.get('summary') or ''} "
                if len(text) >= SIZE:
                    yield language, text[:SIZE]
                    made, text = made + 1, ""
                if made >= count // 2:
                    break
