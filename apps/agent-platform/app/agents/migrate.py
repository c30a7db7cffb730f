"""Applies what is new in `migrations`, in the order of the names, in one transaction. `--check`: fails if any is."""

import logging
import sys
from pathlib import Path

import psycopg

from agents import telemetry
from agents.settings import required

log = logging.getLogger("migrate")
FOLDER = Path(__file__).parent / "migrations"
# Any number that nobody else uses: two migrations never run at once.
LOCK = 7_310_402


def pending(connection: psycopg.Connection) -> list[Path]:
    exists = connection.execute("SELECT to_regclass('schema_migrations') IS NOT NULL").fetchone()
    applied = connection.execute("SELECT name FROM schema_migrations").fetchall() if exists and exists[0] else []
    return [path for path in sorted(FOLDER.glob("*.sql")) if (path.name,) not in applied]


def migrate(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied timestamptz DEFAULT now())"
        )
        for path in pending(connection):
            connection.execute(path.read_text())
            connection.execute("INSERT INTO schema_migrations (name) VALUES (%s)", (path.name,))
            log.info("applied", extra={"fields": {"migration": path.name}})


def main() -> int:
    telemetry.start("migrate")
    with psycopg.connect(required("DATABASE_URL"), connect_timeout=10) as connection:
        if "--check" in sys.argv:
            return 1 if pending(connection) else 0
        migrate(connection)
    return 0


if __name__ == "__main__":
    sys.exit(main())
