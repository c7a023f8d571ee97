"""What every request passes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.types import Message

from gateway.app import create_app
from gateway.middleware.allowlist import Allowlist
from gateway.middleware.body import BodyLimit
from gateway.middleware.capacity import Capacity
from gateway.middleware.headers import SecurityHeaders
from gateway.middleware.observed import Observed, request_id_for, route_of
from gateway.middleware.unexpected import Unexpected
from gateway.settings import Settings

from ..conftest import serving

MakeSettings = Callable[..., Settings]


def echoing(settings: Settings) -> FastAPI:
    """An application that takes bodies, and one that reads them with patience."""
    app = create_app(settings)

    @app.post("/echo")
    async def echo(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    @app.post("/model")
    async def model(body: dict[str, str]) -> dict[str, int]:
        return {"size": len(body)}

    @app.post("/deaf")
    async def deaf(request: Request) -> dict[str, int]:
        try:
            await request.body()
        except Exception:
            return {"size": -1}
        return {"size": 0}

    @app.get("/items/{item}")
    async def item(item: str) -> str:
        return item

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(0.2)

    return app


async def pieces(sizes: Iterable[int]) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


@pytest.mark.parametrize("given", ["0123456789abcdef", "abc-DEF.123_x", "7", "-leading-dash", "x" * 64])
def test_a_sane_request_id_is_kept(given: str) -> None:
    assert request_id_for(given) == given


@pytest.mark.parametrize("given", [None, "", "x" * 65, "evil\nline-line", "a b c d e f g", "ünïcödé-id"])
def test_any_other_is_replaced(given: str | None) -> None:
    made = request_id_for(given)
    assert made != given
    assert len(made) == 32


async def test_the_request_id_comes_back_on_good_answers_and_bad(client: httpx.AsyncClient) -> None:
    headers = {"X-Request-ID": "0123456789abcdef"}
    for path in ("/health", "/nowhere"):
        assert (await client.get(path, headers=headers)).headers["x-request-id"] == "0123456789abcdef"


@pytest.mark.parametrize("path", ["/echo", "/model", "/deaf"])
async def test_a_body_that_tells_its_length_is_refused_at_once(
    make_settings: MakeSettings, path: str
) -> None:
    async with serving(echoing(make_settings(MAX_BODY_BYTES=100))) as client:
        answer = await client.post(path, content=b"x" * 101)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/echo", "/model", "/deaf"])
async def test_a_body_in_pieces_is_refused_when_it_has_grown_too_large(
    make_settings: MakeSettings, path: str
) -> None:
    async with serving(echoing(make_settings(MAX_BODY_BYTES=100))) as client:
        answer = await client.post(path, content=pieces([60, 60, 60]))
    assert answer.status_code == 413
    assert answer.json()["detail"] == "A request may have at most 100 bytes."


async def test_a_body_of_just_the_limit_passes(make_settings: MakeSettings) -> None:
    async with serving(echoing(make_settings(MAX_BODY_BYTES=100))) as client:
        assert (await client.post("/echo", content=b"x" * 100)).json() == {"size": 100}
        assert (await client.post("/echo", content=pieces([60, 40]))).json() == {"size": 100}


async def test_strangers_stay_outside_and_those_on_the_list_come_in(make_settings: MakeSettings) -> None:
    app = create_app(make_settings(IP_ALLOWLIST="192.168.10.0/24"))
    async with serving(app, peer="127.0.0.1") as client:
        inside = await client.get("/health", headers={"X-Forwarded-For": "192.168.10.7"})
        stranger = await client.get("/health", headers={"X-Forwarded-For": "203.0.113.9"})
        proxy = await client.get("/health")
        pretender = await client.get("/health", headers={"X-Forwarded-For": "192.168.10.7, 203.0.113.9"})
    assert [each.status_code for each in (inside, stranger, proxy, pretender)] == [200, 403, 200, 403]
    assert stranger.headers["content-type"] == "application/problem+json"


async def test_a_stranger_cannot_name_another_address(make_settings: MakeSettings) -> None:
    app = create_app(make_settings(IP_ALLOWLIST="192.168.10.0/24"))
    async with serving(app, peer="203.0.113.9") as client:
        answer = await client.get("/health", headers={"X-Forwarded-For": "192.168.10.7"})
    assert answer.status_code == 403


async def test_a_worker_answers_only_so_many_at_once_but_always_its_probes(
    make_settings: MakeSettings,
) -> None:
    app = echoing(make_settings(MAX_CONNECTIONS=1, GUNICORN_WORKERS=1))
    async with serving(app) as client:
        slow = asyncio.create_task(client.get("/slow"))
        await asyncio.sleep(0.05)
        refused = await client.get("/items/1")
        healths = [await client.get(path) for path in ("/health", "/v1/health", "/api/v1/health", "/livez")]
        assert (await slow).status_code == 200
        later = await client.get("/items/1")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert {health.status_code for health in healths} == {200}
    assert later.status_code == 200


async def test_browsers_are_told_not_to_guess_and_not_to_keep(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/health")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_the_page_of_the_documentation_may_load_its_scripts(make_settings: MakeSettings) -> None:
    async with serving(create_app(make_settings(DOCS_ENABLED=True))) as client:
        answer = await client.get("/docs")
    assert answer.status_code == 200
    assert "content-security-policy" not in answer.headers
    assert answer.headers["x-frame-options"] == "DENY"


async def test_only_the_origins_of_the_settings_may_call(make_settings: MakeSettings) -> None:
    app = create_app(make_settings(CORS_ORIGINS=["https://good.test"]))
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "X-API-Key"}
    async with serving(app) as client:
        good = await client.options("/v1/keys", headers={**ask, "Origin": "https://good.test"})
        bad = await client.options("/v1/keys", headers={**ask, "Origin": "https://bad.test"})
        plain = await client.get("/nowhere", headers={"Origin": "https://good.test"})
    assert good.headers["access-control-allow-origin"] == "https://good.test"
    assert bad.status_code == 400
    assert bad.headers["content-type"] == "application/problem+json"
    assert plain.headers["access-control-allow-origin"] == "https://good.test"
    assert "x-request-id" in plain.headers["access-control-expose-headers"].lower()


async def test_without_origins_no_page_may_call(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health", headers={"Origin": "https://good.test"})
    assert "access-control-allow-origin" not in answer.headers


async def exposition(client: httpx.AsyncClient) -> str:
    return (await client.get("/metrics")).text


async def test_metrics_name_templates_and_never_paths(settings: Settings) -> None:
    async with serving(echoing(settings)) as client:
        await client.get("/items/secret-item")
        await client.get("/made/up/path")
        await client.request("BREW", "/items/1")
        text = await exposition(client)
    assert 'gateway_requests_total{method="GET",route="/items/{item}",status="200"}' in text
    assert 'route="unmatched",status="404"' in text
    assert 'method="OTHER"' in text
    for word in ("secret-item", "made/up", "BREW"):
        assert word not in text


def test_a_request_that_met_no_route_is_unmatched() -> None:
    assert route_of({}) == "unmatched"


async def test_each_request_is_one_line_of_json(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(echoing(settings)) as client:
        capsys.readouterr()
        await client.get("/items/1", headers={"X-Request-ID": "0123456789abcdef", "X-API-Key": "hush-hush"})
        await client.get("/health")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) == 1
    expected = {
        "method": "GET",
        "path": "/items/1",
        "route": "/items/{item}",
        "status": 200,
        "client": "127.0.0.1",
        "request_id": "0123456789abcdef",
        "level": "info",
        "logger": "gateway.access",
    }
    assert expected.items() <= requests[0].items()
    assert "hush" not in str(lines)


async def test_websockets_are_refused(settings: Settings) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/graphql", "headers": [], "client": None}
    await create_app(settings)(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]


async def test_an_error_after_the_answer_began_is_not_answered_again() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(RuntimeError):
        await Unexpected(broken)({"type": "http"}, None, send)  # type: ignore[arg-type]
    assert len(sent) == 1


async def test_what_is_no_request_passes_through_all(settings: Settings) -> None:
    passed: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["type"])

    wrapped: Any = inner
    for middleware in (
        Unexpected,
        lambda app: BodyLimit(app, 1),
        lambda app: Capacity(app, settings),
        lambda app: Allowlist(app, settings),
        SecurityHeaders,
        lambda app: Observed(app, settings),
    ):
        wrapped = middleware(wrapped)
    await wrapped({"type": "lifespan"}, None, None)
    assert passed == ["lifespan"]


async def test_an_error_that_is_not_the_body_limit_stays_what_it_is() -> None:
    async def teapot(scope: Any, receive: Any, send: Any) -> None:
        raise HTTPException(418)

    with pytest.raises(HTTPException, match="418"):
        await BodyLimit(teapot, 10)({"type": "http", "headers": []}, None, None)  # type: ignore[arg-type]


async def test_an_application_that_lets_the_refusal_through_is_answered_for() -> None:
    async def careless(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * 11}

    await BodyLimit(careless, 10)({"type": "http", "headers": []}, receive, send)
    assert sent[0]["status"] == 413


async def test_a_request_that_is_cancelled_is_told_to_come_again() -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(60)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    task = asyncio.create_task(Unexpected(slow)({"type": "http"}, None, send))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"5") in sent[0]["headers"]


async def test_a_failed_request_gives_its_place_back(make_settings: MakeSettings) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError

    capacity = Capacity(broken, make_settings(MAX_CONNECTIONS=1, GUNICORN_WORKERS=1))
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await capacity({"type": "http", "path": "/v1/keys"}, None, None)  # type: ignore[arg-type]
