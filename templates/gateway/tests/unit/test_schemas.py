"""Requests as pydantic reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from gateway.limits import describe, in_force
from gateway.problems import ApiProblem
from gateway.schemas.filters import Filter, size_of
from gateway.schemas.libraries import LibraryRequest
from gateway.schemas.page import cursor_after, position_of
from gateway.schemas.search import SearchRequest
from gateway.settings import Settings


def deep(levels: int) -> Any:
    return [deep(levels - 1)] if levels else 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": "\0"},
        {"\0": 1},
        {"a": ["\ud800"]},
        {"a": 2**63},
        {"a": -(2**63) - 1},
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": deep(17)},
        {"a": "x" * 65_536},
        [],
    ],
)
def test_metadata_that_cannot_be_kept_is_refused(metadata: Any) -> None:
    with pytest.raises(ValidationError):
        LibraryRequest(name="x", metadata=metadata)


def test_metadata_of_every_kind_is_kept() -> None:
    metadata = {"a": [1, 1.5, -(2**63), 2**63 - 1, True, None, "ü", {"b": deep(8)}], "": 1e300}
    assert LibraryRequest(name="x", metadata=metadata).metadata == metadata


def test_limits_are_those_in_force_when_a_request_comes(make_settings: Callable[..., Settings]) -> None:
    for most in (5, 50):
        with in_force(make_settings(MAX_RESULTS_K=most)):
            assert SearchRequest(query="x", k=most).k == most
            assert SearchRequest(query="x").k == min(10, most)
            with pytest.raises(ValidationError, match=rf"must be at most {most} \(MAX_RESULTS_K\)"):
                SearchRequest(query="x", k=most + 1)


def test_a_schema_shows_the_limits_of_the_settings(make_settings: Callable[..., Settings]) -> None:
    schema = describe(SearchRequest.model_json_schema(), make_settings(MAX_RESULTS_K=5, MAX_QUERY_LENGTH=7))
    properties = schema["properties"]
    assert (properties["k"]["maximum"], properties["k"]["default"], properties["k"]["minimum"]) == (5, 5, 1)
    assert properties["query"]["maxLength"] == 7


def test_a_cursor_leads_back_to_where_it_was_made() -> None:
    position = (datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), uuid4())
    assert position_of(cursor_after(*position)) == position
    assert position_of(None) is None


@pytest.mark.parametrize("cursor", ["x", "MjAyNi0wMS0wMXw", "-_-_", "A" * 128])
def test_a_cursor_of_another_making_is_refused(cursor: str) -> None:
    with pytest.raises(ApiProblem, match="Invalid cursor"):
        position_of(cursor)


def test_a_filter_goes_to_qdrant_as_it_came() -> None:
    given = {
        "must": [
            {"key": "a.b[].c", "match": {"value": True}},
            {"key": "n", "match": {"value": 1}},
            {"key": "n", "match": {"except": [1, 2]}},
            {"key": "n", "range": {"gte": 1.0, "lt": 2.0}},
            {"has_id": [7, "5c56c793-69f3-4fbf-87e6-c4bf54c28c26"]},
        ],
        "must_not": [{"should": [{"is_null": {"key": "a"}}, {"is_empty": {"key": "b"}}]}],
    }
    filter = Filter.model_validate(given)
    assert size_of(filter) == (8, 2)
    assert filter.to_qdrant().model_dump(mode="json", by_alias=True, exclude_none=True) == given
