"""The browser tests never go without a browser in silence."""

from pathlib import Path

import pytest

from tests.support.browser import NoBrowser, named


def program(folder: Path, name: str) -> str:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_browser_that_is_named_comes_first(tmp_path: Path) -> None:
    program(tmp_path, "chromium")
    chosen = program(tmp_path, "my-chromium")
    assert named({"CHROMIUM": chosen, "PATH": str(tmp_path)}) == chosen


def test_a_named_browser_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoBrowser, match="is not a program"):
        named({"CHROMIUM": str(tmp_path / "none"), "PATH": ""})


def test_the_first_known_browser_on_the_path_is_taken(tmp_path: Path) -> None:
    chrome = program(tmp_path, "google-chrome")
    assert named({"PATH": str(tmp_path)}) == chrome
    chromium = program(tmp_path, "chromium")
    assert named({"PATH": str(tmp_path)}) == chromium


def test_without_any_there_is_none(tmp_path: Path) -> None:
    assert named({"PATH": str(tmp_path)}) is None
