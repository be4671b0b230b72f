"""SQL is the same text for SQLite and PostgreSQL; what must differ is in `lvs/store/backends/`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.servers import HOME

STORE = HOME / "lvs" / "store"
# Words of SQLite alone, by what both engines have.
SQLITE_ALONE = {
    r"insert or (ignore|replace)": "on conflict do nothing, or do update",
    r"json_each\(": "the dialect's array and among",
    r"\biif\(": "case",
    r"\b(max|min)\([^()]*,": "case",
    r"\binstr\(": "replace, or the dialect",
    r"collate nocase": "lower",
    r"indexed by": "the dialect's indexed_by",
    r"cross join": "the dialect's ordered_join",
    r"\bsqlite_\w+": "the dialect",
    r"\browid\b|\bmatch :|\bbm25\(": "the dialect's full_text",
    r"group_concat\(": "several rows",
}


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The literal texts of a module with their lines, without its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield node.lineno, str(node.value)


@pytest.mark.parametrize("path", sorted(STORE.glob("*.py")), ids=lambda path: path.name)
def test_statements_have_no_words_of_one_engine(path: Path) -> None:
    found = [
        f"{path.name}:{line} has {match[0]!r}: use {instead}"
        for line, text in texts(path)
        for pattern, instead in SQLITE_ALONE.items()
        if (match := re.search(pattern, text))
    ]
    assert not found


def test_a_word_of_sqlite_is_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('SQL = "insert or ignore into tag (name) values (?)"\n')
    with pytest.raises(AssertionError, match="insert or ignore"):
        test_statements_have_no_words_of_one_engine(module)
