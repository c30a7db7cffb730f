"""Keeps the graph of all memories in Kuzu, and computes what it tells. It is an index: Postgres has the record."""

from service.entrypoint import Needs

NEEDS = Needs(folders=("KUZU_FOLDER",))
