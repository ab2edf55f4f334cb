"""What an address says about the article behind it: its canonical form, and the publisher's own id in it.

A canonical form is for comparing, not for fetching. Nothing here looks anything up.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit


@dataclass(frozen=True, slots=True)
class Link:
    """An address taken apart for comparison: no scheme, no `www.`, no tracking, no trailing slash.

    `path` begins with a slash or is empty; `query` and `fragment` come without their marks.
    """

    host: str
    path: str
    query: str
    fragment: str

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.host}{self.path}{query}{fragment}"

    @property
    def is_deep(self) -> bool:
        """Whether it can be one article's: not a front page or a section."""
        return bool(self.query or len(self.path) > 20 or any(map(str.isdigit, self.path)))

    @property
    def is_article(self) -> bool:
        """Whether it looks like one article's address: more than a front page or the name of a section."""
        return self.is_deep or "-" in self.path.rpartition("/")[2]

    @property
    def slug(self) -> str:
        """Host, last part and all digits of the path, when the last part is a long slug; else "".

        An article that moves to another section keeps it. What comes again under one slug, like the
        weather of the day, differs in the digits.
        """
        sections, _, last = self.path.rpartition("/")
        if self.query or len(last) < _LONG_SLUG or last.count("-") < _SLUG_WORDS:
            return ""
        return f"{self.host} {''.join(filter(str.isdigit, sections))} {last}"


_LONG_SLUG, _SLUG_WORDS = 25, 4
_DEVICE_HOST = re.compile(r"(?:www\d?|m|mobile|amp|mobiel)\.(?=[^.]+\.)")
_WRAPPED = re.compile(r"(?<=/)https?:/{1,2}(?=[\w-]+\.)")
_REDIRECTORS = {"google.com/url": "url q", "facebook.com/l.php": "u", "l.facebook.com/l.php": "u"}
_TRACKING = re.compile(
    r"(?:utm|at|ns|wt|pk|mtm|hsa|piwik|matomo|oly|vero|itm|icid|ncid|mc)_.*"
    r"|(?:fb|g|dc|gb|wb|msc|y|tw|tt|igsh)?cl(?:k)?id|fbclid|igshid|msclkid|xtor|cmp|cmpid|campaign|campaignid"
    r"|traffic_source|maca|ftcamp|smid|emc|partner|guccounter|ocid|icid|ito|refsec|spm|trk|oc|ref_?src|ref_?url"
    r"|referrer|_ga|_gl|s_cid|sr_share|share(?:_id)?|rss|__twitter_impression|amp|outputtype|int_source",
    re.I,
)
_DOUBTFUL = {"ref", "source", "src", "from", "via", "feed", "mod", "origin", "channel", "output", "format"}
_TRACKED = re.compile(r"rss|feed|twitter|facebook|social|mail|newsletter|share|amp|app|home", re.I)
_DROPPED_FRAGMENT = re.compile(
    r"\d{1,3}|xtor=.*|utm_.*|ref=.*|at_.*|comments?|rss|respond|top|more(?:-\d+)?", re.I
)
_AMP_PATH = re.compile(r"/amp(?:\.html)?$|\.amp(?=\.html$|$)|^/amp(?=/)|(?<=/news)/amp(?=/)")


@lru_cache(maxsize=1_024)
def read_link(url: str) -> Link | None:
    """The address taken apart, or None for what is no web address.

    An address inside an address (archives, redirectors) is read instead of the outer one.
    """
    url = _unwrap(url.strip())
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    if inner := _redirected(host, parts.path, parts.query):
        return read_link(inner)
    host = _DEVICE_HOST.sub("", host, count=1) if _DEVICE_HOST.match(host) else host
    if port not in {None, 80, 443}:
        host = f"{host}:{port}"
    fragment = "" if _DROPPED_FRAGMENT.fullmatch(parts.fragment) else parts.fragment
    return Link(host, _path(parts.path), _query(parts.query), fragment)


def canonical(url: str) -> str:
    """The address in a form in which two addresses of one page are equal; "" for what is none."""
    link = read_link(url)
    return str(link) if link else ""


def front_page(url: str) -> str:
    """The front page of an address's site: without path, query and login, any of which may be a secret."""
    site = site_of(url)
    return f"{urlsplit(url).scheme}://{site}/" if site else ""


