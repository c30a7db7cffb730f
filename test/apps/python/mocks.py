"""Lets the programs' own modules be loaded where their packages are not installed: what they take from those is made of mocks."""

import importlib.abc
import importlib.machinery
import sys
from unittest.mock import MagicMock

PACKAGES = {"fastapi", "httpx", "opentelemetry", "prometheus_client", "psycopg", "psycopg_pool", "redis", "starlette"}


class Mocks(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.split(".")[0] in PACKAGES else None

    def create_module(self, spec):
        return MagicMock(__spec__=spec, __path__=[])

    def exec_module(self, module):
        pass


sys.path.insert(0, ".")
sys.meta_path.insert(0, Mocks())
