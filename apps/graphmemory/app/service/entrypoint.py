"""
Goes before the program of each image: `python -m service.entrypoint api gunicorn …`.

Refuses to start without what the program says it needs (`NEEDS` in its package), waits for a while for the servers among
it (half a minute, or `AWAIT_SECONDS`), and then becomes the program, so that signals reach it.
"""

import importlib
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from service import logs

log = logging.getLogger("entrypoint")

# Of sysexits.h: a mistake of configuration, and a service that is not there.
MISTAKE, UNAVAILABLE = 78, 69


@dataclass(frozen=True)
class Needs:
    """What a program cannot do without; all are names of variables."""

    variables: tuple[str, ...] = ()
    # They hold folders that can be written to.
    folders: tuple[str, ...] = ()
    # They hold URLs of servers that accept connections.
    servers: tuple[str, ...] = ()

    def mistakes(self, environment: Mapping[str, str]) -> Iterator[str]:
        for name in (*self.variables, *self.folders, *self.servers):
            if not environment.get(name):
                yield f"{name} is not set"
        for name in self.folders:
            folder = environment.get(name)
            if folder and not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
                yield f"{name}: user {os.getuid()} cannot write to {folder}"
        for name in self.servers:
            address = urlsplit(environment.get(name, ""))
            if environment.get(name) and not (address.hostname and address.port):
                yield f"{name} is not a URL with a host and a port"


def accepts(host: str, port: int, until: float) -> bool:
    """Whether a server accepts a connection before then."""
    while time.monotonic() < until:
        try:
            socket.create_connection((host, port), timeout=2).close()
            return True
        except OSError:
            time.sleep(0.25)
    return False


def main(program: str, command: list[str]) -> None:
    logs.configure()
    needs: Needs = importlib.import_module(program).NEEDS
    mistakes = list(needs.mistakes(os.environ))
    for mistake in mistakes:
        log.error(mistake)
    if mistakes:
        sys.exit(MISTAKE)
    until = time.monotonic() + float(os.environ.get("AWAIT_SECONDS", "30"))
    for name in needs.servers:
        address = urlsplit(os.environ[name])
        if not accepts(str(address.hostname), int(address.port or 0), until):
            log.error("%s: nothing answers at %s:%s", name, address.hostname, address.port)
            sys.exit(UNAVAILABLE)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
