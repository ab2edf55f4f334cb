"""Tells whether a body is the one before, cheaply: most bodies of most feeds are.

What is stored is a part of SHA-256, the same in every process. Beside it each process keeps the hash that
Python itself makes of the body (SipHash under a key of the process: nobody can prepare two bodies for it),
which takes a third of the time; only where that differs is the stored kind made. It must not keep bodies.
"""

import hashlib

_MOST = 20_000
"""Addresses that are remembered; beyond, all are forgotten, which costs one digest each."""


class BodyDigests:
    """Digests of bodies, by the address they came from."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, bytes]] = {}

    def of(self, address: str, body: bytes, before: bytes | None) -> bytes:
        """The digest of a body, 16 bytes.

        Args:
            address: what was asked.
            body: the answer.
            before: the stored digest of the answer before, None when there was none.
        """
        quick = hash(body)
        seen = self._seen.get(address)
        if seen is not None and seen == (quick, before):
            return seen[1]
        digest = hashlib.sha256(body).digest()[:16]
        if len(self._seen) >= _MOST and address not in self._seen:
            self._seen.clear()
        self._seen[address] = quick, digest
        return digest
