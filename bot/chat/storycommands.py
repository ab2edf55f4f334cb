"""The commands about one story: look at it, follow it for a while, stop following it."""

from collections.abc import Sequence

from babel import Locale, UnknownLocaleError

from bot.chat.asking import Request, clipped, rows
from bot.chat.menus import leaf, turning
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.text import fold
from bot.domain.tongue import Tongue
from bot.errors import CommandError
from bot.services.following import Followed
from bot.services.manage import topic_name
from bot.services.storybook import Tale
from bot.store.reports import Joined

REPORTS = 6
TITLE, LABEL = 160, 40
TOPICS = 8
OFFERED = 25


async def story(request: Request, page: int = 1) -> Message:
    """A story: who reports it, when, in which languages, and why these belong together."""
    tongue = request.tongue
    if not request.argument.strip():
        raise CommandError("Which story?", "give the link of an article, or a number: /story #12")
    tale = await request.use.storybook.tale(request.argument)
    number = f"#{tale.story.id}"
    here = leaf(tale.in_time, page, REPORTS)
    lines = _head(request, tale)
    lines += [line for each in here.shown for line in _report(each, tongue)]
    buttons = [Button(tongue("Follow it for two days"), f"/follow {number}")]
    if tale.before:
        buttons.append(Button(tongue("The story before"), f"/story #{tale.story.follows}"))
    turn = turning("story", here.page, here.pages, number)
    return say(*lines, buttons=[buttons, *turn], private=True, in_place=True)


async def follow(request: Request) -> Message:
    """Follow a story for two days; without an argument, what is followed."""
    tongue = request.tongue
    if not request.argument.strip():
        return await _followed(request)
    done = await request.use.following.follow(request.place, request.argument)
    return say(
        tongue.spans(
            "Until {moment} this chat is told who else reports this story, and what comes of it: {title}",
            moment=Moment(done.until),
            title=_headline(done),
        ),
        buttons=[[Button(tongue("Stop following"), f"/unfollow #{done.story.id}")]],
    )


async def unfollow(request: Request) -> Message:
    """Stop following a story, or all of them."""
    tongue = request.tongue
    if not request.argument.strip():
        return await _followed(request)
    gone = await request.use.following.unfollow(request.place, request.argument)
    return say(
        tongue.count(
            gone, "{n} story is no longer followed here.", "{n} stories are no longer followed here."
        ),
        private=True,
        in_place=True,
    )


async def complete_followed(request: Request, typed: str) -> list[tuple[str, str]]:
    """The stories that a chat follows, as (number, headline)."""
    known = await request.use.following.followed(request.place)
    offers = [(f"#{each.story.id}", each.story.items[0].title) for each in known]
    wanted = fold(typed.strip()).text
    fitting = [offer for offer in offers if wanted in fold(" ".join(offer)).text]
    return [(number, clipped(title, LABEL)) for number, title in fitting[:OFFERED]]


async def _followed(request: Request) -> Message:
    tongue, known = request.tongue, await request.use.following.followed(request.place)
    if not known:
        return say(
            tongue("This chat follows no story. Give the link of an article: /follow https://…"), private=True
        )
    lines: list[Sequence[Span]] = [[Text(tongue("The stories that this chat follows"), bold=True)]]
    for each in known:
        number = Text(f"#{each.story.id}", code=True)
        lines.append(
            tongue.spans(
                "• {number} {title}, until {moment}",
                number=number,
                title=_headline(each),
                moment=Moment(each.until),
            )
        )
    buttons = [Button(f"✕ #{each.story.id}", f"/unfollow #{each.story.id}") for each in known]
    return say(*lines, buttons=rows(buttons, 5), private=True)


def _headline(followed: Followed) -> Text:
    first = followed.story.items[0]
    return Text(clipped(first.title, TITLE), url=first.url)


def _head(request: Request, tale: Tale) -> list[Sequence[Span]]:
    tongue, found = request.tongue, tale.story
    first = tale.in_time[0].stored.item
    reports = tongue.count(len(found.reports), "{n} report", "{n} reports")
    sources = tongue.count(found.sources, "{n} independent source", "{n} independent sources")
    spoken = tongue.listed([_language(code, tongue) for code in found.languages])
    lines: list[Sequence[Span]] = [
        [Text(clipped(first.title, TITLE), bold=True, url=first.url)],
        [
            Text(f"#{found.id}", code=True),
            " "
            + tongue(
                "{reports} from {sources}; languages: {languages}",
                reports=reports,
                sources=sources,
                languages=spoken,
            ),
        ],
    ]
    if found.topics:
        names = {topic.slug: topic_name(topic, request.language) for topic in request.manager.topics}
        told = ", ".join(names.get(slug, slug) for slug in list(found.topics)[:TOPICS])
        lines.append([tongue("Topics: {topics}", topics=told)])
    if tale.before:
        before = Text(clipped(tale.before, TITLE), italic=True)
        lines.append(tongue.spans("It comes of #{id}: {title}", id=found.follows, title=before))
    return lines


def _report(report: Joined, tongue: Tongue) -> list[Sequence[Span]]:
    item = report.stored.item
    title = Text(clipped(item.title, TITLE), url=item.url)
    why: list[Sequence[Span]] = [[f"   ↳ {tongue.recall(report.why)}"]] if report.why else []
    return [["• ", Moment(item.published), f" {item.outlet.name}: ", title], *why]


def _language(code: str, tongue: Tongue) -> str:
    """A language's name in the chat's own; what Babel does not know is called as it is."""
    try:
        return str(Locale.parse(code).get_display_name(tongue.language) or code)
    except (UnknownLocaleError, ValueError):
        return code