def site_of(url: str) -> str:
    """The host of an address, with its port and without a login; "" when it is no address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if host and port else host


def _unwrap(url: str) -> str:
    inner = _WRAPPED.search(url, 8)
    if not inner:
        return url
    rest = url[inner.end() :]
    return f"https://{rest}" if "?" not in url[: inner.start()] else url


def _redirected(host: str, path: str, query: str) -> str:
    names = _REDIRECTORS.get(f"{host.removeprefix('www.')}{path}", "").split()
    values = dict(parse_qsl(query)) if names else {}
    found = next((values[name] for name in names if name in values), "")
    return (
        found if found.startswith(("http://", "https://")) and len(found) < len(host + path + query) else ""
    )


def _path(path: str) -> str:
    path = re.sub("/{2,}", "/", unquote(path)).rstrip("/")
    return _AMP_PATH.sub("", path) if "amp" in path else path


def _query(query: str) -> str:
    if not query:
        return ""
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if not _TRACKING.fullmatch(name) and not (name.lower() in _DOUBTFUL and _TRACKED.search(value))
    ]
    return urlencode(sorted(kept))


_DPG = re.compile(r"~([a-z][a-z0-9]{5,9})$")
_PATH_ID = re.compile(r"/(\d{6,12})(?=/|$|\.html)")
_LAST_ID = re.compile(r"-(\d{6,12})$")
_MEDIAHUIS = re.compile(r"/(dm[a-z]\d{8}_\d{4,})")
_BBC = re.compile(r"/(?:articles|videos|live|reel/video|audio|av)/([a-z0-9]{8,14})(?=/|$)|-(\d{8})$")

_PUBLISHERS: dict[str, tuple[str, re.Pattern[str]]] = {
    "nos.nl": ("nos", re.compile(r"/(?:l|artikel|video|liveblog|audio)/(\d{5,})")),
    "feeds.nos.nl": ("nos", re.compile(r"/~3/[^/]+/(\d{7,})$")),
    "jeugdjournaal.nl": ("nos", re.compile(r"/(?:l|artikel|video)/(\d{5,})")),
    "nu.nl": ("nu", _PATH_ID),
    "ad.nl": ("ad", _DPG),
    "bd.nl": ("ad", _DPG),
    "bndestem.nl": ("ad", _DPG),
    "destentor.nl": ("ad", _DPG),
    "ed.nl": ("ad", _DPG),
    "gelderlander.nl": ("ad", _DPG),
    "pzc.nl": ("ad", _DPG),
    "tubantia.nl": ("ad", _DPG),
    "volkskrant.nl": ("volkskrant", _DPG),
    "trouw.nl": ("trouw", _DPG),
    "parool.nl": ("parool", _DPG),
    "hln.be": ("hln", _DPG),
    "demorgen.be": ("demorgen", _DPG),
    "telegraaf.nl": ("telegraaf", _PATH_ID),
    "nrc.nl": ("nrc", re.compile(r"-([a-z]\d{6,8})$")),
    "rtl.nl": ("rtl", re.compile(r"/artikel/(\d{6,9})")),
    "rtlnieuws.nl": ("rtl", re.compile(r"/artikel/(\d{6,9})")),
    "tweakers.net": ("tweakers", re.compile(r"/(?:nieuws|geek|reviews|plan)/(\d{4,8})")),
    "standaard.be": ("standaard", _MEDIAHUIS),
    "nieuwsblad.be": ("nieuwsblad", _MEDIAHUIS),
    "gva.be": ("gva", _MEDIAHUIS),
    "hbvl.be": ("hbvl", _MEDIAHUIS),
    "limburger.nl": ("limburger", _MEDIAHUIS),
    "bbc.com": ("bbc", _BBC),
    "bbc.co.uk": ("bbc", _BBC),
    "reuters.com": ("reuters", re.compile(r"[-/]id([A-Z]{2}[A-Z0-9]{8,})$")),
    "politico.com": ("politico", re.compile(r"-(\d{7,9})$")),
    "dw.com": ("dw", re.compile(r"/(?:[a-z]{1,8}-)(\d{6,9})$")),
    "apnews.com": ("ap", re.compile(r"[-/]([0-9a-f]{32})$")),
    "euronews.com": ("euronews", re.compile(r"/(20\d\d/\d\d/\d\d/[^/]+)$")),
}
"""Host → the family its ids belong to, and where the id stands in the path. The other titles keep their slug
for good, such as the Guardian, or follow the general rule."""


def article_id(link: Link) -> str:
    """The publisher's own id of the article, as `family:id`, or "" when the table knows none."""
    known = _PUBLISHERS.get(link.host)
    found = known[1].search(link.path) if known else None
    if not known or not found:
        return ""
    return f"{known[0]}:{next(group for group in found.groups() if group)}"


_YEAR, _MONTH, _DAY = "(?:19|20)\\d\\d", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12]\\d|3[01])"
_DATE = re.compile(rf"{_YEAR}{_MONTH}{_DAY}(?:\d{{4,6}})?$|{_DAY}{_MONTH}{_YEAR}$|{_MONTH}{_DAY}{_YEAR}$")
_SHORT_DATE = re.compile(rf"\d\d{_MONTH}{_DAY}$|{_DAY}{_MONTH}\d\d$|{_YEAR}{_MONTH}$")
_NO_IDS = frozenset({"yahoo.com", "theguardian.com"})
"""Hosts whose numbers in paths are no ids: a time of day, a number of the headline."""
_SUFFIX = re.compile(r"\.(?:s?html?|php|aspx?|cms|ece|jsp|story)$")
_SEGMENT_ID = re.compile(r"\d{6,15}|[0-9a-f]{24,40}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_SLUG_ID = re.compile(
    r"(?:.*[-_~,])(?:article|a|id|art)?(\d{7,15}|[0-9a-f]{24,40})|(?:article|art)(\d{6,12})|(\d{6,12})[-_]\D.*"
    r"|.*~([a-z]?[0-9a-f]{6,10})"
)


def general_id(link: Link) -> str:
    """What looks like an article's id in the address of any other publisher, or "".

    A long number or hexadecimal string in one of the last two parts of the path; not a date, and not a
    round number, which a headline may end with. An address with a query names its article there.
    """
    if link.query or link.fragment or link.host in _NO_IDS:
        return ""
    segments = [part for part in link.path.split("/") if part][-2:]
    for segment in reversed(segments):
        segment = _SUFFIX.sub("", segment)
        found = _SEGMENT_ID.fullmatch(segment)
        number = found[0] if found else _in_slug(segment)
        if number and _is_id(number):
            return f"{link.host}#{number}"
    return ""


def _in_slug(segment: str) -> str:
    found = _SLUG_ID.fullmatch(segment)
    return next((group for group in found.groups() if group), "") if found else ""


def _is_id(number: str) -> bool:
    if not number.isdigit():
        return True
    if number.startswith("0") or number.endswith("000"):
        return False
    return not (_DATE.match(number) or (len(number) == 6 and _SHORT_DATE.match(number)))
