"""Reads data of the previous server: its four JSON files or its `video_metadata.db`."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lvs.errors import InvalidInputError
from lvs.store import DatabaseError, user_data_import
from lvs.store.backends.sqlite import connect

DATABASE = "video_metadata.db"


@dataclass
class LegacyData:
    """The user data of one file in the previous server."""

    rating: int | None = None
    views: int = 0
    favorite: bool = False
    tags: list[str] = field(default_factory=list)


def read(path: Path) -> dict[str, LegacyData]:
    """User data by file name, from a folder with the files or database, or from one of them.

    Raises InvalidInputError that names the file and what is wrong with it.
    """
    user_data: dict[str, LegacyData] = {}
    database = path if path.suffix == ".db" else path / DATABASE
    found = [path / f"{kind}.json" for kind in _KINDS if (path / f"{kind}.json").is_file()]
    if database.is_file():
        _read_database(database, user_data)
    for file in found:
        _read_json(file, _KINDS[file.stem], user_data)
    if not database.is_file() and not found:
        names = ", ".join(f"{kind}.json" for kind in _KINDS)
        raise InvalidInputError(f"Nothing to import in {path}: no {names} or {DATABASE}.")
    return user_data


Give = Callable[[LegacyData, Any], None]


def _rate(user_data: LegacyData, value: Any) -> None:
    number = value.get("rating", value.get("value")) if isinstance(value, dict) else value
    if number in (None, 0):
        return
    if isinstance(number, bool) or not isinstance(number, int | float) or not 1 <= number <= 5:
        raise ValueError(f"the rating {number!r}; it must be 1 to 5")
    user_data.rating = round(number)


def _view(user_data: LegacyData, value: Any) -> None:
    number = value
    if isinstance(value, dict):
        number = value.get("count", value.get("views", value.get("view_count")))
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**31:
        raise ValueError(f"the views {number!r}; it must be a count")
    user_data.views = number


def _tag(user_data: LegacyData, value: Any) -> None:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"the tags {value!r}; they must be names")
    user_data.tags += [name for name in dict.fromkeys(names) if name not in user_data.tags]


def _favor(user_data: LegacyData, value: Any) -> None:
    user_data.favorite = bool(value)


_KINDS: dict[str, Give] = {"ratings": _rate, "views": _view, "tags": _tag, "favorites": _favor}


def _read_json(path: Path, give: Give, user_data: dict[str, LegacyData]) -> None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError(f"{path} is not valid JSON: {error}") from error
    if isinstance(found, dict) and set(found) == {path.stem}:  # {"favorites": [...]}
        found = found[path.stem]
    if isinstance(found, list):
        found = dict.fromkeys(map(str, found), True)
    if not isinstance(found, dict):
        raise InvalidInputError(f"{path} must be an object of file names.")
    _apply_all(path, found.items(), give, user_data)


def _apply_all(path: Path, items: Any, give: Give, user_data: dict[str, LegacyData]) -> None:
    for name, value in items:
        try:
            give(user_data.setdefault(str(name), LegacyData()), value)
        except ValueError as error:
            raise InvalidInputError(f"{path} gives {name!r} {error}.") from error


# Table, and the possible names of its value column; without one, the row itself is the value.
_TABLES: tuple[tuple[str, tuple[str, ...], Give], ...] = (
    ("ratings", ("rating", "value", "rating_value"), _rate),
    ("views", ("view_count", "views", "count"), _view),
    ("video_tags", ("tag", "tag_name", "name"), _tag),
    ("favorites", (), _favor),
)


def _read_database(path: Path, user_data: dict[str, LegacyData]) -> None:
    try:
        with contextlib.closing(connect(path, immutable=True)) as conn:
            for table, names, give in _TABLES:
                _apply_all(path, user_data_import.by_filename(conn, table, names), give, user_data)
    except DatabaseError as error:
        raise InvalidInputError(
            f"{path} is not a database of the previous server: {error}."
        ) from error
