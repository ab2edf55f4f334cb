"""Feed documents for the tests of both readers, written for them."""

RSS_FULL = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
     xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"
     xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
<channel>
  <title>De Dijkbode</title><link>https://dijkbode.example/</link>
  <atom:link rel="self" href="https://dijkbode.example/rss"/>
  <atom:link rel="next" href="https://dijkbode.example/rss?page=2"/>
  <description>Nieuws van achter de dijk</description><language>nl-NL</language>
  <image><url>https://dijkbode.example/logo.png</url><title>Logo</title><link>https://x.example/</link></image>
  <sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
  <item>
    <title>Minister: &quot;Dijk bij Zandvoort houdt&quot; &amp; meer</title>
    <link>https://dijkbode.example/nieuws/101/dijk-houdt?a=1&amp;b=2</link>
    <guid isPermaLink="false">dijkbode-101</guid>
    <pubDate>Mon, 03 Mar 2025 10:15:00 +0100</pubDate>
    <dc:creator>Saskia de Wit</dc:creator><dc:creator>Kees Blom</dc:creator>
    <category>Binnenland</category><category domain="x">Water</category>
    <description><![CDATA[<p>De dijk is <b>veilig</b>.</p><p>Het waterschap meet.</p>]]></description>
    <content:encoded><![CDATA[<p>De dijk is veilig. Morgen wordt opnieuw gemeten.</p><img src="/f.jpg">]]>
    </content:encoded>
    <media:group><media:content url="https://dijkbode.example/k.jpg" width="140" type="image/jpeg"/>
      <media:content url="https://dijkbode.example/g.jpg" width="700" type="image/jpeg"/></media:group>
    <media:thumbnail url="https://dijkbode.example/t.jpg"/>
    <enclosure url="https://dijkbode.example/geluid.mp3" type="audio/mpeg" length="1"/>
    <source url="https://bron.example/rss">Een andere bron</source>
  </item>
  <item>
    <title>Zonder omschrijving</title><guid>https://dijkbode.example/nieuws/102</guid>
    <dc:date>2025-03-03T08:00:00Z</dc:date><author>jan@dijkbode.test (Jan Jansen)</author>
    <itunes:image href="https://dijkbode.example/i.png"/>
  </item>
  <item><title></title><description>Een omschrijving &lt;b&gt;zonder&lt;/b&gt; kop.</description></item>
  <item><title>Foto <![CDATA[& film]]></title><link>https://dijkbode.example/103</link>
    <enclosure url="https://dijkbode.example/103.jpg" type="image/jpeg"/>
    <media:title>Titel van de foto</media:title><pubDate>nooit</pubDate></item>
</channel></rss>"""

ATOM_FULL = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB" xml:base="https://harbour.example/2025/">
  <title type="html">The &lt;i&gt;Harbour&lt;/i&gt; Post</title><id>tag:harbour.example,2025:feed</id>
  <link href="https://harbour.example/"/><link rel="next" href="feed?page=2"/>
  <updated>2025-03-03T09:00:00Z</updated>
  <entry>
    <id>tag:harbour.example,2025:7</id>
    <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Ferry <em>Aurora</em> aground</div></title>
    <link rel="self" href="7.atom"/><link rel="alternate" type="text/html" href="ferry-aurora"/>
    <link rel="enclosure" type="image/png" href="ferry.png"/>
    <published>2025-03-03T08:00:00+01:00</published><updated>2025-03-03T08:30:00+01:00</updated>
    <author><name>Ruth Adeyemi</name><email>ruth@harbour.example</email></author>
    <category term="shipping" label="Shipping"/>
    <summary>All aboard are safe.</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>All aboard are safe.</p>
      <p>Tugs arrive at noon &amp; at six.</p></div></content>
    <source><title>Another feed</title><id>tag:other.example,2025:feed</id></source>
  </entry>
  <entry><id>https://harbour.example/2025/8</id><title>Only an id</title>
    <updated>2025-03-02T00:00:00Z</updated>
    <content type="html">&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</content></entry>
  <entry><title type="text">Base64</title><link href="https://other.example/9"/><id>urn:uuid:9</id>
    <content type="application/octet-stream">VHdlZQ==</content></entry>
</feed>"""

