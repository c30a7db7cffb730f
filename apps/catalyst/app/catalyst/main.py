"""The application: a picture goes in, its text comes back, and is found again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, HTTPException, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from . import __version__, health, logs, ocr
from .metrics import PICTURES, exposition
from .middleware import Observe
from .settings import Settings
from .store import Document, Store

settings = Settings.from_environment()
logs.configure(settings.log_level)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with Store(settings) as store:
        app.state.store = store
        yield


app = FastAPI(title="Catalyst", version=__version__, lifespan=lifespan)
app.add_middleware(Observe)
app.include_router(health.router)


@app.post("/api/documents", status_code=201)
async def add_document(request: Request, response: Response) -> Document:
    """
    Reads the picture that is the request's body. Its content says which document it is: to send one again makes no
    second document, so that a request of which no answer came can be repeated.
    """
    store: Store = request.app.state.store
    picture = await body_of(request)
    digest = sha256(picture).hexdigest()
    source = "cache"
    document = await store.cached(digest)
    if document is None:
        source = "database"
        document = await store.known(digest)
    if document is None:
        source = "picture"
        try:
            text = await ocr.read(picture)
        except ocr.UnreadablePicture as error:
            raise HTTPException(422, f"This picture cannot be read: {error}") from error
        document = await store.add(digest, text)
    if source != "cache":
        await store.remember(document)
    PICTURES.labels(source).inc()
    response.status_code = 201 if source == "picture" else 200
    response.headers["X-Text-From"] = source
    return document


@app.get("/api/documents/{document_id}")
async def get_document(request: Request, document_id: UUID) -> Document:
    store: Store = request.app.state.store
    if document := await store.get(document_id):
        return document
    raise HTTPException(404, "There is no such document.")


@app.get("/api/documents")
async def search_documents(
    request: Request,
    words: Annotated[str, Query(min_length=3, max_length=200)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[Document]:
    """Those with words like these, the most similar first: Tesseract misreads a letter now and then."""
    store: Store = request.app.state.store
    return await store.search(words, limit)


@app.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    return Response(exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def body_of(request: Request) -> bytes:
    """The body, as far as it may be long: what says nothing of its length is counted as it comes."""
    picture = bytearray()
    async for chunk in request.stream():
        picture += chunk
        if len(picture) > settings.max_picture_bytes:
            raise HTTPException(413, f"A picture may have {settings.max_picture_bytes} bytes.")
    return bytes(picture)
