"""gRPC: the standard health service, and search with the keys, rates and limits of REST."""

from __future__ import annotations

from gateway.rpc.server import serve

__all__ = ["serve"]
