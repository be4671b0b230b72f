"""Personal data is read and written for a viewer, whom one place finds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.servers import HOME

PERSONAL = re.compile(r"\b(rating|favorite|playback_progress|saved_search|bulk_edit(?:_item)?)\b")
SQL = re.compile(r"\b(select|insert into|update|delete from|from|join)\s", re.I)
# Whole tables, whoever they belong to: exports, and what goes with an item that is deleted.
OF_EVERYBODY = {"export.py", "cleanup.py", "counts.py"}
OF_ALL_USERS = {"users_of"}  # who has marks of an item, not which
STORE = [
    path for path in sorted((HOME / "lvs" / "store").glob("*.py")) if path.name not in OF_EVERYBODY
]
# Where it is found out who asks, and commands that act for the whole household.
FINDS_THE_VIEWER = {
    "lvs/viewer.py",
    "lvs/http/viewers.py",
    "lvs/server/lifecycle.py",
    "lvs/cli/backups.py",
    "lvs/cli/scan.py",
    "lvs/demo/user_data.py",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def texts(node: ast.AST) -> Iterator[str]:
    """String constants below a node, also parts of f-strings; not the docstrings."""
    documented = {
        id(one.body[0].value)
        for one in ast.walk(node)
        if isinstance(one, Function | ast.ClassDef | ast.Module)
        and one.body
        and isinstance(one.body[0], ast.Expr)
    }
    for one in ast.walk(node):
        value = one.value if isinstance(one, ast.Constant) else None
        if isinstance(value, str) and id(one) not in documented:
            yield value


def is_personal(text: str) -> bool:
    return bool(SQL.search(text)) and bool(PERSONAL.search(text))


def arguments(function: Function) -> list[str]:
    return [argument.arg for argument in function.args.args]


@pytest.mark.parametrize("path", STORE, ids=lambda path: path.name)
def test_functions_on_personal_tables_take_a_viewer(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, Function) or node.name in OF_ALL_USERS:
            continue
        if any(map(is_personal, texts(node))):
            names = arguments(node)
            if names[:2] == ["conn", "spec"]:  # a list's specification has its viewer
                assert any(":viewer" in text for text in texts(node)), node.name
            else:
                assert names[:2] in (["conn", "viewer"], ["tx", "viewer"]), (
                    f"{node.name}{tuple(names)}: it needs `viewer` after the connection"
                )


@pytest.mark.parametrize("path", STORE, ids=lambda path: path.name)
def test_pieces_of_sql_on_personal_tables_name_the_viewer(path: Path) -> None:
    """Conditions and sort keys that lists are composed of."""
    module = ast.parse(path.read_text())
    for statement in module.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            found = [text for text in texts(statement) if is_personal(text)]
            for text in found:
                assert ":viewer" in text, f"line {statement.lineno}: {text}"


@pytest.mark.parametrize(
    "path", sorted((HOME / "lvs").rglob("*.py")), ids=lambda path: str(path.relative_to(HOME))
)
def test_viewers_are_required_and_come_from_few_places(path: Path) -> None:
    text = path.read_text()
    if str(path.relative_to(HOME)) not in FINDS_THE_VIEWER:
        assert "HOUSEHOLD" not in text, "take the viewer as an argument"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            with_defaults = node.args.args[len(node.args.args) - len(node.args.defaults) :]
            assert "viewer" not in {argument.arg for argument in with_defaults}, node.name
