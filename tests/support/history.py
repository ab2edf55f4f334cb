"""The program as it was: earlier versions of it from the repository's own history, as files in a folder."""

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from bot.store.migrating import MIGRATIONS

ROOT = Path(__file__).parents[2]
VERSIONS = "bot/store/migrations/versions"


class NoHistory(Exception):
    """The sources are no repository, or one without its earlier commits; says which."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier program: where it is, its commit, and the schema it works on."""

    tree: Path
    commit: str
    revision: str


def earlier(back: int, folder: Path) -> Earlier:
    """The last program before one of the newest migrations, written into a folder.

    Args:
        back: before which: 1 is the newest.
        folder: where its files go; made here.

    Raises:
        NoHistory: there is none to be had.
    """
    names = sorted(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    added = _git("log", "--diff-filter=A", "--format=%H", "--", f"{VERSIONS}/{names[-back]}").decode().split()
    if not added:
        raise NoHistory(f"no commit added {names[-back]}")
    commit = f"{added[-1]}^"
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, "bot"))) as archive:
        archive.extractall(folder, filter="data")
    return Earlier(folder, f"{added[-1][:10]}^", names[-back - 1].partition("_")[0])


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, check=False)
    except OSError as error:
        raise NoHistory(str(error)) from error
    if done.returncode != 0:
        raise NoHistory(done.stderr.decode().strip())
    return done.stdout
