"""Prints which files a worker touches in one round, with its queue and without: worker.py FOLDER, in the program's folder."""

import asyncio
import logging
import sys
from pathlib import Path
from unittest.mock import AsyncMock

import mocks  # noqa: F401
from agents import worker

logging.disable()
folder = Path(sys.argv[1])
for queue, fault in (("with", None), ("without", ConnectionError())):
    worker.ALIVE, worker.READY = folder / f"alive {queue} its queue", folder / f"ready {queue} its queue"
    worker.PAUSE = 0
    round = worker.Worker(AsyncMock(), AsyncMock(), AsyncMock())
    round.jobs.prepare.side_effect = fault
    # Whatever it did, that was the last time.
    round.jobs.take.side_effect = lambda _: round.stopping.set()
    round.pause = AsyncMock(side_effect=round.stopping.set)
    asyncio.run(round.run())
print(*sorted(path.name for path in folder.iterdir()), sep="\n")
