"""
Brings the database to the newest of `migrations/*.sql`: each once, in the order of their names, each in a transaction.
With `--check` it changes nothing, and exits with 1 while some are missing.
"""

import logging
import os
import sys
from pathlib import Path

import psycopg

from service import logs

log = logging.getLogger("migrate")
FILES = sorted((Path(__file__).parent / "migrations").glob("*.sql"))
# Any number, as long as nobody else takes it: two that migrate at once do it one after the other.
LOCK = 7_263_541


def missing(connection: psycopg.Connection) -> list[Path]:
    if connection.execute("SELECT to_regclass('migrations')").fetchone() == (None,):
        return FILES
    applied = {name for (name,) in connection.execute("SELECT name FROM migrations")}
    return [file for file in FILES if file.stem not in applied]


def migrate(connection: psycopg.Connection) -> None:
    connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())")
    for file in missing(connection):
        with connection.transaction():
            connection.execute(file.read_text().encode())
            connection.execute("INSERT INTO migrations (name) VALUES (%s)", [file.stem])
        log.info("applied %s", file.stem)


def main() -> int:
    logs.configure()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, connect_timeout=10) as connection:
        if sys.argv[1:] == ["--check"]:
            return 1 if missing(connection) else 0
        migrate(connection)
    return 0


if __name__ == "__main__":
    sys.exit(main())
