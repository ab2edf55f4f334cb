"""The commands that look into what is stored: search it, and try a rule on it."""

from collections.abc import Sequence

from bot.chat.asking import Request, clipped, rows
from bot.chat.menus import LONGEST_ACTION, leaf, turning
from bot.domain.messages import Button, Message, Moment, Span, Text, say
from bot.domain.models import Target
from bot.domain.tongue import Tongue
from bot.errors import CommandError, Phrase, RuleError
from bot.services.manage import Wish
from bot.services.rulelab import Judged, Trial
from bot.services.search import Found

RESULTS, PAGES = 5, 6
TITLE = 160
ASKED = 80
TOLD, NEAR, CLAUSES = 5, 3, 2


async def search(request: Request, page: int = 1) -> Message:
    """Stories that are found by words, a few on a page."""
    tongue, asked = request.tongue, request.argument
    found = await request.use.searcher.stories(asked, RESULTS * PAGES)
    if not found:
        return say(
            tongue("Nothing is found for “{words}”.", words=clipped(asked, ASKED)),
            tongue('Fewer words find more; "words in quotes" must stand together.'),
            private=True,
        )
    here = leaf(found, page, RESULTS)
    head = tongue("Found for “{words}”", words=clipped(asked, ASKED))
    lines: list[Sequence[Span]] = [[Text(head, bold=True)]]
    lines += [_found_line(each, tongue) for each in here.shown]
    turn = turning("search", here.page, here.pages, asked)
    if here.pages > 1 and not turn:
        lines.append([Text(tongue("There is more; search for fewer words to see it."), italic=True)])
    stories = [each.hit.story_id for each in here.shown if each.hit.story_id is not None]
    buttons = rows([Button(f"#{number}", f"/story #{number}") for number in stories], RESULTS)
    return say(*lines, buttons=[*buttons, *turn], private=True, in_place=True)


async def try_out(request: Request) -> Message:
    """What a rule would have told in the last fourteen days, and what it just missed."""
    tongue = request.tongue
    if not request.argument.strip():
        raise CommandError("Which rule shall be tried?", 'such as: /test @nato AND "defence spending"')
    wish = request.manager.understand(request.argument)
    rule = wish.value
    if wish.target is Target.TOPIC:
        rule = next(topic.rule for topic in request.manager.topics if topic.slug == wish.value)
    try:
        trial = await request.use.tastes.trial(rule)
    except RuleError as error:
        raise CommandError(error.message, error.hint) from error
    label = clipped(request.manager.label(wish, request.language), TITLE)
    lines: list[Sequence[Span]] = [
        tongue.spans("What {label} would have told in the last 14 days:", label=Text(label, code=True)),
        *_figures(trial, tongue),
        *_told(trial),
        *_missed(trial, tongue),
    ]
    return say(*lines, buttons=_follow(wish, tongue), private=True)


def _found_line(found: Found, tongue: Tongue) -> Sequence[Span]:
    hit = found.hit
    more = tongue.count(found.more, ", {n} more report", ", {n} more reports") if found.more else ""
    number: list[Span] = [" ", Text(f"#{hit.story_id}", code=True)] if hit.story_id is not None else []
    title = Text(clipped(hit.title, TITLE), url=hit.url)
    return ["• ", title, f" {hit.outlet}, ", Moment(hit.published), more, *number]


def _figures(trial: Trial, tongue: Tongue) -> list[Sequence[Span]]:
    if not trial.looked_at:
        return [[tongue("There is no item yet to try it on.")]]
    looked = tongue.count(trial.looked_at, "{n} item was looked at.", "{n} items were looked at.")
    hits = tongue.count(len(trial.hits), "It holds for {n}.", "It holds for {n} of them.")
    rate = tongue("That makes about {rate:.1f} alerts a day.", rate=trial.alerts_a_day)
    return [[f"{looked} {hits} {rate}"]]


def _told(trial: Trial) -> list[Sequence[Span]]:
    alerts = [hit for hit in trial.hits if hit.alert]
    return [_item_line("• ", each) for each in alerts[:TOLD]]


def _missed(trial: Trial, tongue: Tongue) -> list[Sequence[Span]]:
    if not trial.near:
        return []
    lines: list[Sequence[Span]] = [[Text(tongue("Just missed"), bold=True)]]
    for each in trial.near[:NEAR]:
        lines.append(_item_line("◦ ", each))
        lines += [
            [
                "   ",
                Text(clause.text, code=True),
                f" {tongue(clause.why) if isinstance(clause.why, Phrase) else tongue.recall(clause.why)}",
            ]
            for clause in each.clauses[:CLAUSES]
        ]
    return lines


def _item_line(mark: str, judged: Judged) -> Sequence[Span]:
    item = judged.stored.item
    return [
        mark,
        Text(clipped(item.title, TITLE), url=item.url),
        f" {item.outlet.name}, ",
        Moment(item.published),
    ]


def _follow(wish: Wish, tongue: Tongue) -> list[list[Button]]:
    """Nothing for a rule that is longer than a button can say."""
    action = f"/subscribe {wish.value}"
    return [[Button(tongue("Follow it"), action)]] if len(action.encode()) <= LONGEST_ACTION else []
