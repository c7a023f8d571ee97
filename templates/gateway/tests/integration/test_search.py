"""Searches in libraries."""

from __future__ import annotations

import asyncio
import time
import uuid

import pytest

from .conftest import SIZE, Gateway, MakeGateway


async def test_a_search_finds_the_nearest_chunks_first_with_their_documents(gateway: Gateway) -> None:
    library = await gateway.library()
    document = await gateway.document(
        library, "restore a backup", "tea with milk", title="Restore", metadata={"lang": "en"}
    )
    found = await gateway.search(library, "restore a backup", 2)
    assert [hit["text"] for hit in found["results"]] == ["restore a backup", "tea with milk"]
    first = found["results"][0]
    assert first["score"] == pytest.approx(1.0, abs=1e-5)
    assert (first["document_id"], first["title"], first["chunk_index"]) == (document, "Restore", 0)
    assert first["metadata"] == {"lang": "en"}
    assert found["took_ms"] > 0
    assert gateway.stub.requests[-1] == {"model": "general", "input": ["restore a backup"]}


async def test_scores_and_order_are_qdrants(gateway: Gateway) -> None:
    library = await gateway.library()
    await gateway.document(library, *(f"word{index % 7} word{index}" for index in range(40)))
    vector = gateway.stub.embeddings(["word3 word5"])[0]
    points = (await gateway.services.qdrant.query_points(gateway.collection, query=vector, limit=20)).points
    hits = (await gateway.search(library, "word3 word5", 20))["results"]
    assert [hit["score"] for hit in hits] == [point.score for point in points]


@pytest.mark.parametrize("index_type", ["hnsw", "flat"])
async def test_a_search_gives_exactly_k_hits_where_there_are_so_many(
    gateway: Gateway, index_type: str
) -> None:
    library, other = await gateway.library(index_type=index_type), await gateway.library()
    await gateway.document(library, *(f"text {index}" for index in range(30)))
    await gateway.document(other, *(f"text {index}" for index in range(30)))
    for k in (1, 7, 30):
        assert len(set(await gateway.texts(library, "text 3", k))) == k
    assert len(await gateway.texts(library, "text 3", 100)) == 30


async def test_vectors_whose_chunks_are_gone_take_no_place(gateway: Gateway) -> None:
    library = await gateway.library()
    await gateway.document(library, *(f"text {index}" for index in range(12)))
    points = [
        {
            "id": str(uuid.uuid4()),
            "vector": gateway.stub.embeddings(["text 3"])[0],
            "payload": {"library_id": library},
        }
        for _ in range(15)
    ]
    answer = await gateway.http.post(
        "/v1/vectors/upsert", json={"collection": gateway.collection, "points": points}
    )
    assert answer.status_code == 201
    assert len(set(await gateway.texts(library, "text 3", 10))) == 10


async def test_a_library_finds_nothing_of_another_in_the_same_collection(gateway: Gateway) -> None:
    one, other = await gateway.library(), await gateway.library()
    await gateway.document(one, "mine")
    await gateway.document(other, "yours")
    assert await gateway.texts(one, "yours", 10) == ["mine"]
    assert await gateway.texts(other, "yours", 10) == ["yours"]


async def test_a_search_can_be_held_to_documents_and_scores(gateway: Gateway) -> None:
    library = await gateway.library()
    one = await gateway.document(library, "apples and pears")
    await gateway.document(library, "apples and plums")
    assert await gateway.texts(library, "apples", document_ids=[one]) == ["apples and pears"]
    assert await gateway.texts(library, "apples and pears", score_threshold=0.99) == ["apples and pears"]
    assert await gateway.texts(library, "apples", document_ids=[str(uuid.uuid4())]) == []


async def test_an_empty_library_has_no_hits_and_an_unknown_one_is_404(gateway: Gateway) -> None:
    library = await gateway.library()
    assert (await gateway.search(library, "anything"))["results"] == []
    answer = await gateway.http.post(f"/v1/libraries/{uuid.uuid4()}/search", json={"query": "x"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": ""},
        {"query": "x" * 21},
        {"query": "x", "k": 0},
        {"query": "x", "k": 6},
        {"query": "x", "k": "5"},
        {"query": "\0"},
    ],
)
async def test_what_a_search_may_ask_is_limited_by_the_settings(
    make_gateway: MakeGateway, body: dict[str, object]
) -> None:
    async with make_gateway(MAX_QUERY_LENGTH=20, MAX_RESULTS_K=5) as gateway:
        library = await gateway.library()
        answer = await gateway.http.post(f"/v1/libraries/{library}/search", json=body)
        assert answer.status_code == 422, answer.text
        await gateway.document(library, *(f"text {index}" for index in range(8)))
        answer = await gateway.http.post(f"/v1/libraries/{library}/search", json={"query": "text"})
        assert len(answer.json()["results"]) == 5


async def test_two_applications_have_their_own_limits(make_gateway: MakeGateway) -> None:
    async with make_gateway(MAX_RESULTS_K=5) as small, make_gateway(MAX_RESULTS_K=50) as large:
        statuses = []
        for gateway in (small, large, small):
            library = await gateway.library()
            answer = await gateway.http.post(f"/v1/libraries/{library}/search", json={"query": "x", "k": 20})
            statuses.append(answer.status_code)
    assert statuses == [422, 200, 422]


