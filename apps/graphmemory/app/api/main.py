import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import httpx
import psycopg
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.cache import Cache
from api.indexing import Indexing
from api.memories import Counts, Memories, Memory, StoredMemory, pool
from api.settings import Settings
from service import logs, requests

logs.configure()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = Settings.read()
    redis = Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2)
    connections = pool(settings.database_url)
    await connections.open()
    async with httpx.AsyncClient(base_url=settings.analytics_url, timeout=10) as analytics:
        memories = Memories(connections)
        indexing = Indexing(memories, analytics)
        app.state.memories, app.state.indexing, app.state.analytics = memories, indexing, analytics
        app.state.cache = Cache(redis, settings.cache_seconds)
        task = asyncio.create_task(indexing.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await connections.close()
    await redis.aclose()


app = FastAPI(title="GraphMemory", lifespan=lifespan, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
requests.measure(app)
router = APIRouter(prefix="/api")


@router.post("/memories", status_code=201)
async def store(memory: Memory, request: Request) -> dict[str, UUID]:
    key = await request.app.state.memories.add(memory)
    request.app.state.indexing.wake()
    return {"id": key}


@router.get("/memories/{key}")
async def read(key: UUID, request: Request) -> StoredMemory:
    memory = await request.app.state.memories.get(key)
    if memory is None:
        raise HTTPException(404, "there is no such memory")
    return memory


@router.get("/counts")
async def counts(request: Request) -> Counts:
    return await request.app.state.memories.counts()


@router.get("/insights")
async def insights(request: Request, response: Response) -> Any:
    """What analytics makes of all memories, at most some seconds old."""
    answer, is_known = await request.app.state.cache.get("insights", lambda: _ask(request, "/insights"))
    response.headers["X-Cache"] = "hit" if is_known else "miss"
    return answer


@router.get("/nearest")
async def nearest(text: str, request: Request, limit: int = 5) -> Any:
    """The memories whose words are nearest to a text."""
    return await _ask(request, "/nearest", text=text, limit=limit)


@router.post("/index", status_code=202)
async def index_again(request: Request) -> dict[str, str]:
    """For an index that was lost: analytics gets every memory once more."""
    await request.app.state.memories.forget_index()
    request.app.state.indexing.wake()
    return {"status": "begun"}


@router.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
    """Without analytics memories are taken all the same: they wait for it."""
    checks = {"database": request.app.state.memories.counts, "cache": request.app.state.cache.redis.ping}
    outcomes = await asyncio.gather(*(check() for check in checks.values()), return_exceptions=True)
    failed = [name for name, outcome in zip(checks, outcomes, strict=True) if isinstance(outcome, Exception)]
    return JSONResponse({"status": "unavailable", "failed": failed} if failed else {"status": "ok"}, 503 if failed else 200)


app.include_router(router)


async def _ask(request: Request, path: str, **params: Any) -> Any:
    answer = await request.app.state.analytics.get(path, params=params)
    answer.raise_for_status()
    return answer.json()


@app.exception_handler(httpx.HTTPError)
async def without_analytics(_request: Request, _error: httpx.HTTPError) -> JSONResponse:
    return JSONResponse({"detail": "analytics does not answer"}, 503)


@app.exception_handler(psycopg.OperationalError)
@app.exception_handler(PoolTimeout)
async def without_database(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "the database does not answer"}, 503)


@app.exception_handler(RedisError)
async def without_cache(_request: Request, _error: RedisError) -> JSONResponse:
    return JSONResponse({"detail": "the cache does not answer"}, 503)
