"""Memories in Postgres."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, Field, model_validator


class Entity(BaseModel):
    name: str = Field(min_length=1, max_length=200)
    kind: str = Field(default="thing", min_length=1, max_length=50)


class Relation(BaseModel):
    source: str
    target: str
    kind: str = Field(default="related", min_length=1, max_length=50)


class Memory(BaseModel):
    text: str = Field(min_length=1, max_length=10_000)
    entities: list[Entity] = Field(min_length=1, max_length=100)
    relations: list[Relation] = Field(default=[], max_length=500)

    @model_validator(mode="after")
    def ends_are_known(self) -> "Memory":
        names = {entity.name for entity in self.entities}
        unknown = {end for relation in self.relations for end in (relation.source, relation.target)} - names
        if unknown:
            raise ValueError(f"relations name entities that are not there: {', '.join(sorted(unknown))}")
        return self


class StoredMemory(Memory):
    id: UUID


class Counts(BaseModel):
    memories: int
    indexed: int


def pool(url: str) -> AsyncConnectionPool:
    """
    Opened later. A connection is tried before it is lent, as Postgres may have been restarted meanwhile. While it is away the
    pool tries with ever longer pauses, by default for minutes: so it gives up soon, and begins anew when somebody asks.
    """
    return AsyncConnectionPool(
        url, min_size=1, max_size=5, timeout=3, reconnect_timeout=5, open=False, check=AsyncConnectionPool.check_connection
    )


class Memories:
    def __init__(self, connections: AsyncConnectionPool) -> None:
        self.connections = connections

    async def add(self, memory: Memory) -> UUID:
        data = memory.model_dump()
        async with self.connections.connection() as connection:
            cursor = await connection.execute(
                "INSERT INTO memories (text, entities, relations) VALUES (%s, %s, %s) RETURNING id",
                [data["text"], Jsonb(data["entities"]), Jsonb(data["relations"])],
            )
            row = await cursor.fetchone()
            assert row
            return row[0]

    async def get(self, key: UUID) -> StoredMemory | None:
        async with self.connections.connection() as connection, connection.cursor(row_factory=class_row(StoredMemory)) as cursor:
            await cursor.execute("SELECT id, text, entities, relations FROM memories WHERE id = %s", [key])
            return await cursor.fetchone()

    async def counts(self) -> Counts:
        async with self.connections.connection() as connection, connection.cursor(row_factory=class_row(Counts)) as cursor:
            await cursor.execute("SELECT count(*) AS memories, count(indexed_at) AS indexed FROM memories")
            counts = await cursor.fetchone()
            assert counts
            return counts

    async def forget_index(self) -> None:
        """All are to be indexed again."""
        async with self.connections.connection() as connection:
            await connection.execute("UPDATE memories SET indexed_at = NULL")

    @asynccontextmanager
    async def pending(self, limit: int = 20) -> AsyncIterator[list[dict[str, object]]]:
        """Memories that nobody else is indexing. Where the block ends well they count as indexed, else somebody will try again."""
        async with self.connections.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                "SELECT id::text, text, entities, relations FROM memories WHERE indexed_at IS NULL ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED",
                [limit],
            )
            rows = await cursor.fetchall()
            yield rows
            if rows:
                await cursor.execute("UPDATE memories SET indexed_at = now() WHERE id::text = ANY(%s)", [[row["id"] for row in rows]])
