"""The previous server's files are imported, by file name, once."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from lvs.errors import InvalidInputError
from lvs.legacy.importing import import_from
from lvs.services import Services
from lvs.store import export
from lvs.viewer import HOUSEHOLD
from tests.helpers.libraries import fill
from tests.helpers.servers import Process

RATINGS = {
    "Video 000000.mp4": 4,
    "Video 000001.mp4": {"rating": 5, "updated": "2025"},
    "gone.mp4": 1,
}
VIEWS = {"Video 000000.mp4": 900, "Video 000002.mp4": {"count": 700, "last_viewed": None}}
TAGS = {"Video 000000.mp4": ["Sea", "sun"], "twice.mp4": ["lost"], "Video 000003.mp4": ["x" * 61]}
FAVORITES = ["Video 000001.mp4", "gone.mp4"]
FILES: dict[str, Any] = {
    "ratings": RATINGS,
    "views": VIEWS,
    "tags": TAGS,
    "favorites": FAVORITES,
}


@pytest.fixture
async def known(services: Services) -> Services:
    """Video 000000 at the top, 000001 in A, 000002 in B, ... and two that are called the same."""
    await fill(services.store, 6, ["", "A", "B"])
    await services.store.write(
        lambda tx: [
            tx.connection.execute("update file set path = ? where item_id = ?", (path, video))
            for path, video in ((b"A/twice.mp4", 5), (b"B/twice.mp4", 6))
        ]
    )
    await services.store.write(lambda tx: tx.connection.execute("update item set view_count = 7"))
    return services


def write_files(folder: Path) -> Path:
    for kind, value in FILES.items():
        (folder / f"{kind}.json").write_text(json.dumps(value))
    return folder


def write_database(folder: Path) -> Path:
    path = folder / "video_metadata.db"
    conn = sqlite3.connect(path)
    conn.executescript(
        "create table videos (filename text primary key, added_date text, file_size int, duration);"
        "create table ratings (filename text, rating integer, created_at, updated_at);"
        "create table views (filename text, view_count integer, last_viewed text);"
        "create table video_tags (filename text, tag text);"
        "create table favorites (filename text, added_at text);"
    )
    for name, value in RATINGS.items():
        stars = value["rating"] if isinstance(value, dict) else value
        conn.execute("insert into ratings values (?, ?, null, null)", (name, stars))
    for name, value in VIEWS.items():
        views = value["count"] if isinstance(value, dict) else value
        conn.execute("insert into views values (?, ?, null)", (name, views))
    for name, names in TAGS.items():
        conn.executemany("insert into video_tags values (?, ?)", [(name, tag) for tag in names])
    conn.executemany("insert into favorites values (?, null)", [(name,) for name in FAVORITES])
    conn.commit()
    conn.close()
    return path


async def exported(services: Services) -> dict[str, Any]:
    lines = await services.store.read(lambda conn: "".join(export.export(conn)))
    return {video["title"]: video for video in json.loads(lines)["videos"]}


@pytest.mark.parametrize("write", [write_files, write_database])
async def test_matches_are_imported_and_the_rest_is_reported(
    known: Services, tmp_path: Path, write: Any
) -> None:
    source = write(tmp_path)
    report = await import_from(known.store, HOUSEHOLD, source)
    assert report.matched == 4
    assert report.unknown == ["gone.mp4"]
    assert report.ambiguous == ["twice.mp4"]
    assert "60 characters" in report.refused["Video 000003.mp4"]
    found = await exported(known)
    zero, one, two = (found[f"Video 00000{number}"] for number in range(3))
    assert (zero["ratings"][0]["value"], zero["views"], zero["tags"]) == (4, 900, ["Sea", "sun"])
    assert (one["ratings"][0]["value"], one["views"], len(one["favorites"])) == (5, 7, 1)
    assert (two["ratings"], two["views"]) == ([], 700)
    again = await import_from(known.store, HOUSEHOLD, source)
    assert again.matched == 4
    assert await exported(known) == found


async def test_user_data_of_this_server_wins(known: Services, tmp_path: Path) -> None:
    from lvs.store import curation, playback

    await known.store.write(curation.rate, HOUSEHOLD, 1, 2)
    await known.store.write(
        lambda tx: tx.connection.execute("update item set view_count = 5000 where id = 1")
    )
    await known.store.write(playback.count_view, 1)
    await import_from(known.store, HOUSEHOLD, write_files(tmp_path))
    zero = (await exported(known))["Video 000000"]
    assert (zero["ratings"][0]["value"], zero["views"]) == (2, 5001)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("ratings.json", "{", "is not valid JSON"),
        ("ratings.json", '{"Video 000000.mp4": 9}', "must be 1 to 5"),
        ("views.json", '{"Video 000000.mp4": "many"}', "must be a count"),
        ("tags.json", '{"Video 000000.mp4": 3}', "must be names"),
        ("favorites.json", '"all"', "must be an object"),
        ("video_metadata.db", "not a database, by far", "not a database of the previous"),
    ],
)
async def test_a_bad_file_is_named_and_nothing_is_changed(
    known: Services, tmp_path: Path, name: str, text: str, reason: str
) -> None:
    write_files(tmp_path)
    (tmp_path / name).write_text(text)
    before = await exported(known)
    with pytest.raises(InvalidInputError, match=reason) as refused:
        await import_from(known.store, HOUSEHOLD, tmp_path)
    assert name in refused.value.detail
    assert await exported(known) == before


def test_import_by_command(videos: Path, tmp_path: Path) -> None:
    source = tmp_path / "first"
    source.mkdir()
    command = ("-m", "lvs", "import", str(source))
    empty = Process(videos, tmp_path / "data", command=command).start(wait=False)
    assert empty.wait() == 1
    assert "Nothing to import" in " ".join(empty.output)
    write_files(source)
    empty = Process(videos, tmp_path / "data", command=command).start(wait=False)
    assert empty.wait() == 1
    assert "has no videos yet" in " ".join(empty.output)
