"""A library of the version before becomes one of items, with all of its user data."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lvs.errors import StartError, UnavailableError
from lvs.store import Store, export, migrations
from lvs.store.backends import open_backend, sqlite
from lvs.store.backends.sqlite import Connection, connect
from lvs.store.database import newest_event
from lvs.viewer import HOUSEHOLD
from tests.helpers import version_9
from tests.helpers.postgres import Databases
from tests.helpers.servers import HOME

VIDEOS = 500


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "library.db"
    version_9.build(path, VIDEOS)
    return path


def _old_export(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as conn:
        return list(version_9.export(conn))


async def _migrate(path: Path) -> None:
    store = Store(path)
    await store.open()
    await store.close()


def _migrated(path: Path) -> Connection:
    asyncio.run(_migrate(path))
    return connect(path)


def _schema(conn: Connection) -> dict[str, str]:
    """Every table, index and trigger by its name, as SQLite has it."""
    rows = conn.execute("select name, sql from sqlite_master where sql is not null")
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows}


def test_the_export_is_the_same_before_and_after(old: Path) -> None:
    before = _old_export(old)
    with contextlib.closing(_migrated(old)) as conn:
        assert list(export.export(conn)) == before
    assert len(before) == VIDEOS + 2


def test_it_is_the_database_of_a_new_library(old: Path, tmp_path: Path) -> None:
    """Also every index and trigger: a list that is slow after an update would be found late."""
    with (
        contextlib.closing(_migrated(old)) as conn,
        contextlib.closing(_migrated(tmp_path / "new.db")) as new,
    ):
        assert _schema(conn) == _schema(new)
        assert conn.execute("pragma integrity_check").fetchone()[0] == "ok"
        assert conn.execute("pragma foreign_key_check").fetchall() == []


def test_the_facts_of_videos_are_those_of_before(old: Path) -> None:
    columns = "width, height, frame_rate, video_codec, audio_codec, hdr, audio_tracks, projection"
    with contextlib.closing(sqlite3.connect(old)) as conn:
        before = conn.execute(
            f"select id, {columns}, shown_projection, shown_stereo from video order by id"
        ).fetchall()
    with contextlib.closing(_migrated(old)) as conn:
        after = conn.execute(
            f"select item_id, {columns}, effective_projection, effective_stereo"
            " from video_facts order by item_id"
        ).fetchall()
        kinds = conn.execute("select distinct kind from item").fetchall()
    assert after == before
    assert kinds == [("video",)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("saved_search", "saved_search"),
        ("bulk_before", "bulk_edit_item"),
        ("root", "library_folder"),
        ("folder", "folder"),
        ("file", "file"),
        ("video_tag", "item_tag"),
        ("folder_video", "folder_item"),
        ("video_text", "item_fts"),
    ],
)
def test_what_only_has_another_name_has_the_same_rows(old: Path, before: str, after: str) -> None:
    with contextlib.closing(sqlite3.connect(old)) as conn:
        rows = conn.execute(f"select * from {before} order by 1, 2").fetchall()
    with contextlib.closing(_migrated(old)) as conn:
        found = conn.execute(f"select * from {after} order by 1, 2").fetchall()
    assert rows
    assert [row[: len(rows[0])] for row in found] == rows  # later versions add columns


def test_changes_of_many_videos_are_those_of_the_household(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old)) as conn:
        rows = conn.execute("select * from bulk order by id").fetchall()
    with contextlib.closing(_migrated(old)) as conn:
        after = conn.execute("select id, action, value, at, user_id from bulk_edit order by id")
        assert after.fetchall() == [(*row, HOUSEHOLD.user_id) for row in rows]
    assert rows


def test_kept_counts_equal_a_recount(old: Path) -> None:
    with contextlib.closing(_migrated(old)) as conn:
        for kept, counted in (
            (
                "select kind, item_count from library_stats",
                "select kind, count(*) from item where file_count > 0 group by kind",
            ),
            (
                "select id, item_count from tag order by id",
                "select tag_id, count(*) from item_tag group by tag_id order by tag_id",
            ),
            (
                "select id, item_count from folder where item_count > 0 order by id",
                "select folder_id, count(*) from folder_item group by folder_id order by folder_id",
            ),
            (
                "select sum(rating_count), sum(favorite_count) from item",
                "select (select count(*) from rating), (select count(*) from favorite)",
            ),
        ):
            rows = conn.execute(kept).fetchall()
            assert rows == conn.execute(counted).fetchall()
            assert rows


def test_events_have_the_new_topics_and_go_on_from_the_last(old: Path) -> None:
    with contextlib.closing(_migrated(old)) as conn:
        assert newest_event(conn) == version_9.LAST_EVENT
        topics = conn.execute("select topic, kind, user_id from event group by 1, 2, 3").fetchall()
    assert topics == [
        ("folder.availability", None, None),
        ("folder.updated", None, None),
        ("item.added", "video", None),
        ("item.copied", "video", None),
        ("item.removed", "video", None),
        ("item.updated", "video", None),
        ("saved_search.updated", None, 1),
    ]


def test_a_copy_of_before_is_kept_and_named(old: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = _old_export(old)
    with caplog.at_level(logging.INFO, "lvs.store.migrations"):
        _migrated(old).close()
    copy = old.with_name("library.db.version-9")
    assert _old_export(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600
    assert str(copy) in caplog.text
    assert not list(old.parent.glob("*.partial"))


def test_a_new_library_is_not_copied(tmp_path: Path) -> None:
    _migrated(tmp_path / "library.db").close()
    assert not list(tmp_path.glob("library.db.version-*"))


def test_without_room_for_the_copy_nothing_changes(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = _old_export(old)
    monkeypatch.setattr(sqlite, "copy", full)
    with pytest.raises(StartError, match="is full"):
        asyncio.run(_migrate(old))
    assert _old_export(old) == before


_KILLED = """
import os, signal, sys
from pathlib import Path
from lvs.store import migrations
from lvs.store.backends import sqlite
from lvs.store.backends.sqlite import Connection, connect
conn, step = sqlite.connect(Path(sys.argv[1]), autocommit=True), int(sys.argv[2])
every = sqlite.statements
def until(script):
    yield from every(script)[:step]
    os.kill(os.getpid(), signal.SIGKILL)
