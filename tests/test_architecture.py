"""Imports run downward, SQL stays in the store, files and functions stay small."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lvs.server.routes import ROUTES
from tests.helpers.servers import HOME

LEVELS = tomllib.loads((HOME / "docs" / "levels.toml").read_text())["level"]
LEVEL = {folder: depth for depth, level in enumerate(LEVELS) for folder in level}
MOST_ROOT_MODULES = 15
MAX_FIELDS = 12
MAY_IMPORT_CONTEXTS = {"contexts", "views", "partials", "live", "admin"}
MODULES = sorted((HOME / "lvs").rglob("*.py"))
SQL = re.compile(
    r"\b(select\s+.+\s+from|insert\s+(or\s+\w+\s+)?into|update\s+\w+\s+set|delete\s+from)\b", re.I
)


def folder_of(path: Path) -> str:
    return _folder(path.relative_to(HOME / "lvs").with_suffix("").parts)


def _folder(parts: Sequence[str]) -> str:
    """Its top folder; what a kind of media does is above what it declares."""
    does = parts[0] == "kinds" and len(parts) > 2 and parts[2] != "__init__"
    return "kinds.*" if does else parts[0]


def imports_of(path: Path) -> Iterator[str]:
    """Folders and root modules of `lvs/` that a module imports from."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "lvs":
                yield from (alias.name for alias in node.names if alias.name in LEVEL)
            elif node.module.startswith("lvs."):
                yield _folder(node.module.split(".")[1:])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_imports_run_downward(path: Path) -> None:
    here = folder_of(path)
    assert here in LEVEL, f"{here} has no level in docs/levels.toml"
    for there in imports_of(path):
        if there != here:
            assert LEVEL[there] > LEVEL[here], (
                f"{here} imports {there}, which is not on a lower level"
            )


def test_levels_name_what_exists() -> None:
    names = {path.stem for path in (HOME / "lvs").iterdir() if path.name != "__pycache__"}
    assert {folder.removesuffix(".*") for folder in LEVEL} == names


def test_the_document_shows_the_levels() -> None:
    document = (HOME / "docs" / "ARCHITECTURE.md").read_text()
    for depth, level in enumerate(LEVELS):
        for folder, text in level.items():
            assert f"| {len(LEVELS) - depth} | `{folder}` | {text} |" in document


def test_an_address_and_a_method_have_one_handler() -> None:
    """Routes are found by scanning, so two modules may declare the same by mistake."""
    answered = [(route.rule, method) for route in ROUTES for method in route.methods]
    assert len(answered) > 50
    assert sorted(answered) == sorted(set(answered))


def test_few_modules_lie_at_the_root() -> None:
    modules = [path.name for path in (HOME / "lvs").glob("*.py") if path.name[0] != "_"]
    assert len(modules) <= MOST_ROOT_MODULES, sorted(modules)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_contexts_are_for_what_renders(path: Path) -> None:
    if folder_of(path) not in MAY_IMPORT_CONTEXTS:
        assert "contexts" not in imports_of(path)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_sql_stays_in_the_store(path: Path) -> None:
    if folder_of(path) == "store":
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


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_dataclasses_have_few_fields(path: Path) -> None:
    """One with more describes several things: a dataclass for each is easier to read."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and "dataclass" in map(_name, node.decorator_list):
            fields = sum(isinstance(one, ast.AnnAssign) for one in node.body)
            assert fields <= MAX_FIELDS, f"{node.name} has {fields} fields"


def _name(decorator: ast.expr) -> str:
    return ast.unparse(decorator).partition("(")[0]


def test_nothing_is_done_at_import() -> None:
    """No thread, no file, no connection: a module that is imported has only defined things."""
    import subprocess
    import sys

    probe = (
        "import threading, os, sys; before = set(os.listdir('.'));"
        "import lvs.server.application, lvs.cli.main, lvs.server.hypercorn, app;"
        "assert threading.active_count() == 1, threading.enumerate();"
        "assert set(os.listdir('.')) == before"
    )
    subprocess.run([sys.executable, "-c", probe], check=True, env={"PYTHONPATH": str(HOME)})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOME)))
def test_only_the_backend_knows_its_engine(path: Path) -> None:
    """Signatures use `lvs.store.Connection` and `Transaction`."""
    if path.parent != HOME / "lvs" / "store" / "backends":
        for node in ast.walk(ast.parse(path.read_text())):
            imported: list[str] = []
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                imported = [node.module or ""]
            assert "sqlite3" not in imported, "import lvs.store.Connection instead"
