"""Documents in Postgres, and those of late in Redis."""

import logging
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import RedisError

from .settings import Settings

CACHE_SECONDS = 24 * 60 * 60
COLUMNS = "id, sha256, text, created_at"

logger = logging.getLogger(__name__)


class Document(BaseModel):
    id: UUID
    sha256: str
    text: str
    created_at: datetime


class Store:
    """A cache that is away makes requests slower, and fails none of them."""

    def __init__(self, settings: Settings) -> None:
        # Each worker has a few: all replicas together stay well below Postgres' 100 connections.
        self.pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            settings.database_url,
            min_size=1,
            max_size=4,
            open=False,
            timeout=5,
            # After that, the next request tries anew. By default the pauses between two attempts grow to minutes, and last
            # when Postgres has long been back.
            reconnect_timeout=3,
            check=AsyncConnectionPool.check_connection,
            kwargs={"autocommit": True, "connect_timeout": 3},
        )
        self.redis: Redis = Redis.from_url(settings.redis_url, socket_timeout=1, socket_connect_timeout=1)

    async def __aenter__(self) -> Self:
        await self.pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pool.close()
        await self.redis.aclose()

    async def cached(self, sha256: str) -> Document | None:
        try:
            found = await self.redis.get(f"document:{sha256}")
        except RedisError as error:
            logger.warning("The cache was not read: %s", error)
            return None
        return Document.model_validate_json(found) if found else None

    async def remember(self, document: Document) -> None:
        try:
            await self.redis.set(f"document:{document.sha256}", document.model_dump_json(), ex=CACHE_SECONDS)
        except RedisError as error:
            logger.warning("The cache was not written: %s", error)

    async def known(self, sha256: str) -> Document | None:
        return await self._one(f"SELECT {COLUMNS} FROM documents WHERE sha256 = %s", sha256)

    async def get(self, document_id: UUID) -> Document | None:
        return await self._one(f"SELECT {COLUMNS} FROM documents WHERE id = %s", document_id)

    async def add(self, sha256: str, text: str) -> Document:
        """Another replica may have added the same picture meanwhile: then that one counts."""
        document = await self._one(
            "INSERT INTO documents (sha256, text) VALUES (%s, %s) "
            f"ON CONFLICT (sha256) DO UPDATE SET sha256 = excluded.sha256 RETURNING {COLUMNS}",
            sha256,
            text,
        )
        assert document is not None
        return document

    async def search(self, words: str, limit: int) -> list[Document]:
        async with self.pool.connection() as connection, connection.cursor(row_factory=class_row(Document)) as cursor:
            await cursor.execute(
                f"SELECT {COLUMNS} FROM documents WHERE %s <%% text ORDER BY %s <<-> text, created_at LIMIT %s",
                (words, words, limit),
            )
            return await cursor.fetchall()

    async def ping_postgres(self) -> None:
        async with self.pool.connection(timeout=2) as connection:
            await connection.execute("SELECT FROM documents LIMIT 1")

    async def ping_redis(self) -> None:
        await self.redis.ping()

    async def _one(self, query: str, *values: object) -> Document | None:
        async with self.pool.connection() as connection, connection.cursor(row_factory=class_row(Document)) as cursor:
            await cursor.execute(query.encode(), values)
            return await cursor.fetchone()
