"""The store on PostgreSQL: several stores on one database, restarts, and what it says then."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import DataError
from typing import Any

import psycopg
import pytest

from lvs.backups.transfer import copy_database
from lvs.errors import StartError, UnavailableError
from lvs.store import Connection, Store, Transaction, migrations
from lvs.store.backends import sqlite
from lvs.store.backends.connection import was_interrupted
from lvs.store.database import newest_event
from tests.helpers.followers import Followers
from tests.helpers.postgres import Databases, PostgresServer, binaries
from tests.helpers.servers import eventually


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that tests stop, with commits that are on the disk."""
    found = binaries()
    assert found
    server = PostgresServer(found, durable=True)
    yield server
    server.remove()


@pytest.fixture
def address(server: PostgresServer) -> Iterator[str]:
    with server.database() as address:
        yield address


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    store = Store(address)
    await store.open()
    yield store
    await store.close()


def add_users(tx: Transaction, *names: str) -> None:
    for name in names:
        tx.connection.execute('insert into "user" (name) values (?)', (name,))
    tx.emit("saved_search.updated")


def users(conn: Connection) -> list[str]:
    return [row[0] for row in conn.execute('select name from "user" where id > 1 order by id')]


async def test_a_write_is_read_and_a_failed_one_is_not(store: Store) -> None:
    await store.write(add_users, "one")
    results = await asyncio.gather(
        store.write(add_users, "two"),
        store.write(add_users, "three", "one"),
        store.write(add_users, "four"),
        return_exceptions=True,
    )
    kinds = [type(result).__name__ for result in results]
    assert kinds == ["NoneType", "IntegrityError", "NoneType"]
    assert await store.read(users) == ["one", "two", "four"]
    assert await store.read(newest_event) == store.last_event_id == 3


async def test_a_text_that_is_too_long_for_an_index_is_not_tried_again(store: Store) -> None:
    """What is tried again for ever is an OperationalError."""
    with pytest.raises(DataError, match="exceeds btree"):
        await store.write(add_users, secrets.token_hex(4_000))


async def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match="read-only transaction"):
        await store.read(lambda conn: conn.execute("delete from item"))


