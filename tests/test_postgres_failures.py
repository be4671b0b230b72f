"""What the store does when PostgreSQL refuses, ends a connection, or is not what it should be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from lvs.errors import StartError, UnavailableError
from lvs.store import Connection, Store, Transaction
from lvs.store.backends import open_backend
from lvs.store.backends import postgres as postgres_backend
from lvs.store.backends.connection import ConnectionLostError
from tests.helpers.postgres import Databases


@pytest.fixture
def address(postgres: Databases, postgres_template: str) -> Iterator[str]:
    with postgres.new(postgres_template) as address:
        yield address


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    store = Store(address)
    await store.open()
    yield store
    await store.close()


def run(address: str, statement: str) -> list[tuple[object, ...]]:
    """What a statement answers on a connection of its own."""
    may_write = "-c default_transaction_read_only=off"
    with psycopg.connect(address, autocommit=True, options=may_write) as conn:
        cursor = conn.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def add_user(tx: Transaction, name: str) -> None:
    tx.connection.execute('insert into "user" (name) values (?)', (name,))


def users(conn: Connection) -> list[str]:
    return [row[0] for row in conn.execute('select name from "user" where id > 1 order by id')]


def end_connections(address: str) -> None:
    """As an administrator does."""
    run(
        address,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()",
    )


# --- connections that end ---


async def test_ended_connections_are_made_again_for_the_next_read_and_write(
    store: Store, address: str
) -> None:
    end_connections(address)
    await store.write(add_user, "one")
    assert await store.read(users) == ["one"]
    assert await store.read_live(users) == ["one"]


async def test_a_connection_that_ends_within_a_write_changes_nothing(
    store: Store, address: str
) -> None:
    def write(tx: Transaction) -> None:
        add_user(tx, "lost")
        end_connections(address)
        add_user(tx, "another")

    with pytest.raises(UnavailableError, match="nothing was changed"):
        await store.write(write)
    assert await store.read(users) == []
    await store.write(add_user, "one")
    assert await store.read(users) == ["one"]


async def test_a_connection_that_ends_at_the_commit_says_that_nobody_knows(
    store: Store, address: str
) -> None:
    """The server may have committed before its answer was lost: it must not say the contrary."""

    def write(tx: Transaction) -> None:
        add_user(tx, "perhaps")
        end_connections(address)

    with pytest.raises(UnavailableError, match="See whether it was; else try again") as caught:
        await store.write(write)
    assert "nothing was changed" not in str(caught.value.detail)
    await store.write(add_user, "one")
    assert "one" in await store.read(users)


async def test_all_writes_of_a_transaction_that_ends_are_refused(
    store: Store, address: str
) -> None:
    """They wait together, and share a transaction: none may be acknowledged."""

    def end(tx: Transaction) -> None:
        add_user(tx, "end")
        end_connections(address)
        add_user(tx, "after")

    started, others_wait = threading.Event(), threading.Event()

    def hold(_: Transaction) -> bool:
        started.set()
        return others_wait.wait(10)

    first = asyncio.create_task(store.write(hold))
    assert await asyncio.to_thread(started.wait, 10)
    writing = asyncio.gather(
        store.write(add_user, "one"),
        store.write(add_user, "two"),
        store.write(end),
        store.write(add_user, "three"),
        return_exceptions=True,
    )
    await asyncio.sleep(0)  # now each waits
    others_wait.set()
    assert await first
    results = await writing
    refused = [isinstance(result, UnavailableError) for result in results]
    assert refused == [True] * 4
    assert await store.read(users) == []


async def test_a_read_that_loses_its_connection_says_so_and_the_next_succeeds(
    store: Store, address: str
) -> None:
    def read(conn: Connection) -> list[str]:
        users(conn)
        end_connections(address)
        return users(conn)

    with pytest.raises(UnavailableError, match="This page continues by itself"):
        await store.read(read)
    assert await store.read(users) == []


# --- writes that are refused ---


async def test_a_database_that_became_read_only_refuses_writes_and_is_read(
    store: Store, address: str
) -> None:
    name = store.description.rsplit(" on ", maxsplit=1)[0].removeprefix("PostgreSQL: ")
    run(address, f"alter database {name} set default_transaction_read_only = on")
    end_connections(address)
    with pytest.raises(UnavailableError, match=r"can't be changed.*read-only"):
        await store.write(add_user, "one")
    assert await store.read(users) == []
    run(address, f"alter database {name} reset all")
    end_connections(address)
    await store.write(add_user, "two")
    assert await store.read(users) == ["two"]


async def test_the_advisory_lock_is_free_after_a_write_that_failed(
    store: Store, address: str
) -> None:
    """Else all other servers would wait for ever."""
    with pytest.raises(ZeroDivisionError):
        await store.write(lambda tx: 1 // 0)
    other = Store(address)
    await other.open()
    async with asyncio.timeout(10):
        await other.write(add_user, "one")
    await other.close()


async def test_text_with_nul_is_stored_without_it(store: Store) -> None:
    await store.write(add_user, "a\0b")
    assert await store.read(users) == ["ab"]


# --- the start ---


async def test_a_user_who_may_create_no_tables_stops_the_start(
    postgres: Databases, address: str
) -> None:
    with postgres.new() as empty:
        name = f"guest_{postgres.name_of(empty)}"
        run(empty, f"create role {name} login; revoke create on schema public from public")
        parts = urlsplit(empty)
        guest = urlunsplit(parts._replace(netloc=f"{name}@{parts.netloc.rpartition('@')[2]}"))
        with pytest.raises(StartError, match=r"can't be used.*permission denied"):
            await Store(guest).open()
        run(empty, f"drop role {name}")


async def test_servers_that_start_at_once_on_a_new_database_all_start(postgres: Databases) -> None:
    with postgres.new() as empty:
        stores = [Store(empty) for _ in range(3)]
        await asyncio.gather(*(store.open() for store in stores))
        for number, store in enumerate(stores):
            await store.write(add_user, f"user {number}")
        assert len(await stores[0].read(users)) == 3
        for store in stores:
            await store.close()


async def test_an_older_server_stops_the_start(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_backend, "OLDEST_SERVER", 99)
    with pytest.raises(StartError, match=r"of version \d+; version 99 or newer is needed"):
        await Store(address).open()


async def test_a_newer_program_s_database_stops_the_start(address: str) -> None:
    run(address, "insert into migration (version, applied_at) values (9999, 0)")
    with pytest.raises(StartError, match=r"version 9999.*Update the program"):
        await Store(address).open()


@pytest.mark.parametrize(
    "broken",
    [
        "postgresql://lvs:secret@127.0.0.1:1/library",
        "postgresql://lvs:secret@127.0.0.1:1/library?sslmode=secret",
        "postgresql://lvs:secret@[::1/library",
        "postgresql://lvs:secret@127.0.0.1:port/library",
        "postgresql://lvs:secret@127.0.0.1:1/library?nonsense=1",
        "postgresql://lvs:secret%zz@127.0.0.1:1/library",
    ],
)
async def test_no_message_has_the_password(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(broken)
    with pytest.raises(StartError, match="LVS_DATABASE_URL") as caught:
        await store.open()
    for text in (str(caught.value.detail), store.description, store.lost(), caplog.text):
        assert ":secret" not in text


def test_a_server_that_just_failed_is_not_asked_again_by_each_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page does not wait for what another has waited for a moment ago."""
    backend = open_backend("postgresql://lvs@127.0.0.1:1/library")
    assert backend.lost() == ""
    with pytest.raises(ConnectionLostError):
        backend.connect(read_only=True)
    assert "can't be reached" in backend.lost()

    def unexpected(*_: object, **__: object) -> None:
        raise AssertionError("it was asked")

    monkeypatch.setattr(psycopg, "connect", unexpected)
    with pytest.raises(ConnectionLostError):
        backend.connect(read_only=True)
    monkeypatch.setattr(postgres_backend, "RETRY_S", 0.0)
    monkeypatch.setattr(backend, "_retry_at", 0.0)
    with pytest.raises(AssertionError, match="it was asked"):
        backend.connect(read_only=True)
