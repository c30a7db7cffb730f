"""How long requests take and how they end, counted over all workers of a container."""

from os import environ, makedirs

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

# Each worker keeps its part in files there, from the first metric on.
if directory := environ.get("PROMETHEUS_MULTIPROC_DIR"):
    makedirs(directory, exist_ok=True)

REQUESTS = Histogram(
    "http_request_duration_seconds",
    "Time from a request's arrival to the end of its answer",
    ["method", "handler", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
PICTURES = Counter("catalyst_pictures_total", "Pictures by where their text came from", ["source"])

if directory and (started_at := environ.get("STARTED_AT")):
    # What the library tells of a process by itself, it does not tell of many.
    started = Gauge("process_start_time_seconds", "Start of the server", registry=None, multiprocess_mode="max")
    started.set(float(started_at))


def exposition() -> bytes:
    if not directory:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
