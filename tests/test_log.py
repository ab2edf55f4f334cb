"""Logging: what is written, and what never is."""

import json
import logging

import pytest
import structlog
from yarl import URL

from bot import log

TELEGRAM_TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw9"
DISCORD_TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWsABCDEF"


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_line_of_json_with_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(layout="json")
    structlog.get_logger().info("feed polled", feed=7, items=3)
    (line,) = written(capsys)
    assert line == {
        "event": "feed polled",
        "feed": 7,
        "items": 3,
        "level": "info",
        "timestamp": line["timestamp"],
    }


def test_libraries_write_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(layout="json")
    logging.getLogger("some.library").warning("hello %s", "there")
    assert written(capsys)[0]["event"] == "hello there"


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(level="warning", layout="json")
    structlog.get_logger().info("quiet")
    assert written(capsys) == []


@pytest.mark.parametrize(
    "secret", [TELEGRAM_TOKEN, DISCORD_TOKEN, "hunter2secret", "https://anna:geheim@feeds.example/rss"]
)
def test_no_secret_is_written(capsys: pytest.CaptureFixture[str], secret: str) -> None:
    log.configure(layout="json", secrets=["hunter2secret"])
    logger = structlog.get_logger()
    logger.info(f"calling {secret}", url=f"https://api.example/bot{secret}/send", error=ValueError(secret))
    try:
        raise ValueError(secret)
    except ValueError:
        logger.exception("failed")
    logging.getLogger("library").error("with %s", secret)
    text = capsys.readouterr().err
    hidden = "geheim" if "geheim" in secret else secret
    assert hidden not in text
    assert log.REDACTED in text


@pytest.mark.parametrize(
    "address",
    [
        "https://geheim@feeds.example/rss",
        "https://geheim:@feeds.example/rss",
        "https://:geheim@feeds.example/rss",
        "https://anna:ge@heim@feeds.example/rss",
        "socks5://geheim@proxy.example:1080",
    ],
)
def test_no_part_of_a_login_is_written(capsys: pytest.CaptureFixture[str], address: str) -> None:
    log.configure(layout="json")
    structlog.get_logger().info("feed failed", url=address, feeds=[address], by={"at": (address,)})
    structlog.get_logger().warning(f"asked {address}, and it failed", error=ValueError(address))
    text = capsys.readouterr().err
    assert "geheim" not in text
    assert "heim@" not in text
    assert "example" in text


def test_an_address_that_is_no_text_is_cleaned_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(layout="json")
    structlog.get_logger().info("feed moved", to=URL("https://geheim@feeds.example/rss"))
    assert "geheim" not in capsys.readouterr().err


def test_an_address_without_a_login_is_written_whole(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(layout="json")
    structlog.get_logger().info("feed read", url="https://feeds.example/@redactie/rss?by=anna@feeds.example")
    assert written(capsys)[0]["url"] == "https://feeds.example/@redactie/rss?by=anna@feeds.example"
