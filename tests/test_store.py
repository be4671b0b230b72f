"""The store: one writer, events after the commit, clear words when it cannot continue."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lvs.errors import StartError, UnavailableError
from lvs.models import FoundFile
from lvs.store import Connection, Store, Transaction, files, gallery, roots
from lvs.store.database import newest_event
from lvs.store.migrations import available
from tests.helpers.servers import Process


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "data" / "library.db")
    await store.open()
    await store.write(roots.configure, {"videos": "/videos"})
    yield store
    await store.close()


def file(number: int) -> FoundFile:
    return FoundFile(f"{number}.mp4", 100 + number, 1_000_000_000, f"{number:016x}")


async def test_events_are_there_when_the_change_is(store: Store) -> None:
    before = store.last_event_id
    listener = store.change_signal.subscribe()
    await store.write(files.ingest, 1, [file(1)], {}, first_scan=False)
    assert listener.is_set()
    found, last, complete = await store.read(gallery.events_since, [1], before, 100)
    assert [event.topic for event in found] == ["item.added"]
    assert last == store.last_event_id
    assert complete


async def test_a_failed_write_changes_nothing_and_publishes_nothing(store: Store) -> None:
    def fail(tx: Transaction) -> None:
        files.ingest(tx, 1, [file(1)], {}, first_scan=False)
        raise RuntimeError("in the middle")

    before = store.last_event_id
    listener = store.change_signal.subscribe()
    with pytest.raises(RuntimeError):
        await store.write(fail)
    assert not listener.is_set()
    assert store.last_event_id == before
    assert await store.read(files.count_present) == 0


async def test_writes_that_wait_together_fail_alone(store: Store) -> None:
    def give(tx: Transaction, number: int) -> int:
        tx.connection.execute('insert into "user" (id, name) values (?, ?)', (number, f"u{number}"))
        tx.emit("item.updated", number)
        if number % 3 == 0:
            raise RuntimeError(f"{number} must not be")
        return number

    before = store.last_event_id
    done = await asyncio.gather(
        *(store.write(give, number) for number in range(10, 210)), return_exceptions=True
    )
    good = [number for number in range(10, 210) if number % 3]
    assert [number for number in done if isinstance(number, int)] == good
    assert len(done) == 200
    stored = await store.read(
        lambda conn: [
            row[0] for row in conn.execute('select id from "user" where id >= 10 order by id')
        ]
    )
    assert stored == good
    events = await store.read(gallery.events_since, [1], before, 1000)
    assert [event.item_id for event in events[0]] == good
    assert store.last_event_id == events[1]


async def test_a_cancelled_caller_does_not_tear_a_write(store: Store) -> None:
    writing = asyncio.create_task(
        store.write(files.ingest, 1, [file(n) for n in range(200)], {}, first_scan=False)
    )
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await store.write(files.ingest, 1, [file(999)], {}, first_scan=False)
    assert await store.read(files.count_present) == 201


async def test_a_read_sees_one_moment(store: Store) -> None:
    """A write that commits between two statements of a read is not seen by the second."""
    entered, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def read_twice(conn: Connection) -> tuple[int, int]:
        first = files.count_present(conn)
        loop.call_soon_threadsafe(entered.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        return first, files.count_present(conn)

    reading = asyncio.create_task(store.read(read_twice))
    await entered.wait()
    await store.write(files.ingest, 1, [file(1)], {}, first_scan=False)
    go_on.set()
    assert await reading == (0, 0)


async def test_a_full_disk_is_said_and_changes_nothing(store: Store) -> None:
    def shrink(tx: Transaction) -> None:
        pages = tx.connection.execute("pragma page_count").fetchone()[0]
        tx.connection.execute(f"pragma max_page_count = {pages}")

    await store.write(shrink)
    with pytest.raises(UnavailableError, match="is full, so nothing was changed"):
        await store.write(files.ingest, 1, [file(n) for n in range(3000)], {}, first_scan=False)
    assert await store.read(files.count_present) == 0


async def test_a_statement_that_never_ends_is_stopped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lvs.store.database.STATEMENT_LIMIT_S", 0.2)
    endless = (
        "with recursive n (i) as (select 1 union all select i + 1 from n) select max(i) from n"
    )
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        await store.read(lambda conn: conn.execute(endless).fetchall())
    assert await store.read(files.count_present) == 0


async def test_old_events_are_deleted_and_a_gap_is_recognized(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.db", event_retention=100)
    await store.open()
    await store.write(roots.configure, {"videos": "/videos"})
    for start in range(0, 3000, 150):
        batch = [file(n) for n in range(start, start + 150)]
        await store.write(files.ingest, 1, batch, {}, first_scan=False)
    stored = await store.read(lambda conn: conn.execute("select count(*) from event").fetchone()[0])
    assert stored < 2500
    _, _, complete = await store.read(gallery.events_since, [1], 1, 10_000)
    assert not complete
    await store.close()


async def test_event_ids_go_on_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.db")
    await store.open()
    await store.write(roots.configure, {"videos": "/videos"})
    await store.write(files.ingest, 1, [file(1)], {}, first_scan=False)
    last = store.last_event_id
    await store.close()
    await store.open()
    assert store.last_event_id == last > 0
    await store.close()


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    store = Store(path)
    await store.open()
    await store.close()
    newer = available()[-1][0] + 1
    with sqlite3.connect(path) as connection:
        connection.execute("insert into migration values (?, 0)", (newer,))
    with pytest.raises(StartError, match=rf"version {newer}.*newer.*Update"):
        await Store(path).open()


async def test_a_failed_migration_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.db"
    store = Store(path)
    await store.open()
    await store.close()
    broken = tmp_path / "9999_broken.sql"
    broken.write_text("create table half (id integer); select no_such_function();")
    with_broken = [*available(), (9999, broken)]
    monkeypatch.setattr("lvs.store.migrations.available", lambda _: with_broken)
    with pytest.raises(StartError):
        await Store(path).open()
    with sqlite3.connect(path) as connection:
        names = [row[0] for row in connection.execute("select name from sqlite_master")]
        assert "half" not in names
        assert connection.execute("select max(version) from migration").fetchone()[0] < 9999


@pytest.mark.parametrize(
    "content", [b"this is no database " * 300, b"SQLite format 3\0" + b"\xff" * 8000]
)
async def test_a_damaged_database_stops_the_start_with_what_to_do(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "library.db"
    path.write_bytes(content)
    with pytest.raises(StartError, match=r"is damaged.*Move it aside"):
        await Store(path).open()
    assert path.read_bytes() == content


def test_a_data_folder_that_is_not_writable_stops_the_start(videos: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o555)
    server = Process(videos, data, as_user=True).start(wait=False)
    assert server.wait() == 1
    assert "can't be written to" in server.output[-1]
    assert "LVS_DATA_DIRECTORY" in server.output[-1]


async def test_what_comes_while_it_closes_is_done_or_refused_in_words(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.db")
    await store.open()
    for ask in (store.read, store.read_live):
        assert await ask(newest_event) == 0
    started = [asyncio.create_task(store.read(newest_event)) for _ in range(20)]
    started.append(asyncio.create_task(store.write(_emits)))
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    for _ in range(20):
        started.append(asyncio.create_task(store.write(_emits)))
        started.append(asyncio.create_task(store.read(newest_event)))
        await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await closing
        results = await asyncio.gather(*started, return_exceptions=True)
    refused = [result for result in results if isinstance(result, BaseException)]
    assert {type(error) for error in refused} <= {UnavailableError}
    for late in (store.read(newest_event), store.read_live(newest_event), store.write(_emits)):
        with pytest.raises(UnavailableError, match="stopping"):
            await late


def _emits(tx: Transaction) -> int:
    tx.emit("saved_search.updated")
    return 0
