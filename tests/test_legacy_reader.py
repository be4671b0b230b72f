"""The files of the previous server, in every form that its versions wrote them."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from lvs.errors import InvalidInputError
from lvs.legacy.reader import LegacyData, read


def write(folder: Path, kind: str, value: object) -> Path:
    (folder / f"{kind}.json").write_text(json.dumps(value))
    return folder


def one(folder: Path, kind: str, value: object) -> LegacyData:
    """What is read of one file name."""
    return read(write(folder, kind, {"a.mp4": value}))["a.mp4"]


@pytest.mark.parametrize(
    ("value", "stars"),
    [
        (1, 1),
        (5, 5),
        (4.4, 4),
        ({"rating": 3, "updated": "2025"}, 3),
        ({"value": 2}, 2),
        (0, None),  # no stars
        (None, None),
        ({"rating": None}, None),
        ({}, None),
    ],
)
def test_ratings_are_numbers_or_have_one(tmp_path: Path, value: object, stars: int | None) -> None:
    assert one(tmp_path, "ratings", value).rating == stars


@pytest.mark.parametrize("value", [6, -1, 0.5, True, "4", [4], {"rating": "4"}, float("nan")])
def test_what_is_no_rating_names_the_file_the_video_and_the_value(
    tmp_path: Path, value: object
) -> None:
    with pytest.raises(InvalidInputError, match="must be 1 to 5") as refused:
        one(tmp_path, "ratings", value)
    assert str(tmp_path / "ratings.json") in refused.value.detail
    assert "'a.mp4'" in refused.value.detail


@pytest.mark.parametrize(
    ("value", "views"),
    [(0, 0), (12, 12), ({"count": 3}, 3), ({"views": 4}, 4), ({"view_count": 5, "last": "x"}, 5)],
)
def test_views_are_counts_or_have_one(tmp_path: Path, value: object, views: int) -> None:
    assert one(tmp_path, "views", value).views == views


@pytest.mark.parametrize("value", [-1, 2**31, 1.5, True, None, "3", {}, {"count": None}])
def test_what_is_no_count_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(InvalidInputError, match="must be a count"):
        one(tmp_path, "views", value)


@pytest.mark.parametrize(
    ("value", "names"),
    [("sea", ["sea"]), (["sea", "sun"], ["sea", "sun"]), (["sea", "sea"], ["sea"]), ([], [])],
)
def test_tags_are_a_name_or_a_list(tmp_path: Path, value: object, names: list[str]) -> None:
    assert one(tmp_path, "tags", value).tags == list(dict.fromkeys(names))


@pytest.mark.parametrize("value", [None, 3, {"name": "sea"}, [1], ["sea", None]])
def test_what_is_no_tag_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(InvalidInputError, match="must be names"):
        one(tmp_path, "tags", value)


@pytest.mark.parametrize(
    "value",
    [
        ["a.mp4"],
        {"a.mp4": True, "b.mp4": False},
        {"a.mp4": "2024-01-01", "b.mp4": None},
        {"favorites": ["a.mp4"]},
        {"favorites": {"a.mp4": 1}},
    ],
)
def test_favorites_are_a_list_or_an_object_also_in_one_of_their_name(
    tmp_path: Path, value: object
) -> None:
    found = read(write(tmp_path, "favorites", value))
    assert [name for name, data in found.items() if data.favorite] == ["a.mp4"]


def test_a_video_that_is_called_like_its_file_is_a_video(tmp_path: Path) -> None:
    """`{"views": 3}` has one key, which is the file's own name: then its value is no object."""
    with pytest.raises(InvalidInputError, match="must be an object of file names"):
        read(write(tmp_path, "views", {"views": 3}))


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"3", b'"text"', b"null"])
def test_damaged_json_is_named(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "tags.json").write_bytes(text)
    with pytest.raises(
        InvalidInputError, match=r"tags\.json (is not valid JSON|must be an object)"
    ):
        read(tmp_path)


def test_all_files_of_a_folder_count_together(tmp_path: Path) -> None:
    write(tmp_path, "ratings", {"a.mp4": 4})
    write(tmp_path, "views", {"a.mp4": 7, "b.mp4": 1})
    write(tmp_path, "tags", {"b.mp4": "sea"})
    write(tmp_path, "favorites", ["a.mp4"])
    write(tmp_path, "settings", {"theme": "dark"})  # another file of the previous server
    assert read(tmp_path) == {
        "a.mp4": LegacyData(rating=4, views=7, favorite=True),
        "b.mp4": LegacyData(views=1, tags=["sea"]),
    }


# --- its database ---


def database(path: Path, *statements: str) -> Path:
    with contextlib.closing(sqlite3.connect(path)) as conn:
        for statement in statements:
            conn.execute(statement)
        conn.commit()
    return path


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ("ratings (filename text, rating int)", LegacyData(rating=3)),
        ("ratings (filename text, rating_value int)", LegacyData(rating=3)),
        ("ratings (filename text, value int)", LegacyData(rating=3)),
        ("views (filename text, views int)", LegacyData(views=3)),
        ("views (filename text, count int)", LegacyData(views=3)),
        ("video_tags (filename text, tag_name text)", LegacyData(tags=["3"])),
        ("favorites (filename text, added_at text)", LegacyData(favorite=True)),
    ],
)
def test_the_names_of_columns_of_all_its_versions_are_known(
    tmp_path: Path, table: str, wanted: LegacyData
) -> None:
    name = table.partition(" ")[0]
    path = database(
        tmp_path / "video_metadata.db",
        f"create table {table}",
        f"insert into {name} values ('a.mp4', '3')",
        f"insert into {name} values (null, '3')",  # of no video
    )
    assert read(path) == read(tmp_path) == {"a.mp4": wanted}


def test_unknown_columns_are_named(tmp_path: Path) -> None:
    database(tmp_path / "video_metadata.db", "create table ratings (path text, stars int)")
    with pytest.raises(InvalidInputError, match="ratings has columns that are not known: path, st"):
        read(tmp_path)


def test_the_database_is_only_read(tmp_path: Path) -> None:
    """It may belong to a server that still runs, and lie on a disk that nobody may write."""
    path = database(tmp_path / "video_metadata.db", "create table ratings (filename, rating)")
    before = path.read_bytes()
    path.chmod(0o400)
    assert read(tmp_path) == {}
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_files_beside_a_database_count_too(tmp_path: Path) -> None:
    database(
        tmp_path / "video_metadata.db",
        "create table video_tags (filename text, tag text)",
        "insert into video_tags values ('a.mp4', 'sea'), ('a.mp4', 'sun')",
    )
    write(tmp_path, "tags", {"a.mp4": ["sun", "sand"]})
    found: dict[str, Any] = read(tmp_path)
    assert found["a.mp4"].tags == ["sea", "sun", "sand"]


def test_an_empty_folder_says_what_it_was_looked_through_for(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"ratings\.json, .* or video_metadata\.db"):
        read(tmp_path)
