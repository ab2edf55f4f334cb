"""A model of meaning that counts letters, for tests in which what it says does not matter."""

import threading
from typing import Any

import numpy as np


class Encoder:
    """Notes what it read, and on which threads."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.threads: set[int] = set()

    def query(self, text: str) -> Any:
        self.read.append(text)
        self.threads.add(threading.get_ident())
        vector = np.array([text.count(letter) for letter in "aeiou"], dtype=float)
        return vector / (np.linalg.norm(vector) or 1)
