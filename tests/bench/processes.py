"""What processes cost, as the kernel tells it (Linux only)."""

import os
from collections.abc import Iterator
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> Iterator[int]:
    """A process and all it started."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = thread.read_text(encoding="utf8").split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process took, with its children of now and before (proc(5), fields 14 to 17)."""
    total = 0.0
    for each in family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text(encoding="utf8").rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / TICKS_A_SECOND
    return total


def resident(pid: int) -> dict[str, float]:
    """MB of a process and of all it started, by what they are."""
    first, *others = family(pid)
    found = {"program": _megabytes(Path(f"/proc/{first}/status"), "VmRSS")}
    if others:
        found["its helpers"] = sum(_megabytes(Path(f"/proc/{each}/status"), "VmRSS") for each in others)
    return found


def shares_of(pid: int) -> dict[str, float]:
    """MB of a family by whose they are: "own" is theirs alone, "files" is what the kernel holds of files
    and gives up when it is short of memory, "shared" is divided among all that use it (smaps_rollup)."""
    found = {"own": 0.0, "files": 0.0, "shared": 0.0}
    for each in family(pid):
        path = Path(f"/proc/{each}/smaps_rollup")
        dirty = _megabytes(path, "Private_Dirty")
        found["own"] += dirty + _megabytes(path, "Swap")
        found["files"] += _megabytes(path, "Pss_File")
        found["shared"] += max(0.0, _megabytes(path, "Pss") - dirty - _megabytes(path, "Pss_File"))
    return found


def fair_share(pid: int) -> float:
    """MB of a family, what several of them use counted once (PSS)."""
    return sum(_megabytes(Path(f"/proc/{each}/smaps_rollup"), "Pss") for each in family(pid))


def _megabytes(path: Path, name: str) -> float:
    try:
        lines = path.read_text(encoding="utf8").splitlines()
    except OSError:
        return 0.0
    sizes = (line.partition(":")[2].split()[0] for line in lines if line.startswith(f"{name}:"))
    return int(next(sizes, "0")) / 1024


def busy() -> float:
    """Seconds of CPU that the whole machine took since it started (proc(5), /proc/stat)."""
    first = Path("/proc/stat").read_text(encoding="utf8").partition("\n")[0].split()[1:]
    user, nice, system, _idle, _waiting, *others = map(int, first)
    return (user + nice + system + sum(others[:2])) / TICKS_A_SECOND
