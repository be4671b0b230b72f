"""A library moves to PostgreSQL and back, whole, or not at all."""

from __future__ import annotations

import contextlib
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lvs.backups.transfer import copy_database
from lvs.errors import ConflictError, NotFoundError, StartError, UnavailableError
from lvs.models import FoundFile
from lvs.store import (
    Connection,
    Store,
    Transaction,
    copying,
    export,
    files,
    migrations,
    search,
    tags,
)
from lvs.store.backends import open_backend
from lvs.store.backends.postgres import PostgresConnection
from lvs.store.backends.sqlite import Connection as SqliteConnection
from lvs.store.backends.sqlite import connect
from lvs.store.copying import Report
from lvs.store.gallery import count
from lvs.store.list_plan import ListSpec
from lvs.viewer import HOUSEHOLD
from tests.helpers import version_9
from tests.helpers.postgres import Databases
from tests.helpers.servers import HOME, Process

ITEMS = 120
LARGEST = 2**63 - 1
ODD_NAME = b"caf\xe9/\xff\\x41\t\r\n.mp4"  # no UTF-8, and what a line of COPY could break on


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with rows in every table, and values that are easily lost."""
    path = tmp_path_factory.mktemp("built") / "library.db"
    version_9.build(path, ITEMS)
    with contextlib.closing(connect(path, autocommit=True)) as conn:
        migrations.migrate(conn)
        conn.execute(
            "update file set path = ?, mtime_ns = ? where id = 5", (ODD_NAME, -LARGEST - 1)
        )
        conn.execute(
            "update item set title = ?, size_bytes = ?, duration_s = 0.1 + 0.2, probe_error = ?"
            " where id = 5",
            ("\\N \\. \\u0000\t\n\"'日本 😀", LARGEST, ""),
        )
        conn.execute(
            "update video_facts set subtitle_tracks = ? where item_id = 5",
            ('[ {"language":"de" , "title":"\\u00fc\\\\"} ]',),
        )
        conn.execute('update bulk_edit_item set before = \'[1.50, {"b": 1, "a": null}]\'')
        conn.execute("delete from video_facts where item_id = 6")
        conn.execute("update item set kind = 'audio' where id = 6")
        conn.execute("insert into audio_facts (item_id, artist, year) values (6, 'Björk', 1995)")
        # A child that has a smaller id than its parent.
        conn.execute("update folder set parent_id = 51 where id = 7")
        everything = conn.execute("select id from item order by id").fetchall()
        conn.execute("delete from item_fts")
        search.index(conn, [item_id for (item_id,) in everything])
        conn.execute("pragma journal_mode = delete")
    return path


@pytest.fixture
def library(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built, tmp_path / "library.db"))


@pytest.fixture
def address(postgres: Databases) -> Iterator[str]:
    with postgres.new() as address:
        yield address


@contextlib.contextmanager
def reading(database: Path | str) -> Iterator[Connection]:
    with contextlib.closing(open_backend(database).connect(read_only=True)) as conn:
        conn.begin_read(60)
        yield conn
        conn.rollback()


def rows(database: Path | str) -> dict[str, list[Any]]:
    """All rows of all tables by their names."""
    with reading(database) as conn:
        return {
            table.name: sorted(
                map(
                    repr,
                    conn.execute(
                        f'select {", ".join(sorted(table.columns))} from "{table.name}"'
                    ).fetchall(),
                )
            )
            for table in conn.dialect.catalog.tables(conn)
        }


def exported(database: Path | str) -> list[str]:
    with reading(database) as conn:
        return list(export.export(conn))


def found(database: Path | str, words: str) -> list[int]:
    full_text = open_backend(database).connect(read_only=True).dialect.full_text
    with reading(database) as conn:
        return sorted(
            item_id
            for (item_id,) in conn.execute(
                f"select {full_text.id} from item_fts where {full_text.matches('?')}",
                (search.expression(words),),
            )
        )


def tables_of(address: str) -> list[str]:
    with psycopg.connect(address) as conn:
        return [
            row[0]
            for row in conn.execute("select tablename from pg_tables where schemaname = 'public'")
        ]


def test_every_row_is_the_same_there_and_back(library: Path, address: str, tmp_path: Path) -> None:
    before = rows(library)
    assert [name for name, found in before.items() if not found] == []
    there = copy_database(library, address)
    assert rows(address) == before
    back = copy_database(address, tmp_path / "back.db")
    assert rows(tmp_path / "back.db") == before
    assert there == back
    assert (there.items, there.rows) == (ITEMS, sum(map(len, before.values())))
    assert (there.corrected, there.without_nul) == (0, 0)
    assert exported(library) == exported(address) == exported(tmp_path / "back.db")


def test_the_file_that_comes_back_is_the_database_of_a_new_library(
    library: Path, address: str, tmp_path: Path
) -> None:
    def schema(path: Path) -> list[tuple[str, str]]:
        with contextlib.closing(sqlite3.connect(path)) as conn:
            assert conn.execute("pragma integrity_check").fetchone()[0] == "ok"
            assert conn.execute("pragma foreign_key_check").fetchall() == []
            return conn.execute("select name, sql from sqlite_master order by name").fetchall()

    copy_database(library, address)
    back = tmp_path / "back.db"
    copy_database(address, back)
    with contextlib.closing(connect(tmp_path / "new.db", autocommit=True)) as conn:
        migrations.migrate(conn)
    assert schema(back) == schema(tmp_path / "new.db")
    assert back.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("back*")) == ["back.db"]


def test_a_search_finds_the_same(library: Path, address: str, tmp_path: Path) -> None:
    copy_database(library, address)
    copy_database(address, tmp_path / "back.db")
    for words in ("föhr", "foh", "video -000001", '"folder 3"', "täg", "bjork"):
        wanted = found(library, words)
        assert found(address, words) == found(tmp_path / "back.db", words) == wanted
        assert wanted


def _scan(tx: Transaction, count: int) -> None:
    found = [FoundFile(f"{n}.mp4", 1, 1, f"{n:016x}") for n in range(count)]
    files.ingest(tx, 1, found, {}, first_scan=False)


async def test_the_copy_goes_on_as_the_library_did(library: Path, address: str) -> None:
    """New ids are free, triggers count, and events continue."""
    copy_database(library, address)
    store = Store(address)
    await store.open()
    before = await store.read(count, ListSpec(HOUSEHOLD))
    assert store.last_event_id == version_9.LAST_EVENT
    await store.write(_scan, 3)
    await store.write(tags.set_all, 1, ["A new one"])
    assert store.last_event_id > version_9.LAST_EVENT
    assert await store.read(count, ListSpec(HOUSEHOLD)) == before + 3
    kept = await store.read(
        lambda conn: conn.execute("select sum(item_count) from library_stats").fetchone()[0]
    )
    assert kept == before + 3
    await store.close()


def test_a_table_that_a_new_kind_brings_is_copied(
    library: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also its computed columns; and a table without a primary key."""
    known = {engine: migrations.available(engine) for engine in ("sqlite", "postgres")}
    for engine, kind in (("sqlite", "virtual"), ("postgres", "stored")):
        path = tmp_path / f"0099_books.{engine}.sql"
        path.write_text(
            "create table book_facts (item_id bigint primary key references item (id),"
            f" pages bigint, double bigint generated always as (pages * 2) {kind});"
            "create table book_note (book bigint references book_facts (item_id), note text);"
        )
        known[engine].append((99, path))
    monkeypatch.setattr(migrations, "available", lambda engine="sqlite": known[engine])
    with contextlib.closing(connect(library, autocommit=True)) as conn:
        migrations.migrate(conn)
        conn.execute("insert into book_facts values (3, 21), (4, null)")
        conn.execute("insert into book_note values (3, 'a'), (3, 'a'), (4, null)")
    before = rows(library)
    copy_database(library, address)
    copy_database(address, tmp_path / "back.db")
    assert rows(address) == rows(tmp_path / "back.db") == before
    assert len(before["book_note"]) == 3
    with reading(address) as pg:
        assert pg.execute("select double from book_facts order by 1").fetchall() == [(42,), (None,)]


