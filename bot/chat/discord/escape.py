"""Plain text made safe for Discord: nothing in it acts as markup, mention, emoji, time, command or link.

Discord reads a backslash before ASCII punctuation as that character itself, so text is escaped, not
stripped. Pure; it must not decide what is said, only that it is said literally.

Sources: https://support.discord.com/hc/en-us/articles/210298617 (Markdown Text 101) and
https://docs.discord.com/developers/reference (message formatting).
"""

import re
from urllib.parse import quote, urlunsplit

from bot.domain.safelinks import web_parts

MAX_URL = 2048

# Controls and the invisible characters that turn the direction of the text around them (Trojan source,
# CVE-2021-42574). The joiners U+200C and U+200D stay: Persian words and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

# One unit of escaped text: cutting between units never leaves half an escape behind.
_ACTIVE = re.compile(
    r"""(?P<always>[\\`*_~|<\[\]])            # styles, spoilers, code, mentions, times, emoji, masked links
      | (?P<line>(?m:^[^\S\n]*)(?:\#{1,3}|-\#|-|\+|>{1,3}|\d{1,9}[.)])(?=\s|$))  # headings, lists, quotes
      | (?P<url>(?<=[A-Za-z]):(?=//))         # bare links
      | (?P<mention>@(?=everyone|here))       # drawn as a mention even when it may not ping
      | (?P<invite>(?i:(?<=discord)\.(?=gg|com|media|new)|(?<=discordapp)\.(?=com)))  # invitation cards
      | (?P<plain>.)""",
    re.VERBOSE | re.DOTALL,
)


def clean(text: str) -> str:
    """The text without control and bidi characters, lone surrogates replaced, all line breaks as ``\\n``."""
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", text))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str) -> str:
    """The cleaned text on a single line, its runs of blanks made one."""
    return " ".join(clean(text).split())


def escape(text: str, limit: int | None = None) -> str:
    """`text` with everything that Discord would act on escaped.

    Args:
        limit: most UTF-16 units of the result; a longer text is cut between characters and ends in ``…``.
    """
    units = [_escaped(match) for match in _ACTIVE.finditer(clean(text))]
    return _cut(units, limit)


def shorten(text: str, limit: int) -> str:
    """Plain text for a place that reads no markdown (embed author, footer, button), cut to `limit` units."""
    return _cut(list(one_line(text)), limit)


def code(text: str) -> str:
    """Text for between backticks: it cannot hold one, so a look-alike takes its place."""
    return one_line(text).replace("`", "\u02cb")


def length(text: str) -> int:
    """UTF-16 units, what Discord's clients count; never less than the characters its API counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def safe_url(url: str, limit: int = MAX_URL) -> str | None:
    """The URL, safe inside ``[label](<url>)``; None when it is not http or https, or too long to send."""
    parts = web_parts(clean(url).strip())
    if parts is None:
        return None
    try:
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return None
    if not re.fullmatch(r"[\w.-]+", host):
        return None
    port = f":{parts.port}" if parts.port else ""
    # All that could end a masked link, or that an address may not hold, is percent-encoded. Names and
    # passwords before the host only serve to make a link look like another one.
    rest = quote(urlunsplit(("", "", parts.path, parts.query, parts.fragment)), safe="%/:=&?~#+!$,;'@*-._")
    safe = f"{parts.scheme.lower()}://{host}{port}{rest}"
    return safe if len(safe) <= limit else None


def _escaped(match: re.Match[str]) -> str:
    found = match.group()
    if match.lastgroup == "plain":
        return found
    if match.lastgroup == "mention":
        return found + "\u200b"
    if match.lastgroup == "line":
        blank, mark = found[: -len(found.lstrip())], found.lstrip()
        # "1." is escaped before its dot, because a backslash before a digit stays visible
        return f"{blank}{mark[:-1]}\\{mark[-1]}" if mark[0].isdigit() else f"{blank}\\{mark}"
    return "\\" + found


def _cut(units: list[str], limit: int | None) -> str:
    text = "".join(units)
    if limit is None or length(text) <= limit:
        return text
    kept, room = 0, limit - 1
    for unit in units:
        room -= length(unit)
        if room < 0:
            break
        kept += 1
    return "".join(units[:kept]).rstrip() + "…"
