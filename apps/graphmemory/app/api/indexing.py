"""Hands memories on to analytics, in the background: what it could not take now it gets later."""

import asyncio
import logging
from contextlib import suppress

import httpx
import psycopg
from psycopg_pool import PoolTimeout

from api.memories import Memories

log = logging.getLogger("indexing")


class Indexing:
    # How often somebody looks for what another process has left.
    PAUSE = 2.0

    def __init__(self, memories: Memories, analytics: httpx.AsyncClient) -> None:
        self.memories = memories
        self.analytics = analytics
        self._awake = asyncio.Event()

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        while True:
            try:
                while await self._hand_on():
                    pass
            except (httpx.HTTPError, psycopg.Error, PoolTimeout) as error:
                log.warning("memories wait to be indexed: %r", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), self.PAUSE)
            self._awake.clear()

    async def _hand_on(self) -> int:
        async with self.memories.pending() as rows:
            for row in rows:
                (await self.analytics.put(f"/memories/{row['id']}", json=row)).raise_for_status()
            return len(rows)
