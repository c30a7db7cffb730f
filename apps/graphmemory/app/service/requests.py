"""How long requests take, for Prometheus and for the log."""

import logging
import os
from time import perf_counter

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("requests")

DURATION = Histogram(
    "http_request_duration_seconds",
    "How long requests took.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10),
)

if "PROMETHEUS_MULTIPROC_DIR" in os.environ and (started_at := os.environ.get("STARTED_AT")):
    # What the library tells of a process by itself, it does not tell of many. The latest: the folder may be older.
    started = Gauge("process_start_time_seconds", "Start of the server.", registry=None, multiprocess_mode="max")
    started.set(float(started_at))


def measure(app: FastAPI) -> None:
    """Measures every request to an application but for those of probes, and answers at `/metrics`."""
    app.add_middleware(_Measured)

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(generate_latest(_registry()), media_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    # Several processes answer for one service: each writes its own numbers, and any of them adds up all.
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


class _Measured:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/metrics" or "/health/" in scope["path"]:
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            seconds = perf_counter() - began
            # The pattern and not the path: there would be no end to the series otherwise.
            route = getattr(scope.get("route"), "path", "none")
            DURATION.labels(scope["method"], route, str(status)).observe(seconds)
            log.info("%s %s", scope["method"], scope["path"], extra={"status": status, "seconds": round(seconds, 4)})
