"""The commands about feeds: list them for everybody, add and remove them for those who run the bot."""

from collections.abc import Sequence

from bot.chat.asking import Request, rows
from bot.chat.menus import turned, turning
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.tongue import Tongue
from bot.feeds.discover import Candidate
from bot.services.feedwatch import feed_name
from bot.services.sources import Addition, shown_address
from bot.store.feedlist import RECENT_GAP, FeedHealth

SHOWN = 15
OFFERED = 8


async def list_feeds(request: Request, page: int = 1) -> Message:
    """The feeds, those in trouble first."""
    tongue = request.tongue
    count = await request.sources.count(request.argument)
    if not count.feeds:
        hint = tongue("No feed fits that." if request.argument else "No feeds are watched yet.")
        return say(hint, buttons=[[Button(tongue("Add one"), "/addfeed")]], private=True)
    page, pages = turned(count.feeds, page, SHOWN)
    found = await request.sources.listed(request.argument, SHOWN, (page - 1) * SHOWN)
    lines: list[Sequence[Span]] = [
        tongue.spans(
            "{feeds}: {n} watched, {troubled} with something to say",
            feeds=Text(tongue("Feeds"), bold=True),
            n=count.feeds,
            troubled=count.troubled,
        )
    ]
    lines += [_line(one, state_of(one, request), tongue) for one in found]
    if pages > 1:
        lines.append([tongue("Name an outlet to see fewer: /feeds nos")])
    buttons = turning("feeds", page, pages, request.argument)
    return say(*lines, buttons=buttons, private=True, in_place=True)


async def add_feed(request: Request) -> Message:
    """Watch the feed at an address, or one of those that its site has."""
    wanted = request.argument
    if not wanted:
        return say(
            request.tongue("Which site or feed? Give its address after the command, such as /addfeed nos.nl"),
            private=True,
        )
    found = request.sources.offered(request.place, wanted)
    candidates = [found] if found else await request.sources.find(wanted)
    if len(candidates) > 1:
        return _offer(request, candidates[:OFFERED])
    return _added(await request.sources.add(candidates[0], wanted, place=request.place), request)


async def remove_feed(request: Request) -> Message:
    """Stop watching a feed; asks which one where several fit."""
    tongue = request.tongue
    if not request.argument:
        return say(tongue("Which feed? Name it, or give its number from /feeds."), private=True)
    found = await request.sources.named(request.argument, OFFERED)
    if not found:
        return say(tongue("No feed fits that. See /feeds."), private=True)
    if len(found) > 1:
        buttons = [Button(feed_name(one.spec)[:40], f"/removefeed #{one.id}") for one in found[:OFFERED]]
        return say(tongue("Which of these?"), buttons=rows(buttons, 1), private=True)
    await request.sources.remove(found[0], request.place)
    return say(
        tongue.spans("No longer watched: {feed}.", feed=Text(feed_name(found[0].spec), bold=True)),
        tongue("What it brought so far stays. Alerts that are on their way still arrive."),
        private=True,
    )


def state_of(feed: FeedHealth, request: Request) -> str:
    """What is to be said of a feed; "" when all is well."""
    state, tongue = feed.state, request.tongue
    if state.retired:
        return tongue("retired by its publisher")
    if state.failures:
        problem = tongue.recall(state.last_error or "")
        return tongue("{problem} ({n} in a row)", problem=problem, n=state.failures)
    if feed.is_silent(request.now):
        return tongue("silent for longer than usual")
    if feed.gap_at and request.now - feed.gap_at < RECENT_GAP:
        return tongue("may have lost items between two polls")
    return ""


def _line(feed: FeedHealth, trouble: str, tongue: Tongue) -> Sequence[Span]:
    seen = feed.state.last_success_at
    read: Sequence[Span] = tongue.spans("read {moment}", moment=Moment(seen)) if seen else ()
    name = Text(f"#{feed.id}", code=True), f" {feed_name(feed.spec)}: "
    if trouble:
        return ("⚠ ", *name, trouble, *((", ", *read) if read else ()))
    return ("• ", *name, *(read or (tongue("not read yet"),)))


def _offer(request: Request, candidates: Sequence[Candidate]) -> Message:
    """The feeds of a site, by number: their addresses are too long for a button."""
    numbers, tongue = request.sources.offer(request.place, candidates), request.tongue
    lines: list[Sequence[Span]] = [[Text(tongue("Which of these feeds?"), bold=True)]]
    lines += [
        [
            f"{number}. {one.title or tongue('without a title')}: {_size(one, tongue)} ",
            Text(one.url, code=True),
        ]
        for number, one in zip(numbers, candidates, strict=True)
    ]
    buttons = [
        Button((one.title or one.url)[:40], f"/addfeed {number}")
        for number, one in zip(numbers, candidates, strict=True)
    ]
    return say(*lines, buttons=rows(buttons, 1), private=True)


def _added(done: Addition, request: Request) -> Message:
    outlet, tongue, name = done.spec.outlet, request.tongue, Text(feed_name(done.spec), bold=True)
    if not done.new:
        return say(tongue.spans("{feed} is watched already.", feed=name), private=True)
    size, newest = _size(done.read, tongue), done.read.newest
    return say(
        tongue.spans("Watched from now on: {feed}", feed=name),
        tongue.spans("It has {size}; the newest is from {moment}.", size=size, moment=Moment(newest))
        if newest
        else tongue("It has {size}.", size=size),
        tongue.spans(
            "Outlet: {outlet}. Owner: {owner}. Address: {address}",
            outlet=outlet.name,
            owner=outlet.owner,
            address=Text(shown_address(done.spec.url), code=True),
        ),
        tongue(
            "If its owner also owns other outlets here, give them the same owner in the feeds file: only "
            "different owners count as independent sources."
        ),
        buttons=[[Button(tongue("Stop watching it"), f"/removefeed #{done.id}")]],
        private=True,
    )


def _size(found: Candidate, tongue: Tongue) -> str:
    return tongue.count(found.items, "{n} item", "{n} items")
