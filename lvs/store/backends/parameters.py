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
    | (?P<parameter> \? | :(?P<name>[a-zA-Z_]\w*) ) (?P<test> \s+ is \s+ (?:not\s+)? null\b )?""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
Key = str | int


def bound(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A statement and its parameters in PostgreSQL's form."""
    keys = _keys(sql)
    values: Mapping[Key, Any]
    if isinstance(parameters, Mapping):
        values = parameters  # type: ignore[assignment]
    elif len(parameters) == len(keys):
        values = dict(enumerate(parameters))
    else:
        raise ValueError(f"{len(parameters)} values for {len(keys)} parameters: {sql}")
    text, used = numbered(sql, frozenset(key for key in keys if values[key] is None))
    return text, [values[key] for key in used]


@lru_cache(STATEMENTS_KEPT)
def _keys(sql: str) -> tuple[Key, ...]:
    """The names of the parameters, each once; for `?` their positions."""
    found = [part for part in _TOKEN.finditer(sql) if part["parameter"]]
    names = [part["name"] for part in found if part["name"]]
    if names and len(found) != len(names):
        raise ValueError(f"`?` and `:name` in one statement: {sql}")
    return tuple(dict.fromkeys(names)) or tuple(range(len(found)))


@lru_cache(STATEMENTS_KEPT)
def numbered(sql: str, nulls: frozenset[Key] = frozenset()) -> tuple[str, tuple[Key, ...]]:
    """A statement with `$1`, `$2`, ..., and the keys of their parameters.

    PostgreSQL finds no type for `$1 is null`, and makes a plan for both cases of it. So what is
    null is written as `null`, and a test for it as its result.
    """
    numbers: dict[Key, int] = {}
    position = -1

    def number(found: re.Match[str]) -> str:
        nonlocal position
        if not found["parameter"]:
            return found[0]
        position += 1
        key = found["name"] or position
        if found["test"]:
            is_null = "not" not in found["test"].lower().split()
            return str((key in nulls) == is_null).lower()
        if key in nulls:
            return "null"
        return f"${numbers.setdefault(key, len(numbers) + 1)}"

    return _TOKEN.sub(number, sql), tuple(numbers)
