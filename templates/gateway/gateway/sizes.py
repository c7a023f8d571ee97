"""The dimensions of collections, remembered."""

from __future__ import annotations

import time

KNOWN_SECONDS = 10.0


class Sizes:
    """How many numbers the vectors of a collection have, as a worker last saw it."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, int]] = {}

    def fresh(self, name: str) -> int | None:
        """What was seen in the last seconds."""
        at, size = self._seen.get(name, (0.0, 0))
        return size if size and time.monotonic() - at < KNOWN_SECONDS else None

    def last(self, name: str) -> int | None:
        """What was ever seen."""
        return self._seen[name][1] if name in self._seen else None

    def saw(self, name: str, size: int) -> None:
        """Remembers."""
        self._seen[name] = time.monotonic(), size

    def forget(self, name: str) -> None:
        """The collection is gone, or will be made anew."""
        self._seen.pop(name, None)
