"""The OpenAPI document says what is so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.__main__ import main
from gateway.app import create_app
from gateway.settings import Settings

MakeSettings = Callable[..., Settings]
Operation = tuple[str, str, dict[str, Any]]


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


@pytest.fixture
def document(make_settings: MakeSettings) -> dict[str, Any]:
    return create_app(make_settings(API_KEY_AUTH=True, RATE_LIMIT_ENABLED=True)).openapi()


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400 and (path, status) != ("/readyz", "503"):
                content = response["content"]
                assert list(content) == ["application/problem+json"], (path, method, status)
                assert content["application/problem+json"]["schema"] == {
                    "$ref": "#/components/schemas/Problem"
                }


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"], name
    assert "HTTPValidationError" not in text


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert [name for name, count in names.items() if count > 1] == []
    assert "keys_issue" in names


def test_every_operation_has_a_summary_and_a_description(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert operation["summary"], (path, method)
        assert operation["description"], (path, method)


def test_what_needs_a_key_says_so_and_nothing_else(document: dict[str, Any]) -> None:
    public = {path for path, _, operation in operations(document) if "security" not in operation}
    assert public == {"/", "/health", "/livez", "/readyz", "/metrics", "/v1/health"}
    optional = {path for path, _, operation in operations(document) if {} in operation.get("security", [])}
    assert optional == {"/graphql"}
    assert set(document["components"]["securitySchemes"]) == {"ApiKey", "Bearer"}
    for path, _, operation in operations(document):
        needed = {} not in operation.get("security", [{}])
        assert ("401" in operation["responses"]) == needed, path


def test_without_keys_no_operation_speaks_of_them(make_settings: MakeSettings) -> None:
    document = create_app(make_settings(API_KEY_AUTH=False)).openapi()
    assert "securitySchemes" not in document["components"]
    for path, _, operation in operations(document):
        assert "security" not in operation
        assert not {"401", "403"} & set(operation["responses"]), path


def test_metrics_need_a_key_where_they_are_not_public(make_settings: MakeSettings) -> None:
    document = create_app(make_settings(API_KEY_AUTH=True, METRICS_PUBLIC=False)).openapi()
    assert document["paths"]["/metrics"]["get"]["security"] == [{"ApiKey": []}, {"Bearer": []}]


def test_limits_are_described_where_they_are_on(
    document: dict[str, Any], make_settings: MakeSettings
) -> None:
    limited = document["paths"]["/v1/keys"]["get"]["responses"]["429"]
    assert {"Retry-After", "RateLimit-Limit"} <= set(limited["headers"])
    assert "429" not in document["paths"]["/health"]["get"]["responses"]
    unlimited = create_app(make_settings(RATE_LIMIT_ENABLED=False)).openapi()
    assert "429" not in unlimited["paths"]["/v1/keys"]["get"]["responses"]


def test_an_allowlist_is_described_everywhere(make_settings: MakeSettings) -> None:
    document = create_app(make_settings(IP_ALLOWLIST="10.0.0.0/8")).openapi()
    assert all("403" in operation["responses"] for _, _, operation in operations(document))


def test_what_takes_a_body_may_be_too_large(document: dict[str, Any]) -> None:
    responses = document["paths"]["/v1/keys"]["post"]["responses"]
    assert {"201", "400", "401", "403", "409", "413", "422", "429", "500", "503"} == set(responses)


def test_the_alias_is_told_but_not_described_twice(document: dict[str, Any]) -> None:
    assert not any(path.startswith("/api/") for path in document["paths"])
    assert "`/api/v1/`" in document["info"]["description"]


def test_without_versioning_the_paths_have_none(make_settings: MakeSettings) -> None:
    document = create_app(make_settings(API_VERSIONING_ENABLED=False)).openapi()
    assert "/keys" in document["paths"]
    assert not any(path.startswith("/v1") for path in document["paths"])


def test_the_command_prints_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi"]) == 0
    assert json.loads(capsys.readouterr().out)["info"]["title"] == "vdb gateway"


def test_the_command_prints_the_settings_without_secrets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QDRANT_API_KEY", "hush-hush")
    assert main(["settings"]) == 0
    assert json.loads(capsys.readouterr().out)["QDRANT_API_KEY"] == "********"


@pytest.mark.parametrize("arguments", [[], ["serve"], ["openapi", "now"]])
def test_any_other_command_is_a_mistake(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err
