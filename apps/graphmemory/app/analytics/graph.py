"""
The graph in Kuzu. Kuzu's files belong to one process, which may have many connections; writing is one at a time.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import kuzu
import pandas as pd
from pydantic import BaseModel

MEBIBYTE = 2**20
SCHEMA = (
    "CREATE NODE TABLE IF NOT EXISTS Memory (id STRING PRIMARY KEY, text STRING)",
    "CREATE NODE TABLE IF NOT EXISTS Entity (name STRING PRIMARY KEY, kind STRING)",
    "CREATE REL TABLE IF NOT EXISTS Mentions (FROM Memory TO Entity)",
    "CREATE REL TABLE IF NOT EXISTS Relation (FROM Entity TO Entity, kind STRING)",
)


class Entity(BaseModel):
    name: str
    kind: str


class Relation(BaseModel):
    source: str
    target: str
    kind: str


class Memory(BaseModel):
    text: str
    entities: list[Entity]
    relations: list[Relation]


class Graph:
    def __init__(self, folder: Path) -> None:
        # Kuzu would take four fifths of the machine's memory, and a thread for each of its processors.
        self.database = kuzu.Database(
            folder / "memories.kuzu",
            buffer_pool_size=int(os.environ.get("KUZU_BUFFER_MEBIBYTES", "256")) * MEBIBYTE,
            max_num_threads=int(os.environ.get("KUZU_THREADS", "2")),
        )
        self._writing = Lock()
        with self._connection() as connection:
            for statement in SCHEMA:
                connection.execute(statement)

    def close(self) -> None:
        """Writes what is in the log to the file."""
        with self._writing:
            self.database.close()

    def put(self, key: str, memory: Memory) -> None:
        """Bears being called again: the same memory is there once."""
        with self._writing, self._connection() as connection:
            connection.execute("BEGIN TRANSACTION")
            connection.execute("MERGE (m:Memory {id: $id}) SET m.text = $text", {"id": key, "text": memory.text})
            for entity in memory.entities:
                connection.execute("MERGE (e:Entity {name: $name}) SET e.kind = $kind", entity.model_dump())
                connection.execute(
                    "MATCH (m:Memory {id: $id}), (e:Entity {name: $name}) MERGE (m)-[:Mentions]->(e)",
                    {"id": key, "name": entity.name},
                )
            for relation in memory.relations:
                connection.execute(
                    "MATCH (a:Entity {name: $source}), (b:Entity {name: $target}) MERGE (a)-[:Relation {kind: $kind}]->(b)",
                    relation.model_dump(),
                )
            connection.execute("COMMIT")

    def entities(self) -> pd.DataFrame:
        return self._frame("MATCH (e:Entity) RETURN e.name AS name, e.kind AS kind ORDER BY name")

    def relations(self) -> pd.DataFrame:
        return self._frame("MATCH (a:Entity)-[r:Relation]->(b:Entity) RETURN a.name AS source, b.name AS target, r.kind AS kind ORDER BY source, target, kind")

    def memories(self) -> pd.DataFrame:
        return self._frame("MATCH (m:Memory) RETURN m.id AS id, m.text AS text ORDER BY id")

    def size(self) -> int:
        """How many memories there are."""
        return int(self._frame("MATCH (m:Memory) RETURN count(*) AS size").at[0, "size"])

    def _frame(self, query: str) -> pd.DataFrame:
        with self._connection() as connection:
            result = connection.execute(query)
            # There is a list of them only for several queries at once.
            assert isinstance(result, kuzu.QueryResult)
            return result.get_as_df()

    @contextmanager
    def _connection(self) -> Iterator[kuzu.Connection]:
        # A transaction that was not committed ends with its connection.
        connection = kuzu.Connection(self.database)
        try:
            yield connection
        finally:
            connection.close()
