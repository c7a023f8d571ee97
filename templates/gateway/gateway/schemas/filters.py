"""The part of Qdrant's filters that clients may use: exact, ranges and sets on payload, combined."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from qdrant_client import models

from gateway.schemas.common import Request, Text

MOST_CONDITIONS = 64
DEEPEST = 4
Key = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*(\[\])?(\.[A-Za-z0-9_-]+(\[\])?)*$", max_length=128
    ),
]
Keyword = Annotated[Text, StringConstraints(max_length=1024)]
Integer = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
Values = Annotated[list[Keyword] | list[Integer], Field(min_length=1, max_length=100)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e308, le=1e308)]


class MatchValue(Request):
    """Equal to the value."""

    value: Annotated[bool, Field(strict=True)] | Integer | Keyword


class MatchAny(Request):
    """Equal to one of the values."""

    any: Values


class MatchExcept(Request):
    """Equal to none of the values."""

    except_: Values = Field(alias="except")


class Range(Request):
    """Between the bounds."""

    gt: Number | None = None
    gte: Number | None = None
    lt: Number | None = None
    lte: Number | None = None


class FieldMatch(Request):
    """A field of the payload has a value."""

    key: Key
    match: MatchValue | MatchAny | MatchExcept


class FieldRange(Request):
    """A field of the payload lies in a range."""

    key: Key
    range: Range


class PayloadField(Request):
    """A field by its name."""

    key: Key


class IsEmpty(Request):
    """A field of the payload is absent, null or an empty list."""

    is_empty: PayloadField


class IsNull(Request):
    """A field of the payload is null."""

    is_null: PayloadField


class HasId(Request):
    """The point has one of the ids."""

    has_id: Annotated[list[UUID | Annotated[int, Field(strict=True, ge=0, lt=2**63)]], Field(max_length=1000)]


class Filter(Request):
    """Conditions that must all hold, of which one must hold, and of which none may hold."""

    must: Annotated[list[Condition], Field(max_length=MOST_CONDITIONS)] | None = None
    should: Annotated[list[Condition], Field(max_length=MOST_CONDITIONS)] | None = None
    must_not: Annotated[list[Condition], Field(max_length=MOST_CONDITIONS)] | None = None

    @model_validator(mode="after")
    def _small(self) -> Self:
        count, depth = size_of(self)
        if count > MOST_CONDITIONS or depth > DEEPEST:
            raise PydanticCustomError(
                "filter",
                "must have at most {conditions} conditions, nested at most {depth} deep",
                {"conditions": MOST_CONDITIONS, "depth": DEEPEST},
            )
        return self

    def to_qdrant(self) -> models.Filter:
        """The same, for Qdrant."""
        return models.Filter.model_validate(self.plain())

    def plain(self) -> dict[str, Any]:
        """The same, as JSON."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


Condition = FieldMatch | FieldRange | IsEmpty | IsNull | HasId | Filter
Filter.model_rebuild()


def size_of(filter: Filter) -> tuple[int, int]:
    """How many conditions a filter has in all, and how deep they are nested."""
    conditions = [*(filter.must or []), *(filter.should or []), *(filter.must_not or [])]
    inner = [size_of(each) for each in conditions if isinstance(each, Filter)]
    deepest = max((depth for _, depth in inner), default=0)
    return len(conditions) + sum(count for count, _ in inner), deepest + 1