def test_a_wrong_count_is_corrected_and_said(library: Path, address: str) -> None:
    with contextlib.closing(sqlite3.connect(library)) as conn, conn:
        conn.execute("update folder set item_count = item_count + 2 where id < 4")
        conn.execute("update item set rating_average = 4.5, favorite_count = 9 where id = 1")
        conn.execute("update library_stats set item_count = 1")
    assert copy_database(library, address).corrected == 6
    with reading(address) as pg:
        assert pg.execute(
            "select count(*) from folder f where item_count <>"
            " (select count(*) from folder_item where folder_id = f.id)"
        ).fetchone() == (0,)
        assert pg.execute(
            "select rating_average, favorite_count from item where id = 1"
        ).fetchone() == (0.0, 0)


def test_a_nul_is_left_out_and_said(library: Path, address: str) -> None:
    with contextlib.closing(sqlite3.connect(library)) as conn, conn:
        conn.execute("update item set title = 'a' || char(0) || 'b' where id = 2")
    assert copy_database(library, address).without_nul == 1
    with reading(address) as pg:
        assert pg.execute("select title from item where id = 2").fetchone() == ("ab",)


def test_a_target_with_rows_is_refused_and_untouched(
    library: Path, address: str, tmp_path: Path
) -> None:
    copy_database(library, address)
    before = rows(address)
    with pytest.raises(ConflictError, match="is not empty"):
        copy_database(library, address)
    assert rows(address) == before
    for name in ("there.db", "other.db-wal"):
        (tmp_path / name).write_bytes(b"as it was")
        with pytest.raises(ConflictError, match=f"{name} exists"):
            copy_database(library, tmp_path / name.removesuffix("-wal"))
        assert (tmp_path / name).read_bytes() == b"as it was"


