"""A Chromium for the browser tests: one that is there, or one that is installed now. Never none."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Playwright, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
)
INSTALL_SECONDS = 300


class NoBrowser(RuntimeError):
    """There is no Chromium and none could be installed."""


def named(environment: Mapping[str, str]) -> str | None:
    """The browser that the environment names, or the first known one on its PATH.

    Raises:
        NoBrowser: CHROMIUM names a file that is not there.
    """
    if chosen := environment.get("CHROMIUM"):
        if not shutil.which(chosen):
            raise NoBrowser(f"CHROMIUM={chosen} is not a program")
        return chosen
    found = (shutil.which(name, path=environment.get("PATH", "")) for name in NAMES)
    return next((path for path in found if path), None)


def executable(playwright: Playwright) -> str:
    """The path of a Chromium, installed if need be.

    Raises:
        NoBrowser: there is none, and what was tried to get one.
    """
    own = Path(playwright.chromium.executable_path)
    if browser := named(os.environ) or (str(own) if own.exists() else None):
        return browser
    tried = []
    for command in _installers():
        tried.append(_run(command))
        if browser := named(os.environ) or (str(own) if own.exists() else None):
            return browser
    raise NoBrowser(
        "the browser tests need Chromium: install it, or set CHROMIUM to its path\n" + "\n".join(tried)
    )


def _installers() -> list[list[str]]:
    installers = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        installers += [
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"],
        ]
    return installers


def _run(command: list[str]) -> str:
    said = " ".join(command)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{said}: {error}"
    return f"{said}: exit {done.returncode} {done.stderr.strip()[-500:]}"


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable(playwright), args=list(ARGUMENTS)
        )
        yield browser
        await browser.close()
