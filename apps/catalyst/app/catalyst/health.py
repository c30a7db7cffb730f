"""What probes ask."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from .store import Store

DEADLINE_SECONDS = 3

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> JSONResponse:
    """The process answers. Nothing else is looked at: a restart would mend none of it."""
    return answer(200, "ok", [])


@router.get("/health")
async def health(request: Request) -> JSONResponse:
    """Without Postgres there is no work to be done. Without Redis all of it can be, more slowly."""
    store: Store = request.app.state.store
    checks = {"postgres": store.ping_postgres, "redis": store.ping_redis}
    results = await asyncio.gather(*(passes(name, check) for name, check in checks.items()))
    failed = [name for name, ok in zip(checks, results, strict=True) if not ok]
    if "postgres" in failed:
        return answer(503, "unavailable", failed)
    return answer(200, "degraded" if failed else "ok", failed)


async def passes(name: str, check: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await check()
    except Exception as error:
        logger.warning("Check %s failed: %s", name, str(error) or type(error).__name__)
        return False
    return True


def answer(status: int, word: str, failed: list[str]) -> JSONResponse:
    return JSONResponse({"status": word, "failed": failed}, status, headers={"Cache-Control": "no-store"})
