"""gunicorn's worker: uvicorn, set up for a server behind a proxy of our own."""

from __future__ import annotations

from typing import Any, ClassVar

from uvicorn_worker import UvicornWorker  # type: ignore[import-untyped]

GRACE_SECONDS = 2
"""How much sooner than gunicorn's patience uvicorn's ends, so that the application can still close."""


class Worker(UvicornWorker):  # type: ignore[misc]
    """
    uvicorn without its own idea of proxies (`gateway.addresses` decides whom to believe), its access log
    (`gateway.middleware` writes one), and websockets.
    """

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "auto",
        "http": "httptools",
        "ws": "none",
        "lifespan": "on",
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.config.timeout_graceful_shutdown = max(1, self.cfg.graceful_timeout - GRACE_SECONDS)
