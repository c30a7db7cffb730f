"""The agent service: an answer for a text, by rules."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel

from agents import rules, telemetry, web

telemetry.start("agent")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    telemetry.stop()


app = web.observe(FastAPI(title="Agent", lifespan=lifespan), {})


class Text(BaseModel):
    text: str


@app.post("/answers")
async def answers(text: Text) -> dict[str, str]:
    return {"answer": rules.answer(text.text)}
