"""Embeddings for tests and labs, made of hashes. They know nothing of meaning."""

from __future__ import annotations

import hashlib
import math
import re

from gateway.embedding.answer import Vector
from gateway.embedding.model import Purpose

_WORD = re.compile(r"\w+")


class DeterministicTestEmbedder:
    """The same text has the same unit vector in every process; texts that share words are near each other."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension

    async def call(self, texts: list[str], purpose: Purpose) -> list[Vector]:
        """One vector a text; the purpose makes no difference."""
        del purpose
        return [self.vector(text) for text in texts]

    def vector(self, text: str) -> Vector:
        """Each word adds to one place, by its hash; the whole text tells equal sets of words apart."""
        vector = [0.0] * self.dimension
        for word in _WORD.findall(text.casefold()):
            self._add(vector, word, 1.0)
        self._add(vector, f"\0{text}", 0.01)
        length = math.hypot(*vector)
        return [number / length for number in vector]

    def _add(self, vector: Vector, word: str, weight: float) -> None:
        digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        place = int.from_bytes(digest[:7]) % self.dimension
        vector[place] += weight if digest[7] % 2 else -weight

    async def close(self) -> None:
        """There is nothing to close."""
