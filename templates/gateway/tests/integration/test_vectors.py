"""Collections and vectors, without libraries."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from citadel.models import Collection, VectorMetadata
from sqlalchemy import func, select

from .conftest import Gateway, MakeGateway

VECTORS = {"a": [1.0, 0.0, 0.0], "b": [0.8, 0.6, 0.0], "c": [0.0, 0.0, 1.0]}


async def upserted(gateway: Gateway, name: str) -> dict[str, str]:
    """Ids by the letter of the vector."""
    ids = {letter: str(uuid.uuid4()) for letter in VECTORS}
    points = [
        {
            "id": ids[letter],
            "vector": vector,
            "payload": {"letter": letter, "rank": rank, "tags": [letter, "x"]},
        }
        for rank, (letter, vector) in enumerate(VECTORS.items())
    ]
    answer = await gateway.http.post("/v1/vectors/upsert", json={"collection": name, "points": points})
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"collection": name, "ids": list(ids.values()), "indexing": "indexed"}
    return ids


async def found(gateway: Gateway, name: str, **given: Any) -> list[str]:
    body = {"collection": name, "query_vector": [1.0, 0.1, 0.0], **given}
    answer = await gateway.http.post("/v1/vectors/search", json=body)
    assert answer.status_code == 200, answer.text
    return [hit["payload"]["letter"] for hit in answer.json()["results"]]


async def metadata_rows(gateway: Gateway) -> int:
    async with gateway.services.database.session() as session:
        return int(await session.scalar(select(func.count()).select_from(VectorMetadata)) or 0)


async def test_the_documents_own_search_works_as_it_is_written(gateway: Gateway) -> None:
    name = await gateway.create_collection(3)
    await upserted(gateway, name)
    body = '{"collection":"%s","query_vector":[0.1,0.2,0.3],"limit":10}' % name  # noqa: UP031
    headers = {"Content-Type": "application/json"}
    answer = await gateway.http.post("/api/v1/vectors/search", content=body, headers=headers)
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [hit["payload"]["letter"] for hit in results] == ["c", "b", "a"]
    assert results[0]["score"] == pytest.approx(0.3 / 0.14**0.5, abs=1e-5)


async def test_payload_and_vector_come_as_they_are_asked_for(gateway: Gateway) -> None:
    name = await gateway.create_collection(3, "Dot")
    await upserted(gateway, name)
    body = {
        "collection": name,
        "query_vector": [1, 0, 0],
        "limit": 1,
        "with_vector": True,
        "with_payload": False,
    }
    hit = (await gateway.http.post("/v1/vectors/search", json=body)).json()["results"][0]
    assert hit["payload"] is None
    assert hit["vector"] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("filter", "letters"),
    [
        ({"must": [{"key": "letter", "match": {"value": "b"}}]}, ["b"]),
        ({"must": [{"key": "letter", "match": {"any": ["b", "c"]}}]}, ["b", "c"]),
        ({"must": [{"key": "letter", "match": {"except": ["b"]}}]}, ["a", "c"]),
        ({"must_not": [{"key": "letter", "match": {"value": "a"}}]}, ["b", "c"]),
        ({"must": [{"key": "rank", "range": {"gte": 1, "lt": 2}}]}, ["b"]),
        ({"must": [{"key": "rank", "match": {"value": 2}}]}, ["c"]),
        (
            {"should": [{"key": "rank", "match": {"value": 0}}, {"key": "tags", "match": {"value": "c"}}]},
            ["a", "c"],
        ),
        ({"must": [{"should": [{"key": "letter", "match": {"value": "c"}}]}]}, ["c"]),
        ({"must": [{"is_empty": {"key": "nothing"}}]}, ["a", "b", "c"]),
        ({"must": [{"is_null": {"key": "letter"}}]}, []),
        ({}, ["a", "b", "c"]),
    ],
)
async def test_filters_choose_by_payload(
    gateway: Gateway, filter: dict[str, Any], letters: list[str]
) -> None:
    name = await gateway.create_collection(3)
    await upserted(gateway, name)
    assert await found(gateway, name, filter=filter) == letters


async def test_filters_choose_by_id(gateway: Gateway) -> None:
    name = await gateway.create_collection(3)
    ids = await upserted(gateway, name)
    assert await found(gateway, name, filter={"must": [{"has_id": [ids["c"]]}]}) == ["c"]


def nested(depth: int) -> dict[str, Any]:
    return {"must": [nested(depth - 1)]} if depth else {}


@pytest.mark.parametrize(
    "filter",
    [
        {"min_should": {"conditions": [], "min_count": 1}},
        {"must": [{"key": "a", "geo_radius": {"center": {"lon": 1, "lat": 1}, "radius": 1}}]},
        {"must": [{"key": "a; drop", "match": {"value": 1}}]},
        {"must": [{"key": "a", "match": {"text": "x"}}]},
        {"must": [{"key": "a", "match": {"value": "x", "any": ["y"]}}]},
        {"must": [{"key": "a", "match": {"any": []}}]},
        {"must": [{"nested": {"key": "a", "filter": {}}}]},
        {"must": [{"key": "a", "match": {"value": 1}}] * 65},
        nested(5),
        nested(900),
        {"must": "x"},
        [],
    ],
)
async def test_other_filters_are_refused(gateway: Gateway, filter: Any) -> None:
    body = {"collection": gateway.collection, "query_vector": [0.0] * 16, "filter": filter}
    answer = await gateway.http.post("/v1/vectors/search", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["upsert", "search", "delete"])
async def test_an_unknown_collection_is_404(gateway: Gateway, path: str) -> None:
    body = {
        "upsert": {"points": [{"vector": [1.0]}]},
        "search": {"query_vector": [1.0]},
        "delete": {"ids": [1]},
    }[path]
    answer = await gateway.http.post(f"/v1/vectors/{path}", json={"collection": "nowhere", **body})
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no collection nowhere.")


async def test_a_vector_that_does_not_fit_is_refused_before_anything_is_written(gateway: Gateway) -> None:
    name = await gateway.create_collection(3)
    points = [{"vector": [1.0, 2.0, 3.0]}, {"vector": [1.0, 2.0]}]
    answer = await gateway.http.post("/v1/vectors/upsert", json={"collection": name, "points": points})
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"points[1].vector has 2 numbers where collection {name} takes 3."
    assert await metadata_rows(gateway) == 0
    answer = await gateway.http.post("/v1/vectors/search", json={"collection": name, "query_vector": [1.0]})
    assert answer.status_code == 422
    assert "dimension" in answer.json()["detail"].lower()


@pytest.mark.parametrize(
    "vector", [[], ["x"], ["1", "2", "3"], [True, 0, 0], [None], [1e39, 0, 0], "[1,2,3]", [[1, 2, 3]]]
)
async def test_what_is_no_vector_is_refused(gateway: Gateway, vector: Any) -> None:
    name = await gateway.create_collection(3)
    answer = await gateway.http.post(
        "/v1/vectors/upsert", json={"collection": name, "points": [{"vector": vector}]}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
async def test_numbers_that_are_not_finite_are_refused(gateway: Gateway, number: str) -> None:
    name = await gateway.create_collection(3)
    headers = {"Content-Type": "application/json"}
    for point in (
        f'{{"vector": [1, 2, {number}]}}',
        f'{{"vector": [1, 2, 3], "payload": {{"a": {number}}}}}',
    ):
        body = f'{{"collection": "{name}", "points": [{point}]}}'
        answer = await gateway.http.post("/v1/vectors/upsert", content=body, headers=headers)
        assert answer.status_code == 422, answer.text


async def test_a_batch_is_limited_by_the_settings(make_gateway: MakeGateway) -> None:
    async with make_gateway(MAX_BATCH_POINTS=3) as gateway:
        name = await gateway.create_collection(3)
        points = [{"vector": [1.0, 0.0, float(index)]} for index in range(4)]
        for count, status in ((3, 201), (4, 422)):
            body = {"collection": name, "points": points[:count]}
            assert (await gateway.http.post("/v1/vectors/upsert", json=body)).status_code == status
        body = {"collection": name, "ids": [1, 2, 3, 4]}
        assert (await gateway.http.post("/v1/vectors/delete", json=body)).status_code == 422


async def test_repeating_a_write_or_a_delete_changes_nothing(gateway: Gateway) -> None:
    name = await gateway.create_collection(3)
    body = {"collection": name, "points": [{"vector": [1.0, 2.0, 3.0], "payload": {"letter": "a"}}]}
    first, again = [(await gateway.http.post("/v1/vectors/upsert", json=body)).json() for _ in range(2)]
    assert first == again
    assert await metadata_rows(gateway) == 1
    assert await found(gateway, name) == ["a"]
    for _ in range(2):
        gone = await gateway.http.post("/v1/vectors/delete", json={"collection": name, "ids": first["ids"]})
        assert (gone.status_code, gone.json()) == (
            200,
            {"collection": name, "ids": first["ids"], "indexing": "indexed"},
        )
    assert await found(gateway, name) == []
    assert await metadata_rows(gateway) == 0


async def test_ids_may_be_numbers(gateway: Gateway) -> None:
    name = await gateway.create_collection(3)
    points = [{"id": 7, "vector": [1.0, 0.0, 0.0], "payload": {"letter": "a"}}]
    written = await gateway.http.post("/v1/vectors/upsert", json={"collection": name, "points": points})
    assert (written.status_code, written.json()["ids"]) == (201, [7])
    body = {"collection": name, "query_vector": [1.0, 0.0, 0.0]}
    assert (await gateway.http.post("/v1/vectors/search", json=body)).json()["results"][0]["id"] == 7
    assert (
        await gateway.http.post("/v1/vectors/delete", json={"collection": name, "ids": written.json()["ids"]})
    ).json()["ids"] == [7]
    assert await found(gateway, name) == []


async def test_of_one_id_given_twice_the_last_one_counts(gateway: Gateway) -> None:
    name = await gateway.create_collection(3)
    points = [{"id": 7, "vector": [1.0, 0.0, 0.0], "payload": {"letter": letter}} for letter in "ab"]
    await gateway.http.post("/v1/vectors/upsert", json={"collection": name, "points": points})
    assert await found(gateway, name) == ["b"]


async def test_a_vector_search_is_cached_by_all_that_it_asks(gateway: Gateway) -> None:
    name = await gateway.create_collection(3)
    await upserted(gateway, name)

    async def cached(**given: Any) -> bool:
        body = {"collection": name, "query_vector": [1.0, 0.0, 0.0], **given}
        return bool((await gateway.http.post("/v1/vectors/search", json=body)).json()["cached"])

    assert [await cached(), await cached()] == [False, True]
    for given in (
        {"limit": 2},
        {"query_vector": [1.0, 0.0, 0.1]},
        {"with_vector": True},
        {"with_payload": False},
        {"exact": True},
        {"score_threshold": 0.1},
        {"filter": {"must": [{"key": "letter", "match": {"value": "a"}}]}},
    ):
        assert [await cached(**given), await cached(**given)] == [False, True]
    await upserted(gateway, name)
    assert not await cached()


async def test_a_collection_is_made_described_listed_and_deleted(gateway: Gateway) -> None:
    name = await gateway.create_collection(3, "Euclid")
    await upserted(gateway, name)
    answer = await gateway.http.get(f"/v1/collections/{name}")
    expected = {"name": name, "status": "green", "points": 3, "size": 3, "distance": "Euclid"}
    assert answer.json() == expected
    assert name in (await gateway.http.get("/v1/collections")).json()["items"]
    assert (await gateway.http.delete(f"/v1/collections/{name}")).status_code == 204
    for method in ("GET", "DELETE"):
        assert (await gateway.http.request(method, f"/v1/collections/{name}")).status_code == 404
    assert await metadata_rows(gateway) == 0
    async with gateway.services.database.session() as session:
        assert await session.scalar(select(Collection.id).where(Collection.name == name)) is None


async def test_making_a_collection_again_finds_it_made_or_different(gateway: Gateway) -> None:
    name = await gateway.create_collection(3)
    body = {"name": name, "size": 3, "distance": "Cosine"}
    assert (await gateway.http.post("/v1/collections", json=body)).status_code == 200
    for other in ({"size": 4}, {"distance": "Dot"}):
        assert (await gateway.http.post("/v1/collections", json={**body, **other})).status_code == 409


async def test_many_may_make_and_delete_one_collection_at_the_same_time(gateway: Gateway) -> None:
    name = f"c{uuid.uuid4().hex}"
    gateway.made.append(name)
    body = {"name": name, "size": 3}
    made = await asyncio.gather(*(gateway.http.post("/v1/collections", json=body) for _ in range(12)))
    assert sorted(answer.status_code for answer in made) == [200] * 11 + [201]
    deleted, made_again = (
        lambda: gateway.http.delete(f"/v1/collections/{name}"),
        lambda: gateway.http.post("/v1/collections", json=body),
    )
    answers = await asyncio.gather(*(each() for _ in range(6) for each in (deleted, made_again)))
    assert {answer.status_code for answer in answers[0::2]} <= {204, 404}
    assert {answer.status_code for answer in answers[1::2]} <= {200, 201}


async def test_a_collection_made_anew_with_another_size_takes_that(gateway: Gateway) -> None:
    name = await gateway.create_collection(3)
    await upserted(gateway, name)
    await gateway.http.delete(f"/v1/collections/{name}")
    await gateway.http.post("/v1/collections", json={"name": name, "size": 2})
    for vector, status in (([1.0, 0.0], 201), ([1.0, 0.0, 0.0], 422)):
        body = {"collection": name, "points": [{"vector": vector}]}
        assert (await gateway.http.post("/v1/vectors/upsert", json=body)).status_code == status


async def test_a_collection_with_libraries_stays(gateway: Gateway) -> None:
    await gateway.library()
    answer = await gateway.http.delete(f"/v1/collections/{gateway.collection}")
    assert answer.status_code == 409
    assert (await gateway.http.get(f"/v1/collections/{gateway.collection}")).status_code == 200


@pytest.mark.parametrize("name", ["", "a/b", "../x", "a" * 256, "ä", "a b", "."])
async def test_a_name_that_cannot_be_one_is_refused(gateway: Gateway, name: str) -> None:
    answer = await gateway.http.post("/v1/collections", json={"name": name, "size": 3})
    assert answer.status_code == 422


async def test_a_collection_with_named_vectors_is_shown_and_not_written_to(gateway: Gateway) -> None:
    from qdrant_client.models import Distance, VectorParams

    name = f"c{uuid.uuid4().hex}"
    gateway.made.append(name)
    await gateway.services.qdrant.create_collection(
        name, vectors_config={"image": VectorParams(size=3, distance=Distance.DOT)}
    )
    answer = await gateway.http.get(f"/v1/collections/{name}")
    assert (answer.json()["size"], answer.json()["distance"]) == (None, None)
    body = {"collection": name, "points": [{"vector": [1.0, 0.0, 0.0]}]}
    answer = await gateway.http.post("/v1/vectors/upsert", json=body)
    assert (answer.status_code, answer.json()["title"]) == (422, "Named vectors")


async def test_a_worker_that_still_knows_the_size_does_not_bring_a_deleted_collection_back(
    gateway: Gateway,
) -> None:
    name = await gateway.create_collection(3)
    assert (await gateway.http.delete(f"/v1/collections/{name}")).status_code == 204
    for path, given in (("upsert", {"points": [{"vector": [1.0, 0.0, 0.0]}]}), ("delete", {"ids": [1]})):
        gateway.services.sizes.saw(name, 3)
        answer = await gateway.http.post(f"/v1/vectors/{path}", json={"collection": name, **given})
        assert answer.status_code == 404
    async with gateway.services.database.session() as session:
        assert await session.scalar(select(Collection.id).where(Collection.name == name)) is None
