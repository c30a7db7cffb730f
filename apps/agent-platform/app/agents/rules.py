"""How the agent answers: by the first rule whose pattern is found. The same text always has the same answer."""

import operator
import re
from collections.abc import Callable

OPERATORS: dict[str, Callable[[int, int], int]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def calculate(match: re.Match[str]) -> str:
    left, sign, right = match.groups()
    return f"{left} {sign} {right} = {OPERATORS[sign](int(left), int(right))}"


RULES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"(-?\d{1,9})\s*([+*-])\s*(-?\d{1,9})", calculate),
    (r"\bhow many words\b.*?:\s*(.+)", lambda match: f"{len(match[1].split())} words"),
    (r"\b(hello|hi|good (morning|evening))\b", lambda _: "Hello. What can I do for you?"),
    (r"\bthanks?\b|\bthank you\b", lambda _: "You are welcome."),
)


def answer(text: str) -> str:
    for pattern, reply in RULES:
        if match := re.search(pattern, text, re.IGNORECASE | re.DOTALL):
            return reply(match)
    return f"I have no rule for that. You said: {text}"
