"""What the programs are told by their environment."""

import os
import sys


def required(name: str) -> str:
    """Ends the program with a plain sentence where a variable is missing: a traceback would hide it."""
    value = os.environ.get(name, "")
    if not value:
        sys.exit(f"{name} is not set")
    return value