class Killed:
    def __init__(self, script): self.script = script
    def __iter__(self): return until(self.script)
    def __len__(self): return 1
sqlite.statements = Killed
migrations.migrate(conn)
"""


@pytest.mark.parametrize("step", [0, 25, 40, 60])
def test_killed_in_the_middle_it_starts_over(old: Path, step: int) -> None:
    before = _old_export(old)
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(old), str(step)], cwd=HOME, timeout=60, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert _old_export(old) == before
    with contextlib.closing(_migrated(old)) as conn:
        assert list(export.export(conn)) == before


def test_rows_that_would_be_lost_stop_the_start(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _old_export(old)
    lossy = tmp_path / "0010_items.sql"
    real = dict(migrations.available())[10].read_text()
    lossy.write_text(real.replace("from item order by id;", "from item where id > 9;", 1))
    monkeypatch.setattr(migrations, "available", lambda _: [(10, lossy)])
    with pytest.raises(StartError, match="would be lost"):
        asyncio.run(_migrate(old))
    assert _old_export(old) == before


# --- on PostgreSQL ---


@pytest.fixture
def version_11(postgres: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a PostgreSQL database of version 11, with rows; 12 rewrites data."""
    monkeypatch.setattr(migrations, "REWRITES_DATA", frozenset({12}))
    with postgres.new() as address:
        with contextlib.closing(open_backend(address).connect(read_only=False)) as conn:
            migrations.migrate(conn, until=11)
            conn.begin_write()
            conn.execute("insert into library_folder (name) values ('Föhr')")
            conn.execute("insert into folder (root_id, path, name) values (1, ?, 'b')", (b"\xff",))
            conn.execute("insert into tag (name, key, item_count) values ('a', 'a', 7)")
            conn.commit()
        yield address


def _migrate_server(address: str, folder: Path) -> None:
    async def migrate() -> None:
        store = Store(address, copies=folder)
        await store.open()
        await store.close()

    asyncio.run(migrate())


def _version_of(address: str) -> int:
    with contextlib.closing(open_backend(address).connect(read_only=True)) as conn:
        return migrations.newest(conn)


def test_all_rows_of_postgres_are_kept_in_a_file_before_they_are_rewritten(
    version_11: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "lvs.store.migrations"):
        _migrate_server(version_11, tmp_path)
    copy = tmp_path / "library.db.version-11"
    assert str(copy) in caplog.text
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("library.db*")] == [copy.name]
    with contextlib.closing(connect(copy, read_only=True)) as conn:
        assert migrations.newest(conn) == 11
        assert conn.execute("select name from library_folder").fetchall() == [("Föhr",)]
        assert conn.execute("select path from folder").fetchall() == [(b"\xff",)]
        assert conn.execute("select name, item_count from tag").fetchall() == [("a", 7)]
    assert _version_of(version_11) == migrations.available()[-1][0]
    _migrate_server(version_11, tmp_path / "another")  # nothing is due, nothing is copied


def test_without_a_copy_no_row_of_postgres_is_rewritten(version_11: str, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="No such file or directory"):
        _migrate_server(version_11, tmp_path / "absent")
    assert _version_of(version_11) == 11


def test_a_copy_that_is_not_equal_stops_the_start(
    version_11: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite.Connection.insert

    def lossy(self: Connection, table: str, columns: Any, rows: Any) -> None:
        real(self, table, columns, itertools.islice(rows, 0 if table == "tag" else None))

    monkeypatch.setattr(sqlite.Connection, "insert", lossy)
    with pytest.raises(UnavailableError, match="not equal in the table tag"):
        _migrate_server(version_11, tmp_path)
    assert _version_of(version_11) == 11
    assert list(tmp_path.glob("library.db*")) == []
