"""A list of the parts of Heraut as CycloneDX 1.6, made from a lock file: ``python deploy/sbom.py LOCK``.

Names, versions, hashes and who asked for what stand in the lock; licences come from the packages that are
installed here. The same lock gives the same list. Nothing beside Python is needed, and nothing is fetched.

Source: https://cyclonedx.org/docs/1.6/json/, https://github.com/package-url/purl-spec
"""

import json
import re
import sys
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NAME = "heraut-bot"
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>.*?))?(?: \\)?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_PARENT = re.compile(r"^\s+#\s+(?:via\s+)?([\w.-]+)(?:\s+\(.*\))?$")


@dataclass(frozen=True, slots=True)
class Part:
    """A package of the lock.

    Args:
        marker: where it is installed, "" for everywhere.
        hashes: SHA-256 of each file that may be installed, in hexadecimal.
        parents: packages that need it.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    parents: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its package URL, which names it everywhere."""
        return f"pkg:pypi/{self.name.lower().replace('_', '-')}@{self.version}"


def read_lock(text: str) -> list[Part]:
    """The packages that a lock file of `uv pip compile --generate-hashes` pins."""
    return [_part(block) for block in _blocks(text)]


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in text.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            if block:
                yield block
            block = []
        if block or _PIN.match(line):
            block.append(line)
    if block:
        yield block


def _part(block: list[str]) -> Part:
    pin = _PIN.match(block[0])
    if pin is None:
        raise ValueError(f"expected name==version, found {block[0]!r}")
    parents = [found[1] for line in block[1:] if (found := _PARENT.match(line)) and found[1] != "via"]
    hashes = tuple(_HASH.findall("\n".join(block)))
    return Part(pin["name"], pin["version"], pin["marker"] or "", hashes, tuple(parents))


def cyclonedx(parts: list[Part], version: str) -> dict[str, Any]:
    """The list as a CycloneDX document.

    Args:
        parts: what there is beside Heraut itself.
        version: of Heraut.
    """
    own = f"pkg:pypi/{NAME}@{version}"
    purls = {part.name.lower(): part.purl for part in parts} | {NAME: own}
    needs: dict[str, set[str]] = defaultdict(set)
    for part in parts:
        for parent in part.parents:
            needs[purls.get(parent.lower(), own)].add(part.purl)
    named = "\n".join([own, *(part.purl + part.marker for part in parts)])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, named)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": own, "name": NAME, "version": version}},
        "components": [_component(part) for part in parts],
        "dependencies": [
            {"ref": ref, "dependsOn": sorted(needs[ref])} for ref in [own, *(part.purl for part in parts)]
        ],
    }


def _component(part: Part) -> dict[str, Any]:
    files = [{"alg": "SHA-256", "content": each} for each in part.hashes]
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        "externalReferences": [
            {
                "type": "distribution",
                "url": part.purl,
                "hashes": files,
            }
        ],
    }
    if part.marker:
        made["properties"] = [{"name": "heraut:marker", "value": part.marker}]
    if licence := _licence(part.name):
        made["licenses"] = [licence]
    return made


def _licence(name: str) -> dict[str, Any] | None:
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return None  # it is for another system or Python
    if expression := about.get_all("License-Expression"):
        return {"expression": expression[0]}
    said = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or () if "License ::" in each]
    text = (said or about.get_all("License") or [""])[0].partition("\n")[0]
    return {"license": {"name": text[:200]}} if text else None


def main(lock: Path) -> None:
    """Print the list for a lock file."""
    version = re.search(r'__version__ = "(.+?)"', (ROOT / "bot" / "__init__.py").read_text(encoding="utf8"))
    found = cyclonedx(read_lock(lock.read_text(encoding="utf8")), version[1] if version else "0")
    json.dump(found, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
