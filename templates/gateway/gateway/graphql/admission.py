"""What GraphQL's own rules leave to the server: which operation runs, and who may see the schema."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

from graphql import OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError

from gateway.graphql.context import Context

INTROSPECTION = re.compile(r"\b__(schema|type)\b")
"""Names have one spelling in GraphQL. A text with one of these is in a query that needs a key anyway."""


class OneOperation(SchemaExtension):
    """A request with several operations must name the one that it wants."""

    def on_validate(self) -> Iterator[None]:
        """Raises CannotGetOperationTypeError."""
        asked: Context = self.execution_context.context
        document = self.execution_context.graphql_document
        definitions = document.definitions if document else ()
        operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
        if len(operations) > 1 and asked.operation_name is None:
            raise CannotGetOperationTypeError(None)
        yield


class KeyedIntrospection(SchemaExtension):
    """The schema is told to those alone who may read, as the OpenAPI document is."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Raises what a field would that needs a key."""
        asked: Context = self.execution_context.context
        if INTROSPECTION.search(self.execution_context.query or ""):
            async with asked.entered("read"):
                pass
        yield