RDF_FULL = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
         xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel rdf:about="https://polder.example/"><title>Polder Nu</title><link>https://polder.example/</link>
    <dc:language>nl</dc:language></channel>
  <item rdf:about="https://polder.example/a/9"><title>Gemaal staat stil</title>
    <link>https://polder.example/a/9</link><dc:date>2025-03-03T07:00:00Z</dc:date>
    <dc:creator>Redactie</dc:creator><dc:subject>water</dc:subject>
    <description>Een storing.</description></item>
  <item rdf:about="https://polder.example/a/8"><title>Brug open</title><link>https://polder.example/a/8</link>
    <dc:date>2025-03-02T07:00:00Z</dc:date></item>
</rdf:RDF>"""

RSS_090 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>Oud</title><link>https://oud.example/</link></channel>
  <item><title>Eerste</title><link>https://oud.example/1</link></item></rdf:RDF>"""

RSS_091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
  "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>Ouder</title><link>https://oud.example/</link><language>en</language>
  <item><title>Caf&#233;s close</title><link>https://oud.example/2</link>
    <description>At ten.</description></item></channel></rss>"""

ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Old Atom</title>
  <link rel="alternate" type="text/html" href="https://oud.example/"/>
  <entry><title mode="escaped" type="text/html">A &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt; step</title>
    <link rel="alternate" type="text/html" href="https://oud.example/3"/><id>tag:oud.example,2004:3</id>
    <issued>2004-03-03T07:00:00Z</issued><modified>2004-03-04T07:00:00Z</modified>
    <summary mode="base64">VHdlZQ==</summary></entry></feed>"""

COMPETING = """<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
    xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Eerste</title><title>Tweede</title>
  <item><title>Een</title><title>Twee</title><link>https://x.example/1</link><link>https://x.example/2</link></item>
  <item><media:title>Foto</media:title><title>Kop</title><dc:title>Nog een</dc:title></item>
  <item><description>Kort.</description><description>Een tweede, langere omschrijving.</description></item>
  <item><content:encoded>Volledig verhaal.</content:encoded><description>Kort.</description></item>
  <item><guid>https://x.example/g</guid><link>https://x.example/l</link></item>
  <item><link>https://x.example/l</link><guid>https://x.example/g</guid></item>
  <item><link></link><guid isPermaLink="true">https://x.example/g</guid></item>
  <item><atom:link href="https://x.example/a"/><guid isPermaLink="false">g</guid></item>
  <item><pubDate>Mon, 03 Mar 2025 10:00:00 GMT</pubDate>
    <pubDate>Tue, 04 Mar 2025 10:00:00 GMT</pubDate></item>
</channel></rss>"""

UNUSUAL = """<rss version="2.0" xmlns:m="http://search.yahoo.com/mrss/" xmlns:content="http://wrong.example/ns">
<channel xmlns="http://unknown.example/default"><TITLE>Hoofdletters</TITLE>
  <Item><Title>Kop</Title><LINK>
    https://x.example/1
  </LINK><GUID isPermaLink="false"> g1 </GUID><PubDate>2025-03-03</PubDate>
  <content:encoded>Tekst <i xmlns="">echt</i> genest</content:encoded>
  <m:thumbnail url="https://x.example/t.png"/></Item></channel></rss>"""

EMPTY = "<rss version='2.0'><channel><title>Leeg</title></channel></rss>"

ALL = (RSS_FULL, ATOM_FULL, RDF_FULL, RSS_090, RSS_091, ATOM_03, COMPETING, UNUSUAL, EMPTY)
