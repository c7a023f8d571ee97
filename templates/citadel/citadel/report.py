"""What a comparison of the two stores tells."""

from dataclasses import dataclass, field, fields
from typing import Literal

from citadel.outbox import Pending

State = Literal["both", "only_in_qdrant", "only_in_postgres", "aside"]
"""`aside`: only in Qdrant, under a name that whoever asked does not want in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Differences:
    """How many points or rows are not as they should be; what waits in the outbox is not counted.

    `unconfirmed` rows have their point, but nothing says so: their entry is gone.
    """

    points_without_row: int = 0
    rows_without_point: int = 0
    payloads_differ: int = 0
    unconfirmed: int = 0

    def plus(self, other: "Differences") -> "Differences":
        names = [each.name for each in fields(self)]
        return Differences(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(slots=True)
class CollectionReport:
    """One collection. `points` and `vectors` are exact counts, and None where the store does not have it.

    `refused` writes are left as they are, and `unfindable` documents have chunks without a row: their
    vectors are gone.
    """

    name: str
    state: State
    points: int | None
    vectors: int | None
    waiting: int
    found: Differences = Differences()
    repaired: Differences = Differences()
    refused: int = 0
    unfindable: int = 0
    kept: str | None = None
    """What no repair can put right, and what can."""

    def left(self, *, after_repair: bool) -> bool:
        """Whether something is not in step."""
        if self.found != self.repaired or self.kept:
            return True
        return self.state in ("only_in_qdrant", "only_in_postgres") and not after_repair


@dataclass(slots=True)
class SyncReport:
    """All collections of both stores. `applied` entries of the outbox came before the repair."""

    mode: Literal["plan", "repair"]
    outbox: Pending
    applied: int = 0
    collections: list[CollectionReport] = field(default_factory=list)

    @property
    def in_step(self) -> bool:
        return not any(each.left(after_repair=self.mode == "repair") for each in self.collections)
