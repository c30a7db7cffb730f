import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse

from analytics.graph import Graph, Memory
from analytics.insights import Neighbours, insights
from service import logs, requests

logs.configure()


class Analytics:
    """The graph, and what was computed last, as long as nothing has changed."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._neighbours: tuple[int, Neighbours] | None = None
        self._computing = Lock()

    def neighbours(self) -> Neighbours | None:
        with self._computing:
            size = self.graph.size()
            if size == 0:
                return None
            if self._neighbours is None or self._neighbours[0] != size:
                self._neighbours = size, Neighbours(self.graph.memories())
            return self._neighbours[1]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    graph = Graph(Path(os.environ["KUZU_FOLDER"]))
    app.state.analytics = Analytics(graph)
    yield
    graph.close()


app = FastAPI(title="GraphMemory analytics", lifespan=lifespan, docs_url=None, redoc_url=None)
requests.measure(app)


# No endpoint is asynchronous: they compute, each in a thread of its own.
@app.put("/memories/{key}", status_code=204)
def put(key: str, memory: Memory, request: Request) -> None:
    request.app.state.analytics.graph.put(key, memory)


@app.get("/counts")
def counts(request: Request) -> dict[str, int]:
    graph: Graph = request.app.state.analytics.graph
    return {"memories": graph.size(), "entities": len(graph.entities()), "relations": len(graph.relations())}


@app.get("/insights")
def all_insights(request: Request, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> list[dict[str, Any]]:
    graph: Graph = request.app.state.analytics.graph
    return insights(graph.entities(), graph.relations()).head(limit).to_dict("records")


@app.get("/nearest")
def nearest(text: str, request: Request, limit: Annotated[int, Query(ge=1, le=50)] = 5) -> list[dict[str, Any]]:
    neighbours = request.app.state.analytics.neighbours()
    return [] if neighbours is None else neighbours.nearest(text, limit).to_dict("records")


@app.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/health/ready")
def ready(request: Request) -> JSONResponse:
    """Whether Kuzu answers a query."""
    try:
        request.app.state.analytics.graph.size()
    except RuntimeError:
        return JSONResponse({"status": "unavailable", "failed": ["graph"]}, 503)
    return JSONResponse({"status": "ok"})
