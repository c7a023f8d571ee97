"""GraphQL over HTTP: POST only, as JSON."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from graphql import GraphQLError
from pydantic import BaseModel, ConfigDict, Field
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from gateway.graphql.context import Context
from gateway.graphql.schema import schema_for
from gateway.problems import ApiProblem, described
from gateway.ratelimit import limited
from gateway.schemas.common import Text
from gateway.security import api_key_header, bearer
from gateway.services import ServicesDep

MOST_CHARACTERS = 100_000
router = APIRouter(tags=["graphql"])


class GraphQLRequest(BaseModel):
    """A query. `{health{status}}` needs no key, everything else does."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "query{health{status}}"}]})

    query: Text = Field(max_length=MOST_CHARACTERS)
    variables: dict[str, Any] | None = None
    operationName: str | None = None
    extensions: dict[str, Any] | None = None


class GraphQLAnswer(BaseModel):
    """Data, errors, or some of both."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] | None = None


@router.post(
    "/graphql",
    dependencies=[Depends(limited("default")), Depends(api_key_header), Depends(bearer)],
    response_model_exclude_unset=True,
    openapi_extra={"security": [{}]},
    responses=described(400),
)
async def graphql(body: GraphQLRequest, request: Request, services: ServicesDep) -> GraphQLAnswer:
    """Answers a query. Errors of fields come with 200, as GraphQL has it, and bear the status of REST."""
    settings = services.settings
    schema = schema_for(settings.MAX_GRAPHQL_DEPTH, settings.MAX_GRAPHQL_TOKENS)
    try:
        result = await schema.execute(
            body.query,
            variable_values=body.variables,
            operation_name=body.operationName,
            context_value=Context(request, services, body.operationName),
            allowed_operation_types=[OperationType.QUERY],
        )
    except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError):
        detail = "A request holds one query, or names one of several; there is no such query here."
        raise ApiProblem(400, "Bad request", detail) from None
    answer = GraphQLAnswer(data=result.data)
    if result.errors:
        answer.errors = [formatted(error) for error in result.errors]
    return answer


def formatted(error: GraphQLError) -> dict[str, Any]:
    """An error as GraphQL shows it; those that REST knows too with what REST would say."""
    shown = dict(error.formatted)
    problem = error.original_error
    if isinstance(problem, ApiProblem):
        shown["message"] = problem.detail or problem.title
        known = {"status": problem.status, "title": problem.title, "dependency": problem.dependency}
        known["retry_after"] = problem.headers.get("Retry-After")
        shown["extensions"] = {name: value for name, value in known.items() if value is not None}
    return shown
