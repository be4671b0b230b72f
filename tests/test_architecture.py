"""The architecture holds: imports run downward, SQL stays in the store, parts stay small."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.servers import HOME

# From the roof down. A module imports from lower floors, and from its own room.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("commands", "doctor", "demo", "maintenance", "loadtest", "diagnostics"),
    ("server",),
    ("hypercorn_fixes",),
    ("application",),
    ("lifecycle",),
    ("views", "partials", "api"),
    ("services",),
    ("dashboard",),
    ("tiles", "upkeep"),
    ("monitor",),
    ("live",),
    ("page_cache",),
    ("web",),
    ("access",),
    ("dlna",),
    ("dlna_server",),
    ("quest",),
    ("contexts",),
    ("library", "backups", "jobs"),
    ("store", "media", "streaming"),
    ("events", "logs", "caches", "progress", "metrics", "certificates", "announce"),
    ("regular_files", "connections", "subprocesses"),
    ("paths", "models", "config", "network"),
    ("errors", "__init__"),
)
FLOOR = {room: depth for depth, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted((HOME / "lvs").rglob("*.py"))
SQL = re.compile(
    r"\b(select\s+.+\s+from|insert\s+(or\s+\w+\s+)?into|update\s+\w+\s+set|delete\s+from)\b", re.I
)


def room_of(path: Path) -> str:
    parts = path.relative_to(HOME / "lvs").with_suffix("").parts
    return parts[0]


def imports_of(path: Path) -> Iterator[str]:
    """Rooms that a module imports from."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "lvs":
                yield from (alias.name for alias in node.names if alias.name in FLOOR)
            elif node.module.startswith("lvs."):
                yield node.module.split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_imports_run_downward(path: Path) -> None:
    here = room_of(path)
    assert here in FLOOR, f"{here} has no floor in this test"
    for there in imports_of(path):
        if there != here:
            assert FLOOR[there] > FLOOR[here], f"{here} imports {there}, which is not beneath it"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_sql_stays_in_the_store(path: Path) -> None:
    if room_of(path) == "store":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not SQL.search(node.value), f"line {node.lineno}: {node.value[:80]!r}"


EVERY_MODULE = [
    *MODULES,
    *sorted((HOME / "tests").rglob("*.py")),
    *sorted((HOME / "bench").rglob("*.py")),
]


@pytest.mark.parametrize("path", EVERY_MODULE, ids=lambda path: str(path.relative_to(HOME)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    written = [line for line in text.splitlines() if line.strip()]
    assert len(written) <= 400, f"{len(written)} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


def test_nothing_is_done_at_import() -> None:
    """No thread, no file, no connection: a module that is imported has only defined things."""
    import subprocess
    import sys

    probe = (
        "import threading, os, sys; before = set(os.listdir('.'));"
        "import lvs.application, lvs.cli, lvs.server, app;"
        "assert threading.active_count() == 1, threading.enumerate();"
        "assert set(os.listdir('.')) == before"
    )
    subprocess.run([sys.executable, "-c", probe], check=True, env={"PYTHONPATH": str(HOME)})
