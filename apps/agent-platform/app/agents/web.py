"""What both HTTP programs have in common: a line and a sample for each request, probes, metrics."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter

from fastapi import FastAPI, Response
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[object]]

DURATION = Histogram(
    "http_request_duration_seconds",
    "How long requests took.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5),
)
# Asked by machines, every few seconds.
PROBES = ("/health", "/ready", "/metrics")


class Observed:
    """Measures each request by its route, so that a message's id makes no series of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self.app(scope, receive, send)
            return
        status = 500
        began = perf_counter()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            seconds = perf_counter() - began
            route = getattr(scope.get("route"), "path", "unknown")
            DURATION.labels(scope["method"], route, status).observe(seconds)
            fields = {"method": scope["method"], "route": route, "status": status, "seconds": round(seconds, 4)}
            log.info("request", extra={"fields": fields})


def observe(app: FastAPI, checks: Mapping[str, Check]) -> FastAPI:
    """`/health` asks nobody, `/ready` asks all that work needs, `/metrics` is for Prometheus."""

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/ready")
    async def ready(response: Response) -> dict[str, object]:
        failed = [name for name, check in checks.items() if not await passes(name, check)]
        response.status_code = 503 if failed else 200
        return {"status": "unavailable", "failed": failed} if failed else {"status": "ready"}

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.add_middleware(Observed)
    FastAPIInstrumentor.instrument_app(app, excluded_urls=",".join(f"{path}$" for path in PROBES))
    return app


async def passes(name: str, check: Check) -> bool:
    try:
        await check()
        return True
    except Exception as error:
        log.warning("%s is not ready: %s", name, error)
        return False
