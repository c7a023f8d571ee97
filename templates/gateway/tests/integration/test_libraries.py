"""Libraries and documents, through both stores."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from citadel import keys
from citadel.models import Chunk, Collection, Document, Library, OutboxEntry, VectorMetadata
from sqlalchemy import delete, func, select

from gateway.domain import collections
from gateway.services import Services

from .conftest import SIZE, Gateway, MakeGateway

ROWS = (Library, Document, Chunk, VectorMetadata, OutboxEntry)


async def rows(gateway: Gateway) -> dict[str, int]:
    async with gateway.services.database.session() as session:
        return {
            each.__tablename__: await session.scalar(select(func.count()).select_from(each)) for each in ROWS
        }


async def test_a_library_is_made_found_and_listed(gateway: Gateway) -> None:
    body = {"name": "handbooks", "model": "general", "metadata": {"team": "ops"}}
    made = await gateway.http.post("/v1/libraries", json=body)
    assert made.status_code == 201
    library = made.json()
    assert (library["name"], library["model"], library["metadata"]) == (
        "handbooks",
        "general",
        {"team": "ops"},
    )
    assert (library["collection"], library["documents"]) == (gateway.collection, 0)
    assert (await gateway.http.get(f"/api/v1/libraries/{library['id']}")).json() == library
    assert (await gateway.http.get("/v1/libraries")).json() == {"items": [library], "next_cursor": None}


async def test_the_documents_own_way_to_make_a_library_works(gateway: Gateway) -> None:
    answer = await gateway.http.post("/v1/libraries", json={"name": "rate_test", "index_type": "hnsw"})
    assert answer.status_code == 201


@pytest.mark.parametrize("headers", [{"Idempotency-Key": "k-1"}, {}])
async def test_a_repeated_request_makes_one_library(gateway: Gateway, headers: dict[str, str]) -> None:
    body = {"name": "handbooks", **({} if headers else {"id": str(uuid.uuid4())})}
    first = await gateway.http.post("/v1/libraries", json=body, headers=headers)
    again = await gateway.http.post("/v1/libraries", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await gateway.http.post("/v1/libraries", json={**body, "name": "other"}, headers=headers)
    assert other.status_code == 409
    assert len((await gateway.http.get("/v1/libraries")).json()["items"]) == 1


async def test_an_unknown_model_is_404_and_a_missing_collection_too(gateway: Gateway) -> None:
    answer = await gateway.http.post("/v1/libraries", json={"name": "x", "model": "nobody"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no model nobody.")
    assert (await gateway.http.delete(f"/v1/collections/{gateway.collection}")).status_code == 204
    answer = await gateway.http.post("/v1/libraries", json={"name": "x"})
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        f"There is no collection {gateway.collection}.",
    )


async def test_with_several_models_one_must_be_named(make_gateway: MakeGateway) -> None:
    async with make_gateway(TEST_EMBEDDER=True) as gateway:
        answer = await gateway.http.post("/v1/libraries", json={"name": "x"})
    assert answer.status_code == 422
    assert "general, test-embedder" in answer.json()["detail"]


async def test_lists_come_in_pages_that_new_rows_do_not_shift(gateway: Gateway) -> None:
    made = [await gateway.library(name=f"library {index}") for index in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        page = (
            await gateway.http.get(
                "/v1/libraries", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
            )
        ).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made
    assert cursor is None


@pytest.mark.parametrize("cursor", ["nonsense", "MjAyNg", "____", "fDA"])
async def test_a_cursor_that_was_not_made_here_is_422(gateway: Gateway, cursor: str) -> None:
    assert (await gateway.http.get("/v1/libraries", params={"cursor": cursor})).status_code == 422


async def test_a_document_is_kept_with_its_chunks_and_is_in_qdrant_when_201_is_answered(
    gateway: Gateway,
) -> None:
    library = await gateway.library()
    body = {
        "title": "Restore",
        "texts": ["Stop the writers.", "Take the newest set."],
        "metadata": {"lang": "en"},
    }
    made = await gateway.http.post(f"/v1/libraries/{library}/documents", json=body)
    assert made.status_code == 201
    document = made.json()
    assert (document["title"], document["chunks"], document["indexing"]) == ("Restore", 2, "indexed")
    assert await gateway.points() == 2
    path = f"/v1/libraries/{library}/documents/{document['id']}"
    assert (await gateway.http.get(path)).json() == document
    assert (await gateway.http.get(f"/v1/libraries/{library}/documents")).json()["items"] == [document]
    chunks = (await gateway.http.get(f"{path}/chunks")).json()
    assert [each["text"] for each in chunks["items"]] == body["texts"]
    point = (await gateway.services.qdrant.retrieve(gateway.collection, [chunks["items"][1]["point_id"]]))[0]
    assert point.payload == {"library_id": library, "document_id": document["id"], "chunk_index": 1}
    assert (await gateway.http.get(f"/v1/libraries/{library}")).json()["documents"] == 1
    assert (await rows(gateway))["outbox"] == 0


async def test_chunks_and_documents_come_in_pages(gateway: Gateway) -> None:
    library = await gateway.library()
    document = await gateway.document(library, *(f"text {index}" for index in range(5)))
    path = f"/v1/libraries/{library}/documents/{document}/chunks"
    first = (await gateway.http.get(path, params={"limit": 3})).json()
    rest = (await gateway.http.get(path, params={"limit": 3, "from": first["next_index"]})).json()
    assert [each["chunk_index"] for each in first["items"] + rest["items"]] == [0, 1, 2, 3, 4]
    assert rest["next_index"] is None
    others = [await gateway.document(library, "x", title=f"{index}") for index in range(2)]
    page = (await gateway.http.get(f"/v1/libraries/{library}/documents", params={"limit": 2})).json()
    assert [each["id"] for each in page["items"]] == [document, others[0]]
    parameters = {"limit": 2, "cursor": page["next_cursor"]}
    page = (await gateway.http.get(f"/v1/libraries/{library}/documents", params=parameters)).json()
    assert [each["id"] for each in page["items"]] == [others[1]]


async def test_a_repeated_document_is_one_document_and_is_embedded_once(gateway: Gateway) -> None:
    library = await gateway.library()
    path = f"/v1/libraries/{library}/documents"
    body = {"title": "A", "texts": ["one", "two"]}
    headers = {"Idempotency-Key": "k-1"}
    first = await gateway.http.post(path, json=body, headers=headers)
    again = await gateway.http.post(path, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(gateway.stub.requests) == 1
    assert await gateway.points() == 2
    assert (await gateway.http.post(path, json={**body, "texts": ["x"]}, headers=headers)).status_code == 409


async def test_a_replaced_document_leaves_nothing_of_the_old_one(gateway: Gateway) -> None:
    library = await gateway.library()
    path = f"/v1/libraries/{library}/documents/{uuid.uuid4()}"
    first = await gateway.http.put(path, json={"title": "A", "texts": ["one", "two", "three"]})
    assert first.status_code == 201
    assert "one" in await gateway.texts(library, "one")
    second = await gateway.http.put(path, json={"title": "B", "texts": ["four"]})
    assert (second.status_code, second.json()["title"], second.json()["chunks"]) == (200, "B", 1)
    assert await gateway.points() == 1
    assert await gateway.texts(library, "one") == ["four"]
    assert (await rows(gateway))["chunks"] == (await rows(gateway))["vector_metadata"] == 1


async def test_the_same_document_written_many_times_at_once_is_one_document(gateway: Gateway) -> None:
    library = await gateway.library()
    path = f"/v1/libraries/{library}/documents/{uuid.uuid4()}"
    bodies = [{"title": f"{index}", "texts": [f"{index}"] * (index % 3 + 1)} for index in range(8)]
    answers = await asyncio.gather(*(gateway.http.put(path, json=body) for body in bodies))
    assert {answer.status_code for answer in answers} <= {200, 201, 202}
    await gateway.services.dispatcher.drain()
    last = (await gateway.http.get(path)).json()
    assert last["chunks"] == await gateway.points() == int(last["title"]) % 3 + 1
    assert set(await gateway.texts(library, "1")) == {last["title"]}


async def test_a_document_of_another_library_is_not_taken_over(gateway: Gateway) -> None:
    one, other = await gateway.library(), await gateway.library()
    document = await gateway.document(one, "text")
    body = {"title": "Mine", "texts": ["x"]}
    path = f"/v1/libraries/{other}/documents"
    assert (await gateway.http.put(f"{path}/{document}", json=body)).status_code == 409
    assert (await gateway.http.post(path, json={**body, "id": document})).status_code == 409
    for method in ("GET", "DELETE"):
        assert (await gateway.http.request(method, f"{path}/{document}")).status_code == 404
    assert (await gateway.http.get(f"{path}/{document}/chunks")).status_code == 404
    assert await gateway.texts(one, "text") == ["text"]


async def test_a_deleted_document_is_gone_from_both_stores(gateway: Gateway) -> None:
    library = await gateway.library()
    gone = await gateway.document(library, "one", "two")
    await gateway.document(library, "three")
    answer = await gateway.http.delete(f"/v1/libraries/{library}/documents/{gone}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert await gateway.points() == 1
    assert await gateway.texts(library, "one") == ["three"]
    assert (await gateway.http.get(f"/v1/libraries/{library}/documents/{gone}")).status_code == 404
    assert (await gateway.http.delete(f"/v1/libraries/{library}/documents/{gone}")).status_code == 404
    assert (await rows(gateway))["vector_metadata"] == 1


async def test_a_deleted_library_takes_all_that_is_its_own_and_nothing_else(gateway: Gateway) -> None:
    gone, stays = await gateway.library(), await gateway.library()
    await gateway.document(gone, "one", "two")
    await gateway.document(gone, "three")
    await gateway.document(stays, "four")
    assert (await gateway.http.delete(f"/v1/libraries/{gone}")).status_code == 204
    assert await gateway.points() == 1
    assert (await gateway.http.get(f"/v1/libraries/{gone}")).status_code == 404
    assert (await gateway.http.get(f"/v1/libraries/{gone}/documents")).status_code == 404
    assert (await gateway.http.delete(f"/v1/libraries/{gone}")).status_code == 404
    found = await rows(gateway)
    assert found == {"libraries": 1, "documents": 1, "chunks": 1, "vector_metadata": 1, "outbox": 0}


async def test_a_library_that_is_deleted_while_documents_come_leaves_nothing(gateway: Gateway) -> None:
    library = await gateway.library()
    path = f"/v1/libraries/{library}"
    writes = [
        gateway.http.post(f"{path}/documents", json={"title": f"{index}", "texts": ["x"] * 3})
        for index in range(8)
    ]
    answers = await asyncio.gather(*writes, gateway.http.delete(path))
    assert {answer.status_code for answer in answers} <= {201, 202, 204, 404}
    await gateway.services.dispatcher.drain()
    assert await gateway.points() == 0
    assert set((await rows(gateway)).values()) == {0}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"title": "", "texts": ["x"]}, "title"),
        ({"title": "x" * 11, "texts": ["x"]}, "title"),
        ({"title": "x", "texts": []}, "texts"),
        ({"title": "x", "texts": ["x"] * 4}, "texts"),
        ({"title": "x", "texts": ["x" * 21]}, "texts"),
        ({"title": "x", "texts": [""]}, "texts"),
        ({"title": "x\0", "texts": ["x"]}, "title"),
        ({"title": "x", "texts": ["x"], "metadata": {"a": "\0"}}, "metadata"),
        ({"title": "x", "texts": ["x"], "more": 1}, "more"),
    ],
)
async def test_what_a_document_may_be_is_limited_by_the_settings(
    make_gateway: MakeGateway, body: dict[str, object], where: str
) -> None:
    limits = {"MAX_TITLE_LENGTH": 10, "MAX_CHUNKS_PER_DOCUMENT": 3, "MAX_TEXT_LENGTH": 20}
    async with make_gateway(**limits) as gateway:
        library = await gateway.library()
        answer = await gateway.http.post(f"/v1/libraries/{library}/documents", json=body)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert where in answer.json()["errors"][0]["location"]
        assert gateway.stub.requests == []


async def test_a_model_that_answers_other_lengths_writes_nothing(gateway: Gateway) -> None:
    library = await gateway.library()
    gateway.stub.fault = "wrong-dimension"
    answer = await gateway.http.post(
        f"/v1/libraries/{library}/documents", json={"title": "x", "texts": ["x"]}
    )
    assert answer.status_code == 503
    assert answer.json()["dependency"] == "model:general"
    assert "15 numbers where collection" in answer.json()["detail"]
    assert (await rows(gateway))["documents"] == 0


async def test_texts_of_every_script_survive(gateway: Gateway) -> None:
    library = await gateway.library()
    text = "Ünïcödé 漢字 🎉 \\u0000 \n\t'\"%s"
    await gateway.document(library, text, title=text[:20], metadata={text[:5]: [text, 1.5, None, True]})
    assert await gateway.texts(library, "漢字") == [text]


async def test_what_qdrant_refuses_for_good_is_told_and_can_be_written_again(gateway: Gateway) -> None:
    library = await gateway.library()
    path = f"/v1/libraries/{library}/documents/{uuid.uuid4()}"
    gateway.services.sizes.saw(gateway.collection, SIZE - 1)
    gateway.stub.dimension = SIZE - 1
    refused = await gateway.http.put(path, json={"title": "x", "texts": ["x"]})
    assert (refused.status_code, refused.json()["title"]) == (422, "Refused by Qdrant")
    assert "dimension" in refused.json()["detail"]
    assert (await gateway.http.get(path)).json()["indexing"] == "rejected"
    gateway.services.sizes.forget(gateway.collection)
    gateway.stub.dimension = SIZE
    assert (await gateway.http.put(path, json={"title": "x", "texts": ["x"]})).status_code == 200
    assert (await gateway.http.get(path)).json()["indexing"] == "indexed"


async def test_an_idempotency_key_is_its_senders_own(make_gateway: MakeGateway) -> None:
    async with make_gateway(API_KEY_AUTH=True) as gateway:
        async with gateway.services.database.session() as session:
            issued = [(await keys.issue(session, uuid.uuid4().hex, ["admin"])).key for _ in range(2)]
        body = {"name": gateway.collection, "size": SIZE}
        await gateway.http.post("/v1/collections", json=body, headers={"X-API-Key": issued[0]})
        made = []
        for key in (issued[0], issued[1], issued[0]):
            headers = {"Idempotency-Key": "1", "X-API-Key": key}
            made.append(
                (await gateway.http.post("/v1/libraries", json={"name": "x"}, headers=headers)).json()["id"]
            )
    assert made[0] == made[2] != made[1]


async def test_a_document_whose_vectors_are_lost_says_so_and_comes_back_when_sent_again(
    gateway: Gateway,
) -> None:
    library = await gateway.library()
    path = f"/v1/libraries/{library}/documents"
    body = {"id": str(uuid.uuid4()), "title": "A", "texts": ["one", "two"]}
    assert (await gateway.http.post(path, json=body)).status_code == 201
    async with gateway.services.database.session() as session:
        await session.execute(delete(VectorMetadata))
    assert (await gateway.http.get(f"{path}/{body['id']}")).json()["indexing"] == "missing"
    again = await gateway.http.post(path, json=body)
    assert (again.status_code, again.json()["indexing"]) == (200, "indexed")
    assert (await gateway.http.get(f"{path}/{body['id']}")).json()["indexing"] == "indexed"


async def test_of_two_documents_made_at_once_under_one_id_one_is_a_conflict(gateway: Gateway) -> None:
    library = await gateway.library()
    path = f"/v1/libraries/{library}/documents"
    gateway.stub.delay = 0.5
    bodies = [{"id": str(uuid.uuid4()), "title": title, "texts": [title]} for title in "AB"]
    bodies[1]["id"] = bodies[0]["id"]
    answers = await asyncio.gather(*(gateway.http.post(path, json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    made = next(answer.json() for answer in answers if answer.status_code == 201)
    assert (await gateway.http.get(f"{path}/{made['id']}")).json()["title"] == made["title"]


async def test_a_refused_write_names_its_points_and_makes_the_cache_forget(gateway: Gateway) -> None:
    library = await gateway.library()
    document = await gateway.document(library, "one")
    path = f"/v1/libraries/{library}/documents/{document}"
    await gateway.search(library, "one")
    assert (await gateway.search(library, "one"))["cached"]
    gateway.services.sizes.saw(gateway.collection, SIZE - 1)
    gateway.stub.dimension = SIZE - 1
    refused = await gateway.http.put(path, json={"title": "x", "texts": ["two"]})
    gateway.stub.dimension = SIZE
    assert refused.status_code == 422
    chunks = (await gateway.http.get(f"{path}/chunks")).json()["items"]
    assert refused.json()["refused"] == [chunk["point_id"] for chunk in chunks]
    assert not (await gateway.search(library, "one"))["cached"]


async def test_a_library_whose_collection_is_deleted_meanwhile_is_404(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed = collections.index_library_ids

    async def deleted(services: Services, name: str) -> None:
        await indexed(services, name)
        assert (await gateway.http.delete(f"/v1/collections/{name}")).status_code == 204

    monkeypatch.setattr(collections, "index_library_ids", deleted)
    answer = await gateway.http.post("/v1/libraries", json={"name": "x"})
    assert answer.status_code == 404, answer.text
    assert (await rows(gateway))["libraries"] == 0


async def test_a_library_is_made_while_the_dispatcher_has_the_collection(gateway: Gateway) -> None:
    await gateway.library()
    async with gateway.services.database.session() as dispatching:
        locked = select(Collection.id).where(Collection.name == gateway.collection)
        await dispatching.execute(locked.with_for_update(key_share=True))
        async with asyncio.timeout(2):
            await gateway.library()
