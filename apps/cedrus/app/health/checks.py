"""What the application needs in order to serve, checked within a deadline."""

import logging
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.db import connection
from redis import Redis

from library.models import Document

DEADLINE_SECONDS = 2.5

logger = logging.getLogger(__name__)


def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def redis():
    key = f"health:{uuid4()}"
    default = settings.CACHES["default"]
    with Redis.from_url(default["LOCATION"], **default["OPTIONS"]) as client:
        client.set(key, "written", ex=10)
        if client.get(key) != b"written":
            raise RuntimeError("Redis did not return what was written")


def model():
    Document.objects.exists()


CHECKS = (database, redis, model)


@dataclass
class Result:
    ok: bool = False
    milliseconds: float | None = None


def run_checks():
    """The result of each check by name; one that is not done at the deadline has failed.

    A thread each, because nothing else bounds a name lookup. It also gives every run connections of its own: one that
    is left hanging disturbs nobody, and a service that came back is seen at once.
    """
    results = {check.__name__: Result() for check in CHECKS}
    threads = [Thread(target=_run, args=(check, results), daemon=True) for check in CHECKS]
    deadline = monotonic() + DEADLINE_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, deadline - monotonic()))
    return dict(results)  # a copy, which a late thread cannot change


def failed(results):
    return [name for name, result in results.items() if not result.ok]


def _run(check, results):
    start = monotonic()
    try:
        check()
    except Exception as error:
        logger.warning("Check %s failed: %s", check.__name__, error)
        ok = False
    else:
        ok = True
    finally:
        connection.close()
    results[check.__name__] = Result(ok, round((monotonic() - start) * 1000, 1))
