"""A queue in a stream of Redis. A job stays until it is done: when its worker ends before, another takes it over."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from opentelemetry import propagate
from opentelemetry.context import Context
from redis.asyncio import Redis
from redis.exceptions import ResponseError

STREAM = "agents:jobs"
GROUP = "workers"
# Milliseconds after which a job is taken from a worker that says nothing.
ABANDONED = 15_000
PATIENCE = 2_000


@dataclass(frozen=True)
class Job:
    entry: str
    message: UUID
    # How often it was given to a worker, this time included.
    deliveries: int
    # The trace that it belongs to.
    context: Context


class Jobs:
    def __init__(self, url: str) -> None:
        # Its own types are those of every way to decode at once.
        self.redis: Any = Redis.from_url(url, decode_responses=True, socket_connect_timeout=3, socket_timeout=10)

    async def close(self) -> None:
        await self.redis.aclose()

    async def check(self) -> None:
        await self.redis.ping()

    async def put(self, message: UUID) -> None:
        trace: dict[str, str] = {}
        propagate.inject(trace)
        await self.redis.xadd(STREAM, {"message": str(message), **trace})

    async def prepare(self) -> None:
        try:
            await self.redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def take(self, worker: str) -> Job | None:
        """One that another worker has left behind, else the next; `None` when there was none for a while."""
        claimed = await self.redis.xautoclaim(STREAM, GROUP, worker, min_idle_time=ABANDONED, count=1)
        if claimed[1]:
            return await self.job(*claimed[1][0])
        read = await self.redis.xreadgroup(GROUP, worker, {STREAM: ">"}, count=1, block=PATIENCE)
        return await self.job(*read[0][1][0]) if read else None

    async def done(self, job: Job) -> None:
        async with self.redis.pipeline(transaction=True) as pipeline:
            pipeline.xack(STREAM, GROUP, job.entry)
            pipeline.xdel(STREAM, job.entry)
            await pipeline.execute()

    async def waiting(self) -> int:
        return await self.redis.xlen(STREAM)

    async def job(self, entry: str, fields: dict[str, str]) -> Job:
        [pending] = await self.redis.xpending_range(STREAM, GROUP, min=entry, max=entry, count=1)
        return Job(entry, UUID(fields["message"]), pending["times_delivered"], propagate.extract(fields))
