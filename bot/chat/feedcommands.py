"""The commands about feeds: list them for everybody, add and remove them for those who run the bot."""

from collections.abc import Sequence
from datetime import timedelta

from bot.chat.asking import Request, rows
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.feeds.discover import Candidate
from bot.services.feedwatch import feed_name
from bot.services.sources import Addition, shown_address
from bot.store.feeds import FeedHealth

SHOWN = 25
OFFERED = 8
GAPS_SHOWN = timedelta(days=1)


async def list_feeds(request: Request) -> Message:
    """The feeds, those in trouble first."""
    found = await request.sources.listed(request.argument)
    if not found:
        hint = "No feed fits that." if request.argument else "No feeds are watched yet."
        return say(hint, buttons=[[Button("Add one", "/addfeed")]], private=True)
    judged = sorted(((one, state_of(one, request)) for one in found), key=lambda pair: not pair[1])
    troubled = sum(1 for _, trouble in judged if trouble)
    lines: list[Sequence[Span]] = [
        [Text("Feeds", bold=True), f": {len(found)} watched, {troubled} with something to say"]
    ]
    lines += [_line(one, trouble) for one, trouble in judged[:SHOWN]]
    if len(found) > SHOWN:
        lines.append([f"… and {len(found) - SHOWN} more. Name an outlet to see fewer: /feeds nos"])
    return say(*lines, private=True)


async def add_feed(request: Request) -> Message:
    """Watch the feed at an address, or one of those that its site has."""
    wanted = request.argument
    if not wanted:
        return say(
            "Which site or feed? Give its address after the command, such as /addfeed nos.nl", private=True
        )
    found = request.sources.offered(request.place, wanted)
    candidates = [found] if found else await request.sources.find(wanted)
    if len(candidates) > 1:
        return _offer(request, candidates[:OFFERED])
    return _added(await request.sources.add(candidates[0], wanted), request)


async def remove_feed(request: Request) -> Message:
    """Stop watching a feed; asks which one where several fit."""
    if not request.argument:
        return say("Which feed? Name it, or give its number from /feeds.", private=True)
    found = await request.sources.named(request.argument)
    if not found:
        return say("No feed fits that. See /feeds.", private=True)
    if len(found) > 1:
        buttons = [Button(feed_name(one.spec)[:40], f"/removefeed #{one.id}") for one in found[:OFFERED]]
        return say("Which of these?", buttons=rows(buttons, 1), private=True)
    await request.sources.remove(found[0])
    return say(
        ["No longer watched: ", Text(feed_name(found[0].spec), bold=True), "."],
        "What it brought so far stays. Alerts that are on their way still arrive.",
        private=True,
    )


def state_of(feed: FeedHealth, request: Request) -> str:
    """What is to be said of a feed; "" when all is well."""
    state = feed.state
    if state.retired:
        return "retired by its publisher"
    if state.failures:
        return f"{state.last_error} ({state.failures} in a row)"
    if feed.is_silent(request.now):
        return "silent for longer than usual"
    if feed.gap_at and request.now - feed.gap_at < GAPS_SHOWN:
        return "may have lost items between two polls"
    return ""


def _line(feed: FeedHealth, trouble: str) -> Sequence[Span]:
    read: Sequence[Span] = ("read ", Moment(feed.state.last_success_at)) if feed.state.last_success_at else ()
    name = Text(f"#{feed.id}", code=True), f" {feed_name(feed.spec)}: "
    if trouble:
        return ("⚠ ", *name, trouble, *((", ", *read) if read else ()))
    return ("• ", *name, *(read or ("not read yet",)))


def _offer(request: Request, candidates: Sequence[Candidate]) -> Message:
    """The feeds of a site, by number: their addresses are too long for a button."""
    numbers = request.sources.offer(request.place, candidates)
    lines: list[Sequence[Span]] = [[Text("Which of these feeds?", bold=True)]]
    lines += [
        [f"{number}. {one.title or 'without a title'}: {_size(one)} ", Text(one.url, code=True)]
        for number, one in zip(numbers, candidates, strict=True)
    ]
    buttons = [
        Button((one.title or one.url)[:40], f"/addfeed {number}")
        for number, one in zip(numbers, candidates, strict=True)
    ]
    return say(*lines, buttons=rows(buttons, 1), private=True)


def _added(done: Addition, request: Request) -> Message:
    outlet = done.spec.outlet
    if not done.new:
        return say([Text(feed_name(done.spec), bold=True), " is watched already."], private=True)
    address = shown_address(done.spec.url)
    newest: Sequence[Span] = ("; the newest is from ", Moment(done.read.newest)) if done.read.newest else ()
    return say(
        ["Watched from now on: ", Text(feed_name(done.spec), bold=True)],
        [f"It has {_size(done.read)}", *newest, "."],
        [f"Outlet: {outlet.name}. Owner: {outlet.owner}. Address: ", Text(address, code=True)],
        "If its owner also owns other outlets here, give them the same owner in the feeds file: only "
        "different owners count as independent sources.",
        buttons=[[Button("Stop watching it", f"/removefeed #{done.id}")]],
        private=True,
    )


def _size(found: Candidate) -> str:
    return "1 item" if found.items == 1 else f"{found.items} items"
