import threading
from datetime import UTC, datetime

from bot.domain.stories import Report, StoryWindow
from bot.services.grouping import read_ahead, story_window
from bot.services.meaning import Meaning
from bot.services.packs import load_vocabulary
from tests.support.encoder import Encoder

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def report(number: int, title: str, language: str = "nl") -> Report:
    return Report(number, title, "", language, NOON, f"outlet {number}")


async def test_what_deciding_will_ask_is_read_beside_the_event_loop() -> None:
    encoder = Encoder()
    window = StoryWindow(vocabulary=load_vocabulary(), closeness=Meaning(encoder))
    window.add(1, report(1, "Rutte belt Trump over Groenland"))
    english = report(2, "Rutte phones Trump on Greenland", "en")
    await read_ahead(window, [english, report(3, "Zeehond gered in Zierikzee")])
    assert len(encoder.read) == 2
    assert threading.get_ident() not in encoder.threads
    window.decide(english)
    assert len(encoder.read) == 2


async def test_without_a_judge_of_meaning_nothing_is_read() -> None:
    def never() -> list[Report]:
        raise AssertionError("looked at")

    reports = (found for found in [1] if never())
    await read_ahead(story_window(lexical=True), reports)  # type: ignore[arg-type]  # it is not looked at


def test_the_window_of_the_product_reads_both_languages() -> None:
    window = story_window(lexical=True)
    window.add(1, report(1, "Rutte belt Trump over Groenland"))
    assert window.decide(report(2, "Rutte phones Trump on Greenland", "en")).story == 1
    assert window.closeness is None