async def test_twenty_searches_at_once_wait_together_and_not_for_each_other(gateway: Gateway) -> None:
    library = await gateway.library()
    await gateway.document(library, *(f"text {index}" for index in range(10)))
    gateway.stub.delay = 0.5
    started = time.monotonic()
    searches = [gateway.search(library, f"query {index}", 5) for index in range(20)]
    running = asyncio.gather(*searches)
    await asyncio.sleep(0.2)
    health_started = time.monotonic()
    assert (await gateway.http.get("/health")).status_code == 200
    health = time.monotonic() - health_started
    answers = await running
    assert time.monotonic() - started < 5
    assert gateway.stub.busiest > 10
    assert {len(answer["results"]) for answer in answers} == {5}
    assert health < 0.3


async def test_a_repeated_search_is_answered_from_the_cache_and_says_so(gateway: Gateway) -> None:
    library = await gateway.library()
    await gateway.document(library, "one", "two")
    first = await gateway.search(library, "one")
    asked = len(gateway.stub.requests)
    again = await gateway.search(library, "one")
    assert (first["cached"], again["cached"]) == (False, True)
    assert first["results"] == again["results"]
    assert len(gateway.stub.requests) == asked


async def test_everything_that_changes_the_answer_is_in_the_key(gateway: Gateway) -> None:
    library, other = await gateway.library(), await gateway.library()
    document = await gateway.document(library, "one", "two", "three")
    await gateway.document(other, "four")
    for given in ({}, {"k": 2}, {"document_ids": [document]}, {"score_threshold": 0.5}):
        found = await gateway.search(library, "one", **{"k": 3, **given})
        assert not found["cached"]
    assert not (await gateway.search(other, "one", 3))["cached"]
    assert not (await gateway.search(library, "two", 3))["cached"]


async def test_every_write_to_the_collection_makes_the_cache_forget(gateway: Gateway) -> None:
    library = await gateway.library()
    document = await gateway.document(library, "one")
    path = f"/v1/libraries/{library}/documents"
    vector = gateway.stub.embeddings(["one"])[0]

    async def forgotten() -> bool:
        first = await gateway.search(library, "one")
        again = await gateway.search(library, "one")
        assert again["cached"]
        return not first["cached"]

    assert await forgotten()
    added = await gateway.document(library, "one two")
    assert await forgotten()
    await gateway.http.put(f"{path}/{added}", json={"title": "x", "texts": ["three"]})
    assert await forgotten()
    await gateway.http.delete(f"{path}/{added}")
    assert await forgotten()
    points = {"collection": gateway.collection, "points": [{"vector": vector}]}
    ids = (await gateway.http.post("/v1/vectors/upsert", json=points)).json()["ids"]
    assert await forgotten()
    await gateway.http.post("/v1/vectors/delete", json={"collection": gateway.collection, "ids": ids})
    assert await forgotten()
    await gateway.http.delete(f"{path}/{document}")
    assert (await gateway.search(library, "one"))["results"] == []


async def test_a_write_that_was_pending_makes_the_cache_forget_when_it_is_applied(gateway: Gateway) -> None:
    library = await gateway.library()
    await gateway.document(library, "one")
    await gateway.search(library, "two")
    assert (await gateway.search(library, "two"))["cached"]
    services = gateway.services
    drain = services.dispatcher.drain

    async def nothing(ids: object) -> object:
        return type("Drained", (), {"rejected": {}, "waiting": {1}})()

    services.dispatcher.drain = nothing
    body = {"title": "x", "texts": ["two"]}
    answer = await gateway.http.post(f"/v1/libraries/{library}/documents", json=body)
    services.dispatcher.drain = drain
    assert (answer.status_code, answer.json()["indexing"]) == (202, "pending")
    deadline = time.monotonic() + 10
    while await gateway.texts(library, "two", 1) != ["two"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_a_model_whose_vectors_qdrant_refuses_is_to_blame(gateway: Gateway) -> None:
    library = await gateway.library()
    gateway.stub.dimension = SIZE + 1
    answer = await gateway.http.post(f"/v1/libraries/{library}/search", json={"query": "x"})
    assert (answer.status_code, answer.json()["dependency"]) == (503, "model:general")


async def test_the_test_embedder_searches_without_a_service(make_gateway: MakeGateway) -> None:
    async with make_gateway(TEST_EMBEDDER=True, EMBEDDING_DIMENSION=32) as gateway:
        name = await gateway.create_collection(32)
    async with make_gateway(
        TEST_EMBEDDER=True, EMBEDDING_DIMENSION=32, TEST_EMBEDDER_COLLECTION=name
    ) as gateway:
        body = {"name": name, "size": 32, "distance": "Cosine"}
        await gateway.http.post("/v1/collections", json=body)
        gateway.made.append(name)
        library = await gateway.library(model="test-embedder")
        await gateway.document(library, "restore a backup", "tea with milk")
        assert await gateway.texts(library, "how to restore", 1) == ["restore a backup"]
        assert gateway.stub.requests == []
