"""Embeddings from a service over real HTTP that fails in every way it can."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from gateway.embedding import (
    DeterministicTestEmbedder,
    Embedder,
    EmbeddingUnavailable,
    UnknownModel,
    build_embedder,
)
from gateway.embedding.answer import read_embeddings
from gateway.embedding.errors import BadAnswer
from gateway.settings import Settings

from ..embedding_stub import EmbeddingStub, Fault, Form, embedding_stub

Make = Callable[..., Settings]


@pytest.fixture
async def stub() -> AsyncIterator[EmbeddingStub]:
    async with embedding_stub() as stub:
        yield stub


@pytest.fixture
async def embedder(make_settings: Make, stub: EmbeddingStub) -> AsyncIterator[Embedder]:
    async with built(make_settings, stub) as made:
        yield made


class built:
    def __init__(self, make_settings: Make, stub: EmbeddingStub, **given: Any) -> None:
        model = {"url": stub.url, "collection": "general", "timeout_seconds": 0.5, **given.pop("model", {})}
        self.embedder = build_embedder(make_settings(MODELS={"general": model}, **given))

    async def __aenter__(self) -> Embedder:
        return self.embedder

    async def __aexit__(self, *_: object) -> None:
        await self.embedder.close()


@pytest.mark.parametrize("form", ["plain", "openai", "openai-reversed", "cohere", "bare"])
async def test_every_form_of_answer_is_read_in_order(
    embedder: Embedder, stub: EmbeddingStub, form: Form
) -> None:
    stub.form = form
    texts = ["one", "two", "three"]
    assert await embedder.embed("general", texts) == stub.embeddings(texts)
    assert stub.requests == [{"model": "general", "input": texts}]


async def test_a_single_embedding_is_read(embedder: Embedder, stub: EmbeddingStub) -> None:
    stub.form = "single"
    assert await embedder.embed("general", ["one"]) == stub.embeddings(["one"])


async def test_no_texts_need_no_request(embedder: Embedder, stub: EmbeddingStub) -> None:
    assert await embedder.embed("general", []) == []
    assert stub.requests == []


async def test_many_texts_go_in_batches_some_at_once_and_come_back_in_order(
    make_settings: Make, stub: EmbeddingStub
) -> None:
    texts = [f"text {index}" for index in range(20)]
    stub.delay = 0.02
    async with built(make_settings, stub, EMBEDDING_BATCH=2) as embedder:
        assert await embedder.embed("general", texts) == stub.embeddings(texts)
    assert [len(request["input"]) for request in stub.requests] == [2] * 10
    assert stub.busiest == 4


@pytest.mark.parametrize("fault", ["500", "reset"])
async def test_what_passes_is_tried_again(embedder: Embedder, stub: EmbeddingStub, fault: Fault) -> None:
    stub.faults = [fault]
    assert await embedder.embed("general", ["one"]) == stub.embeddings(["one"])
    assert len(stub.requests) == 2


async def test_a_wait_that_the_service_asks_for_is_kept(make_settings: Make, stub: EmbeddingStub) -> None:
    stub.faults = ["429"]
    started = time.monotonic()
    async with built(make_settings, stub, model={"timeout_seconds": 3}) as embedder:
        assert await embedder.embed("general", ["one"]) == stub.embeddings(["one"])
    assert 1.0 <= time.monotonic() - started < 2.5


async def test_a_wait_that_the_service_asks_for_is_passed_on_where_there_is_no_time_for_it(
    make_settings: Make, stub: EmbeddingStub
) -> None:
    stub.fault = "429"
    started = time.monotonic()
    async with built(make_settings, stub, model={"timeout_seconds": 0.9}) as embedder:
        with pytest.raises(EmbeddingUnavailable, match="it answered 429") as failure:
            await embedder.embed("general", ["one"])
    assert failure.value.retry_after == 1
    assert time.monotonic() - started < 0.7
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("fault", "reason", "asked"),
    [
        ("500", "it answered 500", 3),
        ("429", "it answered 429", 1),
        ("401", "it answered 401", 1),
        ("400", "it answered 400", 1),
        ("redirect", "it answered 302", 1),
        ("reset", "the connection failed", 3),
        ("hang", "no answer in time", 1),
        ("slow", "no answer in time", 1),
        ("garbage", "its answer is not JSON", 1),
        ("null", "its answer holds no embeddings", 1),
        ("not-finite", "its answer", 1),
        ("empty", "it answered 0 embeddings for 2 texts", 1),
        ("short", "it answered 1 embeddings for 2 texts", 1),
        ("ragged", "an embedding has 15 numbers where 16 were expected", 1),
        ("endless", "its answer is longer than 1000000 bytes", 1),
    ],
)
async def test_every_fault_is_told_within_the_timeout(
    make_settings: Make, stub: EmbeddingStub, fault: Fault, reason: str, asked: int
) -> None:
    stub.fault = fault
    started = time.monotonic()
    async with built(make_settings, stub, model={"timeout_seconds": 0.7}) as embedder:
        with pytest.raises(EmbeddingUnavailable) as failure:
            await embedder.embed("general", ["one", "two"])
    assert time.monotonic() - started < 1.5
    assert failure.value.reason.startswith(reason)
    assert failure.value.model == "general"
    assert len(stub.requests) == asked
    assert "secret" not in str(failure.value)


async def test_a_length_that_was_not_configured_is_refused(make_settings: Make, stub: EmbeddingStub) -> None:
    stub.fault = "wrong-dimension"
    async with built(make_settings, stub, model={"dimension": 16}) as embedder:
        with pytest.raises(EmbeddingUnavailable, match="has 15 numbers where 16 were expected"):
            await embedder.embed("general", ["one"])


async def test_batches_may_not_differ_in_length(make_settings: Make, stub: EmbeddingStub) -> None:
    stub.faults = ["wrong-dimension"]
    async with built(make_settings, stub, EMBEDDING_BATCH=1) as embedder:
        with pytest.raises(EmbeddingUnavailable, match="differ in length"):
            await embedder.embed("general", ["one", "two"])


async def test_a_service_that_is_not_there_is_told_at_once(make_settings: Make) -> None:
    async with built(make_settings, EmbeddingStub(url="http://127.0.0.1:1/")) as embedder:
        with pytest.raises(EmbeddingUnavailable, match="it cannot be reached"):
            await embedder.embed("general", ["one"])


async def test_a_model_that_fails_is_left_alone_and_comes_back(
    make_settings: Make, stub: EmbeddingStub
) -> None:
    stub.fault = "500"
    limits = {"EMBEDDING_RETRIES": 0, "EMBEDDING_BREAKER_FAILURES": 3, "EMBEDDING_BREAKER_SECONDS": 0.3}
    async with built(make_settings, stub, **limits) as embedder:
        for _ in range(6):
            with pytest.raises(EmbeddingUnavailable) as failure:
                await embedder.embed("general", ["one"])
        assert len(stub.requests) == 3
        assert "left alone" in failure.value.reason
        assert failure.value.retry_after is not None
        stub.fault = None
        await asyncio.sleep(0.35)
        assert await embedder.embed("general", ["one"]) == stub.embeddings(["one"])


async def test_requests_that_are_refused_do_not_open_the_circuit(
    make_settings: Make, stub: EmbeddingStub
) -> None:
    stub.fault = "400"
    async with built(make_settings, stub, EMBEDDING_BREAKER_FAILURES=1) as embedder:
        for _ in range(3):
            with pytest.raises(EmbeddingUnavailable, match="it answered 400"):
                await embedder.embed("general", ["one"])


async def test_a_model_that_hangs_does_not_hold_up_another(make_settings: Make, stub: EmbeddingStub) -> None:
    stub.fault = "hang"
    async with embedding_stub() as good:
        models = {
            "bad": {"url": stub.url, "collection": "bad", "timeout_seconds": 1},
            "good": {"url": good.url, "collection": "good", "timeout_seconds": 1},
        }
        embedder = build_embedder(make_settings(MODELS=models))
        waiting = [asyncio.create_task(embedder.embed("bad", ["one"])) for _ in range(20)]
        started = time.monotonic()
        assert await embedder.embed("good", ["one"]) == good.embeddings(["one"])
        assert time.monotonic() - started < 0.5
        assert all(
            isinstance(each, EmbeddingUnavailable)
            for each in await asyncio.gather(*waiting, return_exceptions=True)
        )
        await embedder.close()


async def test_a_key_travels_as_a_bearer_token(make_settings: Make, stub: EmbeddingStub) -> None:
    async with built(make_settings, stub, model={"api_key": "k-1"}) as embedder:
        await embedder.embed("general", ["one"])
    assert stub.headers[0]["authorization"] == "Bearer k-1"


@pytest.mark.parametrize(
    ("model", "cut"), [("embed-v4.0", {"output_dimension": 16}), ("embed-english-v3.0", {})]
)
async def test_the_keyed_service_is_asked_as_it_wants_to_be(
    make_settings: Make, stub: EmbeddingStub, model: str, cut: dict[str, int]
) -> None:
    stub.form = "cohere"
    embedder = build_embedder(
        make_settings(
            COHERE_API_KEY="co-1", COHERE_URL=stub.url, EMBEDDING_MODEL=model, EMBEDDING_DIMENSION=16
        )
    )
    assert embedder.model(model).collection == model
    assert await embedder.embed(model, ["one"], "query") == stub.embeddings(["one"])
    await embedder.close()
    assert stub.requests[0] == {
        "model": model,
        "texts": ["one"],
        "input_type": "search_query",
        "embedding_types": ["float"],
        **cut,
    }
    assert stub.headers[0]["authorization"] == "Bearer co-1"


async def test_an_unknown_model_is_named(embedder: Embedder) -> None:
    with pytest.raises(UnknownModel, match="no model 'nobody' is configured"):
        await embedder.embed("nobody", ["one"])
    with pytest.raises(UnknownModel):
        await embedder.health("nobody")


async def test_health_is_one_embedding_that_callers_share(embedder: Embedder, stub: EmbeddingStub) -> None:
    stub.delay = 0.05
    answers = await asyncio.gather(*(embedder.health("general") for _ in range(10)))
    assert len(stub.requests) == 1
    assert answers[0].healthy
    assert answers[0].dimension == 16
    assert answers[0].latency_ms >= 50
    assert (await embedder.health("general")) == answers[0]


async def test_a_caller_that_goes_away_does_not_take_the_answer_from_the_others(
    embedder: Embedder, stub: EmbeddingStub
) -> None:
    stub.delay = 0.1
    gone = asyncio.create_task(embedder.health("general"))
    stays = asyncio.create_task(embedder.health("general"))
    await asyncio.sleep(0.02)
    gone.cancel()
    assert (await stays).healthy


async def test_health_tells_why_a_model_is_not(embedder: Embedder, stub: EmbeddingStub) -> None:
    stub.fault = "garbage"
    health = await embedder.health("general")
    assert (health.healthy, health.dimension, health.reason) == (False, None, "its answer is not JSON")


async def test_the_test_embedder_is_the_same_everywhere_and_near_for_shared_words() -> None:
    embedder = DeterministicTestEmbedder(64)
    one, again, near, far = await embedder.call(
        ["restore a backup", "restore a backup", "Restore the backup", "tea with milk"], "document"
    )
    assert one == again
    assert math.isclose(math.hypot(*one), 1.0)
    assert math.sumprod(one, near) > math.sumprod(one, far) + 0.3
    assert await embedder.call([""], "query") != await embedder.call([" "], "query")


async def test_the_test_embedder_is_a_model_only_when_asked_for(make_settings: Make) -> None:
    assert build_embedder(make_settings()).models() == {}
    embedder = build_embedder(make_settings(TEST_EMBEDDER=True, EMBEDDING_DIMENSION=8))
    assert embedder.model("test-embedder").kind == "test"
    assert len((await embedder.embed("test-embedder", ["one"]))[0]) == 8
    await embedder.close()


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": [1]}',
        b'{"data": [{}]}',
        b'{"embeddings": {"int8": [[1]]}}',
        b'{"embedding": []}',
        b'{"embedding": [true]}',
        b'{"embedding": [1e999]}',
        b"{}",
        b"7",
    ],
)
def test_answers_of_other_forms_are_refused(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_embeddings(body, 1, None)


def test_embeddings_without_numbers_keep_their_order() -> None:
    body = b'{"data": [{"embedding": [1]}, {"embedding": [2]}]}'
    assert read_embeddings(body, 2, None) == [[1.0], [2.0]]
