"""Invented web pages of articles, with all that stands around them on a publisher's site."""

import json
from collections.abc import Sequence
from typing import Any

TITLE = "Dijken langs Maas extra bewaakt"
PARAGRAPHS = (
    "De waterschappen langs de Maas verhogen vanaf maandag de bewaking van hun dijken, nu het water sneller "
    "stijgt dan verwacht.",
    'Dijkgraaf Hanneke Tolsma zei dinsdag in Venlo dat 240 vrijwilligers klaarstaan. "We nemen geen enkel '
    'risico", aldus Tolsma.',
    "Volgens de verwachting bereikt de rivier donderdag een stand van 8,4 meter. Dat is 60 centimeter lager "
    "dan in 2021.",
    "In Limburg zijn drie campings uit voorzorg ontruimd. De eigenaren kregen zondagavond bericht van de "
    "veiligheidsregio.",
)
OTHERS = ("Trein ontspoort bij Roermond", "Koning opent nieuwe brug over de Waal", "Zo herken je een nepmail")
RELATED = "Kabinet trekt 2 miljard uit voor dijken"
NEVER_TOLD = (
    *OTHERS,
    RELATED,
    "Lees ook",
    "cookies",
    "Foto:",
    "nieuwsbrief",
    "rechten voorbehouden",
    "reclame",
)
"""What stands on the page and not in the article."""


def page(body: str, head: str = "", title: str = TITLE, language: str = "nl") -> bytes:
    """A page with a menu, a cookie wall, a credit, other headlines and a footer around `body`."""
    others = "".join(f'<li><a href="/{number}">{other}</a></li>' for number, other in enumerate(OTHERS))
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title} - De Dijkbode</title>{head}</head><body>
<header><nav><ul><li><a href="/">Voorpagina</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>
<div id="cookie-banner"><p>Wij gebruiken cookies om deze site te verbeteren. Accepteer alle cookies.</p></div>
<main><article><h1>{title}</h1><p class="byline">Door onze verslaggever <time>3 maart 2031</time></p>
<figure><img src="a.jpg" alt=""><figcaption>Foto: Pleun Verhage / Dijkbeeld</figcaption></figure>
{body}
</article></main>
<aside><h2>Meest gelezen</h2><ul>{others}</ul></aside>
<footer><p>© 2031 De Dijkbode. Alle rechten voorbehouden. Schrijf je in voor onze nieuwsbrief.</p></footer>
<script>document.write("<p>reclame</p>")</script></body></html>""".encode()


def paragraphs(texts: Sequence[str] = PARAGRAPHS) -> str:
    """Paragraphs with a link to another article between them."""
    first, *rest = (f"<p>{text}</p>" for text in texts)
    return f'{first}<p>Lees ook: <a href="/9">{RELATED}</a></p>{"".join(rest)}'


def linked(**values: Any) -> str:
    """A script of JSON-LD that declares an article."""
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **values}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'
