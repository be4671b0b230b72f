"""Parameters of statements: `?` and `:name`, as the store writes them, to PostgreSQL's `$1`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

STATEMENTS_KEPT = 2_000

# What is quoted, commented or a cast is left as it is.
_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | ::
    | \? | :(?P<name>[a-zA-Z_]\w*)""",
    re.VERBOSE | re.DOTALL,
)


@lru_cache(STATEMENTS_KEPT)
def numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """A statement with `$1`, `$2`, ..., and the names they stand for: none for `?`.

    A name that is used twice has one number, so that PostgreSQL finds one type for it.
    """
    names: dict[str, int] = {}
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found["name"]:
            return f"${names.setdefault(found['name'], len(names) + 1)}"
        if found[0] == "?":
            count += 1
            return f"${count}"
        return found[0]

    text = _TOKEN.sub(number, sql)
    if names and count:
        raise ValueError(f"`?` and `:name` in one statement: {sql}")
    return text, tuple(names)


def bound(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    """A statement and its parameters in PostgreSQL's form."""
    text, names = numbered(sql)
    if isinstance(parameters, Mapping):
        return text, [parameters[name] for name in names]
    return text, parameters
