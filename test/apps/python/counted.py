"""Prints which paths a program's middleware counts: counted.py MODULE MIDDLEWARE HISTOGRAM PATH…, in the program's folder."""

import asyncio
import importlib
import sys

import mocks  # noqa: F401


async def application(scope, receive, send):
    await send({"type": "http.response.start", "status": 503, "headers": []})


async def send(message):
    pass


name, middleware, histogram, *paths = sys.argv[1:]
module = importlib.import_module(name)
observe = getattr(module, histogram).labels.return_value.observe
for path in paths:
    observe.reset_mock()
    asyncio.run(getattr(module, middleware)(application)({"type": "http", "method": "GET", "path": path, "headers": []}, None, send))
    if observe.called:
        print(path)
