"""GraphQL at `/graphql`, with the keys, rates and limits of REST."""

from __future__ import annotations

from gateway.graphql.route import router

__all__ = ["router"]
