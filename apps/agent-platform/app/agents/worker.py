"""A worker: takes jobs from the queue, has the agent answer, stores the answer. SIGTERM ends it after its job."""

import asyncio
import logging
import signal
import socket
from contextlib import suppress
from pathlib import Path

import httpx
from opentelemetry import trace
from prometheus_client import Gauge, start_http_server

from agents import telemetry
from agents.jobs import Job, Jobs
from agents.settings import required
from agents.store import Store

log = logging.getLogger("worker")
tracer = trace.get_tracer(__name__)
NAME = socket.gethostname()
# Their ages tell whether the worker still goes round, and whether it has its queue.
ALIVE, READY = Path("/tmp/alive"), Path("/tmp/ready")
TRIES = 5
PAUSE = 1.0
METRICS_PORT = 8002
# As each worker last saw the one queue of all.
WAITING = Gauge("agents_jobs_waiting", "Jobs in the queue that are not done, those at work included.")
# Metrics have a thread of their own, which answers whether or not the worker goes round.
ROUND = Gauge("agents_worker_round_timestamp_seconds", "When the worker last went round with its queue.")


class Worker:
    def __init__(self, store: Store, jobs: Jobs, agent: httpx.AsyncClient) -> None:
        self.store, self.jobs, self.agent = store, jobs, agent
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        ROUND.set_to_current_time()
        while not self.stopping.is_set():
            # Before anything is asked: a queue that is away is no reason to start the worker anew.
            ALIVE.touch()
            try:
                await self.jobs.prepare()
                READY.touch()
                WAITING.set(await self.jobs.waiting())
                ROUND.set_to_current_time()
                if job := await self.jobs.take(NAME):
                    with tracer.start_as_current_span("answer", job.context, kind=trace.SpanKind.CONSUMER):
                        await self.work(job)
            except Exception as error:
                # The job stays in the queue, and comes again.
                fields = {"error": type(error).__name__}
                log.warning("it did not work, and will be tried again: %s", error, extra={"fields": fields})
                await self.pause()

    async def work(self, job: Job) -> None:
        message = await self.store.find(job.message)
        if message and job.deliveries > TRIES:
            await self.store.give_up(message.id)
        elif message:
            response = await self.agent.post("/answers", json={"text": message.text})
            await self.store.answer(message.id, response.raise_for_status().json()["answer"])
        await self.jobs.done(job)
        log.info("done", extra={"fields": {"job": str(job.message), "deliveries": job.deliveries}})

    async def pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), PAUSE)


async def main() -> None:
    store, jobs = Store(required("DATABASE_URL")), Jobs(required("REDIS_URL"))
    async with httpx.AsyncClient(base_url=required("AGENT_URL"), timeout=10) as agent:
        worker = Worker(store, jobs, agent)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stopping.set)
        await store.open()
        log.info("ready for work")
        await worker.run()
        await store.close()
        await jobs.close()
        log.info("ended")


if __name__ == "__main__":
    telemetry.start("worker")
    start_http_server(METRICS_PORT)
    asyncio.run(main())
