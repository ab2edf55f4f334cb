"""Google news sitemaps."""

from datetime import UTC, datetime

from bot.feeds.parse import parse_feed

NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url><loc>https://dijkbode.example/nieuws/3840001/gemaal</loc><lastmod>2025-03-03T11:00:00+01:00</lastmod>
    <n:news><n:publication><n:name>De Dijkbode</n:name><n:language>nl</n:language></n:publication>
      <n:publication_date>2025-03-03T10:00:00+01:00</n:publication_date>
      <n:title>Gemaal &amp; sluis staan stil</n:title><n:keywords>water, Zeeland</n:keywords></n:news>
    <image:image><image:loc>https://dijkbode.example/g.jpg</image:loc></image:image></url>
  <url><loc>https://dijkbode.example/contact</loc></url>
</urlset>"""


def test_a_news_sitemap_is_a_feed() -> None:
    feed = parse_feed(NEWS.encode(), "application/xml", "https://dijkbode.example/news.xml")
    (item,) = feed.items
    assert (feed.title, feed.language) == ("De Dijkbode", "nl")
    assert (item.guid, item.url) == ("", "https://dijkbode.example/nieuws/3840001/gemaal")
    assert (item.title, item.language) == ("Gemaal & sluis staan stil", "nl")
    assert item.published == datetime(2025, 3, 3, 9, tzinfo=UTC)
    assert item.updated == datetime(2025, 3, 3, 10, tzinfo=UTC)
    assert (item.categories, item.image) == (("water", "Zeeland"), "https://dijkbode.example/g.jpg")


def test_a_news_sitemap_without_pages_is_an_empty_feed() -> None:
    empty = b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>"
    assert parse_feed(empty, "", "").items == ()
