"""Read by Gunicorn where it starts. What the command line says is not said here."""

from os import environ
from time import time

from prometheus_client.multiprocess import mark_process_dead

from service.logs import CONFIGURATION

# For metrics: of the server, not of workers, which come and go.
environ["STARTED_AT"] = str(time())

logconfig_dict = CONFIGURATION


def child_exit(server, worker) -> None:
    """What a worker that is gone has counted stays; gauges of its own go."""
    mark_process_dead(worker.pid)
