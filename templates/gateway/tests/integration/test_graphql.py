"""GraphQL: the same data under the same keys, rates and limits."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from citadel import keys

from .conftest import Gateway, MakeGateway

SEARCH = "query($l: UUID!, $q: String!, $k: Int!) {search(libraryId: $l, query: $q, k: $k) {results {text}}}"


async def asked(gateway: Gateway, query: str, headers: dict[str, str] | None = None, **variables: Any) -> Any:
    body = {"query": query, "variables": variables}
    answer = await gateway.http.post("/graphql", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def issued(gateway: Gateway, *scopes: str) -> dict[str, str]:
    async with gateway.services.database.session() as session:
        return {"X-API-Key": (await keys.issue(session, uuid.uuid4().hex, scopes)).key}


async def test_the_documents_own_query_works_without_a_key(make_gateway: MakeGateway) -> None:
    async with make_gateway(API_KEY_AUTH=True) as gateway:
        headers = {"Content-Type": "application/json"}
        content = '{"query":"query{health{status}}"}'
        answer = await gateway.http.post("/graphql", content=content, headers=headers)
    assert answer.json() == {"data": {"health": {"status": "healthy"}}}


async def test_libraries_documents_and_searches_are_what_rest_says(gateway: Gateway) -> None:
    library = await gateway.library(metadata={"team": "ops"})
    document = await gateway.document(library, "one", "two", title="Title", metadata={"a": 1})
    data = await asked(
        gateway,
        """query($l: UUID!, $d: UUID!) {
          libraries(first: 1) {items {id name documentCount metadata} nextCursor}
          library(id: $l) {collection model indexType}
          documents(libraryId: $l) {items {id title chunkCount indexing metadata}}
          document(libraryId: $l, id: $d) {libraryId}
          search(libraryId: $l, query: "one", k: 1) {
            results {text title score documentId chunkIndex metadata} tookMs cached}
        }""",
        l=library,
        d=document,
    )
    found = data["data"]
    assert found["libraries"] == {
        "items": [{"id": library, "name": "handbooks", "documentCount": 1, "metadata": {"team": "ops"}}],
        "nextCursor": None,
    }
    assert found["library"] == {"collection": gateway.collection, "model": "general", "indexType": "hnsw"}
    assert found["documents"]["items"] == [
        {"id": document, "title": "Title", "chunkCount": 2, "indexing": "indexed", "metadata": {"a": 1}}
    ]
    assert found["document"] == {"libraryId": library}
    hit = found["search"]["results"][0]
    assert (hit["text"], hit["title"], hit["documentId"], hit["chunkIndex"]) == ("one", "Title", document, 0)
    assert hit["score"] == pytest.approx(1.0, abs=1e-5)


async def test_pages_follow_each_other(gateway: Gateway) -> None:
    made = [await gateway.library() for _ in range(3)]
    query = "query($c: String) {libraries(first: 2, after: $c) {items {id} nextCursor}}"
    first = (await asked(gateway, query))["data"]["libraries"]
    rest = (await asked(gateway, query, c=first["nextCursor"]))["data"]["libraries"]
    assert [each["id"] for each in first["items"] + rest["items"]] == made
    assert rest["nextCursor"] is None


async def test_everything_but_health_needs_a_key_with_its_scope(make_gateway: MakeGateway) -> None:
    async with make_gateway(API_KEY_AUTH=True) as gateway:
        query = "{health {status} libraries {items {id}}}"
        for headers, status in (
            ({}, 401),
            ({"X-API-Key": "nonsense"}, 401),
            (await issued(gateway, "write"), 403),
        ):
            answer = await asked(gateway, query, headers)
            assert answer["errors"][0]["extensions"]["status"] == status
            assert answer["data"] is None
        reading = await issued(gateway, "read")
        assert "errors" not in await asked(gateway, query, reading)
        bearer = {"Authorization": f"Bearer {reading['X-API-Key']}"}
        assert "errors" not in await asked(gateway, query, bearer)


async def test_each_search_counts_and_so_does_each_request(make_gateway: MakeGateway) -> None:
    given = {"RATE_LIMIT_ENABLED": True, "RATE_LIMIT_SEARCH": "2/minute", "RATE_LIMIT_DEFAULT": "20/minute"}
    async with make_gateway(**given) as gateway:
        library = await gateway.library()
        alias = f'search(libraryId: "{library}", query: "x") {{cached}}'
        answer = await asked(gateway, f"{{a: {alias} b: {alias} c: {alias}}}")
        refused = answer["errors"][0]["extensions"]
        assert refused["status"] == 429
        assert int(refused["retry_after"]) > 0
        path = f"/v1/libraries/{library}/search"
        assert (await gateway.http.post(path, json={"query": "x"})).status_code == 429
        body = {"query": "{health {status}}"}
        statuses = [(await gateway.http.post("/graphql", json=body)).status_code for _ in range(25)]
        assert statuses[0] == 200
        assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"k": 0}, "k: "),
        ({"k": 6}, "k: must be at most 5"),
        ({"q": "x" * 21}, "query: must be at most 20"),
        ({"q": ""}, "query: "),
        ({"q": "\0"}, "query: "),
    ],
)
async def test_a_search_is_held_to_the_limits_of_rest(
    make_gateway: MakeGateway, variables: dict[str, Any], said: str
) -> None:
    async with make_gateway(MAX_QUERY_LENGTH=20, MAX_RESULTS_K=5) as gateway:
        library = await gateway.library()
        answer = await asked(gateway, SEARCH, **{"l": library, "q": "x", "k": 5, **variables})
        error = answer["errors"][0]
        assert error["extensions"]["status"] == 422
        assert error["message"].startswith(said)
        assert "errors" not in await asked(gateway, SEARCH, l=library, q="x", k=5)


async def test_how_many_a_search_gives_unasked_is_within_the_limit(make_gateway: MakeGateway) -> None:
    async with make_gateway(MAX_RESULTS_K=5) as gateway:
        library = await gateway.library()
        await gateway.document(library, *(f"text {index}" for index in range(8)))
        answer = await asked(
            gateway, f'{{search(libraryId: "{library}", query: "text") {{results {{text}}}}}}'
        )
        assert len(answer["data"]["search"]["results"]) == 5


@pytest.mark.parametrize(
    "query",
    [
        "{__schema {types {name}}}",
        '{a: __type(name: "Query") {name}}',
        "{...F} fragment F on Query {__schema {types {name}}}",
    ],
)
async def test_the_schema_is_told_to_those_who_may_read(make_gateway: MakeGateway, query: str) -> None:
    async with make_gateway(API_KEY_AUTH=True) as gateway:
        for headers, status in (({}, 401), (await issued(gateway, "write"), 403)):
            answer = await asked(gateway, query, headers)
            assert answer["data"] is None
            assert [error["extensions"]["status"] for error in answer["errors"]] == [status]
        assert "errors" not in await asked(gateway, query, await issued(gateway, "read"))
        assert "errors" not in await asked(gateway, "{__typename health {status}}")


async def test_errors_are_those_of_rest(gateway: Gateway) -> None:
    unknown = str(uuid.uuid4())
    answer = await asked(gateway, SEARCH, l=unknown, q="x", k=1)
    assert answer["errors"][0]["message"] == f"There is no library {unknown}."
    assert answer["errors"][0]["extensions"] == {"status": 404, "title": "Not found"}
    library = await gateway.library()
    gateway.stub.fault = "garbage"
    extensions = (await asked(gateway, SEARCH, l=library, q="x", k=1))["errors"][0]["extensions"]
    assert (extensions["status"], extensions["dependency"]) == (503, "model:general")
    for first in (0, 101):
        answer = await asked(gateway, f"{{libraries(first: {first}) {{items {{id}}}}}}")
        assert answer["errors"][0]["extensions"]["status"] == 422


async def test_a_fault_of_the_gateway_is_told_without_its_cause(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("gateway.domain.libraries.listed", broken)
    answer = await asked(gateway, "{libraries {items {id}}}")
    assert answer["errors"][0]["message"] == "The gateway failed."
    assert "secret" not in str(answer)


LOOP = "{...A} fragment A on Query {...B} fragment B on Query {...A}"
WIDE = "{" + " ".join(f"a{index}: health {{status}}" for index in range(16)) + "}"
DEEP = "{a " * 20 + "}" * 20


@pytest.mark.parametrize(
    "query", [LOOP, WIDE, DEEP, "{" + "health {status} " * 400 + "}", "{", "", "{nothing}"]
)
async def test_queries_that_are_too_deep_too_large_or_no_queries_are_refused(
    gateway: Gateway, query: str
) -> None:
    answer = await gateway.http.post("/graphql", json={"query": query})
    if answer.status_code == 200:
        assert answer.json()["errors"]
        assert answer.json()["data"] is None
    else:
        assert answer.status_code in (400, 422)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_the_depth_is_limited_by_the_settings(make_gateway: MakeGateway) -> None:
    async with make_gateway(MAX_GRAPHQL_DEPTH=1) as gateway:
        answer = await asked(gateway, "{libraries {items {id}}}")
        assert "exceeds maximum operation depth of 1" in answer["errors"][0]["message"]
        assert "errors" not in await asked(gateway, "{health {status}}")


@pytest.mark.parametrize(
    "body",
    [
        {"query": "mutation {x}"},
        {"query": "subscription {x}"},
        {"query": "query A {health {status}}", "operationName": "B"},
        {"query": "query A {health {status}} query B {health {version}}"},
    ],
)
async def test_what_is_not_one_query_is_400(gateway: Gateway, body: dict[str, str]) -> None:
    answer = await gateway.http.post("/graphql", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_of_several_operations_the_one_that_is_named_runs(gateway: Gateway) -> None:
    query = "query A {health {status}} query B {health {version}}"
    answer = await gateway.http.post("/graphql", json={"query": query, "operationName": "B"})
    assert list(answer.json()["data"]["health"]) == ["version"]


async def test_there_is_no_other_way_in(gateway: Gateway) -> None:
    assert (await gateway.http.get("/graphql", params={"query": "{health{status}}"})).status_code == 405
    batch = [{"query": "{health {status}}"}] * 2
    assert (await gateway.http.post("/graphql", json=batch)).status_code == 422
