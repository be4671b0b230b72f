"""What both kinds of connections promise a store function: snapshots, parts, streams, errors."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from lvs.store import Connection
from lvs.store.backends import open_backend
from lvs.store.backends.catalog import Table

pytestmark = pytest.mark.engines("sqlite", "postgres")


@pytest.fixture
def database(database_url: str, sqlite_template: Path, tmp_path: Path) -> Path | str:
    """A new library."""
    return database_url or Path(shutil.copyfile(sqlite_template, tmp_path / "library.db"))


@pytest.fixture
def conn(database: Path | str) -> Iterator[Connection]:
    """A connection that writes."""
    with contextlib.closing(open_backend(database).connect(read_only=False)) as conn:
        yield conn


@pytest.fixture
def reader(conn: Connection, database: Path | str) -> Iterator[Connection]:
    with contextlib.closing(open_backend(database).connect(read_only=True)) as reader:
        reader.begin_read(5)
        yield reader
        reader.rollback()


def add_tags(conn: Connection, *names: str) -> None:
    conn.begin_write()
    conn.executemany("insert into tag (name, key) values (?, ?)", [(name, name) for name in names])
    conn.commit()


def names(conn: Connection) -> list[str]:
    return [row[0] for row in conn.execute("select name from tag order by id")]


def test_a_snapshot_stays_as_it_was_at_its_first_statement(
    conn: Connection, reader: Connection
) -> None:
    add_tags(conn, "a")
    assert names(reader) == ["a"]
    add_tags(conn, "b")
    assert names(reader) == ["a"]
    reader.rollback()
    reader.begin_read(5)
    assert names(reader) == ["a", "b"]


def test_a_reader_changes_nothing(conn: Connection, reader: Connection) -> None:
    with pytest.raises(sqlite3.Error, match=r"read-?only"):
        reader.execute("insert into tag (name, key) values ('a', 'a')")
    assert names(conn) == []


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("insert into tag (name, key) values ('b', 'a')", sqlite3.IntegrityError),
        ("insert into item_tag values (9, 9, 0)", sqlite3.IntegrityError),
        ("insert into tag (name, key) values (null, 'c')", sqlite3.IntegrityError),
        ("insert into rating values (1, 1, 6, 0)", sqlite3.IntegrityError),
        ("select absent from tag", sqlite3.Error),
        ("selekt 1", sqlite3.Error),
    ],
)
def test_errors_have_one_class_and_a_transaction_can_be_taken_back(
    conn: Connection, statement: str, kind: type[Exception]
) -> None:
    add_tags(conn, "a")
    conn.begin_write()
    conn.execute("insert into tag (name, key) values ('x', 'x')")
    with pytest.raises(kind):
        conn.execute(statement)
    assert conn.in_transaction
    conn.rollback()
    assert not conn.in_transaction
    assert names(conn) == ["a"]
    add_tags(conn, "b")


def test_a_savepoint_takes_back_its_own_part(conn: Connection) -> None:
    conn.begin_write()
    conn.execute("insert into tag (name, key) values ('a', 'a')")
    conn.execute("savepoint job")
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute("insert into tag (name, key) values ('b', 'a')")
    conn.execute("rollback to job")
    conn.execute("insert into tag (name, key) values ('c', 'c')")
    conn.commit()
    assert names(conn) == ["a", "c"]


@pytest.mark.parametrize("count", [0, 1, 2_000, 2_001, 5_000])
def test_a_large_read_has_every_row_once(conn: Connection, count: int) -> None:
    """Of PostgreSQL 2,000 are in memory at a time."""
    conn.begin_write()
    conn.insert("tag", ("name", "key"), ((f"{n}", f"{n:05}") for n in range(count)))
    columns, rows = conn.stream("select key, name from tag order by key")
    assert columns == ("key", "name")
    assert list(rows) == [(f"{n:05}", f"{n}") for n in range(count)]
    conn.rollback()
    assert names(conn) == []


def test_two_large_reads_at_once_do_not_mix(conn: Connection) -> None:
    conn.begin_write()
    conn.insert("tag", ("name", "key"), ((f"{n}", f"{n}") for n in range(3_000)))
    up = conn.stream("select id from tag order by id").rows
    down = conn.stream("select id from tag order by id desc").rows
    pairs = list(zip(up, down, strict=True))
    assert {first[0] + second[0] for first, second in pairs} == {pairs[0][0][0] + pairs[0][1][0]}
    conn.rollback()


def test_many_rows_are_inserted_together_or_not_at_all(conn: Connection) -> None:
    conn.begin_write()
    with pytest.raises(sqlite3.IntegrityError):
        conn.insert("tag", ("name", "key"), [("a", "a"), ("b", "b"), ("c", "a")])
    conn.rollback()
    assert names(conn) == []


@pytest.mark.parametrize(
    "value", ["", "\\N", "a\tb\nc\\", "'\";--", "日本 😀", "é", "e\u0301", "x" * 100_000]
)
def test_text_comes_back_as_it_was_however_it_was_written(conn: Connection, value: str) -> None:
    conn.begin_write()
    conn.execute("insert into tag (name, key) values (?, 'execute')", (value,))
    conn.executemany("insert into tag (name, key) values (?, ?)", [(value, "many")])
    conn.insert("tag", ("name", "key"), [(value, "insert")])
    conn.commit()
    assert names(conn) == [value] * 3


@pytest.mark.parametrize("value", [b"", b"\x00\xff\\x41", bytes(range(256)) * 20])
def test_bytes_come_back_as_they_were(conn: Connection, value: bytes) -> None:
    conn.begin_write()
    conn.execute("insert into library_folder (id, name) values (1, 'a')")
    conn.execute("insert into folder (root_id, path, name) values (1, ?, 'b')", (value,))
    found = conn.execute("select path from folder where path = ?", (value,)).fetchall()
    assert [bytes(path) for (path,) in found] == [value]
    conn.rollback()


@pytest.mark.parametrize("value", [0, -1, 2**31, 2**63 - 1, -(2**63)])
def test_whole_numbers_of_64_bits_come_back(conn: Connection, value: int) -> None:
    conn.begin_write()
    conn.execute("insert into tag (name, key, item_count) values ('a', 'a', ?)", (value,))
    assert conn.execute("select item_count from tag").fetchone()[0] == value
    conn.rollback()


def test_a_number_that_is_too_large_is_refused(conn: Connection) -> None:
    conn.begin_write()
    with pytest.raises((OverflowError, sqlite3.DataError)):
        conn.execute("insert into tag (name, key, item_count) values ('a', 'a', ?)", (2**63,))
    conn.rollback()


def test_statements_are_counted(conn: Connection) -> None:
    conn.begin_read(5)
    before = conn.queries
    names(conn)
    names(conn)
    assert conn.queries - before == 2
    conn.rollback()


# --- what a database says of its tables ---


def tables(conn: Connection) -> dict[str, Table]:
    return {table.name: table for table in conn.dialect.catalog.tables(conn)}


def test_each_table_comes_after_those_that_it_refers_to(conn: Connection) -> None:
    order = list(tables(conn))
    for table, others in {
        "folder": ["library_folder"],
        "file": ["library_folder", "folder", "item"],
        "video_facts": ["item"],
        "rating": ["item", "user"],
        "item_tag": ["item", "tag"],
        "bulk_edit_item": ["bulk_edit", "item"],
        "saved_search": ["user"],
    }.items():
        for other in others:
            assert order.index(other) < order.index(table), (table, other)


def test_what_is_computed_is_no_data(conn: Connection) -> None:
    found = tables(conn)
    assert not {"migration", "item_fts", "item_fts_vocab"} & set(found)
    assert "projection_override" in found["video_facts"].columns
    assert "effective_projection" not in found["video_facts"].columns


def test_keys_are_in_the_order_of_the_index(conn: Connection) -> None:
    found = tables(conn)
    assert found["item"].key == ("id",)
    assert found["item_tag"].key == ("item_id", "tag_id")
    assert found["folder_item"].key == ("folder_id", "item_id")
    assert found["library_stats"].key == ("kind",)


def test_rows_are_written_as_they_are_without_triggers(conn: Connection) -> None:
    conn.begin_write()
    every = list(tables(conn).values())
    with conn.dialect.catalog.without_triggers(conn, every):
        conn.execute("insert into library_folder (id, name) values (1, 'a')")
        conn.execute("insert into tag (id, name, key, item_count) values (1, 'a', 'a', 7)")
        conn.execute(
            "insert into item (id, kind, media_hash, fingerprint, title, title_key, added_at,"
            " random_key) values (1, 'video', 'a', 'a', 'a', 'a', 0, 0), (2, 'video', 'b', 'b',"
            " 'b', 'b', 0, 0)"
        )
        conn.execute("insert into item_tag (item_id, tag_id, added_at) values (1, 1, 0)")
    assert conn.execute("select item_count from tag").fetchone()[0] == 7
    conn.execute("insert into item_tag (item_id, tag_id, added_at) values (2, 1, 0)")
    assert conn.execute("select item_count from tag").fetchone()[0] == 8  # they are back
    conn.rollback()


def test_after_a_copy_new_ids_are_free(conn: Connection) -> None:
    conn.begin_write()
    conn.execute("insert into tag (id, name, key) values (41, 'a', 'a')")
    conn.dialect.catalog.after_copy(conn, list(tables(conn).values()))
    row = conn.execute("insert into tag (name, key) values ('b', 'b') returning id").fetchone()
    assert row[0] == 42
    conn.rollback()