async def test_a_read_sees_one_moment(store: Store) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def read_twice(conn: Connection) -> tuple[list[str], list[str]]:
        first = users(conn)
        loop.call_soon_threadsafe(entered.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        return first, users(conn)

    reading = asyncio.create_task(store.read(read_twice))
    await entered.wait()
    await store.write(add_users, "one")
    go_on.set()
    assert await reading == ([], [])


async def test_a_statement_that_never_ends_is_stopped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lvs.store.database.STATEMENT_LIMIT_S", 0.2)
    with pytest.raises(Exception, match="timeout") as caught:
        await store.read(lambda conn: conn.execute("select pg_sleep(20)"))
    assert was_interrupted(caught.value)
    assert await store.read(users) == []


async def test_a_part_that_fails_leaves_its_snapshot(store: Store) -> None:
    def read(conn: Connection) -> list[bool]:
        stopped = []
        for statement in ("select pg_sleep(20)", "select no_such_function()", "select 1"):
            try:
                with conn.limited(0.1):
                    conn.execute(statement)
            except Exception:
                stopped.append(True)
            else:
                stopped.append(False)
        return [*stopped, users(conn) == []]

    assert await store.read(read) == [True, True, False, True]


async def test_a_part_without_a_statement_asks_the_server_nothing(store: Store) -> None:
    def read(conn: Connection) -> list[str]:
        limits = [limit_of(conn)]
        with conn.limited(0.1):
            pass
        limits.append(limit_of(conn))
        with conn.limited(0.1):
            limits.append(limit_of(conn))
        return limits

    def limit_of(conn: Connection) -> str:
        return str(conn.execute("show statement_timeout").fetchone()[0])

    assert await store.read(read) == ["5s", "5s", "100ms"]


async def test_no_event_of_eight_writers_is_lost_to_a_follower(postgres: Databases) -> None:
    """Each follower sees every id, in order. `bench followers` does it with 480, 20 times."""
    with postgres.new() as address:
        async with Followers(address, 8) as followers:
            assert await followers.race(12) == [list(range(1, 97))] * 8


async def test_every_acknowledged_write_survives_kill_9(
    server: PostgresServer, store: Store
) -> None:
    acknowledged: list[str] = []

    async def write(writer: int) -> None:
        number = 0
        while True:
            name = f"{writer} {number}"
            await store.write(add_users, name)
            acknowledged.append(name)
            number += 1

    writing = [asyncio.create_task(write(writer)) for writer in range(20)]
    await eventually(lambda: len(acknowledged) > 200)
    server.kill()
    results = await asyncio.gather(*writing, return_exceptions=True)
    assert {type(result) for result in results} == {UnavailableError}
    server.start()
    stored = await eventually(lambda: _try(store.read(users)))
    assert set(acknowledged) <= set(stored)
    assert len(set(stored)) == len(stored)
    await store.write(add_users, "after")


def _add_another(tx: Transaction) -> bool:
    add_users(tx, "by another")
    return True


async def _try(reading: object) -> object:
    try:
        return await reading  # type: ignore[misc]
    except UnavailableError:
        return None


async def test_a_restart_between_two_pages_is_not_noticed(
    server: PostgresServer, store: Store
) -> None:
    await store.write(add_users, "one")
    server.stop()
    server.start()
    assert await store.read(users) == ["one"]
    await store.write(add_users, "two")
    assert await store.read_live(users) == ["one", "two"]


async def test_while_the_server_is_stopped_it_is_said_and_then_goes_on(
    server: PostgresServer, store: Store, address: str
) -> None:
    other = Store(address)
    await other.open()
    server.stop()
    try:
        with pytest.raises(UnavailableError, match="can't be reached"):
            await store.read(users)
        with pytest.raises(UnavailableError, match=r"can't be reached.*nothing was changed"):
            await store.write(add_users, "lost")
        await eventually(lambda: "can't be reached" in store.lost())
    finally:
        server.start()
    await eventually(lambda: not store.lost())
    heard = store.change_signal.subscribe()
    await eventually(lambda: _try(other.write(_add_another)))
    async with asyncio.timeout(10):
        await heard.wait()
    assert store.last_event_id == other.last_event_id
    assert await store.read(users) == ["by another"]
    await other.close()


async def test_a_server_that_cannot_be_reached_stops_the_start() -> None:
    with pytest.raises(StartError, match=r"LVS_DATABASE_URL.*can't be reached"):
        await Store("postgresql://nobody:secret@127.0.0.1:1/library").open()


async def test_both_engines_have_the_same_tables_and_columns(store: Store, tmp_path: Path) -> None:
    """And the same indices, so that a migration of one is not left out for the other."""
    with closing(sqlite.connect(tmp_path / "library.db")) as conn:
        migrations.migrate(conn)
        columns = set(
            conn.execute(
                "select t.name, c.name from sqlite_master t join pragma_table_xinfo(t.name) c"
                " where t.type = 'table' and t.name not like 'item_fts%'"
                " and t.name not like 'sqlite%'"
            )
        )
        indices = {
            row[0]
            for row in conn.execute("select name from sqlite_master where type = 'index'")
            if not row[0].startswith("sqlite_")
        }
        version = migrations.version(conn)

    def read(conn: Connection) -> tuple[set[tuple[str, str]], set[str]]:
        assert conn.execute("select max(version) from migration").fetchone()[0] == version
        columns = conn.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public' and table_name <> 'item_fts'"
        )
        indices = conn.execute("select indexname from pg_indexes where schemaname = 'public'")
        return set(columns), {row[0] for row in indices}

    found_columns, found_indices = await store.read(read)
    assert found_columns == columns
    assert {name for name in found_indices if not name.endswith(("_pkey", "_key"))} == {
        *indices,
        "item_fts_words",
        "folder_by_path",  # on SQLite these two are one, which has no name
        "folder_path",
    }


async def test_a_database_of_another_encoding_stops_the_start(postgres: Databases) -> None:
    with postgres.new(encoding="LATIN1") as address:
        store = Store(address)
        with pytest.raises(StartError, match=r"encoding LATIN1.*createdb --encoding=UTF8"):
            await store.open()
        with psycopg.connect(address) as conn:
            tables = conn.execute("select 1 from pg_tables where schemaname = 'public'").fetchall()
    assert tables == []


async def test_names_are_stored_whatever_encoding_the_user_asks_for(
    postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with postgres.new() as address:
        store = Store(address)
        await store.open()
        await store.write(add_users, "日本 ß 😀")
        assert await store.read(users) == ["日本 ß 😀"]
        await store.close()


def _schema(address: str) -> list[tuple[Any, ...]]:
    """Constraints and indices."""
    with psycopg.connect(address) as conn:
        found = conn.execute(
            "select conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated"
            " from pg_constraint where connamespace = current_schema()::regnamespace"
        ).fetchall()
        found += conn.execute(
            "select tablename, indexname, indexdef, true from pg_indexes"
            " where schemaname = current_schema()"
        ).fetchall()
        return sorted(found)


async def test_a_copy_has_the_indices_and_references_of_a_new_database(
    server: PostgresServer, store: Store, tmp_path: Path
) -> None:
    """They are dropped while rows are copied."""
    library = Store(tmp_path / "library.db")
    await library.open()
    await library.close()
    with server.database() as other:
        await asyncio.to_thread(copy_database, library.path, other)
        assert _schema(other) == _schema(str(store.database))
    assert len(_schema(str(store.database))) > 60
