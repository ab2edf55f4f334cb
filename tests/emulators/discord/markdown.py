"""What Discord's clients make of a text: an independent reading of its markdown, to judge what we escape.

Written from the platform's own help pages and the rules of its public parser; it shares no code with the
renderer it judges. Later patterns only see what earlier ones left, in the clients' order.
"""

import re
from dataclasses import dataclass, field

_INLINE = re.compile(
    r"""(?P<escape>\\[^0-9A-Za-z\s])
      | (?P<codeblock>```.+?```)
      | (?P<code>(?P<ticks>`+)(?!`).*?[^`](?P=ticks)(?!`))
      | (?P<time><t:-?\d{1,17}(?::[tTdDfFRsS])?>)
      | (?P<user><@!?\d+>)
      | (?P<role><@&\d+>)
      | (?P<channel><\#\d+>)
      | (?P<command></[\w -]+:\d+>)
      | (?P<guide><id:\w+>)
      | (?P<emoji><a?:\w+:\d+>)
      | (?P<everyone>@everyone)
      | (?P<here>@here)
      | (?P<autolink><https?://[^\s>]+>)
      | (?P<masked>\[(?P<label>(?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?(?P<target>[^\s<>)]*)>?\s*\))
      | (?P<url>https?://[^\s<]+[^<.,:;"')\]\s])
      | (?P<invite>discord(?:\.gg|(?:app)?\.com/invite)/[\w-]+)
      | (?P<bold>\*\*(?=\S)(?P<bold_in>(?:\\.|(?!\*\*)[^\\])+?)\*\*(?!\*))
      | (?P<underline>__(?=\S)(?P<underline_in>(?:\\.|(?!__)[^\\])+?)__(?!_))
      | (?P<strike>~~(?=\S)(?P<strike_in>(?:\\.|(?!~~)[^\\])+?)~~)
      | (?P<spoiler>\|\|(?P<spoiler_in>(?:\\.|(?!\|\|)[^\\])+?)\|\|)
      | (?P<italic>\*(?=\S)(?P<italic_in>(?:\\.|[^\\*])+?)(?<!\s)\*(?!\*)
                 |\b_(?P<italic_in2>(?:\\.|__|[^\\_])+?)_\b)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK = re.compile(
    r"^[ \t]*(?:(?P<heading>\#{1,3}[ \t]+)|(?P<subtext>-\#[ \t]+)|(?P<quote>(?:>>>|>)[ \t]+)"
    r"|(?P<list>[-*+][ \t]+)|(?P<number>\d+[.)][ \t]+))",
    re.MULTILINE,
)
_STYLES = ("bold", "underline", "strike", "spoiler", "italic")


@dataclass
class Reading:
    """Visible text, links as (label, URL), and every construct that acted, as (kind, its source)."""

    text: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    active: list[tuple[str, str]] = field(default_factory=list)


def read(text: str, *, escapes: bool = True) -> Reading:
    """Read a text as the clients do; without `escapes` as the server does when it looks for mentions."""
    reading = Reading()
    for block in _BLOCK.finditer(text):
        kind = str(block.lastgroup)
        reading.active.append((kind, block.group()))
    _inline(text, reading, escapes)
    return reading


def _inline(text: str, reading: Reading, escapes: bool) -> None:
    end = 0
    for match in _INLINE.finditer(text):
        reading.text += text[end : match.start()]
        end = match.end()
        _act(match, reading, escapes)
    reading.text += text[end:]


def _act(match: re.Match[str], reading: Reading, escapes: bool) -> None:
    kind, found = _kind(match), match.group()
    if kind == "escape":
        reading.text += found[1:] if escapes else found
        return
    name = f"@{kind}" if kind in {"everyone", "here"} else kind
    reading.active.append((name, found))
    if kind == "masked":
        label = read(match["label"])
        reading.active += label.active
        reading.links.append((label.text, match["target"]))
        reading.text += label.text
    elif kind in _STYLES:
        _inline(match[f"{kind}_in"] or match["italic_in2"] or "", reading, escapes)
    elif kind in {"code", "codeblock"}:
        reading.text += found.strip("`")
    else:
        if kind in {"url", "autolink"}:
            reading.links.append((found, found.strip("<>")))
        reading.text += found


def _kind(match: re.Match[str]) -> str:
    kinds = (
        "escape",
        "codeblock",
        "code",
        "time",
        "user",
        "role",
        "channel",
        "command",
        "guide",
        "emoji",
        "everyone",
        "here",
        "autolink",
        "masked",
        "url",
        "invite",
        *_STYLES,
    )
    return next(kind for kind in kinds if match[kind] is not None)
