"""Around every request: the name of the replica that answered, and, unless a probe asked, its duration and a line in the log."""

import logging
from socket import gethostname
from time import perf_counter
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .metrics import REQUESTS

REPLICA = gethostname()
# Asked by machines, every few seconds: among them what visitors suffer would not be seen.
PROBES = {"/health", "/health/live", "/metrics"}

logger = logging.getLogger(__name__)


class Observe:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        status = 500

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Served-By"] = REPLICA
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        finally:
            self.note(scope, status, perf_counter() - began)

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        if scope["path"] in PROBES:
            return
        # The path as the route has it: ids in it would make a time series each.
        handler = getattr(scope.get("route"), "path", "none")
        method = scope["method"]
        REQUESTS.labels(method, handler, status).observe(seconds)
        fields: dict[str, Any] = {
            "method": method,
            "path": scope["path"],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "request_id": Headers(scope=scope).get("x-request-id"),
            "replica": REPLICA,
        }
        logger.info("request", extra={"fields": fields})
