"""Statements are written once, and sent to PostgreSQL with its own parameters."""

from __future__ import annotations

from typing import Any

import pytest

from lvs.store.backends.parameters import bound


@pytest.mark.parametrize(
    ("sql", "parameters", "wanted"),
    [
        ("a = ? and b = ?", [1, 2], ("a = $1 and b = $2", [1, 2])),
        ("a = :b and c = :b or :a > 1", {"a": 1, "b": 2}, ("a = $1 and c = $1 or $2 > 1", [2, 1])),
        ("'?' = ? -- ?\n and '''?' = :: text", [1], ("'?' = $1 -- ?\n and '''?' = :: text", [1])),
        ("a::text = :a and \":b\" = ':c'", {"a": 1}, ("a::text = $1 and \":b\" = ':c'", [1])),
        ("/* :x ? */ ?", [1], ("/* :x ? */ $1", [1])),
        ("100 % ? like '%'", [1], ("100 % $1 like '%'", [1])),
        ("(:a is null or b = :a)", {"a": None}, ("(true or b = null)", [])),
        ("(:a IS  NULL or b = :a)", {"a": 3}, ("(false or b = $1)", [3])),
        ("? is not null and ? = b", [3, 4], ("true and $1 = b", [4])),
        ("values (?, ?, ?)", [1, None, 3], ("values ($1, null, $2)", [1, 3])),
        ("select 1", {"unused": 1}, ("select 1", [])),
    ],
)
def test_parameters_are_numbered(sql: str, parameters: Any, wanted: tuple[str, list[Any]]) -> None:
    assert bound(sql, parameters) == wanted


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [("? = :a", {"a": 1}), ("a = ?", []), ("a = ?", [1, 2])],
)
def test_what_does_not_fit_is_refused(sql: str, parameters: Any) -> None:
    with pytest.raises(ValueError, match=r"parameters|in one statement"):
        bound(sql, parameters)
