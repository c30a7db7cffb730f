"""The backend: takes messages, and gives their answers when the agent has found them."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from pydantic import BaseModel, StringConstraints
from redis.exceptions import RedisError

from agents import telemetry, web
from agents.jobs import Jobs
from agents.settings import required
from agents.store import Store

log = logging.getLogger(__name__)
telemetry.start("backend")
store = Store(required("DATABASE_URL"))
jobs = Jobs(required("REDIS_URL"))


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    await store.open()
    yield
    await store.close()
    await jobs.close()
    telemetry.stop()


class Question(BaseModel):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern="^[^\x00]*$")]


app = web.observe(FastAPI(title="Agents", lifespan=lifespan), {"postgres": store.check, "redis": jobs.check})


@app.exception_handler(OperationalError)
@app.exception_handler(RedisError)
async def unavailable(_: Request, error: Exception) -> JSONResponse:
    log.warning("a store is away: %s", error)
    return JSONResponse({"detail": "try again in a moment"}, 503)


@app.post("/api/agent/messages", status_code=202)
async def ask(question: Question) -> dict[str, object]:
    message = await store.add(question.text)
    await jobs.put(message)
    return {"id": message, "status": "queued"}


@app.get("/api/agent/messages/{message}")
async def look(message: UUID) -> dict[str, object]:
    found = await store.find(message)
    if not found:
        raise HTTPException(404, "there is no such message")
    return asdict(found)
