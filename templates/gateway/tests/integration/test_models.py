"""Models by their routes."""

from __future__ import annotations

from .conftest import SIZE, Gateway, MakeGateway


async def test_models_are_listed(gateway: Gateway) -> None:
    listed = (await gateway.http.get("/v1/models")).json()["items"]
    assert listed == [
        {"name": "general", "collection": gateway.collection, "kind": "http", "dimension": None}
    ]


async def test_a_model_that_answers_is_healthy(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/models/general/health")
    assert answer.status_code == 200
    health = answer.json()
    assert (health["model"], health["status"], health["dimension"]) == ("general", "healthy", SIZE)
    assert health["circuit"] == "closed"


async def test_a_model_that_does_not_answer_is_503_with_its_name_and_recovers(gateway: Gateway) -> None:
    gateway.stub.fault = "garbage"
    answer = await gateway.http.get("/v1/models/general/health")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["dependency"] == "model:general"
    assert problem["detail"] == "model:general: its answer is not JSON"
    gateway.stub.fault = None
    gateway.services.embedder._health_ttl = 0
    assert (await gateway.http.get("/v1/models/general/health")).status_code == 200


async def test_an_unknown_model_is_404(gateway: Gateway) -> None:
    assert (await gateway.http.get("/v1/models/nobody/health")).status_code == 404
    answer = await gateway.http.post("/v1/models/nobody/embed", json={"texts": ["x"]})
    assert answer.status_code == 404


async def test_texts_are_embedded_in_order(gateway: Gateway) -> None:
    answer = await gateway.http.post("/v1/models/general/embed", json={"texts": ["one", "two"]})
    assert answer.status_code == 200
    expected = {"model": "general", "dimension": SIZE, "embeddings": gateway.stub.embeddings(["one", "two"])}
    assert answer.json() == expected


async def test_too_much_text_is_refused(gateway: Gateway) -> None:
    for texts in ([], [""], ["x"] * 257, ["x" * 10_001]):
        answer = await gateway.http.post("/v1/models/general/embed", json={"texts": texts})
        assert answer.status_code == 422
    assert gateway.stub.requests == []


async def test_a_client_is_told_to_wait_as_long_as_the_model_asks(make_gateway: MakeGateway) -> None:
    async with make_gateway(model={"timeout_seconds": 0.5}) as gateway:
        gateway.stub.fault = "429"
        answer = await gateway.http.post("/v1/models/general/embed", json={"texts": ["one"]})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        gateway.stub.fault = "500"
        answer = await gateway.http.post("/v1/models/general/embed", json={"texts": ["one"]})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