def test_a_database_of_another_program_is_refused(library: Path, address: str) -> None:
    with psycopg.connect(address) as conn:
        conn.execute("create table theirs (id bigint)")
        conn.execute("insert into theirs values (1)")
    with pytest.raises(ConflictError, match="rows in its table theirs"):
        copy_database(library, address)
    assert tables_of(address) == ["theirs"]


def test_a_source_that_is_not_there_or_older_is_refused(
    library: Path, address: str, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match="does not exist"):
        copy_database(tmp_path / "none.db", address)
    assert not (tmp_path / "none.db").exists()
    old = tmp_path / "old.db"
    version_9.build(old, 1)
    with pytest.raises(StartError, match="Start the server once"):
        copy_database(old, address)


@pytest.mark.parametrize(
    "target",
    ["postgresql://nobody:secret@127.0.0.1:1/library", "postgresql://[:secret", "no/way.db"],
)
def test_a_target_that_cannot_be_had_is_said_without_the_password(
    library: Path, target: str, tmp_path: Path
) -> None:
    to = target if ":" in target else tmp_path / target
    with pytest.raises(UnavailableError, match="Nothing was changed") as refused:
        copy_database(library, to)
    assert "secret" not in refused.value.detail


class StoppedError(Exception):
    pass


def _stop_in(part: str) -> Report:
    def stop(what: str, done: int, total: int) -> None:
        if what.startswith(part) and done > 20:
            raise StoppedError

    return stop


def test_a_copy_that_is_ended_leaves_nothing_and_can_be_made_again(
    library: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "REPORT_EVERY", 10)
    before = rows(library)
    targets: list[Path | str] = [address, tmp_path / "new.db"]
    for target in targets:
        for part in ("Copying", "Comparing", "Comparing exports", "Indexing"):
            with pytest.raises(StoppedError):
                copy_database(library, target, _stop_in(part))
            assert not list(tmp_path.glob("new.db*"))
            assert rows(library) == before
        copy_database(library, target)
        assert rows(target) == before


_KILLED = """
import os, signal, sys
from pathlib import Path
from lvs.backups.transfer import copy_database
from lvs.store import copying
copying.REPORT_EVERY = 10
def kill(what, done, total):
    if what == sys.argv[3] and done > 20:
        os.kill(os.getpid(), signal.SIGKILL)
to = sys.argv[2]
copy_database(Path(sys.argv[1]), to if ":" in to else Path(to), kill)
"""


