"""gunicorn's worker: uvicorn, set up for a server behind a proxy of our own."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any, ClassVar

from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import Server
from uvicorn_worker import UvicornWorker  # type: ignore[import-untyped]

DRAIN_SECONDS = 1.0
"""How long connections that are open already may still send a request when the worker stops."""

GRACE_SECONDS = 1
"""How much sooner than gunicorn's patience uvicorn's ends, so that the application can still close."""


class DrainingServer(Server):
    """
    uvicorn closes idle connections the moment it stops, and with them those whose request is just under way.
    This one takes no new connections first, closes those that are open with their next answer, and only then
    the rest.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends with a request that was answered rather than cut off."""
        for server in self.servers:
            server.close()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        await asyncio.sleep(DRAIN_SECONDS)
        await super().shutdown(sockets)


class Protocol(HttpToolsProtocol):
    """
    HTTP with clients that are there. One that has left while it waited for a worker has no address any more:
    its request would be judged as a stranger's, and nobody reads the answer. A proxy's health checks do that
    while the workers start.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Closes a connection whose other end is gone."""
        super().connection_made(transport)
        if self.client is None:
            transport.abort()


class Worker(UvicornWorker):  # type: ignore[misc]
    """
    uvicorn without its own idea of proxies (`gateway.addresses` decides whom to believe), its access log
    (`gateway.middleware` writes one), and websockets.
    """

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "auto",
        "http": Protocol,
        "ws": "none",
        "lifespan": "on",
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        patience = self.cfg.graceful_timeout - DRAIN_SECONDS - GRACE_SECONDS
        self.config.timeout_graceful_shutdown = max(1, patience)

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        server = DrainingServer(self.config)
        self._install_sigquit_handler()
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)
