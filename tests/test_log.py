"""Logging: what is written, and what never is."""

import json
import logging

import pytest
import structlog

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