@pytest.mark.parametrize("part", ["Copying", "Comparing exports"])
def test_killed_in_the_middle_it_can_be_made_again(
    library: Path, address: str, tmp_path: Path, part: str
) -> None:
    before = rows(library)
    targets: list[Path | str] = [address, tmp_path / "new.db"]
    for target in targets:
        killed = subprocess.run(
            [sys.executable, "-c", _KILLED, str(library), str(target), part],
            cwd=HOME,
            timeout=60,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        assert not (tmp_path / "new.db").exists()
        copy_database(library, target)
        assert rows(target) == before
    assert not list(tmp_path.glob("*.copying*"))


def _lose_a_row(insert: Callable[..., None]) -> Callable[..., None]:
    def lossy(conn: Connection, table: str, columns: Any, rows: Any) -> None:
        insert(conn, table, columns, list(rows)[:-1] if table == "saved_search" else rows)

    return lossy


def _change_a_value(insert: Callable[..., None]) -> Callable[..., None]:
    def wrong(conn: Connection, table: str, columns: Any, rows: Any) -> None:
        found = list(rows)
        if table == "rating":
            found[0] = (*found[0][:-1], found[0][-1] + 1)
        insert(conn, table, columns, found)

    return wrong


@pytest.mark.parametrize(
    ("fault", "table"), [(_lose_a_row, "saved_search"), (_change_a_value, "rating")]
)
def test_an_unequal_copy_is_not_kept(
    library: Path,
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[..., Any],
    table: str,
) -> None:
    for kind in (PostgresConnection, SqliteConnection):
        monkeypatch.setattr(kind, "insert", fault(kind.insert))
    for target in (address, tmp_path / "new.db"):
        with pytest.raises(UnavailableError, match=f"not equal in the table {table}"):
            copy_database(library, target)
    assert not list(tmp_path.glob("new.db*"))
    assert {name: len(found) for name, found in rows(address).items() if found} == {"user": 1}


def test_by_commands_there_and_back(library: Path, address: str, videos: Path) -> None:
    data = library.parent / "data"
    data.mkdir()
    library.rename(data / "library.db")
    before = exported(data / "library.db")
    settings = {"LVS_WATCH": "off"}

    def run(settings: dict[str, str], target: str) -> tuple[int, str]:
        command = ("-m", "lvs", "migrate-database", "--to", target)
        process = Process(videos, data, settings, command).start(wait=False)
        return process.wait(), " ".join(process.output)

    with Process(videos, data, settings):
        code, said = run(settings, address)
        assert (code, "in use by another server" in said) == (1, True)
    before = exported(data / "library.db")  # the scan may have found something missing
    code, said = run(settings, address)
    assert code == 0, said
    assert f"Copied {ITEMS} items" in said
    assert "set LVS_DATABASE_URL to this address" in said
    assert exported(address) == before
    on_postgres = {**settings, "LVS_DATABASE_URL": address}
    with Process(videos, data, on_postgres) as server:
        assert server.get("/api/videos").status == 200
    code, said = run(on_postgres, str(data / "library.db"))
    assert (code, "library.db exists" in said) == (1, True)
    (data / "library.db").unlink()
    code, said = run(on_postgres, str(data / "library.db"))
    assert code == 0, said
    assert "remove the setting LVS_DATABASE_URL" in said
    assert exported(data / "library.db") == exported(address)
    code, said = run(settings, "mysql://somewhere/else")
    assert (code, "--to must be" in said) == (1, True)


def test_ctrl_c_leaves_the_library_as_it_was(library: Path, address: str, videos: Path) -> None:
    """The writers' lock of the target is taken: the copy waits for it when it is interrupted."""
    data = library.parent / "data"
    data.mkdir()
    library.rename(data / "library.db")
    before = exported(data / "library.db")
    with contextlib.closing(open_backend(address).connect(read_only=False)) as other:
        migrations.migrate(other)
        other.begin_write()
        command = ("-m", "lvs", "migrate-database", "--to", address)
        process = Process(videos, data, {}, command).start(wait=False)
        with psycopg.connect(address, autocommit=True) as conn:
            process.wait_for(
                lambda: (
                    conn.execute(
                        "select count(*) from pg_locks where locktype = 'advisory' and not granted"
                    ).fetchone()
                    == (1,)
                ),
                "the copy",
            )
        process.process.send_signal(signal.SIGINT)
        assert process.wait() == 1
        other.rollback()
    assert "Cancelled" in " ".join(process.output)
    assert exported(data / "library.db") == before
    assert {name for name, found in rows(address).items() if found} == {"user"}
