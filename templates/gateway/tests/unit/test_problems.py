"""Every error is a problem document, and says nothing that it should not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import httpx
import pytest
from citadel.engine import DatabaseUnavailable
from fastapi import HTTPException
from pydantic import BaseModel

from gateway.app import create_app
from gateway.problems import ApiProblem, DependencyUnavailable, NotFound
from gateway.settings import Settings

from ..conftest import serving


class Body(BaseModel):
    size: int


@pytest.fixture
async def failing(make_settings: Callable[..., Settings]) -> AsyncIterator[httpx.AsyncClient]:
    """An application with routes that fail in every way."""
    app = create_app(make_settings())

    @app.get("/fails/api")
    async def api() -> None:
        raise ApiProblem(409, "Conflict", "It is there already.", headers={"X-Extra": "1"})

    @app.get("/fails/dependency")
    async def dependency() -> None:
        raise DependencyUnavailable("qdrant", "no answer within 2 s")

    @app.get("/fails/database")
    async def database() -> None:
        raise DatabaseUnavailable("no connection became free")

    @app.get("/fails/missing")
    async def missing() -> None:
        raise NotFound("library", "7")

    @app.get("/fails/http")
    async def http() -> None:
        raise HTTPException(418, "short and stout", headers={"X-Extra": "2"})

    @app.get("/fails/unexpected")
    async def unexpected() -> None:
        raise RuntimeError("password=hush-hush")

    @app.post("/fails/body")
    async def body(body: Body) -> None: ...

    async with serving(app) as client:
        yield client


async def problem_of(answer: httpx.Response, status: int) -> dict[str, object]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, object] = answer.json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


async def test_an_api_problem_is_told_with_its_headers(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("/fails/api")
    problem = await problem_of(answer, 409)
    assert (problem["title"], problem["detail"]) == ("Conflict", "It is there already.")
    assert answer.headers["x-extra"] == "1"


async def test_a_dependency_that_is_down_is_named_and_worth_another_try(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("/fails/dependency")
    problem = await problem_of(answer, 503)
    assert problem["dependency"] == "qdrant"
    assert problem["detail"] == "qdrant: no answer within 2 s"
    assert answer.headers["retry-after"] == "5"


async def test_a_database_that_is_away_is_such_a_dependency(failing: httpx.AsyncClient) -> None:
    problem = await problem_of(await failing.get("/fails/database"), 503)
    assert problem["detail"] == "postgresql: no connection became free"


async def test_what_is_missing_is_named(failing: httpx.AsyncClient) -> None:
    problem = await problem_of(await failing.get("/fails/missing"), 404)
    assert problem["detail"] == "There is no library 7."


async def test_an_http_exception_keeps_its_headers(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("/fails/http")
    problem = await problem_of(answer, 418)
    assert problem["detail"] == "short and stout"
    assert answer.headers["x-extra"] == "2"


async def test_an_unexpected_error_says_nothing_of_itself(failing: httpx.AsyncClient) -> None:
    answer = await failing.get("/fails/unexpected")
    await problem_of(answer, 500)
    assert "hush" not in answer.text
    assert "RuntimeError" not in answer.text


async def test_a_body_that_does_not_fit_is_told_where_without_what_was_sent(
    failing: httpx.AsyncClient,
) -> None:
    answer = await failing.post("/fails/body", json={"size": "hush-hush"})
    problem = await problem_of(answer, 422)
    assert problem["errors"] == [
        {
            "location": ["body", "size"],
            "message": "Input should be a valid integer, unable to parse string as an integer",
            "type": "int_parsing",
        }
    ]
    assert "hush" not in answer.text


async def test_what_is_not_json_is_told_too(failing: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    await problem_of(await failing.post("/fails/body", content=b"{", headers=headers), 422)
    await problem_of(await failing.post("/fails/body", content=b"\xff", headers=headers), 400)


async def test_an_unknown_path_and_an_unknown_method_are_problems(failing: httpx.AsyncClient) -> None:
    await problem_of(await failing.get("/nowhere"), 404)
    answer = await failing.post("/health")
    await problem_of(answer, 405)
    assert answer.headers["allow"] == "GET"


async def test_a_method_that_no_route_takes_is_told_all_that_some_take(client: httpx.AsyncClient) -> None:
    for path, allowed in (
        ("/v1/keys", "GET, POST"),
        ("/api/v1/keys/1", "DELETE"),
        (f"/v1/libraries/{uuid4()}/documents/{uuid4()}", "GET, PUT, DELETE"),
    ):
        answer = await client.patch(path)
        await problem_of(answer, 405)
        assert answer.headers["allow"] == allowed
