"""Messages and their answers, in Postgres."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

# How long to wait for a connection before saying that there is none.
TIMEOUT = 3


@dataclass(frozen=True)
class Message:
    id: UUID
    text: str
    status: str
    answer: str | None
    created: datetime
    answered: datetime | None


class Store:
    def __init__(self, url: str) -> None:
        # A connection that has died while idle is replaced before anybody gets it.
        self.pool = AsyncConnectionPool(
            url, min_size=1, max_size=8, timeout=TIMEOUT, open=False, check=AsyncConnectionPool.check_connection
        )

    async def open(self) -> None:
        """Does not wait for the server: `check` says whether it is there."""
        await self.pool.open()

    async def close(self) -> None:
        await self.pool.close()

    async def check(self) -> None:
        async with self.pool.connection() as connection:
            await connection.execute("SELECT 1 FROM messages LIMIT 1")

    async def add(self, text: str) -> UUID:
        message = uuid4()
        async with self.pool.connection() as connection:
            await connection.execute("INSERT INTO messages (id, text) VALUES (%s, %s)", (message, text))
        return message

    async def find(self, message: UUID) -> Message | None:
        async with self.pool.connection() as connection, connection.cursor(row_factory=class_row(Message)) as cursor:
            await cursor.execute(
                "SELECT id, text, status, answer, created, answered FROM messages WHERE id = %s", (message,)
            )
            return await cursor.fetchone()

    async def answer(self, message: UUID, answer: str) -> None:
        await self.end(message, "answered", answer)

    async def give_up(self, message: UUID) -> None:
        await self.end(message, "failed", None)

    async def end(self, message: UUID, status: str, answer: str | None) -> None:
        # What has ended stays: a job may come twice.
        async with self.pool.connection() as connection:
            await connection.execute(
                "UPDATE messages SET status = %s, answer = %s, answered = now() WHERE id = %s AND status = 'queued'",
                (status, answer, message),
            )
