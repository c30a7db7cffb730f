"""What Gunicorn's command line has no words for. It reads this file from its working folder by itself."""

from itertools import count
from os import environ
from time import time
from typing import Any

from prometheus_client import values

from catalyst.logs import logging_config

# For metrics: of the server, not of workers, which come and go.
environ["STARTED_AT"] = str(time())

logconfig_dict = logging_config(environ.get("LOG_LEVEL", "INFO"))


def pre_fork(server: Any, worker: Any) -> None:
    taken = {other.slot for other in server.WORKERS.values()}
    worker.slot = next(slot for slot in count() if slot not in taken)


def post_fork(server: Any, worker: Any) -> None:
    """
    A worker counts on in the files of the one that it replaces. By default each has files of its own, named by its
    process id: a new set every thousand requests, all of which would be read at each scrape.
    """
    if "PROMETHEUS_MULTIPROC_DIR" in environ:
        values.ValueClass = values.MultiProcessValue(lambda: worker.slot)  # type: ignore[no-untyped-call]
